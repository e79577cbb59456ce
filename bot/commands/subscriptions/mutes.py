"""Executes the commands about mutes, and about the stories that a mute kept back."""

from collections.abc import Callable
from datetime import datetime

from bot.alerts.delivery import DeliveryKind
from bot.alerts.digest import BundleKind, read_bundle
from bot.alerts.mutes import MUTED_FOR, Mute, MuteKind
from bot.commands import replies
from bot.commands.grammar import Command, Verb
from bot.commands.ports import DeliveryStore, MuteStore
from bot.commands.request import CommandRequest, Reply

_MUTE = {
    Verb.MUTE_EVENT: MuteKind.EVENT,
    Verb.MUTE_TOPIC: MuteKind.TOPIC,
    Verb.MUTE_CONVERSATION: MuteKind.CONVERSATION,
}
_UNMUTE = {
    Verb.UNMUTE_EVENT: MuteKind.EVENT,
    Verb.UNMUTE_TOPIC: MuteKind.TOPIC,
    Verb.UNMUTE_CONVERSATION: MuteKind.CONVERSATION,
}
MUTE_VERBS = frozenset({Verb.SHOW_MISSED, *_MUTE, *_UNMUTE})
"""The commands that this service executes."""


class MuteService:
    """Adds and ends the mutes of a conversation."""

    def __init__(
        self,
        mutes: MuteStore,
        outbox: DeliveryStore,
        clock: Callable[[], datetime],
        on_due: Callable[[], None],
    ) -> None:
        """`on_due` is called when messages become due because a mute ended."""
        self._mutes, self._outbox = mutes, outbox
        self._clock, self._on_due = clock, on_due

    async def execute(self, command: Command, request: CommandRequest) -> Reply:
        """The reply to a command about mutes."""
        if command.verb in _MUTE:
            return await self._mute(_MUTE[command.verb], command.text, request)
        if command.verb in _UNMUTE:
            return await self._unmute(_UNMUTE[command.verb], command.text, request)
        delivery_id, _, page = command.text.partition(" ")
        number = int(page) if page.isdecimal() else 1
        return await self._show_missed(delivery_id, request, number)

    async def _mute(self, kind: MuteKind, subject: str, request: CommandRequest) -> Reply:
        """Mutes something in the conversation; the missed stories are offered at the end."""
        mute = _make_mute(kind, subject, request, self._clock() + MUTED_FOR[kind])
        await self._mutes.add(mute)
        return replies.Muted(mute)

    async def _unmute(self, kind: MuteKind, subject: str, request: CommandRequest) -> Reply:
        """Ends a mute; the missed stories are offered at once."""
        mute = _make_mute(kind, subject, request, None)
        await self._mutes.remove(mute, self._clock())
        self._on_due()
        return replies.Unmuted(mute)

    async def _show_missed(self, delivery_id: str, request: CommandRequest, page: int) -> Reply:
        """A page of the stories that a message of this conversation offers."""
        found = await self._outbox.get(delivery_id)
        if (
            found is None
            or found.kind is not DeliveryKind.DIGEST
            or (found.team, found.conversation) != (request.team, request.conversation)
            or read_bundle(found.content).kind is not BundleKind.MISSED
        ):
            return replies.MissedStories(())
        stories = await self._outbox.stories(found)
        return replies.MissedStories(stories, delivery_id, page, found.left_out)


def _make_mute(
    kind: MuteKind, subject: str, request: CommandRequest, until: datetime | None
) -> Mute:
    return Mute(
        kind=kind,
        subject="" if kind is MuteKind.CONVERSATION else subject,
        team=request.team,
        conversation=request.conversation,
        until=until,
    )
