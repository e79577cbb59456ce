"""Files are downloaded from Slack's hosts only, up to a size, and without redirects."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SlackError
from bot.slack.api.download import download


@dataclass
class Files:
    """A server with files, and the tokens that it was sent."""

    address: str = ""
    tokens: list[str] = field(default_factory=list)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.tokens.append(request.headers.get("Authorization", ""))
        match request.match_info["name"]:
            case "moved":
                raise web.HTTPFound("/page")
            case "page":
                return web.Response(text="<html>Sign in</html>", content_type="text/html")
            case "denied":
                raise web.HTTPForbidden
            case "gone":
                raise web.HTTPNotFound
            case "busy":
                raise web.HTTPTooManyRequests
            case _:
                return web.Response(body=b"x" * 1_000)


@pytest.fixture
async def files() -> AsyncIterator[Files]:
    made = Files()
    application = web.Application()
    application.add_routes([web.get("/{name}", made.serve)])
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


async def test_a_file_is_downloaded_with_the_token(files: Files) -> None:
    client = AsyncWebClient("xoxb-1", base_url=f"{files.address}/api/")
    assert await download(client, f"{files.address}/file", 1_000) == b"x" * 1_000
    assert files.tokens == ["Bearer xoxb-1"]


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("file", "too large"),
        ("moved", "files:read"),
        ("page", "files:read"),
        ("denied", "files:read"),
        ("gone", "status 404"),
        ("busy", "status 429"),
    ],
)
async def test_other_answers_are_refused(files: Files, name: str, cause: str) -> None:
    client = AsyncWebClient("xoxb-1", base_url=f"{files.address}/api/")
    with pytest.raises(SlackError, match=cause):
        await download(client, f"{files.address}/{name}", 999)
    assert len(files.tokens) == 1


async def test_the_proxy_of_the_client_is_used(files: Files) -> None:
    # The proxy is the server itself: it gets the whole address.
    client = AsyncWebClient("xoxb-1", base_url="http://slack.test/api/", proxy=files.address)
    assert await download(client, "http://slack.test/file", 1_000) == b"x" * 1_000


@pytest.mark.parametrize(
    "url",
    [
        "",
        "file:///etc/passwd",
        "http://files.slack.com/a.csv",
        "https://files.slack.com.evil.example/a.csv",
        "https://files.slack.com@evil.example/a.csv",
        "https://evil.example/files.slack.com/a.csv",
        "https://[",
    ],
)
async def test_the_token_is_not_sent_to_other_hosts(url: str) -> None:
    with pytest.raises(SlackError, match="not stored at Slack"):
        await download(AsyncWebClient("xoxb-1"), url, 999)


async def test_the_own_host_counts_only_where_the_client_calls_it(files: Files) -> None:
    with pytest.raises(SlackError, match="not stored at Slack"):
        await download(AsyncWebClient("xoxb-1"), f"{files.address}/file", 1_000)
    assert files.tokens == []
