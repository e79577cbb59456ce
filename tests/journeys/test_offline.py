"""Without a network, `tariffwire run` says in the log and in the channel what to do."""

from pathlib import Path

import pytest

from tests.journeys.bot_process import BotProcess, environment
from tests.journeys.workspace_reader import Message, WorkspaceReader, eventually, free_port, words

pytestmark = pytest.mark.timeout(120)

FEEDS = "feeds:\n" + "".join(
    # The names do not exist: `invalid` is reserved (RFC 2606).
    f"- {{id: feed_{n}, title: Feed {n}, url: 'https://feed{n}.invalid/rss'}}\n"
    for n in range(3)
)


async def test_the_bot_says_once_that_no_feed_answers(tmp_path: Path) -> None:
    feeds = tmp_path / "feeds.yaml"
    feeds.write_text(FEEDS, encoding="utf-8")
    port = free_port()
    env = environment(
        tmp_path / "data",
        PORT=str(port),
        TARIFFWIRE_FEEDS_FILE=str(feeds),
        TARIFFWIRE_POLL_SECONDS="1",
        TARIFFWIRE_BACKOFF_SECONDS="1",
        TARIFFWIRE_LIVE_SOURCES="none",
    )
    process = await BotProcess(("run",), env, tmp_path).start()
    page = WorkspaceReader(f"http://127.0.0.1:{port}")

    async def notices() -> list[Message]:
        return [m for m in await page.messages("trade-news") if "No feed answers" in words(m)]

    try:
        assert await eventually(notices, within_s=60)
        # Asking for rates works, and no second notice follows.
        answers = await page.say("#trade-news", "/tariff us japan steel")
        assert "Japan" in "".join(map(words, answers))
        [notice] = await notices()
        for part in ("HTTPS_PROXY", "tariffwire feeds list", "make demo"):
            assert part in words(notice)
    finally:
        assert await process.stop() == 0
    logged = [line for line in process.output if "No feed answers" in line]
    assert len(logged) == 1
    assert "make demo" in logged[0]
