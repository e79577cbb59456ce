"""Response URLs: the bot may answer a command or a click five times within half an hour.

They follow https://docs.slack.dev/interactivity/handling-user-interaction.
"""

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.local_slack import limits
from bot.local_slack.api.call import ApiError, Arguments
from bot.local_slack.api.chat import read_message, read_thread
from bot.local_slack.state.records import Channel, Message
from bot.local_slack.state.team import Team


@dataclass(slots=True)
class _Url:
    channel: Channel
    cause: str
    original: str
    created: float
    uses: int = 0


class ResponseUrls:
    """Creates response URLs and shows the messages that the bot posts to them; `clock` counts
    seconds."""

    def __init__(self, team: Team, clock: Callable[[], float] = time.monotonic) -> None:
        self._team, self._clock = team, clock
        self._urls: dict[str, _Url] = {}

    def issue(self, channel: Channel, cause: str, original: str = "") -> str:
        """A new response URL. `cause` is the id of the command or click. `original` is the ts of
        the message that was clicked; it is empty for a command."""
        now, window = self._clock(), limits.RESPONSE_WINDOW_S
        self._urls = {k: url for k, url in self._urls.items() if now - url.created < 2 * window}
        key = secrets.token_urlsafe(24)
        self._urls[key] = _Url(channel, cause, original, now)
        return f"{self._team.address}/respond/{self._team.identity.team_id}/{key}"

    async def receive(self, key: str, body: Any) -> None:
        """Shows a message that the bot posted to a response URL.

        Raises ApiError with expired_url, used_url or invalid_payload, or with the error of an
        invalid message.
        """
        url = self._urls.get(key)
        if url is None or self._clock() - url.created > limits.RESPONSE_WINDOW_S:
            raise ApiError("expired_url", status=404)
        if url.uses >= limits.RESPONSES:
            raise ApiError("used_url", status=404)
        url.uses += 1
        await self.show(url.channel, body, url.cause, url.original)

    async def show(self, channel: Channel, body: Any, cause: str, original: str = "") -> None:
        """Shows an answer. Only the person sees it, unless its response_type is in_channel.

        Raises ApiError as `receive` does.
        """
        if not isinstance(body, Mapping):
            raise ApiError("invalid_payload", status=400)
        arguments = Arguments(body)
        found = await self._team.storage.find_message(channel.id, original) if original else None
        replaced = found if arguments.flag("replace_original") else None
        if replaced:
            old, only_for = replaced
            rest = {k: v for k, v in old.items() if k not in ("text", "blocks")}
            message = {**rest, **_read(arguments)}
        else:
            thread = await read_thread(self._team, channel, arguments)
            message = self._team.make_bot_message({**_read(arguments), **thread})
            in_channel = arguments.text("response_type") == "in_channel"
            only_for = "" if in_channel else self._team.identity.person_id
        changed = bool(replaced)
        await self._team.post(channel, message, changed=changed, only_for=only_for, cause=cause)


def _read(arguments: Arguments) -> Message:
    try:
        return read_message(arguments)
    except ApiError as refusal:
        raise ApiError(refusal.error, refusal.messages, status=400) from refusal
