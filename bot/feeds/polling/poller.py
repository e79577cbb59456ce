"""One poll of one feed: fetch + parse -> Round. Writes nothing; a failing feed is a Round too.

state -> fetch (conditional) -> 304? same bytes? -> parse -> state to remember, entries
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus

from bot.errors import FeedError, NoAnswer
from bot.feeds.http.fetch import Fetched, Fetcher, HostPaused, server_of, shown, without_password
from bot.feeds.http.limits import FetchLimits
from bot.feeds.http.status import GOOD, OVERLOADED, BadStatus
from bot.feeds.model import (
    Entry,
    Feed,
    FeedState,
    Pause,
    PollOutcome,
    PublisherHints,
    Round,
    Validators,
)
from bot.feeds.parsing.dispatch import ParseDispatcher
from bot.feeds.parsing.process_pool import ProcessPool
from bot.feeds.parsing.result import FeedContext, Parsed
from bot.feeds.polling.next_poll import (
    Found,
    after_answer,
    after_failure,
    after_gone,
    asked_in_headers,
    begun,
    floor_s,
    is_due,
    retry_after_s,
)
from bot.feeds.polling.server_pauses import ServerPauses
from bot.feeds.websub.protocol import discovered

log = logging.getLogger(__name__)

_MAX_VALIDATOR = 1000
_TELLING_ENTRIES = 10
"""With fewer, the time they cover says nothing of how long an entry stays."""


class Poller:
    """Polls feeds; `close` when done.

    `clock` gives the time in UTC, `chance` a random number from 0 to 1. `workers` may be shared
    with others, who then close them. `pushes` says whether a hub pushes the news of the feed with
    this id.
    """

    def __init__(
        self,
        limits: FetchLimits,
        clock: Callable[[], datetime],
        chance: Callable[[], float],
        workers: ProcessPool | None = None,
        pushes: Callable[[str], bool] | None = None,
    ) -> None:
        self.limits = limits
        self.clock = clock
        self._chance = chance
        self._fetcher = Fetcher(limits)
        self._workers = workers or ProcessPool(limits.parse_deadline_s)
        self._owns_workers = workers is None
        self._bodies = ParseDispatcher(self._workers)
        self._pushes = pushes or (lambda _: False)
        self._pauses = ServerPauses(clock)
        # By feed: the digest of its last body, and what that listed.
        self._listings: dict[str, tuple[str, bytes]] = {}

    def recall(self, states: Iterable[FeedState]) -> None:
        """Takes up again the pauses that hosts asked for before a restart."""
        self._pauses.recall(states)

    async def close(self) -> None:
        """Ends connections and parser processes."""
        await self._fetcher.close()
        if self._owns_workers:
            await self._workers.close()

    async def poll(self, feed: Feed, state: FeedState, now: datetime) -> Round:
        """What the feed says now. Whatever the feed does wrong becomes a failed Round.

        Nothing is asked before the state says that it is due. A task that polls has what a new body
        says in memory until it ends, and few do so at once.
        """
        state = begun(state, feed)
        if not is_due(state, now):
            return self._round(feed, PollOutcome.DEFERRED, now, state)
        fetched = None
        try:
            fetched = await self._fetcher.fetch(
                state.current_url or feed.url,
                state.validators,
                is_paused=lambda server: self._pauses.until(server) is not None,
            )
            return await self._judged(feed, state, now, fetched)
        except HostPaused as paused:
            return self._deferred(feed, state, now, self._pauses.until(paused.host))
        except FeedError as error:
            return self._failed(feed, state, now, error, fetched)

    async def fetch(self, address: str, validators: Validators) -> Fetched:
        """One guarded GET, whatever its status; raises AddressRefused and FetchFailed.

        What the calling task has read before is done with.
        """
        self._bodies.let_go()
        return await self._fetcher.fetch(address, validators)

    async def parse(
        self, feed: Feed, fetched: Fetched, now: datetime, listing: bytes = b""
    ) -> Parsed:
        """What the body of a good answer holds, but for what `listing` says of the one before.

        Raises FetchFailed for an error status, NotAFeed for a body that is no feed.
        """
        if fetched.status not in GOOD:
            raise BadStatus(fetched)
        source = FeedContext(
            feed_id=feed.id,
            url=without_password(fetched.url),
            kind=feed.kind,
            language=feed.language,
            content_type=fetched.headers.get("content-type", ""),
            now=now,
            max_entries=self.limits.max_entries,
            listing=listing,
        )
        self._fetcher.busy()
        return await self._bodies.parse(fetched.body, source)

    async def read_push(
        self, feed: Feed, state: FeedState, now: datetime, body: bytes, content_type: str
    ) -> Round:
        """The round that a pushed body makes; when the feed is polled next stays as it was."""
        url = state.topic or feed.url
        headers = {"content-type": content_type}
        try:
            parsed = await self.parse(feed, Fetched(HTTPStatus.OK, url, headers, body), now)
        except FeedError as error:
            log.warning("a push for feed %s could not be read: %s", feed.id, error.cause)
            return self._round(feed, PollOutcome.FAILED, now, state)
        return self._round(
            feed, PollOutcome.READ, now, state, entries=parsed.entries, warnings=parsed.warnings
        )

    async def _judged(
        self, feed: Feed, state: FeedState, started_at: datetime, fetched: Fetched
    ) -> Round:
        if fetched.status == HTTPStatus.GONE and not state.current_url:
            return self._gone(feed, state, started_at)
        if fetched.status == HTTPStatus.NOT_MODIFIED and fetched.conditional:
            return self._unchanged(feed, state, started_at, fetched, PollOutcome.NOT_MODIFIED)
        if fetched.status in GOOD and fetched.digest == state.validators.body_digest:
            return self._unchanged(feed, state, started_at, fetched, PollOutcome.SAME_BODY)
        parsed = await self.parse(feed, fetched, started_at, self._listing(state))
        brought = self.taken_in(feed, state, started_at, fetched, parsed)
        if parsed.complete:
            digest = brought.state.validators.body_digest
            self._listings[feed.id] = (digest, parsed.listing)
        return brought

    def _listing(self, state: FeedState) -> bytes:
        """What the body that the state stands for listed; nothing where that was not kept."""
        digest, listing = self._listings.get(state.feed_id, ("", b""))
        return listing if digest and digest == state.validators.body_digest else b""

    def taken_in(
        self,
        feed: Feed,
        state: FeedState,
        started_at: datetime,
        fetched: Fetched,
        parsed: Parsed,
    ) -> Round:
        """The round that a new body makes."""
        # A body that was cut off is not what its validators stand for.
        kept = _validators(fetched, fetched.digest) if parsed.complete else state.validators
        found = Found(
            status=fetched.status,
            validators=kept,
            asked=replace(parsed.asked, max_age_s=asked_in_headers(fetched.headers, self.clock())),
            moved_to=fetched.moved_to,
            window_s=parsed.window_s,
            listed_digest=parsed.listed_digest,
            asked_wait_s=retry_after_s(fetched.headers, self.clock()),
        )
        hub, topic = discovered(
            fetched.headers.get("link", ""), parsed, without_password(fetched.url)
        )
        named = replace(state, hub=hub, topic=topic)
        return self._round(
            feed,
            PollOutcome.READ,
            started_at,
            self._answered(feed, named, found),
            entries=parsed.entries,
            warnings=parsed.warnings + _pace_warnings(feed, self.limits, parsed),
        )

    def _unchanged(
        self,
        feed: Feed,
        state: FeedState,
        started_at: datetime,
        fetched: Fetched,
        outcome: PollOutcome,
    ) -> Round:
        if outcome is PollOutcome.NOT_MODIFIED:
            kept = _confirmed(state.validators, fetched)
        else:
            kept = _validators(fetched, state.validators.body_digest)
        found = Found(
            status=fetched.status,
            validators=kept,
            asked=self._asked_again(state.asked, fetched),
            moved_to=fetched.moved_to,
            window_s=state.window_s,
            listed_digest=state.listed_digest,
            asked_wait_s=retry_after_s(fetched.headers, self.clock()),
        )
        return self._round(feed, outcome, started_at, self._answered(feed, state, found))

    def _asked_again(self, before: PublisherHints, fetched: Fetched) -> PublisherHints:
        stated = "cache-control" in fetched.headers or "expires" in fetched.headers
        if not stated:
            return before
        return replace(before, max_age_s=asked_in_headers(fetched.headers, self.clock()))

    def _answered(self, feed: Feed, state: FeedState, found: Found) -> FeedState:
        pushed = self._pushes(feed.id)
        return after_answer(state, feed, self.limits, self.clock(), found, self._chance(), pushed)

    def _failed(
        self,
        feed: Feed,
        state: FeedState,
        started_at: datetime,
        error: FeedError,
        fetched: Fetched | None,
    ) -> Round:
        """The round that a failure makes; `fetched` is the answer, where one came."""
        now = self.clock()
        status = error.status if isinstance(error, BadStatus) else None
        wait_s = retry_after_s(fetched.headers, now) if fetched else None
        pause = None
        if fetched and wait_s and status in OVERLOADED and state.status not in OVERLOADED:
            # The trouble is the host's, so its other feeds wait too; but only once, for a feed
            # that is refused time after time must not silence those that are not.
            until = now + timedelta(seconds=wait_s)
            pause = Pause(server=server_of(fetched.url), until=until)
            self._pauses.begin(pause, now)
        asked = (feed.id, shown(state.current_url or feed.url))
        # After a redirect it is the other address that failed.
        what = error.cause if error.thing in asked else f"{error.thing} {error.cause}"
        reached = not isinstance(error, NoAnswer)
        after = after_failure(
            state,
            feed,
            self.limits,
            now,
            what,
            self._chance(),
            status,
            wait_s,
            pause=pause,
            reached=reached,
        )
        return self._round(feed, PollOutcome.FAILED, started_at, after)

    def _gone(self, feed: Feed, state: FeedState, started_at: datetime) -> Round:
        return self._round(feed, PollOutcome.GONE, started_at, after_gone(state, self.clock()))

    def _deferred(
        self, feed: Feed, state: FeedState, now: datetime, until: datetime | None
    ) -> Round:
        # Spread, or all feeds of the host come at once when the pause ends.
        at = (until or now) + timedelta(seconds=self._chance() * self.limits.poll_s)
        after = replace(state, next_poll_at=at)
        return self._round(feed, PollOutcome.DEFERRED, now, after)

    def _round(
        self,
        feed: Feed,
        outcome: PollOutcome,
        started_at: datetime,
        state: FeedState,
        entries: tuple[Entry, ...] = (),
        warnings: tuple[str, ...] = (),
    ) -> Round:
        return Round(
            feed_id=feed.id,
            outcome=outcome,
            started_at=started_at,
            finished_at=max(self.clock(), started_at),
            entries=entries,
            state=state,
            warnings=warnings,
        )


def _validators(fetched: Fetched, digest: str) -> Validators:
    return Validators(
        url=fetched.url,
        etag=_sendable(fetched.headers.get("etag", "")),
        last_modified=_sendable(fetched.headers.get("last-modified", "")),
        body_digest=digest,
    )


def _confirmed(old: Validators, fetched: Fetched) -> Validators:
    """A 304 need not repeat the validators that it confirms."""
    etag = _sendable(fetched.headers.get("etag", "")) or old.etag
    last_modified = _sendable(fetched.headers.get("last-modified", "")) or old.last_modified
    # Mostly it repeats them, and then one copy serves many thousand polls.
    if (old.etag, old.last_modified) == (etag, last_modified):
        return old
    return replace(old, etag=etag, last_modified=last_modified)


def _sendable(value: str) -> str:
    """A validator that can be sent back to the letter; none otherwise."""
    fits = len(value) <= _MAX_VALIDATOR and value.isascii() and value.isprintable()
    return value if fits else ""


def _pace_warnings(feed: Feed, limits: FetchLimits, parsed: Parsed) -> tuple[str, ...]:
    least_s, window_s = floor_s(feed, limits), parsed.window_s
    if window_s is None or least_s <= window_s / 2 or parsed.listed < _TELLING_ENTRIES:
        return ()
    return (
        f"its entries cover {window_s / 60:,.0f} minutes, but it is polled every "
        f"{least_s / 60:,.0f}: entries may be missed",
    )
