from bot.alerts.subscription import Frequency
from bot.values import Topic
from tests.store.examples import NOON, TEAM, minutes, subscription
from tests.store.opened import Store

TARIFF, TALKS, RULING = Topic.TARIFF, Topic.NEGOTIATION, Topic.COURT_RULING


async def test_equal_subscriptions_are_saved_once_even_with_different_ids(store: Store) -> None:
    wanted = subscription(topics=[RULING], words=["stay"])
    assert await store.subscriptions.add(wanted)
    assert not await store.subscriptions.add(wanted.model_copy(update={"id": "another"}))
    assert len(await store.subscriptions.of(TEAM, "C1")) == 1


async def test_a_new_frequency_replaces_the_old_one(store: Store) -> None:
    wanted = subscription(topics=[TARIFF])
    await store.subscriptions.add(wanted)
    assert await store.subscriptions.add(wanted.model_copy(update={"pace": Frequency.DAILY}))
    assert [each.pace for each in await store.subscriptions.of(TEAM, "C1")] == [Frequency.DAILY]


async def test_every_conversation_and_team_has_its_own_subscriptions(store: Store) -> None:
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


async def test_an_unsubscribe_removes_exactly_the_given_topics_and_parties(store: Store) -> None:
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


async def test_subscriptions_that_become_equal_after_an_unsubscribe_are_merged(
    store: Store,
) -> None:
    await store.subscriptions.add(subscription(topics=[TARIFF]))
    await store.subscriptions.add(subscription(topics=[TARIFF, RULING]))
    await store.subscriptions.remove(TEAM, "C1", frozenset({RULING}))
    assert len(await store.subscriptions.of(TEAM, "C1")) == 1


async def test_a_mute_applies_to_the_conversation_until_it_is_removed(store: Store) -> None:
    await store.subscriptions.add(subscription())
    await store.subscriptions.add(subscription("C2"))
    until = NOON + minutes(60)
    assert await store.subscriptions.mute(TEAM, "C1", until) == 1
    assert [each.muted_until for each in await store.subscriptions.every()] == [until, None]
    assert await store.subscriptions.unmute(TEAM, "C1") == 1
    assert await store.subscriptions.unmute(TEAM, "C1") == 0


async def test_the_default_subscription_is_created_once_and_not_again_after_an_unsubscribe(
    store: Store,
) -> None:
    assert await store.subscriptions.ensure_default(subscription("C-news"))
    assert not await store.subscriptions.ensure_default(subscription("C-news"))
    await store.subscriptions.remove(TEAM, "C-news")
    assert not await store.subscriptions.ensure_default(subscription("C-news"))
    assert await store.subscriptions.every() == ()


async def test_a_new_default_channel_gets_its_own_subscription(store: Store) -> None:
    await store.subscriptions.ensure_default(subscription("C-news"))
    assert await store.subscriptions.ensure_default(subscription("C-other"))
