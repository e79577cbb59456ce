"""Several processes on PostgreSQL: messages come once and in order, even if workers are killed."""

import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.local_slack.server import Workspace
from tests.journeys.worker_processes import WorkerProcesses, open_worker_processes
from tests.journeys.workspace_reader import eventually

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(240)]

CHANNELS = int(os.environ.get("TARIFFWIRE_TEST_CHANNELS", "40"))
EACH = 10


@pytest.fixture
async def bots(tmp_path: Path, postgres: str) -> AsyncIterator[WorkerProcesses]:
    workspace = Workspace(tmp_path / "workspace.db", rate_limits=False)
    await workspace.start(port=0)
    try:
        async with open_worker_processes(tmp_path, workspace, postgres) as opened:
            await workspace.team.create_channel("trade-news")
            yield opened
    finally:
        await workspace.stop()


async def test_messages_come_once_and_in_order_though_two_of_three_workers_are_killed(
    bots: WorkerProcesses,
) -> None:
    channels = []
    for number in range(CHANNELS):
        made = await bots.workspace.team.create_channel(f"news-{number}")
        assert made is not None
        channels.append(made.id)
    web = await bots.start("web")
    workers = [await bots.start("worker") for _ in range(3)]
    assert await eventually(lambda: _have_started(bots, 4)), web.output + workers[0].output
    started = time.monotonic()
    await bots.queue_notices(channels, EACH)
    total = CHANNELS * EACH

    async def have_come(count: int) -> bool:
        return bots.posted.count >= count

    assert await eventually(lambda: have_come(total // 4))
    for worker in workers[:2]:
        worker.kill()
    killed_at, before = time.monotonic(), bots.posted.count
    left = {each for each in channels if len(bots.posted.texts[each]) < EACH}
    assert await eventually(lambda: have_come(total), within_s=120), workers[2].output
    done = time.monotonic()
    waits = [
        min(at for at in bots.posted.times[each] if at > killed_at) - killed_at for each in left
    ]
    uncertain = await bots.count("SELECT count(*) FROM deliveries WHERE uncertain")
    print(
        f"{total} messages to {CHANNELS} conversations: {before} in {killed_at - started:.1f} s by "
        f"3 workers, then 2 killed; {total - before} in {done - killed_at:.1f} s; a conversation "
        f"waited {max(waits):.1f} s at most; {uncertain} messages were being sent at the kill"
    )
    assert bots.posted.list_repeated() == []
    expected = [f"{number:03}" for number in range(EACH)]
    assert {each: bots.posted.texts[each] for each in channels} == dict.fromkeys(channels, expected)
    assert max(waits) < 60
    assert await workers[2].stop() == 0
    assert await web.stop() == 0
    assert "Traceback" not in "\n".join(workers[2].output + web.output)


async def _have_started(bots: WorkerProcesses, count: int) -> bool:
    lines = [line for process in bots.processes for line in process.output]
    return sum("process started" in line or "worker started" in line for line in lines) == count
