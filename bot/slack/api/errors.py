"""Decides what Slack's error codes mean for a delivery.

The codes are those of reference/methods/chat.postMessage, chat.update, conversations.history and
conversations.join on docs.slack.dev, and one of files.upload. There are these kinds:

1. Slack may have posted the message (`internal_error`, no answer): look before the next attempt.
2. A rate limit: wait.
3. The workspace accepts no messages (a token, a scope): keep all of them queued.
4. The conversation accepts no messages (archived, gone): hold its messages for a day.
5. This message can never be posted or edited (its blocks, its thread): give up.

After an error with any other code, the delivery is retried up to `MOST_ATTEMPTS` and then given up.
"""

from typing import Any

from slack_sdk.errors import SlackApiError

from bot.errors import ConversationRefused, SendLater, SendRefused, WorkspaceRefused
from bot.slack.blockkit.limits import RETRY_AFTER_S

Refusal = SendLater | SendRefused | ConversationRefused | WorkspaceRefused
"""The errors with which a delivery can fail."""

MOST_ATTEMPTS = 8
"""The number of attempts after which a delivery with an unknown error is given up."""

_OUTCOME_UNKNOWN = frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "request_timeout"}
)
_LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
_WORKSPACE = {
    "not_authed": "set SLACK_BOT_TOKEN",
    "invalid_auth": "copy SLACK_BOT_TOKEN from the app's page again",
    "token_expired": "turn token rotation off for the app and copy SLACK_BOT_TOKEN again",
    "missing_scope": "add the scope to the app, then install it again",
    "not_allowed_token_type": "SLACK_BOT_TOKEN must begin with xoxb-",
    "org_login_required": "the workspace is being moved; it comes back by itself",
    "team_added_to_org": "the workspace is being moved; it comes back by itself",
    "accesslimited": "allow this machine's address in the app's settings",
    "account_inactive": "the app was removed from the workspace: install it again",
    "token_revoked": "the app was removed from the workspace: install it again",
    "team_access_not_granted": "the app is not installed in this workspace: install it",
    "two_factor_setup_required": "the workspace asks for two-factor authentication: set it up",
    "ekm_access_denied": "the workspace's administrators have suspended posting",
    "enterprise_is_restricted": "the organization's administrators have restricted the app",
}
_CONVERSATION = {
    "channel_not_found": "the conversation is gone or private: invite the bot and subscribe again",
    "is_archived": "the channel is archived: unarchive it, or subscribe in another one",
    "is_inactive": "the channel is inactive: activate it again, or subscribe in another one",
    "access_denied": "let the bot into the conversation, or subscribe in another one",
    "channel_is_limited_access": "give the bot access to the channel, or subscribe in another one",
    "posting_to_general_channel_denied": "let apps post to this channel, or subscribe elsewhere",
    "not_in_channel": "invite the bot to the channel and subscribe again",
    "user_not_found": "the person no longer exists in the workspace",
    "user_disabled": "the person's account is deactivated",
    "no_permission": "invite the bot to the channel and subscribe again",
    "messages_tab_disabled": "turn on the Messages tab under App Home in the app's settings",
}
_MESSAGE = {
    "cannot_reply_to_message": "the alert of this reply does not allow replies",
    "thread_not_found": "the alert of this reply was deleted",
    "restricted_action_thread_locked": "the thread of this reply is locked",
    "restricted_action_non_threadable_channel": "the channel does not allow replies",
    "message_not_found": "the alert to edit was deleted",
    "cant_update_message": "the alert to edit belongs to another app",
    "edit_window_closed": "the workspace no longer allows edits of the alert",
}
_RESTRICTED = "the channel's settings do not let the bot post"
_BLOCKS = ("invalid_blocks", "msg_blocks_too_long", "msg_too_long", "invalid_attachments")


def code(error: SlackApiError) -> str:
    """Slack's error code, such as `channel_not_found`; empty if the response does not come from
    Slack."""
    data = getattr(error.response, "data", error.response)
    found = data.get("error") if isinstance(data, dict) else None
    return str(found or "")


def status(error: SlackApiError) -> int:
    """The HTTP status of the response."""
    answer: Any = error.response
    return int(getattr(answer, "status_code", None) or getattr(answer, "status", None) or 0)


def refuses_blocks(error: SlackApiError) -> bool:
    """Whether Slack refused the blocks, so that it may accept the same message as plain text."""
    return names_blocks(code(error))


def names_blocks(said: str) -> bool:
    """Whether this error code means that Slack refused the blocks of a message."""
    return said.startswith(_BLOCKS)


def verdict(error: SlackApiError, attempts: int, conversation: str = "") -> Refusal:
    """The error to raise after this response to a post or an edit; `attempts` includes this
    attempt.

    A response without a code comes from a proxy, not from Slack.
    """
    said, http = code(error), status(error)
    if http == 429 or said in _LIMITED:
        return SendLater(retry_after_s(error), "Slack's rate limit")
    if said in _OUTCOME_UNKNOWN or not said or http >= 500:
        return SendLater(None, said or f"HTTP {http}", uncertain=True, unanswered=not said)
    if said in _WORKSPACE:
        return WorkspaceRefused("Slack", _named(error), _WORKSPACE[said])
    if said in _MESSAGE:
        return SendRefused(f"{said}: {_MESSAGE[said]}", by_slack=True)
    if said in _CONVERSATION or said.startswith("restricted_action"):
        cure_ = _CONVERSATION.get(said, _RESTRICTED)
        return ConversationRefused(conversation or "the conversation", said, cure_)
    if attempts >= MOST_ATTEMPTS or said.startswith(("invalid_", *_BLOCKS)):
        return SendRefused(f"{said}: Slack does not take this message", by_slack=True)
    return SendLater(None, said)


def passes(error: SlackApiError) -> bool:
    """Whether the same call may succeed later: after a rate limit, a failure at Slack, or an error
    of a proxy."""
    said, http = code(error), status(error)
    return not said or said in _LIMITED | _OUTCOME_UNKNOWN or http == 429 or http >= 500


def cure(error: SlackApiError) -> str:
    """What an operator can do about the error; empty if that is unknown."""
    said = code(error)
    return next((each[said] for each in (_WORKSPACE, _CONVERSATION, _MESSAGE) if said in each), "")


def retry_after_s(error: SlackApiError) -> float:
    """Seconds that Slack asks the bot to wait. If Slack names no time, it is our own default."""
    headers = getattr(error.response, "headers", None) or {}
    given = next((headers[k] for k in headers if k.lower() == "retry-after"), "")
    try:
        return min(max(float(given), 1.0), 3600.0)
    except ValueError:
        return RETRY_AFTER_S


def _named(error: SlackApiError) -> str:
    data = getattr(error.response, "data", None)
    needed = data.get("needed") if isinstance(data, dict) else None
    return f"{code(error)} ({needed})" if needed else code(error)


def unanswered(cause: str) -> SendLater:
    """The error for a call that got no response: the message may have been posted."""
    return SendLater(None, cause, uncertain=True, unanswered=True)


def still_uncertain(error: Refusal, cause: str) -> Refusal:
    """The error with `uncertain` set, for a delivery that may have been posted in an earlier
    attempt."""
    if isinstance(error, SendLater):
        return SendLater(error.after_s, cause, True, error.unanswered, error.lookups_only)
    if isinstance(error, SendRefused):
        return SendLater(None, cause, uncertain=True)
    if isinstance(error, ConversationRefused):
        by_look_up = error.by_look_up
        return ConversationRefused(error.thing, error.cause, error.cure, True, by_look_up)
    return WorkspaceRefused(error.thing, error.cause, error.cure, uncertain=True)
