"""Looks up channels: the one that an operator named, and that of a direct message."""

import logging

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SlackError
from bot.slack.api.errors import code

log = logging.getLogger(__name__)

_PAGE = 999
"""Slack's maximum (`limit` in ConversationsListArguments of the Node Slack SDK's reference)."""
_MOST_PAGES = 50
_MAY_NOT_LIST = frozenset({"missing_scope", "no_permission", "not_allowed_token_type"})


async def find_channel(
    client: AsyncWebClient, name: str, setting: str = "TARIFFWIRE_CHANNEL"
) -> str:
    """The id of the public channel `name` or `#name`; an id is returned unchanged.

    Where the app may not list channels, returns `#name`, which Slack accepts for posting too.
    Raises SlackError if there is no such channel, with `setting` as the variable that named it, and
    SlackApiError for Slack's other errors.
    """
    if name.isupper() and name[0] in "CGD" and len(name) >= 9:
        return name
    bare = name.removeprefix("#").lower()
    cursor = ""
    try:
        for _ in range(_MOST_PAGES):
            answer = await client.conversations_list(
                types="public_channel", exclude_archived=True, limit=_PAGE, cursor=cursor
            )
            channels: list[dict[str, str]] = answer.get("channels") or []
            for channel in channels:
                if channel.get("name") == bare:
                    return channel["id"]
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                break
    except SlackApiError as error:
        if code(error) not in _MAY_NOT_LIST:
            raise
        log.info("channels cannot be listed (%s); posting to #%s by name", code(error), bare)
        return f"#{bare}"
    raise SlackError(
        f"#{bare}",
        "no such public channel in the workspace",
        f"Create it, or set {setting} to another channel's name or id",
    )


async def channel_of(client: AsyncWebClient, conversation: str) -> str:
    """The channel of a conversation; for a person's id, the direct message with them.

    Posting takes either id; reading, changing and sharing take channels only. Raises SlackApiError
    and the errors of the connection.
    """
    if not conversation.startswith(("U", "W")):
        return conversation
    opened = await client.conversations_open(users=conversation)
    return str(opened["channel"]["id"])
