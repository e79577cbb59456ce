"""The log of the running program: JSON in a pipe, text on a terminal, and no secrets in either."""

import asyncio
import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.bot_process import BotProcess, environment
from tests.journeys.workspace_reader import eventually, free_port

FEEDS = "feeds:\n- {id: a, title: A, url: 'https://a.example/rss', enabled: false}\n"
TOKEN = "a-token-for-operators"
TYPO = {"TARIFFWIRE_CHANEL": "trade-news"}


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "feeds.yaml").write_text(FEEDS, encoding="utf-8")
    return environment(
        tmp_path / "data",
        TARIFFWIRE_FEEDS_FILE=str(tmp_path / "feeds.yaml"),
        TARIFFWIRE_OPERATORS_TOKEN=TOKEN,
        PORT=str(free_port()),
        **TYPO,
    )


async def test_a_pipe_gets_one_object_per_line(settings: dict[str, str], tmp_path: Path) -> None:
    process = await BotProcess(("run",), settings, tmp_path).start()

    async def has_started() -> bool:
        return any("reading 0 feeds" in line for line in process.output)

    assert await eventually(has_started)
    assert await process.stop() == 0
    lines = [json.loads(line) for line in process.output if line.startswith("{")]
    assert {line["event"] for line in lines} >= {"reading 0 feeds", "stopping"}
    assert any("operators' page is at http://127.0.0.1:" in line["event"] for line in lines)
    for line in lines:
        assert {"event", "level", "logger", "timestamp"} <= line.keys()
    [typo] = [line for line in lines if "TARIFFWIRE_CHANEL" in line["event"]]
    assert typo["level"] == "warning"
    assert TOKEN not in "".join(process.output)


@pytest.mark.parametrize(("more", "has_color"), [({}, True), ({"NO_COLOR": "1"}, False)])
async def test_a_terminal_gets_text(
    settings: dict[str, str], tmp_path: Path, more: dict[str, str], has_color: bool
) -> None:
    text = await asyncio.to_thread(run_on_terminal, {**settings, **more}, tmp_path)
    [line] = [each for each in text.splitlines() if "reading 0 feeds" in each]
    assert ("\x1b[" in line) == has_color
    plain = re.sub(r"\x1b\[[0-9;]*m", "", line).strip()
    assert re.fullmatch(r"\S+Z \[info +\] reading 0 feeds +\[bot\.runtime\.app\]", plain)


def run_on_terminal(settings: dict[str, str], folder: Path) -> str:
    """What the bot prints on a terminal until it has started and stopped."""
    own, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        env={**settings, "TERM": "xterm-256color"},
        cwd=folder,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    output, is_stopped = b"", False
    while True:
        try:
            part = os.read(own, 65_536)
        except OSError:
            # Linux reports EIO when the process has closed the terminal.
            break
        output += part
        if b"reading 0 feeds" in output and not is_stopped:
            process.terminate()
            is_stopped = True
    os.close(own)
    assert process.wait() == 0
    return output.decode()
