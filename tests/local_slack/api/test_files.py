"""Files are uploaded in three steps. The page shows images; other files can only be saved."""

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.local_slack.server import Workspace

PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)


async def test_an_uploaded_picture_is_part_of_a_message(
    web: AsyncWebClient, workspace: Workspace
) -> None:
    channel = workspace.team.channels[0].id
    sent = await web.files_upload_v2(
        channel=channel, filename="chart.png", content=PNG, title="Rates", initial_comment="See"
    )
    file = sent["files"][0]
    (message,) = (await web.conversations_history(channel=channel))["messages"]
    assert (message["text"], message["files"][0]["title"]) == ("See", "Rates")
    async with aiohttp.ClientSession() as session, session.get(file["url_private"]) as response:
        assert (response.content_type, await response.read()) == ("image/png", PNG)


async def test_an_uploaded_page_does_not_run(web: AsyncWebClient) -> None:
    sent = await web.files_upload_v2(filename="x.html", content="<script>alert(1)</script>")
    address = sent["files"][0]["url_private"]
    async with aiohttp.ClientSession() as session, session.get(address) as response:
        assert response.content_type == "application/octet-stream"
        assert response.headers["Content-Disposition"] == "attachment"


async def test_an_upload_needs_all_three_steps(web: AsyncWebClient) -> None:
    announced = await web.files_getUploadURLExternal(filename="chart.png", length=9)
    with pytest.raises(SlackApiError, match="file_not_found"):
        await web.files_completeUploadExternal(files=[{"id": announced["file_id"], "title": "x"}])
    with pytest.raises(SlackApiError, match="file_upload_size_restricted"):
        await web.files_getUploadURLExternal(filename="chart.png", length=50_000_000)
    async with aiohttp.ClientSession() as session:
        for status in (200, 400):
            async with session.post(announced["upload_url"], data=PNG) as response:
                assert response.status == status
