"""READ THIS FIRST: the whole way of a story, one poll of one feed at a time.

    feed | poll     fetch it and parse it                     bot.feeds
         | sift     drop the entries it has shown before      bot.feeds.identity
         | read     topics, parties, figures, summary         bot.news.reader
         | join     which event does the story belong to      bot.news.events.matching
         | owe      who wants it, and is owed a message       bot.alerts.delivery
         | propose  does it say a rate that is news           bot.proposals.extract
         | keep     all of it in one transaction              bot.store

What is owed is sent by `bot.alerts.dispatcher`, whenever it can be. Nothing is decided here: each
step is asked of the part beside it, and everything outside is a port that `bot.runtime.app` fills.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple, Protocol

from bot.alerts.delivery import (
    Audience,
    Delivery,
    is_correction,
    is_news,
    newest_events,
    plan_deliveries,
)
from bot.alerts.digest import next_digest_at
from bot.feeds.identity import identities, sift
from bot.feeds.model import Entry, Feed, FeedState, Round
from bot.news.events import matching
from bot.news.story import Story
from bot.proposals.model import Proposal
from bot.values import Frozen

log = logging.getLogger(__name__)

READ_AT_ONCE = 20
"""Entries read in one visit to a thread."""
CATCHING_UP_EVENTS = 20
"""Events that a feed's first round alerts of at most, and one after a long silence: the newest,
however much else is fresh."""
EVENT_MEMORY = timedelta(days=7)
"""Stories seen this long ago may still belong to the event of a new one."""


def _no_proposals(_: Story) -> Collection[Proposal]:
    return ()


@dataclass(frozen=True, kw_only=True)
class PipelineRules:
    """How stories become messages: pure functions and limits."""

    max_age: timedelta
    """Entries that are older when first seen make a story but no message."""
    digest_hour: int
    zone: tzinfo
    """Where the digest's hour is read."""
    join: Callable[[Story, Sequence[Story]], str] = matching.join
    """The id of the event of a story, given recent stories; its own id if it starts an event."""
    propose: Callable[[Story], Collection[Proposal]] = _no_proposals
    """The rates in a story that the ledger lacks."""


class FeedPoller(Protocol):
    """Fetches and parses a feed; a failure is an outcome, not an exception."""

    async def poll(self, feed: Feed, state: FeedState, now: datetime) -> Round: ...


Bring = Callable[[Feed, FeedState, datetime], Awaitable[Round]]
"""What a feed says, by whatever way it came."""


class EntryReader(Protocol):
    """Understands an entry; None when it is about none of the topics."""

    def read(self, entry: Entry, feed: Feed, seen_at: datetime) -> Story | None: ...


class IntakeStore(Protocol):
    """Where all is kept."""

    async def state(self, feed_id: str) -> FeedState | None: ...

    async def known(self, feed_id: str, identities: Collection[str]) -> Collection[str]: ...

    async def earlier(self, feed_id: str, places: Collection[str]) -> Mapping[str, Story]: ...

    async def recent(self, since: datetime) -> tuple[Story, ...]: ...

    async def audience(self, event_ids: Collection[str]) -> Audience: ...

    async def keep(self, taken: "Taken") -> None: ...


class Taken(Frozen):
    """What one poll of one feed came to."""

    round: Round
    first_round: bool = False
    """Whether the feed was read for the first time: its entries are the past, not news."""
    entries: tuple[Entry, ...] = ()
    """Those never seen before."""
    revised: tuple[Entry, ...] = ()
    """Those seen before with another text."""
    stories: tuple[Story, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    """What the stories say of rates that the ledger does not have."""


class _Told(NamedTuple):
    """A story beside what it was read from; `earlier` is what its source said there before."""

    story: Story
    entry: Entry
    earlier: Story | None


class Pipeline:
    """Takes in what feeds publish. Different feeds may be taken in at once, one feed only once."""

    def __init__(
        self, poller: FeedPoller, reader: EntryReader, store: IntakeStore, rules: PipelineRules
    ) -> None:
        self._poller, self._reader, self._store, self._rules = poller, reader, store, rules
        # Two feeds that bring one event at the same moment must not both start it.
        self._one_joins = asyncio.Lock()

    async def take(self, feed: Feed, now: datetime, bring: Bring | None = None) -> Taken:
        """Polls a feed, or takes what `bring` brings, and keeps what came.

        Raises StoreError when it could not be kept. Then nothing of it is kept, and the next poll
        brings it again.
        """
        state = await self._store.state(feed.id) or FeedState(feed_id=feed.id)
        brought = await (bring or self._poller.poll)(feed, state, now)
        first_round = state.last_success_at is None
        if not brought.entries:
            taken = Taken(round=brought, first_round=first_round)
            await self._store.keep(taken)
            return taken
        taken = await self._sift(brought, first_round)
        told = await self._read(feed, taken)
        if not told:
            await self._store.keep(taken)
            return taken
        async with self._one_joins:
            taken = await self._join_and_owe(taken, told, self._most_events(state, brought))
            await self._store.keep(taken)
        return taken

    async def _sift(self, brought: Round, first_round: bool) -> Taken:
        wanted = {identity for entry in brought.entries for identity in identities(entry)}
        known = await self._store.known(brought.feed_id, wanted)
        new, revised = sift(brought.entries, known)
        if new:
            state = replace(brought.state, last_entry_at=brought.finished_at)
            brought = brought.model_copy(update={"state": state})
        return Taken(round=brought, first_round=first_round, entries=new, revised=revised)

    async def _read(self, feed: Feed, taken: Taken) -> list[_Told]:
        """The stories in what is new or corrected, oldest first."""
        places = {entry.place for entry in taken.revised}
        earlier = await self._store.earlier(feed.id, places) if places else {}
        entries, seen_at = taken.entries + taken.revised, taken.round.finished_at
        told: list[_Told] = []
        for start in range(0, len(entries), READ_AT_ONCE):
            batch = entries[start : start + READ_AT_ONCE]
            told += await asyncio.to_thread(self._read_batch, feed, batch, seen_at, earlier)
        # Feeds list the newest first; of those with one date the last is the oldest.
        told.reverse()
        return sorted(told, key=lambda each: each.story.published)

    def _read_batch(
        self, feed: Feed, entries: Iterable[Entry], seen_at: datetime, earlier: Mapping[str, Story]
    ) -> list[_Told]:
        told = []
        for entry in entries:
            story = self._read_one(feed, entry, seen_at)
            before = earlier.get(entry.place)
            if story is not None and (before is None or is_correction(before, story)):
                told.append(_Told(story, entry, before))
        return told

    def _read_one(self, feed: Feed, entry: Entry, seen_at: datetime) -> Story | None:
        try:
            story = self._reader.read(entry, feed, seen_at)
        except Exception:
            # One entry that we cannot read must not keep the feed's others from being kept.
            log.exception("entry %s of feed %s could not be understood", entry.key, feed.id)
            return None
        wanted = story is not None and (not feed.topics or feed.topics.intersection(story.topics))
        return story if wanted else None

    def _most_events(self, before: FeedState, brought: Round) -> int | None:
        """Events that the round alerts of at most; None where there is no bound.

        A feed that is new, or back after a long time, may bring all at once what others told of
        bit by bit.
        """
        last = before.last_success_at
        if last is None or brought.started_at - last > self._rules.max_age:
            return CATCHING_UP_EVENTS
        return None

    async def _join_and_owe(
        self, taken: Taken, told: Sequence[_Told], most_events: int | None
    ) -> Taken:
        seen_at = taken.round.finished_at
        recent = await self._store.recent(seen_at - EVENT_MEMORY)
        joined = await asyncio.to_thread(self._join_all, told, recent)
        fresh = [
            each.story
            for each in joined
            if each.earlier or is_news(each.entry, seen_at, taken.first_round, self._rules.max_age)
        ]
        if most_events is not None:
            fresh = newest_events(fresh, most_events)
        deliveries: tuple[Delivery, ...] = ()
        proposals: tuple[Proposal, ...] = ()
        if fresh:
            proposals = await asyncio.to_thread(self._propose_all, fresh)
            audience = await self._store.audience({story.event_id for story in fresh})
            digest_due = next_digest_at(seen_at, self._rules.digest_hour, self._rules.zone)
            corrections = {each.story.id for each in joined if each.earlier}
            deliveries = await asyncio.to_thread(
                plan_deliveries, fresh, audience, seen_at, digest_due, corrections
            )
        stories = tuple(each.story for each in joined)
        return taken.model_copy(
            update={"stories": stories, "deliveries": deliveries, "proposals": proposals}
        )

    def _propose_all(self, stories: Iterable[Story]) -> tuple[Proposal, ...]:
        found: list[Proposal] = []
        for story in stories:
            try:
                found += self._rules.propose(story)
            except Exception:
                # As with reading: one story must not keep the others from being told.
                log.exception("story %s could not be compared with the ledger", story.id)
        return tuple(found)

    def _join_all(self, told: Iterable[_Told], recent: Iterable[Story]) -> list[_Told]:
        known = list(recent)
        joined = []
        for each in told:
            event_id = (
                each.earlier.event_id if each.earlier else self._rules.join(each.story, known)
            )
            story = each.story.model_copy(update={"event_id": event_id})
            known.append(story)
            joined.append(each._replace(story=story))
        return joined
