"""Marks journey tests, and runs the demo in its own process."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.journeys.bot_process import BotProcess, environment
from tests.journeys.workspace_reader import WorkspaceReader, free_port

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks every test of this folder with the marker `journey`."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.journey)


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[WorkspaceReader]:
    port = free_port()
    # This proxy does not exist, so requests to any other host than loopback fail.
    env = environment(tmp_path / "data", PORT=str(port), HTTP_PROXY="http://127.0.0.1:9")
    process = await BotProcess(("demo",), env, tmp_path).start()
    try:
        yield WorkspaceReader(f"http://127.0.0.1:{port}")
    finally:
        code = await process.stop()
    assert code == 0, "\n".join(process.output)
    assert "Traceback" not in "\n".join(process.output)
