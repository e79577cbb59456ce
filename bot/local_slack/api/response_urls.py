"""Response URLs: where the bot answers a command or a click, five times within half an hour.

After https://docs.slack.dev/interactivity/handling-user-interaction.
"""

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.local_slack import limits
from bot.local_slack.api.arguments import Arguments
from bot.local_slack.api.chat import content, place_in_thread
from bot.local_slack.api.errors import ApiError
from bot.local_slack.state.records import Channel, Message
from bot.local_slack.state.team import Team


@dataclass(slots=True)
class _Permit:
    channel: Channel
    cause: str
    original: str
    at: float
    uses: int = 0


class ResponseUrls:
    """Issues response URLs and takes what is posted to them; `clock` counts seconds."""

    def __init__(self, team: Team, clock: Callable[[], float] = time.monotonic) -> None:
        self._team, self._clock = team, clock
        self._permits: dict[str, _Permit] = {}

    def issue(self, channel: Channel, cause: str, original: str = "") -> str:
        """A fresh response URL; `original` is the ts of the message that was acted on."""
        now, window = self._clock(), limits.RESPONSE_WINDOW_S
        self._permits = {k: p for k, p in self._permits.items() if now - p.at < 2 * window}
        key = secrets.token_urlsafe(24)
        self._permits[key] = _Permit(channel, cause, original, now)
        return f"{self._team.address}/respond/{self._team.identity.team_id}/{key}"

    async def take(self, key: str, body: Any) -> None:
        """Shows what was posted to a response URL.

        Raises ApiError: expired_url, used_url, invalid_payload, or what is wrong with the message.
        """
        permit = self._permits.get(key)
        if permit is None or self._clock() - permit.at > limits.RESPONSE_WINDOW_S:
            raise ApiError("expired_url", status=404)
        if permit.uses >= limits.RESPONSES:
            raise ApiError("used_url", status=404)
        permit.uses += 1
        await self.show(permit.channel, body, permit.cause, permit.original)

    async def show(self, channel: Channel, body: Any, cause: str, original: str = "") -> None:
        """Shows an answer: to the person alone unless it asks for the channel.

        Raises ApiError as `take` does.
        """
        if not isinstance(body, Mapping):
            raise ApiError("invalid_payload", status=400)
        arguments = Arguments(body)
        kept = await self._team.archive.message(channel.id, original) if original else None
        if kept is not None and arguments.flag("delete_original"):
            await self._team.remove(channel, original)
        elif kept is not None and arguments.flag("replace_original"):
            await self._replace(channel, *kept, _said(arguments), cause)
        else:
            place = await place_in_thread(self._team, channel, arguments)
            message = self._team.written_by_bot({**_said(arguments), **place})
            alone = arguments.text("response_type") != "in_channel"
            only_for = self._team.identity.person_id if alone else ""
            await self._team.post(channel, message, only_for=only_for, cause=cause)

    async def _replace(
        self, channel: Channel, old: Message, only_for: str, said: Message, cause: str
    ) -> None:
        kept = {k: v for k, v in old.items() if k not in ("text", "blocks", "attachments")}
        await self._team.change(channel, {**kept, **said}, only_for=only_for, cause=cause)


def _said(arguments: Arguments) -> Message:
    try:
        return content(arguments)
    except ApiError as refusal:
        raise ApiError(refusal.error, refusal.messages, status=400) from refusal
