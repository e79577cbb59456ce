"""Pictures drawn by a process of their own and shared where a workspace refuses a chart."""

import asyncio
import logging
import sys

from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SlackError
from bot.slack.api.picture_process import NO_LIBRARY
from bot.slack.api.upload import upload
from bot.slack.blockkit.mrkdwn import escape
from bot.slack.blockkit.picture import Picture

log = logging.getLogger(__name__)

FILE_NAME = "duties-over-time.png"
_PROGRAM = (sys.executable, "-m", "bot.slack.api.picture_process")
_DRAWN_WITHIN_S = 60.0
"""The first drawing of an installation lists the system's fonts, which takes a while."""


class NotDrawn(SlackError):
    """There is no picture; the cause says why."""


class Pictures:
    """Draws one picture at a time, so that many questions cannot take the machine's memory."""

    def __init__(self, program: tuple[str, ...] = _PROGRAM) -> None:
        """`program` takes a Picture as JSON on stdin and writes a PNG to stdout."""
        self._program = program
        self._one_draws = asyncio.Lock()

    async def share(
        self,
        client: AsyncWebClient,
        picture: Picture,
        conversation: str,
        thread_ts: str | None = None,
    ) -> bool:
        """Whether the picture was shared; where it was not, the log says why."""
        try:
            content = await self.draw(picture)
            # Slack drops files that came with an alt text (slackapi/python-slack-sdk issue 1575):
            # the message itself says what there is to be seen.
            await upload(
                client,
                conversation,
                FILE_NAME,
                content,
                title=picture.title,
                comment=escape(picture.in_words, 1500),
                thread_ts=thread_ts,
            )
        except SlackError as error:
            log.warning("no picture instead of a chart: %s", error)
            return False
        return True

    async def draw(self, picture: Picture) -> bytes:
        """The PNG; raises NotDrawn."""
        async with self._one_draws:
            process = await asyncio.create_subprocess_exec(
                *self._program,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
            try:
                async with asyncio.timeout(_DRAWN_WITHIN_S):
                    drawn, _ = await process.communicate(picture.model_dump_json().encode())
            except TimeoutError:
                raise NotDrawn("chart", f"not drawn within {_DRAWN_WITHIN_S:.0f} s") from None
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
        if process.returncode == NO_LIBRARY:
            cure = "Install it with: pip install 'tariffwire[chart]'"
            raise NotDrawn("chart", "matplotlib is not installed", cure)
        if process.returncode or not drawn:
            raise NotDrawn("chart", f"drawing it ended with exit code {process.returncode}")
        return drawn
