"""Hands files to Slack, in its three steps, which slack_sdk takes one after the other.

A file that is shared in no conversation is seen by nobody but the app, also where a message shows
it (slackapi/python-slack-sdk issue 1658); so each is shared where its readers are.
"""

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SlackError
from bot.slack.api.channels import channel_of
from bot.slack.api.errors import code, cure

_INVITE = "Invite me to this channel first, with `/invite`"
_NO_PLACE = frozenset({"not_in_channel", "channel_not_found"})


async def upload(
    client: AsyncWebClient,
    conversation: str,
    name: str,
    content: bytes,
    *,
    title: str,
    comment: str = "",
    thread_ts: str | None = None,
) -> None:
    """Shares a file in a channel, or with a person, as a message of the bot's.

    `comment` is markup. Raises SlackError with the cure for what Slack refuses, such as a missing
    scope.
    """
    try:
        channel = await channel_of(client, conversation)
        await client.files_upload_v2(
            channel=channel,
            filename=name,
            content=content,
            title=title,
            initial_comment=comment or None,
            thread_ts=thread_ts,
        )
    except SlackApiError as error:
        raise _refused(error) from error
    except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        # Its name alone: the address of an upload is a secret.
        raise SlackError(
            "files.upload", f"no answer ({type(error).__name__})", "Try again"
        ) from None


def _refused(error: SlackApiError) -> SlackError:
    said = code(error) or "refused"
    if said == "missing_scope":
        what = "the app may not upload files: its scope `files:write` is missing"
        return SlackError("files.upload", what, "Add the scope to the app, then install it again")
    if said in _NO_PLACE:
        return SlackError("files.upload", "I am not in this channel", _INVITE)
    return SlackError("files.upload", said, cure(error))
