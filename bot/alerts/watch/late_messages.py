"""Reports messages that are sent late.

    waiting conversations | oldest message late? | begins: operators | ends: operators, conversation

A conversation is late while its oldest message should have been sent more than `LATE_AFTER` ago.
Messages that are held because the conversation refuses them do not count, and quiet time and mutes
do not make a message late. When the messages are sent, the conversation gets one message that says
how late they came and why.

A retry moves the time at which a message is due, so the watch remembers the first one. It saves
what waits for some minutes, so a restart forgets no delay.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from pydantic import AwareDatetime

from bot.alerts.notices import Notices, Trouble
from bot.alerts.watch.incidents import Incidents, Problem
from bot.feeds.health import format_duration
from bot.text.plain import cut
from bot.values import Frozen

LATE_AFTER = timedelta(minutes=30)
"""A message that should have been sent longer ago is late."""
_SAVED_AFTER = timedelta(minutes=5)
_SCOPE = "queue"
_NOT_RUNNING = "the bot was not running"
_SLOW = "more messages were waiting than Slack accepts at a time"
_REFUSED = "Slack refused all messages of the bot"


class WaitingMessages(NamedTuple):
    """The messages of a conversation that should have been sent by now."""

    conversation: str
    head: str
    """The id of the delivery that is sent next."""
    due_at: datetime
    """The earliest time at which one of them is due."""
    error: str
    """Why the last attempt to send one failed; empty if none failed."""


class Delay(Frozen):
    """What is remembered about a conversation whose messages wait."""

    head: str
    since: AwareDatetime
    """When the oldest of its waiting messages should have been sent."""
    late_since: AwareDatetime | None = None
    """When the first late message should have been sent; None if none was late."""
    longest_s: float = 0.0
    cause: str = ""


class DelayStore(Protocol):
    """The waiting messages and the saved delays of a team, by conversation."""

    async def waiting(self, team: str, now: datetime) -> Iterable[WaitingMessages]: ...

    async def delays(self, team: str) -> Mapping[str, Delay]: ...

    async def put_delay(self, team: str, conversation: str, delay: Delay) -> object: ...

    async def delete_delay(self, team: str, conversation: str) -> object: ...


class LateMessages:
    """Watches the outbox; call `look` before sending starts and then about once a minute."""

    def __init__(
        self,
        store: DelayStore,
        notices: Notices,
        incidents: Incidents,
        team: str,
        clock: Callable[[], datetime],
        is_refusing: Callable[[], bool],
    ) -> None:
        """`is_refusing` says whether the workspace refuses all messages; that is reported
        elsewhere."""
        self._store, self._notices, self._incidents = store, notices, incidents
        self._team, self._clock, self._is_refusing = team, clock, is_refusing
        self._delays: dict[str, Delay] | None = None
        self._saved: set[str] = set()

    async def look(self) -> None:
        """Reports what began or ended since the last look; raises StoreError."""
        now = self._clock()
        is_start = self._delays is None
        if self._delays is None:
            self._delays = dict(await self._store.delays(self._team))
            self._saved = set(self._delays)
        waiting = {one.conversation: one for one in await self._store.waiting(self._team, now)}
        for conversation, one in waiting.items():
            had = self._delays.get(conversation)
            delay = await self._keep(conversation, self._update(had, one, now, is_start=is_start))
            self._delays[conversation] = delay
        for conversation in [one for one in self._delays if one not in waiting]:
            await self._end(conversation, self._delays[conversation])
            del self._delays[conversation]
        late = [one for one in self._delays.values() if one.late_since is not None]
        await self._report_to_operators(late)

    def _update(
        self, had: Delay | None, waiting: WaitingMessages, now: datetime, *, is_start: bool
    ) -> Delay:
        since = min(waiting.due_at, now)
        if had is not None and had.head == waiting.head:
            since = min(since, had.since)
        delay = Delay(head=waiting.head, since=since)
        if had is not None:
            kept = {"late_since": had.late_since, "longest_s": had.longest_s, "cause": had.cause}
            delay = delay.model_copy(update=kept)
        if now - since < LATE_AFTER:
            return delay
        return delay.model_copy(
            update={
                "late_since": delay.late_since or since,
                "longest_s": max(delay.longest_s, (now - since).total_seconds()),
                "cause": self._find_cause(delay.cause, waiting.error, is_start=is_start),
            }
        )

    def _find_cause(self, had: str, error: str, *, is_start: bool) -> str:
        if self._is_refusing():
            return _REFUSED
        if error:
            return f"the last attempt failed: {cut(error, 200)}"
        return had or (_NOT_RUNNING if is_start else _SLOW)

    async def _keep(self, conversation: str, delay: Delay) -> Delay:
        """Saves the delay, or reports its end if the messages are no longer late."""
        age = self._clock() - delay.since
        if delay.late_since is not None and age < LATE_AFTER:
            await self._end(conversation, delay)
            delay = Delay(head=delay.head, since=delay.since)
        if age >= _SAVED_AFTER:
            await self._store.put_delay(self._team, conversation, delay)
            self._saved.add(conversation)
        return delay

    async def _end(self, conversation: str, delay: Delay) -> None:
        if delay.late_since is not None:
            longest = format_duration(delay.longest_s)
            trouble = Trouble(
                f"messages late since {delay.late_since.isoformat()}",
                f"Messages here came up to {longest} late, because {delay.cause}.",
            )
            await self._notices.report(trouble, (conversation,))
        if conversation in self._saved:
            await self._store.delete_delay(self._team, conversation)
            self._saved.discard(conversation)

    async def _report_to_operators(self, late: Sequence[Delay]) -> None:
        key = await self._incidents.find_key(_SCOPE, _SCOPE)
        problems = []
        if late and (key or not self._is_refusing()):
            first = min(one.late_since for one in late if one.late_since is not None)
            since = f"{first:%Y-%m-%d %H:%M} UTC"
            places = "1 conversation" if len(late) == 1 else f"{len(late)} conversations"
            problems.append(
                Problem(
                    subject=_SCOPE,
                    key=key or f"messages late since {first.isoformat()}, queue",
                    text=f"Messages to {places} wait since {since}, because {late[0].cause}. They "
                    "stay queued. `tariffwire outbox list` shows them.",
                    ended=f"Messages are sent in time again. They were late since {since}.",
                )
            )
        await self._incidents.look(_SCOPE, problems, {_SCOPE})
