"""Uploads files to Slack and shares them in a conversation.

A file must be shared in a conversation: as long as it is not, only the app can see it, even if it
is in a message (slackapi/python-slack-sdk issue 1658).
"""

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SlackError
from bot.slack.api.channels import channel_of
from bot.slack.api.errors import code, cure

_INVITE = "Invite me: `/invite @tariffwire`"
_NO_PLACE = frozenset({"not_in_channel", "channel_not_found"})


async def upload(
    client: AsyncWebClient,
    conversation: str,
    name: str,
    content: bytes,
    *,
    title: str,
    comment: str,
) -> None:
    """Shares a file in a channel or with a person. It appears as a message of the bot.

    `comment` is the markup of this message. Raises SlackError with the cure, for example for a
    missing scope.
    """
    try:
        channel = await channel_of(client, conversation)
        await client.files_upload_v2(
            channel=channel,
            filename=name,
            content=content,
            title=title,
            initial_comment=comment,
        )
    except SlackApiError as error:
        raise _refused(error) from error
    except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        # Only the type of the error: its text may quote the upload's address, which is a secret.
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
