from bot.alerts.subscription import Frequency
from bot.values import Topic
from tests.store.examples import NOON, TEAM, minutes, subscription
from tests.store.opened import Store

TARIFF, TALKS, RULING = Topic.TARIFF, Topic.NEGOTIATION, Topic.COURT_RULING


async def test_the_same_wish_is_kept_once_whatever_its_id(store: Store) -> None:
    wish = subscription(topics=[RULING], words=["stay"])
    assert await store.subscriptions.add(wish)
    assert not await store.subscriptions.add(wish.model_copy(update={"id": "another"}))
    assert len(await store.subscriptions.of(TEAM, "C1")) == 1


async def test_a_new_pace_replaces_the_old_one(store: Store) -> None:
    wish = subscription(topics=[TARIFF])
    await store.subscriptions.add(wish)
    assert await store.subscriptions.add(wish.model_copy(update={"pace": Frequency.DAILY}))
    assert [each.pace for each in await store.subscriptions.of(TEAM, "C1")] == [Frequency.DAILY]


async def test_every_conversation_and_team_has_its_own(store: Store) -> None:
    await store.subscriptions.add(subscription("C1"))
    await store.subscriptions.add(subscription("C2", created_at=NOON + minutes(1)))
    await store.subscriptions.add(subscription("C1", team="T2", created_at=NOON + minutes(2)))
    every = await store.subscriptions.every()
    assert [(each.team, each.conversation) for each in every] == [
        (TEAM, "C1"),
        (TEAM, "C2"),
        ("T2", "C1"),
    ]
    assert len(await store.subscriptions.every(TEAM)) == 2
    assert len(await store.subscriptions.of("T2", "C1")) == 1


async def test_an_unsubscribe_takes_out_what_it_names(store: Store) -> None:
    await store.subscriptions.add(subscription(topics=[TARIFF, RULING]))
    await store.subscriptions.add(subscription(topics=[TALKS], parties=["CN", "JP"]))
    assert await store.subscriptions.remove(TEAM, "C1", frozenset({RULING})) == 1
    assert await store.subscriptions.remove(TEAM, "C1", frozenset(), frozenset({"JP"})) == 1
    left = await store.subscriptions.of(TEAM, "C1")
    assert {(each.topics, each.parties) for each in left} == {
        (frozenset({TARIFF}), frozenset()),
        (frozenset({TALKS}), frozenset({"CN"})),
    }
    assert await store.subscriptions.remove(TEAM, "C1") == 2
    assert await store.subscriptions.of(TEAM, "C1") == ()
    assert await store.subscriptions.remove(TEAM, "C1") == 0


async def test_what_an_unsubscribe_leaves_is_not_kept_twice(store: Store) -> None:
    await store.subscriptions.add(subscription(topics=[TARIFF]))
    await store.subscriptions.add(subscription(topics=[TARIFF, RULING]))
    await store.subscriptions.remove(TEAM, "C1", frozenset({RULING}))
    assert len(await store.subscriptions.of(TEAM, "C1")) == 1


async def test_a_mute_holds_for_the_conversation_until_it_is_lifted(store: Store) -> None:
    await store.subscriptions.add(subscription())
    await store.subscriptions.add(subscription("C2"))
    until = NOON + minutes(60)
    assert await store.subscriptions.mute(TEAM, "C1", until) == 1
    assert [each.muted_until for each in await store.subscriptions.every()] == [until, None]
    assert await store.subscriptions.unmute(TEAM, "C1") == 1
    assert await store.subscriptions.unmute(TEAM, "C1") == 0


async def test_a_default_is_subscribed_once_and_an_unsubscribe_is_respected(store: Store) -> None:
    assert await store.subscriptions.ensure_default(subscription("C-news"))
    assert not await store.subscriptions.ensure_default(subscription("C-news"))
    await store.subscriptions.remove(TEAM, "C-news")
    assert not await store.subscriptions.ensure_default(subscription("C-news"))
    assert await store.subscriptions.every() == ()


async def test_another_default_channel_is_another_choice(store: Store) -> None:
    await store.subscriptions.ensure_default(subscription("C-news"))
    assert await store.subscriptions.ensure_default(subscription("C-other"))
