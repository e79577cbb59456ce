"""Downloads a file that a person has sent to the bot.

The token is sent to Slack's own hosts only, and no redirect is followed: an event may name any
address.
"""

from http import HTTPStatus
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SlackError

_FILE_HOST = "files.slack.com"
_WITHIN = aiohttp.ClientTimeout(total=20, connect=5)
_CHUNK = 65_536


async def download(client: AsyncWebClient, url: str, most_bytes: int) -> bytes:
    """The content of the file at the private address `url`, with at most `most_bytes` bytes.

    Raises SlackError if the address is not Slack's, the file is larger, or it does not come in
    time.
    """
    if not _is_of_slack(url, client.base_url):
        raise SlackError("files.download", "the file is not stored at Slack", "Send it as a file")
    headers = {"Authorization": f"Bearer {client.token}"}
    try:
        async with (
            aiohttp.ClientSession(timeout=_WITHIN, headers=headers) as session,
            session.get(
                url, allow_redirects=False, proxy=client.proxy, ssl=client.ssl or True
            ) as response,
        ):
            _check(response)
            content = bytearray()
            async for chunk in response.content.iter_chunked(_CHUNK):
                content += chunk
                if len(content) > most_bytes:
                    raise SlackError("files.download", "the file is too large", "Split it")
            return bytes(content)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        # Only the type of the error: its text may quote the address, which is private.
        raise SlackError(
            "files.download", f"no answer ({type(error).__name__})", "Send the file again"
        ) from None


def _check(response: aiohttp.ClientResponse) -> None:
    """Raises SlackError for a response that is no file."""
    status = response.status
    # Without the scope, Slack answers with a page for signing in, or redirects to it.
    is_page = status == HTTPStatus.OK and response.content_type == "text/html"
    is_redirected = HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST
    if is_page or is_redirected or status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        cause = "the app may not read files: its scope files:read is missing"
        cure = "Add the scope to the app, then install it again. Until then, paste the lines"
        raise SlackError("files.download", cause, cure)
    if status != HTTPStatus.OK:
        cause = f"Slack answered with status {status}"
        raise SlackError("files.download", cause, "Send the file again")


def _is_of_slack(url: str, api_url: str) -> bool:
    """Whether the address is at Slack, or where the client calls the Web API."""
    try:
        parts, api = urlsplit(url), urlsplit(api_url)
        if "@" in parts.netloc:
            return False
        is_file_host = parts.scheme == "https" and parts.netloc == _FILE_HOST
        return is_file_host or (parts.scheme, parts.netloc) == (api.scheme, api.netloc)
    except ValueError:
        return False
