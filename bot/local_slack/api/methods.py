"""All methods of the Web API with their scopes and rate limits."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

from bot.local_slack.api import blocks, chat, conversations, files, users, views
from bot.local_slack.api.call import Arguments
from bot.local_slack.limits import TIER_1, TIER_2, TIER_3, TIER_4
from bot.local_slack.state.team import Team


class Method(NamedTuple):
    """One method as https://docs.slack.dev/reference/methods describes it.

    `scope` is the scope that the bot token needs; it is empty if the method needs none. For a
    direct message, Slack asks for a different scope than for a public channel; here, the scope of
    public channels is enough for both. `per_minute` is the method's rate limit. It is 0 if the
    method has no limit, or a limit of another kind.
    """

    run: Callable[[Team, Arguments], Awaitable[dict[str, Any]]]
    scope: str = ""
    per_minute: int = 0


METHODS: Mapping[str, Method] = {
    "api.test": Method(users.api_test),
    "apps.connections.open": Method(users.open_connection, "", TIER_1),
    "auth.test": Method(users.auth_test),
    "blocks.validate": Method(blocks.validate),
    "chat.getPermalink": Method(chat.get_permalink),
    "chat.postMessage": Method(chat.post_message, "chat:write"),
    "chat.update": Method(chat.update, "chat:write", TIER_3),
    "conversations.history": Method(conversations.history, "channels:history", TIER_3),
    "conversations.join": Method(conversations.join, "channels:join", TIER_3),
    "conversations.list": Method(conversations.list_channels, "channels:read", TIER_2),
    "conversations.members": Method(conversations.list_members, "channels:read", TIER_4),
    "conversations.open": Method(conversations.open_direct, "im:write", TIER_3),
    "conversations.replies": Method(conversations.replies, "channels:history", TIER_3),
    "files.completeUploadExternal": Method(files.complete_upload, "files:write", TIER_4),
    "files.getUploadURLExternal": Method(files.get_upload_url, "files:write", TIER_4),
    "users.conversations": Method(conversations.list_joined, "channels:read", TIER_3),
    "users.info": Method(users.info, "users:read", TIER_4),
    "views.open": Method(views.open_view, "", TIER_4),
    "views.publish": Method(views.publish, "", TIER_4),
    "views.update": Method(views.update, "", TIER_4),
}
