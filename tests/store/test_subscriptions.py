import pytest

from bot.alerts.subscriptions.criteria import Criteria, EconomyFilter
from bot.alerts.subscriptions.timing import Frequency, Timing
from bot.errors import TooManySubscriptions
from bot.values import Topic
from tests.store.examples import NOON, TEAM, minutes, subscription
from tests.store.opened import Store

TARIFF, TALKS, RULING = Topic.TARIFF, Topic.NEGOTIATION, Topic.COURT_RULING


async def test_equal_subscriptions_are_saved_once_even_with_different_ids(store: Store) -> None:
    wanted = subscription(topics=[RULING], words=["stay"])
    assert await store.subscriptions.add(wanted)
    assert not await store.subscriptions.add(wanted.model_copy(update={"id": "another"}))
    assert len(await store.subscriptions.of(TEAM, "C1")) == 1


async def test_a_new_timing_replaces_the_old_one_and_ends_a_pause(store: Store) -> None:
    wanted = subscription(topics=[TARIFF])
    await store.subscriptions.add(wanted)
    await store.subscriptions.change(TEAM, wanted.id, paused_until=NOON + minutes(9))
    daily = Timing(frequency=Frequency.DAILY)
    new = wanted.model_copy(update={"id": "another", "timing": daily})
    assert await store.subscriptions.add(new)
    [kept] = await store.subscriptions.of(TEAM, "C1")
    assert (kept.id, kept.timing, kept.paused_until) == (wanted.id, daily, None)


async def test_an_edited_subscription_keeps_its_id(store: Store) -> None:
    made = subscription(topics=[TARIFF])
    await store.subscriptions.add(made)
    criteria = Criteria(words=("steel",))
    assert await store.subscriptions.change(TEAM, made.id, criteria=criteria)
    assert not await store.subscriptions.change("T2", made.id, criteria=Criteria())
    assert await store.subscriptions.of(TEAM, "C1") == (
        made.model_copy(update={"criteria": criteria}),
    )


async def test_a_subscription_is_found_by_the_beginning_of_its_id(store: Store) -> None:
    await store.subscriptions.add(subscription(id="abc123"))
    await store.subscriptions.add(subscription(id="abd456", words=["b"]))
    await store.subscriptions.add(subscription(id="abc", words=["c"]))
    found = [
        await store.subscriptions.get(TEAM, each, "C1", "")
        for each in ("abc1", "abc", "ab", "abd", "%")
    ]
    assert [each and each.id for each in found] == ["abc123", "abc", None, "abd456", None]
    assert await store.subscriptions.get("T2", "abd", "C1", "") is None
    assert await store.subscriptions.remove_one(TEAM, "abc123")
    assert not await store.subscriptions.remove_one(TEAM, "abc123")


async def test_ids_of_other_conversations_are_not_found_and_make_no_beginning_ambiguous(
    store: Store,
) -> None:
    await store.subscriptions.add(subscription("C1", id="abc1", created_by="U1"))
    await store.subscriptions.add(subscription("C2", id="abc2", created_by="U2"))
    await store.subscriptions.add(subscription("U3", id="abc3", created_by="U1"))
    get = store.subscriptions.get
    found = {
        (place, user): await get(TEAM, "abc", place, user)
        for place in ("C1", "C2", "C9")
        for user in ("U1", "U2", "U3", "U9")
    }
    ids = {key: each.id for key, each in found.items() if each is not None}
    assert ids == {
        ("C1", "U1"): "abc1",
        ("C1", "U2"): "abc1",
        ("C1", "U3"): "abc1",
        ("C1", "U9"): "abc1",
        ("C2", "U1"): "abc2",
        ("C2", "U2"): "abc2",
        ("C2", "U3"): "abc2",
        ("C2", "U9"): "abc2",
        ("C9", "U2"): "abc2",
        ("C9", "U3"): "abc3",
    }
    assert await get(TEAM, "abc2", "C1", "U1") is None


async def test_several_subscriptions_are_replaced_by_one_or_nothing_happens(store: Store) -> None:
    for name in ("a", "b", "c", "d"):
        await store.subscriptions.add(subscription(id=name, words=[name]))
    a, b, c, d = await store.subscriptions.of(TEAM, "C1")
    daily, new = Timing(frequency=Frequency.DAILY), Criteria(words=("new",))
    replace = store.subscriptions.replace
    assert await replace(TEAM, ["a", "gone"], new, daily) is None
    assert await replace(TEAM, ["a", "b"], c.criteria, daily) is None
    assert await replace("T2", ["a"], new, daily) is None
    assert await store.subscriptions.of(TEAM, "C1") == (a, b, c, d)
    changed = await replace(TEAM, ["a", "c", "b"], c.criteria, daily)
    assert changed == a.model_copy(update={"criteria": c.criteria, "timing": daily})
    assert await store.subscriptions.of(TEAM, "C1") == (changed, d)


async def test_a_conversation_has_a_limited_number_of_subscriptions(store: Store) -> None:
    for number in range(3):
        await store.subscriptions.add(subscription(words=[f"w{number}"]), limit=3)
    with pytest.raises(TooManySubscriptions):
        await store.subscriptions.add(subscription(words=["more"]), limit=3)
    assert not await store.subscriptions.add(subscription(words=["w1"]), limit=3)
    assert await store.subscriptions.add(subscription("C2"), limit=3)


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
    assert await store.subscriptions.remove(TEAM, "C1", (), [EconomyFilter(first="JP")]) == 1
    left = await store.subscriptions.of(TEAM, "C1")
    assert {(each.criteria.topics, each.criteria.economies) for each in left} == {
        (frozenset({TARIFF}), ()),
        (frozenset({TALKS}), (EconomyFilter(first="CN"),)),
    }
    assert await store.subscriptions.remove(TEAM, "C1") == 2
    assert await store.subscriptions.of(TEAM, "C1") == ()
    assert await store.subscriptions.remove(TEAM, "C1") == 0


async def test_an_unsubscribe_may_be_limited_to_some_subscriptions(store: Store) -> None:
    await store.subscriptions.add(subscription(topics=[TARIFF], created_by="U1"))
    await store.subscriptions.add(subscription(topics=[TALKS], created_by="U2"))
    had = await store.subscriptions.of(TEAM, "C1")
    own = [each.id for each in had if each.created_by == "U2"]
    assert await store.subscriptions.remove(TEAM, "C1", only=own) == 1
    assert [each.created_by for each in await store.subscriptions.of(TEAM, "C1")] == ["U1"]


async def test_subscriptions_that_become_equal_after_an_unsubscribe_are_merged(
    store: Store,
) -> None:
    await store.subscriptions.add(subscription(topics=[TARIFF]))
    await store.subscriptions.add(subscription(topics=[TARIFF, RULING]))
    await store.subscriptions.remove(TEAM, "C1", frozenset({RULING}))
    assert len(await store.subscriptions.of(TEAM, "C1")) == 1


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
