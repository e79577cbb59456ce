"""Polls one feed once: fetches, parses and returns a Round, also for a failure. Saves nothing.

state -> conditional fetch -> 304 or same bytes? -> parse -> entries and the new state
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import NamedTuple

from bot.errors import FeedError, NoAnswer
from bot.feeds.http.errors import GOOD, OVERLOADED, BadStatus
from bot.feeds.http.fetch import (
    Fetched,
    Fetcher,
    HostPaused,
    parse_server,
    redact_address,
    strip_password,
)
from bot.feeds.http.limits import FetchLimits
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
from bot.feeds.parsing.process_pool import ProcessPool
from bot.feeds.parsing.result import FeedContext, Parsed
from bot.feeds.polling.next_poll import (
    Response,
    apply_failure,
    apply_gone,
    apply_response,
    find_min_interval_s,
    is_due,
    prepare_state,
    read_max_age_s,
    read_retry_after_s,
)
from bot.feeds.polling.server_pauses import ServerPauses
from bot.feeds.websub.protocol import find_hub

log = logging.getLogger(__name__)

_MAX_VALIDATOR_CHARS = 1000
_MIN_ENTRIES_FOR_WINDOW = 10
"""If a feed lists fewer entries, their time span does not show how long an entry stays listed."""


class Poll(NamedTuple):
    """A poll of a feed, with the feed's state before it and the time at which it started."""

    feed: Feed
    state: FeedState
    started_at: datetime


class Poller:
    """Polls feeds. Call `close` when done.

    `clock` returns the time in UTC, `chance` a random number from 0 to 1. `close` does not close a
    pool that was passed as `workers`. `is_pushed(feed_id)` says whether a hub pushes the feed's
    news.
    """

    def __init__(
        self,
        limits: FetchLimits,
        clock: Callable[[], datetime],
        chance: Callable[[], float],
        workers: ProcessPool | None = None,
        is_pushed: Callable[[str], bool] | None = None,
    ) -> None:
        self.limits = limits
        self.clock = clock
        self._chance = chance
        self._fetcher = Fetcher(limits)
        self._workers = workers or ProcessPool(limits.parse_deadline_s)
        self._owns_workers = workers is None
        self._is_pushed = is_pushed or (lambda _: False)
        self._pauses = ServerPauses(clock)

    def restore_pauses(self, states: Iterable[FeedState]) -> None:
        """Restores the pauses that servers asked for before a restart."""
        self._pauses.restore_pauses(states)

    async def close(self) -> None:
        """Closes connections and parser processes."""
        await self._fetcher.close()
        if self._owns_workers:
            await self._workers.close()

    async def poll(self, feed: Feed, state: FeedState, now: datetime) -> Round:
        """The entries that the feed lists, and its new state.

        Returns a Round with outcome FAILED for any failure of the feed, and one with outcome
        DEFERRED, without a request, if the feed is not due or its server asked for a pause.
        """
        poll = Poll(feed, prepare_state(feed, state), now)
        if not is_due(poll.state, now):
            return self._make_round(poll, PollOutcome.DEFERRED, poll.state)
        fetched = None
        try:
            fetched = await self._fetcher.fetch(
                poll.state.current_url or feed.url,
                poll.state.validators,
                is_paused=lambda server: self._pauses.find_end(server) is not None,
            )
            return await self._evaluate(poll, fetched)
        except HostPaused as paused:
            until = self._pauses.find_end(paused.host) or now
            # A random wait is added, because otherwise all feeds of the host would be polled at the
            # moment at which the pause ends.
            at = until + timedelta(seconds=self._chance() * self.limits.poll_s)
            return self._make_round(
                poll, PollOutcome.DEFERRED, replace(poll.state, next_poll_at=at)
            )
        except FeedError as error:
            return self._make_round(
                poll, PollOutcome.FAILED, self._apply_failure(poll, error, fetched)
            )

    async def fetch(self, address: str, validators: Validators) -> Fetched:
        """The response to a GET; raises AddressRefused and FetchFailed."""
        return await self._fetcher.fetch(address, validators)

    async def parse(self, feed: Feed, fetched: Fetched, now: datetime) -> Parsed:
        """The feed in the response's body.

        Raises FetchFailed for an error status, and NotAFeed if the body is not a feed.
        """
        if fetched.status not in GOOD:
            raise BadStatus(redact_address(fetched.url), fetched.status)
        context = FeedContext(
            feed_id=feed.id,
            url=strip_password(fetched.url),
            kind=feed.kind,
            language=feed.language,
            content_type=fetched.headers.get("content-type", ""),
            now=now,
            max_entries=self.limits.max_entries,
        )
        self._fetcher.mark_busy()
        return await self._workers.parse(fetched.body, context)

    async def read_push(
        self, feed: Feed, state: FeedState, now: datetime, body: bytes, content_type: str
    ) -> Round:
        """The Round of a pushed body. The time of the feed's next poll does not change."""
        poll, url = Poll(feed, state, now), state.topic or feed.url
        headers = {"content-type": content_type}
        try:
            parsed = await self.parse(feed, Fetched(HTTPStatus.OK, url, headers, body), now)
        except FeedError as error:
            log.warning("a push for feed %s could not be read: %s", feed.id, error.cause)
            return self._make_round(poll, PollOutcome.FAILED, state)
        return self._make_round(poll, PollOutcome.READ, state, parsed.entries, parsed.warnings)

    async def _evaluate(self, poll: Poll, fetched: Fetched) -> Round:
        before = poll.state
        if fetched.status == HTTPStatus.GONE and not before.current_url:
            return self._make_round(poll, PollOutcome.GONE, apply_gone(before, self.clock()))
        # A 304 response need not repeat the validators, so the known ones are kept.
        if fetched.status == HTTPStatus.NOT_MODIFIED and fetched.conditional:
            state = self._keep_state(poll, fetched, known=before.validators)
            return self._make_round(poll, PollOutcome.NOT_MODIFIED, state)
        if fetched.status in GOOD and fetched.digest == before.validators.body_digest:
            state = self._keep_state(poll, fetched, known=Validators())
            return self._make_round(poll, PollOutcome.SAME_BODY, state)
        return self.read_round(poll, fetched, await self.parse(poll.feed, fetched, poll.started_at))

    def read_round(self, poll: Poll, fetched: Fetched, parsed: Parsed) -> Round:
        """The Round of a response with a new body."""
        state, headers = poll.state, fetched.headers
        # A response that was cut off has the validators of the whole body. If they were stored, the
        # next request would be answered with 304.
        validators = state.validators
        if parsed.complete:
            validators = _read_validators(fetched, fetched.digest, Validators())
        hints = replace(parsed.asked, max_age_s=read_max_age_s(headers, self.clock()))
        hub, topic = find_hub(headers.get("link", ""), parsed, strip_password(fetched.url))
        state = replace(state, hub=hub, topic=topic)
        after = self._apply_response(poll.feed, state, fetched, validators, hints, parsed)
        warnings = parsed.warnings + _warn_of_missed_entries(poll.feed, self.limits, parsed)
        return self._make_round(poll, PollOutcome.READ, after, parsed.entries, warnings)

    def _keep_state(self, poll: Poll, fetched: Fetched, known: Validators) -> FeedState:
        """The state after a response without a new body."""
        state, headers = poll.state, fetched.headers
        validators = _read_validators(fetched, state.validators.body_digest, known)
        hints = state.asked
        if "cache-control" in headers or "expires" in headers:
            hints = replace(hints, max_age_s=read_max_age_s(headers, self.clock()))
        return self._apply_response(poll.feed, state, fetched, validators, hints, state)

    def _apply_response(
        self,
        feed: Feed,
        state: FeedState,
        fetched: Fetched,
        validators: Validators,
        asked: PublisherHints,
        body: Parsed | FeedState,
    ) -> FeedState:
        """The state after a good response.

        `window_s` and `listed_digest` are taken from `body`: the newly parsed feed or, if the
        response had no new body, the old state.
        """
        now = self.clock()
        response = Response(
            status=fetched.status,
            validators=validators,
            asked=asked,
            moved_to=fetched.moved_to,
            window_s=body.window_s,
            listed_digest=body.listed_digest,
            retry_after_s=read_retry_after_s(fetched.headers, now),
        )
        is_pushed = self._is_pushed(feed.id)
        return apply_response(state, feed, self.limits, now, response, self._chance(), is_pushed)

    def _apply_failure(self, poll: Poll, error: FeedError, fetched: Fetched | None) -> FeedState:
        """The state after a failure; `fetched` is None if there was no response."""
        feed, state, now = poll.feed, poll.state, self.clock()
        status = error.status if isinstance(error, BadStatus) else None
        wait_s = read_retry_after_s(fetched.headers, now) if fetched else None
        pause = None
        if fetched and wait_s and status in OVERLOADED and state.status not in OVERLOADED:
            # The whole server may be overloaded, so its other feeds wait as well. Only the first of
            # several such responses in a row pauses them, so that one feed that is always refused
            # does not block the others.
            pause = Pause(server=parse_server(fetched.url), until=now + timedelta(seconds=wait_s))
            self._pauses.add(pause, now)
        # The error names its address only if that is not the feed's own but a redirect's target.
        is_own_address = error.thing in (feed.id, redact_address(state.current_url or feed.url))
        return apply_failure(
            state,
            feed,
            self.limits,
            now,
            error.cause if is_own_address else f"{error.thing} {error.cause}",
            self._chance(),
            status,
            wait_s,
            pause=pause,
            reached=not isinstance(error, NoAnswer),
        )

    def _make_round(
        self,
        poll: Poll,
        outcome: PollOutcome,
        state: FeedState,
        entries: tuple[Entry, ...] = (),
        warnings: tuple[str, ...] = (),
    ) -> Round:
        return Round(
            feed_id=poll.feed.id,
            outcome=outcome,
            started_at=poll.started_at,
            finished_at=max(self.clock(), poll.started_at),
            entries=entries,
            state=state,
            warnings=warnings,
        )


def _read_validators(fetched: Fetched, digest: str, known: Validators) -> Validators:
    """The validators of the response, completed by those that are `known`."""
    return Validators(
        url=fetched.url,
        etag=_keep_sendable(fetched.headers.get("etag", "")) or known.etag,
        last_modified=_keep_sendable(fetched.headers.get("last-modified", ""))
        or known.last_modified,
        body_digest=digest,
    )


def _keep_sendable(value: str) -> str:
    """The validator if it can be sent back unchanged; otherwise an empty string."""
    fits = len(value) <= _MAX_VALIDATOR_CHARS and value.isascii() and value.isprintable()
    return value if fits else ""


def _warn_of_missed_entries(feed: Feed, limits: FetchLimits, parsed: Parsed) -> tuple[str, ...]:
    interval_s, window_s = find_min_interval_s(feed, limits), parsed.window_s
    if window_s is None or interval_s <= window_s / 2 or parsed.listed < _MIN_ENTRIES_FOR_WINDOW:
        return ()
    return (
        f"its entries cover {window_s / 60:,.0f} minutes, but it is polled every "
        f"{interval_s / 60:,.0f}: entries may be missed",
    )
