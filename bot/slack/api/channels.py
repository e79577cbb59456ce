"""Looks up channels: the channel with a given name, and the channel of a direct message."""

import logging

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SlackError
from bot.slack.api.errors import code

log = logging.getLogger(__name__)

_PAGE = 999
"""The maximum number of channels in a response (`limit` in ConversationsListArguments, in the
reference of the Node Slack SDK)."""
_MOST_PAGES = 50
_MAY_NOT_LIST = frozenset({"missing_scope", "no_permission", "not_allowed_token_type"})


async def find_channel(
    client: AsyncWebClient, name: str, setting: str = "TARIFFWIRE_CHANNEL"
) -> str:
    """The id of the public channel `name` or `#name`; an id is returned unchanged.

    If the app lacks the permission to list channels, returns `#name`, which Slack also accepts for
    posts. Raises SlackError if there is no such channel; its cure names the variable `setting`.
    Raises SlackApiError for other errors that Slack reports.
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
    """The id of the channel of a conversation. For a person's id, it is the channel of the direct
    messages with this person.

    Slack accepts a person's id for posting, but needs a channel's id for reading and changing
    messages and for sharing files. Raises SlackApiError and the errors of the connection.
    """
    if not conversation.startswith(("U", "W")):
        return conversation
    opened = await client.conversations_open(users=conversation)
    return str(opened["channel"]["id"])
