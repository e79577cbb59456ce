"""The demo, running as a process of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.journeys.bot_process import BotProcess, environment
from tests.journeys.onlooker import Onlooker, free_port

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks every test of this folder as a journey."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.journey)


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Onlooker]:
    port = free_port()
    # A proxy that nobody listens at: the demo talks to loopback only.
    env = environment(tmp_path / "data", PORT=str(port), HTTP_PROXY="http://127.0.0.1:9")
    process = await BotProcess(("demo",), env, tmp_path).start()
    try:
        yield Onlooker(f"http://127.0.0.1:{port}")
    finally:
        code = await process.stop()
    assert code == 0, "\n".join(process.output)
    assert "Traceback" not in "\n".join(process.output)
