"""The connection to the bot: payloads, and events that are retried until acknowledged."""

import asyncio
import logging
from collections.abc import Collection, Sequence

from bot.local_slack.state.team import Team
from bot.local_slack.transport.http import AppUnavailable, HttpLink, Kind
from bot.local_slack.transport.payloads import Payload, event
from bot.local_slack.transport.socket_mode import Sockets

_log = logging.getLogger(__name__)


class BotConnection:
    """Sends over an open socket if there is one, else to the bot's request URL.

    `subscribed` holds the names of the bot's events (`app_mention`, `message.im`), `retries_s` the
    delays before each retry of an event, in seconds.
    """

    def __init__(
        self, team: Team, sockets: Sockets, subscribed: Collection[str], retries_s: Sequence[float]
    ) -> None:
        self._team, self._sockets = team, sockets
        self._subscribed, self._retries_s = frozenset(subscribed), tuple(retries_s)
        self._tasks: set[asyncio.Task[None]] = set()
        self.http: HttpLink | None = None

    async def send(self, kind: Kind, payload: Payload, *, retry: int = 0) -> Payload:
        """What came with the acknowledgement, {} for nothing; raises AppUnavailable.

        `retry` is the number of earlier attempts.
        """
        if self._sockets.connected:
            return await self._sockets.send(kind, payload, retry=retry)
        if self.http is not None:
            return await self.http.send(kind, payload, retry=retry)
        raise AppUnavailable("not_connected")

    def send_event(self, name: str, content: Payload) -> bool:
        """Sends an event in the background if the bot subscribed to it; whether it did."""
        if name in self._subscribed:
            task = asyncio.create_task(self._deliver(event(self._team, content)))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return name in self._subscribed

    async def _deliver(self, payload: Payload) -> None:
        for retry, delay_s in enumerate((0.0, *self._retries_s)):
            await asyncio.sleep(delay_s)
            try:
                await self.send("events_api", payload, retry=retry)
            except AppUnavailable as error:
                _log.info("event %s not acknowledged: %s", payload["event"]["type"], error.error)
            else:
                return

    async def close(self) -> None:
        """Cancels the events that are not acknowledged yet."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
