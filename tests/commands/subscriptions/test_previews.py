"""Previews from stored stories: their results, how many run at a time, how long they are kept."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from random import Random

import pytest

from bot.alerts.planning import DeliveryRules
from bot.alerts.subscriptions.criteria import Criteria, EconomyFilter
from bot.alerts.subscriptions.exclusions import preview_exclusion
from bot.alerts.subscriptions.preview import preview
from bot.alerts.subscriptions.timing import Frequency, Timing
from bot.commands.subscriptions.previews import PreviewService
from bot.news.state import Relation
from bot.news.story import Story
from bot.store.stories import Stories
from bot.values import Topic
from tests.slack.samples import PARTIES
from tests.store.examples import NOON, minutes, story, subscription
from tests.store.opened import Store

RULES, MAX_AGE = DeliveryRules(blocs=PARTIES.blocs), timedelta(hours=48)
NOW = NOON + timedelta(days=1)
CRITERIA = (
    Criteria(),
    Criteria(topics=frozenset({Topic.TARIFF})),
    Criteria(economies=(EconomyFilter(first="EU"),)),
    Criteria(economies=(EconomyFilter(first="US", second="CN"), EconomyFilter(first="FR"))),
    Criteria(
        topics=frozenset({Topic.COURT_RULING}),
        economies=(EconomyFilter(first="FR", second="US", directed=True),),
    ),
    Criteria(topics=frozenset({Topic.NEGOTIATION}), words=("steel",), without_words=("3",)),
)


class CountedStories(Stories):
    """The stories table. It counts the reads for previews, and those that run at the same time."""

    reads = running = most_running = 0

    async def of_events_about(
        self,
        since: datetime,
        topics: Collection[Topic],
        economies: Collection[Sequence[Collection[str]]],
    ) -> tuple[Story, ...]:
        self.reads += 1
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        found = await super().of_events_about(since, topics, economies)
        self.running -= 1
        return found


def random_stories() -> list[Story]:
    """Stories of 60 events on all topics, also developments that name none of their economies."""
    random = Random(3)  # noqa: S311 - draws stories
    return [
        story(
            f"story{number:03}",
            event_id=f"story{number % 60:03}",
            title=f"Report {number} on steel",
            topics=tuple(random.sample(sorted(Topic), random.choice((1, 2)))),
            parties=tuple(random.sample(("US", "CN", "FR", "DE", "EU", "JP"), 2)),
            relation=Relation.NEW if number < 60 else random.choice(sorted(Relation)),
            seen_at=NOON + minutes(number),
            published=NOON + minutes(number),
        )
        for number in range(180)
    ]


@pytest.fixture
async def saved(store: Store) -> tuple[Story, ...]:
    await store.add_stories(*random_stories())
    return await store.stories.recent(NOON)


@pytest.mark.parametrize("criteria", CRITERIA)
@pytest.mark.parametrize(
    "timing", [Timing(), Timing(quiet_from=13, quiet_to=14), Timing(frequency=Frequency.HOURLY)]
)
async def test_a_preview_equals_that_of_all_stories(
    store: Store, saved: tuple[Story, ...], criteria: Criteria, timing: Timing
) -> None:
    service = PreviewService(store.stories, lambda: NOW, RULES, MAX_AGE)
    expected = preview(criteria, timing, saved, RULES, MAX_AGE)
    assert expected.messages > 0
    assert await service.preview(criteria, timing) == expected


async def test_the_preview_of_an_exclusion_equals_that_of_all_stories(
    store: Store, saved: tuple[Story, ...]
) -> None:
    service = PreviewService(store.stories, lambda: NOW, RULES, MAX_AGE)
    own = subscription(criteria=Criteria(economies=(EconomyFilter(first="EU"),)))
    narrower = own.criteria.model_copy(update={"without_words": ("1",)})
    expected = preview_exclusion(own, narrower, saved, RULES, MAX_AGE)
    assert expected.count > 0
    assert await service.preview_exclusion(own, narrower) == expected


async def test_one_preview_is_computed_at_a_time(store: Store, saved: tuple[Story, ...]) -> None:
    stories = CountedStories(store.database)
    service = PreviewService(stories, lambda: NOW, RULES, MAX_AGE)
    found = await asyncio.gather(*(service.preview(each, Timing()) for each in CRITERIA))
    assert len(found) == stories.reads == len(CRITERIA)
    assert stories.most_running == 1


async def test_a_preview_is_kept_for_five_minutes(store: Store, saved: tuple[Story, ...]) -> None:
    stories, now = CountedStories(store.database), [NOW]
    service = PreviewService(stories, lambda: now[0], RULES, MAX_AGE)
    first = await service.preview(Criteria(), Timing())
    now[0] += minutes(4)
    assert await service.preview(Criteria(), Timing()) == first
    assert stories.reads == 1
    now[0] += minutes(1)
    await store.add_stories(story("later", seen_at=NOW, published=NOW))
    later = await service.preview(Criteria(), Timing())
    assert (stories.reads, later.stories) == (2, first.stories + 1)
