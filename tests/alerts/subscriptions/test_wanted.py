"""Bundles are sent only with the stories that their conversation still wants."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from bot.alerts.delivery import Delivery, DeliveryState
from bot.alerts.digest import Bundle, BundleKind, make_bundle
from bot.alerts.mutes import MuteKind
from bot.alerts.sending.dispatcher import Dispatcher
from bot.alerts.subscriptions.criteria import Criteria
from bot.alerts.subscriptions.model import Subscription
from bot.alerts.subscriptions.wanted import BundleReview
from bot.lines.model import ListOwner
from bot.news.state import Relation
from bot.store.upgrade import upgrade
from bot.values import Topic
from tests.alerts.sending.test_dispatcher import FakeSlack
from tests.alerts.subscriptions.known_touches import KnownTouches
from tests.store.examples import NOON, TEAM, story, subscription
from tests.store.opened import Store, open_store

STEEL = story("steel", title="Tariff on steel", parties=("US", "EU"))
TALKS = story("talks", title="Talks on cars", topics=(Topic.NEGOTIATION,))
FRANCE = subscription(parties=["FR"], topics=[Topic.TARIFF])
TALKS_ONLY = subscription(topics=[Topic.NEGOTIATION])
DIGESTS = [BundleKind.DAILY, BundleKind.WEEKLY, BundleKind.QUIET, BundleKind.MISSED]


def bundle(kind: BundleKind, *story_ids: str, conversation: str = "C1") -> Delivery:
    given = {"mute": MuteKind.CONVERSATION} if kind is BundleKind.MISSED else {}
    content = Bundle.model_validate({"kind": kind, **given})
    return make_bundle(content, (TEAM, conversation), story_ids, NOON)


class Bot:
    """A store with two stories, and a dispatcher that reviews bundles."""

    def __init__(self, store: Store) -> None:
        self.store, self.slack, self.touches = store, FakeSlack(), KnownTouches()
        blocs = {"EU": ("FR", "DE")}
        tables = store.outbox, store.subscriptions, store.follows, store.stories
        review = BundleReview(*tables, blocs, lambda: NOON, self.touches).review
        self.dispatcher = Dispatcher(
            store.outbox, self.slack, lambda: NOON, pace_s=0, review=review
        )

    async def send(self, queued: Delivery) -> tuple[str, ...]:
        """Queues and sends a bundle; returns the stories with which it was sent."""
        await self.store.queue(queued)
        await self.dispatcher.run_once(NOON)
        sent = [self.slack.reported[each.id] for each in self.slack.posted]
        saved = await self.store.outbox.get(queued.id)
        assert saved is not None
        assert saved.state is (DeliveryState.SENT if sent else DeliveryState.DROPPED)
        if sent:
            assert list(saved.story_ids) == sent[0]
        return tuple(sent[0]) if sent else ()


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    address = f"sqlite:///{tmp_path / 'bot.db'}"
    await upgrade(address)
    store = open_store(address)
    await store.add_stories(STEEL, TALKS)
    for each in (FRANCE, TALKS_ONLY):
        await store.subscriptions.add(each)
    yield Bot(store)
    await store.database.close()


@pytest.mark.parametrize("kind", DIGESTS)
async def test_a_bundle_is_sent_as_collected_while_nothing_changes(
    bot: Bot, kind: BundleKind
) -> None:
    assert await bot.send(bundle(kind, "steel", "talks")) == ("steel", "talks")


@pytest.mark.parametrize("kind", DIGESTS)
async def test_the_stories_of_a_removed_subscription_are_left_out(
    bot: Bot, kind: BundleKind
) -> None:
    await bot.store.subscriptions.remove_one(TEAM, FRANCE.id)
    assert await bot.send(bundle(kind, "steel", "talks")) == ("talks",)


async def test_a_bundle_of_removed_subscriptions_is_dropped(bot: Bot) -> None:
    await bot.store.subscriptions.remove_one(TEAM, FRANCE.id)
    assert await bot.send(bundle(BundleKind.WEEKLY, "steel")) == ()


@pytest.mark.parametrize(("hours", "sent"), [(1, ("talks",)), (0, ("steel", "talks"))])
async def test_the_stories_of_a_paused_subscription_are_left_out_until_the_pause_ends(
    bot: Bot, hours: int, sent: tuple[str, ...]
) -> None:
    until = NOON + timedelta(hours=hours)
    await bot.store.subscriptions.change(TEAM, FRANCE.id, paused_until=until)
    assert await bot.send(bundle(BundleKind.DAILY, "steel", "talks")) == sent


async def test_an_edit_narrows_the_bundle_that_waits(bot: Bot) -> None:
    await bot.store.subscriptions.change(TEAM, FRANCE.id, criteria=Criteria(words=("copper",)))
    assert await bot.send(bundle(BundleKind.DAILY, "steel", "talks")) == ("talks",)


async def test_a_subscription_that_slack_refused_still_wants_its_stories(bot: Bot) -> None:
    refused: Subscription = subscription("C2", parties=["FR"], paused_at=NOON)
    await bot.store.subscriptions.add(refused)
    assert await bot.send(bundle(BundleKind.DAILY, "steel", conversation="C2")) == ("steel",)


async def test_developments_of_wanted_and_of_followed_events_stay(bot: Bot) -> None:
    later = {"relation": Relation.DEVELOPMENT, "topics": (Topic.COURT_RULING,)}
    await bot.store.add_stories(
        story("steel2", event_id="steel", **later), story("other", **later), story("cars", **later)
    )
    await bot.store.subscriptions.add(subscription("U1", parties=["FR"]))
    await bot.store.follows.follow(TEAM, "U1", "cars")
    sent = await bot.send(bundle(BundleKind.QUIET, "steel2", "other", "cars", conversation="U1"))
    assert sent == ("steel2", "cars")


async def filter_by_lines(bot: Bot, touching: Sequence[str]) -> None:
    """The conversation wants only stories that touch lines; those with these ids do."""
    for each in (FRANCE, TALKS_ONLY):
        await bot.store.subscriptions.remove_one(TEAM, each.id)
    mine = Criteria(only_my_lines=True)
    await bot.store.subscriptions.add(subscription(criteria=mine))
    bot.touches.ids[ListOwner(TEAM, "C1")] = frozenset(touching)


@pytest.mark.parametrize("touching", [("steel", "talks"), ("talks",), ()])
@pytest.mark.parametrize("kind", DIGESTS)
async def test_the_lines_at_the_time_of_sending_decide(
    bot: Bot, kind: BundleKind, touching: tuple[str, ...]
) -> None:
    await filter_by_lines(bot, touching)
    assert await bot.send(bundle(kind, "steel", "talks")) == touching


async def test_a_development_of_an_event_that_touches_lines_stays(bot: Bot) -> None:
    later = story("later", event_id="steel", relation=Relation.DEVELOPMENT)
    await bot.store.add_stories(later)
    await filter_by_lines(bot, ["steel"])
    assert await bot.send(bundle(BundleKind.QUIET, "later", "talks")) == ("later",)


async def test_lines_are_not_read_without_a_subscription_to_them(bot: Bot) -> None:
    await bot.send(bundle(BundleKind.DAILY, "steel", "talks"))
    assert bot.touches.asked == []
