"""READ THIS FIRST: from a feed to queued messages, one poll of one feed at a time.

    feed | poll     fetch and parse it                        bot.feeds
         | sift     drop the entries that were seen before    bot.feeds.identity
         | read     topics, parties, figures, summary         bot.news.reader
         | join     which event is the story about            bot.news.events.matching
         | deliver  which conversations get a message         bot.alerts.planning
         | propose  which rates are missing from the ledger   bot.proposals.extract
         | save     all of it in one transaction              bot.store

`bot.alerts.sending.dispatcher` sends the messages afterwards. The pipeline itself decides little:
each step calls the module that holds its rules. Polling, reading and saving are protocols;
`bot.runtime.wiring` supplies their implementations.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from bot.alerts.delivery import Audience, Delivery, is_correction, is_news, newest_events
from bot.alerts.planning import DeliveryRules, plan_deliveries
from bot.alerts.subscriptions.own_lines import NoLineLists, StoryTouches, find_all_touching
from bot.feeds.identity import (
    is_replaced,
    list_identities,
    list_places,
    separate_reposts,
    share_words,
    sift,
)
from bot.feeds.model import Entry, Feed, FeedState, Round
from bot.news.events import matching
from bot.news.state import JoinResult
from bot.news.story import Story
from bot.proposals.model import Proposal
from bot.values import Frozen

log = logging.getLogger(__name__)

READ_AT_ONCE = 20
"""Maximum entries that are read in one call of a worker thread."""
CATCHING_UP_EVENTS = 20
"""Maximum events, the newest, that cause alerts when a feed is new, was not read for long or lists
hardly any entry that it listed before.
"""
EVENT_MEMORY = timedelta(days=7)
"""Age of the oldest stories with which a new story is compared to find its event."""


def _propose_nothing(_: Story) -> Collection[Proposal]:
    return ()


@dataclass(frozen=True, kw_only=True)
class PipelineRules:
    """The pure functions and limits by which stories become messages."""

    max_age: timedelta
    """An entry that is older than this when it is first seen makes a story, but no message."""
    deliver: DeliveryRules = field(default_factory=DeliveryRules)
    """The server's time, and the blocs, by which subscriptions are read."""
    join: Callable[[Story, Sequence[Story]], JoinResult] = matching.find_event
    """Finds the event of a story, given recent stories, and what the story is to it. A story that
    starts an event gives the event its own id.
    """
    propose: Callable[[Story], Collection[Proposal]] = _propose_nothing
    """Returns proposals for the rates in a story that are missing from the ledger."""
    touches: StoryTouches = field(default_factory=NoLineLists)
    """Finds the stories that touch the lines of conversations that want only these."""


class FeedPoller(Protocol):
    """Fetches and parses a feed. A failed poll returns a round with the failure."""

    async def poll(self, feed: Feed, state: FeedState, now: datetime) -> Round: ...


RoundSource = Callable[[Feed, FeedState, datetime], Awaitable[Round]]
"""Returns a feed's round without a poll, for example from entries that a hub pushed."""


class EntryReader(Protocol):
    """Makes a story from an entry; returns None if the entry is about none of the topics."""

    def read(self, entry: Entry, feed: Feed, seen_at: datetime) -> Story | None: ...


class IntakeStore(Protocol):
    """Reads and saves what the pipeline needs; see `bot.store.pipeline_store`."""

    async def state(self, feed_id: str) -> FeedState | None: ...

    async def known(self, feed_id: str, identities: Collection[str]) -> Collection[str]: ...

    async def earlier(self, feed_id: str, places: Collection[str]) -> Mapping[str, Story]: ...

    async def recent(self, since: datetime) -> tuple[Story, ...]: ...

    async def audience(self, event_ids: Collection[str]) -> Audience: ...

    async def keep(self, result: "IntakeResult") -> None: ...

    def joining(self) -> AbstractAsyncContextManager["Save"]:
        """A context in which stories are joined. While one process is in it, others wait to enter
        it. Yields the function that saves the result, as `keep` does."""


Save = Callable[["IntakeResult"], Awaitable[None]]


class IntakeResult(Frozen):
    """The result of one poll of one feed."""

    round: Round
    first_round: bool = False
    """Whether this was the feed's first successful poll. Undated entries then cause no alerts."""
    entries: tuple[Entry, ...] = ()
    """Entries that were never seen before."""
    revised: tuple[Entry, ...] = ()
    """Entries that were seen before with another text."""
    reposts: tuple[Entry, ...] = ()
    """Entries that were seen before under another address, before the site moved."""
    stories: tuple[Story, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    """The rates in the stories that are missing from the ledger."""


class _ReadEntry(NamedTuple):
    """An entry with its story. `earlier` is the story of the entry's previous text, or None."""

    story: Story
    entry: Entry
    earlier: Story | None


class Pipeline:
    """Polls feeds and saves their entries.

    Different feeds may be polled at the same time, but the same feed must not be.
    """

    def __init__(
        self, poller: FeedPoller, reader: EntryReader, store: IntakeStore, rules: PipelineRules
    ) -> None:
        self._poller, self._reader, self._store, self._rules = poller, reader, store, rules
        # If two feeds report a new event at the same time, only one of their stories may start it.
        # `joining` keeps out other processes.
        self._joining = asyncio.Lock()

    async def run(
        self,
        feed: Feed,
        now: datetime,
        fetch_round: RoundSource | None = None,
        state: FeedState | None = None,
    ) -> IntakeResult:
        """Polls a feed, or gets its round from `fetch_round`, and saves the result.

        A caller that already has the feed's saved state passes it as `state`, which saves a query.
        Raises StoreError if the result cannot be saved. Then no part of it is saved, and the next
        poll finds the same entries again.
        """
        state = state or await self._store.state(feed.id) or FeedState(feed_id=feed.id)
        round_ = await (fetch_round or self._poller.poll)(feed, state, now)
        result = await self._sift(round_, first_round=state.last_success_at is None)
        read = await self._read(feed, result)
        if not read:
            await self._store.keep(result)
            return result
        async with self._joining, self._store.joining() as save:
            result = await self._join_and_deliver(result, read, self._limit_events(state, result))
            await save(result)
        _log_stories(result)
        return result

    async def _sift(self, round_: Round, first_round: bool) -> IntakeResult:
        """A result that contains the round and its new and revised entries."""
        if not round_.entries:
            return IntakeResult(round=round_, first_round=first_round)
        wanted = {identity for entry in round_.entries for identity in list_identities(entry)}
        known = await self._store.known(round_.feed_id, wanted)
        new, revised = sift(round_.entries, known)
        new, reposts = separate_reposts(new, known, len(round_.entries))
        if reposts:
            remark = f"{len(reposts)} entries were listed before under other addresses; not news"
            log.warning("feed %s: %s", round_.feed_id, remark)
            round_ = round_.model_copy(update={"warnings": (*round_.warnings, remark)})
        if new:
            state = replace(round_.state, last_entry_at=round_.finished_at)
            round_ = round_.model_copy(update={"state": state})
        return IntakeResult(
            round=round_, first_round=first_round, entries=new, revised=revised, reposts=reposts
        )

    async def _read(self, feed: Feed, result: IntakeResult) -> list[_ReadEntry]:
        """The new entries and the corrected entries that make stories, oldest first."""
        places = {place for entry in result.revised for place in list_places(entry)}
        earlier = await self._store.earlier(feed.id, places) if places else {}
        entries, seen_at = result.entries + result.revised, result.round.finished_at
        read: list[_ReadEntry] = []
        for start in range(0, len(entries), READ_AT_ONCE):
            batch = entries[start : start + READ_AT_ONCE]
            read += await asyncio.to_thread(self._read_batch, feed, batch, seen_at, earlier)
        # Feeds list the newest entry first, so among entries with the same date the last one is the
        # oldest.
        read.reverse()
        return sorted(read, key=lambda each: each.story.published)

    def _read_batch(
        self, feed: Feed, entries: Iterable[Entry], seen_at: datetime, earlier: Mapping[str, Story]
    ) -> list[_ReadEntry]:
        read = []
        for entry in entries:
            story = self._read_one(feed, entry, seen_at)
            before = next((earlier[at] for at in list_places(entry) if at in earlier), None)
            if before is not None and story is not None and _is_another_story(before, story):
                before = None
            if story is not None and (before is None or is_correction(before, story)):
                read.append(_ReadEntry(story, entry, before))
        return read

    def _read_one(self, feed: Feed, entry: Entry, seen_at: datetime) -> Story | None:
        try:
            story = self._reader.read(entry, feed, seen_at)
        except Exception:
            # A bug that one entry triggers must not block the other entries.
            log.exception("entry %s of feed %s could not be read", entry.key, feed.id)
            return None
        wanted = story is not None and (not feed.topics or feed.topics.intersection(story.topics))
        return story if wanted else None

    def _limit_events(self, before: FeedState, result: IntakeResult) -> int | None:
        """Maximum events that may cause alerts; None if there is no limit.

        A feed that is new, was not read for a long time or has moved may list many old events at
        once.
        """
        last, round_ = before.last_success_at, result.round
        if last is None or round_.started_at - last > self._rules.max_age:
            return CATCHING_UP_EVENTS
        new = len(result.entries) + len(result.reposts)
        return CATCHING_UP_EVENTS if is_replaced(new, len(round_.entries)) else None

    async def _join_and_deliver(
        self, result: IntakeResult, read: Sequence[_ReadEntry], most_events: int | None
    ) -> IntakeResult:
        seen_at = result.round.finished_at
        recent = await self._store.recent(seen_at - EVENT_MEMORY)
        joined = await asyncio.to_thread(self._join_all, read, recent)
        fresh = [
            each.story
            for each in joined
            if each.earlier or is_news(each.entry, seen_at, result.first_round, self._rules.max_age)
        ]
        if most_events is not None:
            fresh = newest_events(fresh, most_events)
        deliveries: tuple[Delivery, ...] = ()
        proposals: tuple[Proposal, ...] = ()
        if fresh:
            proposals = await asyncio.to_thread(self._propose_all, fresh)
            audience = await self._find_audience(fresh, recent)
            corrections = {each.story.id for each in joined if each.earlier}
            deliveries = await asyncio.to_thread(
                plan_deliveries, fresh, audience, seen_at, self._rules.deliver, corrections, recent
            )
        stories = tuple(each.story for each in joined)
        return result.model_copy(
            update={"stories": stories, "deliveries": deliveries, "proposals": proposals}
        )

    async def _find_audience(self, fresh: Sequence[Story], recent: Iterable[Story]) -> Audience:
        """The audience of these stories, which may be developments of `recent` ones."""
        events = {story.event_id for story in fresh}
        audience = await self._store.audience(events)
        stories = [*fresh, *(each for each in recent if each.event_id in events)]
        touching = await find_all_touching(
            self._rules.touches, audience.subscriptions, stories, self._rules.deliver.blocs
        )
        return audience.model_copy(update={"touching": touching}) if touching else audience

    def _propose_all(self, stories: Iterable[Story]) -> tuple[Proposal, ...]:
        found: list[Proposal] = []
        for story in stories:
            try:
                found += self._rules.propose(story)
            except Exception:
                log.exception("story %s could not be compared with the ledger", story.id)
        return tuple(found)

    def _join_all(self, read: Iterable[_ReadEntry], recent: Iterable[Story]) -> list[_ReadEntry]:
        known = list(recent)
        joined = []
        for each in read:
            if each.earlier:
                found = JoinResult(each.earlier.event_id, each.earlier.relation)
            else:
                found = self._rules.join(each.story, known)
            story = each.story.model_copy(update=found._asdict())
            known.append(story)
            joined.append(each._replace(story=story))
        return joined


def _is_another_story(before: Story, story: Story) -> bool:
    """Whether a later story at the same address is no edit, but has nothing in common with it."""
    has_same_parties = not set(before.parties).isdisjoint(story.parties)
    return (
        before.published != story.published
        and not has_same_parties
        and not share_words(before.title, story.title)
    )


def _log_stories(result: IntakeResult) -> None:
    """Logs the ids of a poll's stories in one line; they make a story traceable in the log."""
    if result.stories:
        log.info(
            "feed %s: queued %d message(s) about stories %s",
            result.round.feed_id,
            len(result.deliveries),
            " ".join(story.id for story in result.stories),
        )
