"""The objects that all listeners share. `bot.runtime.wiring` builds them."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from slack_sdk.web.async_client import AsyncWebClient

from bot.alerts.notices import AnswerReport, MistakeReport
from bot.commands.lines.touching import TouchFinder
from bot.commands.message_reading import MessageService
from bot.commands.service import CommandService
from bot.slack.background import Background
from bot.slack.blockkit.limits import ANSWER_WITHIN_S, EVENT_RETRIES_S
from bot.slack.workspaces.registry import Clients


class Deduplicator:
    """Recognizes events that Slack sends again, and repeated clicks."""

    _KEEP = timedelta(seconds=EVENT_RETRIES_S)
    _MOST = 10_000

    def __init__(self) -> None:
        self._known: OrderedDict[str, datetime] = OrderedDict()

    def is_repeated(self, key: str, now: datetime) -> bool:
        """Whether the key was seen within the time in which Slack may repeat events. Remembers a
        new key."""
        while self._known and self._is_over(now):
            self._known.popitem(last=False)
        if key in self._known:
            return True
        self._known[key] = now
        return False

    @contextmanager
    def once(self, key: str, now: datetime) -> Iterator[bool]:
        """Yields whether the key is new. If the block fails, forgets a new key, so that the next
        attempt is not taken for a repetition."""
        is_new = not self.is_repeated(key, now)
        try:
            yield is_new
        except BaseException:
            if is_new:
                self.forget(key)
            raise

    def forget(self, key: str) -> None:
        """Makes the key new again."""
        self._known.pop(key, None)

    def _is_over(self, now: datetime) -> bool:
        oldest = next(iter(self._known.values()))
        return now - oldest > self._KEEP or len(self._known) > self._MOST


async def _no_limit(_team: str) -> float:
    return 0.0


@dataclass(frozen=True)
class SlackContext:
    """The objects that all listeners share.

    For each request, Bolt creates a client like `client`, with the same session. `client` has the
    token of the bot's only workspace. With many workspaces it has none; `client_of` finds the
    client of each.
    """

    client: AsyncWebClient
    signing_secret: str
    service: CommandService
    messages: MessageService
    background: Background = field(default_factory=Background)
    deduplicator: Deduplicator = field(default_factory=Deduplicator)
    report_mistake: Callable[[MistakeReport | AnswerReport], Awaitable[None]] | None = None
    """Notifies the operators of a mistake that a person reports; None if there are no operators."""
    touches: TouchFinder | None = None
    """Finds the lines that messages touch; None if the bot keeps no line lists."""
    take_reply_turn: Callable[[str], Awaitable[float]] = _no_limit
    """Waits for the limit of posts of a workspace, for the next post of this task."""
    answer_within_s: float = ANSWER_WITHIN_S
    """Seconds that a command may take. After them, Slack gets an acknowledgement without the
    answer."""
    clients: Clients | None = None
    """The clients of the workspaces; None if there is only one."""
    home: str = ""
    """The workspace of the operators; empty if there is only one."""
    remove_workspace: Callable[[str, datetime], Awaitable[None]] | None = None
    """Deletes the data of a workspace that has removed the app at a moment; None if the bot serves
    only one workspace, whose data then stays for a new token."""

    async def client_of(self, team: str) -> AsyncWebClient:
        """The client of a workspace, for calls that do not belong to a request. Raises
        WorkspaceRefused if the app is no longer installed there."""
        return self.client if self.clients is None else await self.clients.get(team)
