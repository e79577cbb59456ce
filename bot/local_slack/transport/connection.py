"""The open line to the bot, and events that are told over it until they are acknowledged."""

import asyncio
import logging
from collections.abc import Collection, Coroutine, Sequence
from typing import Any

from bot.local_slack.state.team import Team
from bot.local_slack.transport.http import AppUnavailable, HttpLink, Kind
from bot.local_slack.transport.payloads import Payload, event
from bot.local_slack.transport.socket_mode import Sockets

_log = logging.getLogger(__name__)


class BotConnection:
    """Sends over a socket when the bot has one open, else to its request URL."""

    def __init__(self, sockets: Sockets) -> None:
        self.sockets = sockets
        self.http: HttpLink | None = None

    async def send(self, kind: Kind, payload: Payload, *, retry: int = 0) -> Payload:
        """See bot.local_slack.transport.http.Link."""
        if self.sockets.connected:
            return await self.sockets.send(kind, payload, retry=retry)
        if self.http is not None:
            return await self.http.send(kind, payload, retry=retry)
        raise AppUnavailable("not_connected")


class EventSender:
    """Tells the bot of events that it subscribed to; again when it does not acknowledge.

    `subscribed` holds names of the Events API (`app_mention`, `message.im`), `retries_s` the waits
    before each further try, in seconds.
    """

    def __init__(
        self,
        team: Team,
        line: BotConnection,
        subscribed: Collection[str],
        retries_s: Sequence[float],
    ) -> None:
        self._team, self._line = team, line
        self._subscribed, self._retries_s = frozenset(subscribed), tuple(retries_s)
        self._under_way: set[asyncio.Task[None]] = set()

    def tell(self, name: str, content: Payload) -> bool:
        """Whether the bot subscribed to it; then it is told, without waiting for it."""
        if name in self._subscribed:
            self._start(self._deliver(event(self._team, content)))
        return name in self._subscribed

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _deliver(self, payload: Payload) -> None:
        for tries, wait_s in enumerate((0.0, *self._retries_s)):
            await asyncio.sleep(wait_s)
            try:
                await self._line.send("events_api", payload, retry=tries)
            except AppUnavailable as error:
                _log.info("event %s not acknowledged: %s", payload["event"]["type"], error.error)
            else:
                return

    async def close(self) -> None:
        """Gives up what is still to be told."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
