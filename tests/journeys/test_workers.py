"""Several processes on PostgreSQL: alerts come to both workspaces, and messages come once and in
order, even if workers are killed."""

import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.journeys.worker_processes import WorkerProcesses, open_worker_processes
from tests.journeys.workspace_reader import eventually, words
from tests.slack.workspaces.oauth_slack import CLIENT_SECRET, FIRST, SECOND

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(400)]

CHANNELS = int(os.environ.get("TARIFFWIRE_TEST_CHANNELS", "20"))
"""Channels in each workspace; 100 for the 2,000 messages that the measurements are about."""
EACH = 10


@pytest.fixture
async def bots(tmp_path: Path, postgres: str) -> AsyncIterator[WorkerProcesses]:
    async with open_worker_processes(tmp_path, postgres) as opened:
        yield opened


async def test_messages_come_once_and_in_order_though_two_of_three_workers_are_killed(
    bots: WorkerProcesses,
) -> None:
    # One test starts the processes for both subjects, because each start takes seconds.
    web = await bots.start("web")
    workers = [await bots.start("worker") for _ in range(3)]
    assert await bots.wait_until_started(), web.output + workers[0].output
    places = []
    for team in (FIRST, SECOND):
        await bots.install(team)
        places += await bots.create_channels(team, CHANNELS)
    await check_alerts(bots)
    bots.posted.count = 0
    total = len(places) * EACH
    await bots.queue_notices(places, EACH)
    started = time.monotonic()

    async def have_come(count: int) -> bool:
        return bots.posted.count >= count

    assert await eventually(lambda: have_come(total // 4)), workers[0].output
    for worker in workers[:2]:
        worker.kill()
    killed_at, before = time.monotonic(), bots.posted.count
    left = {each for each in places if len(bots.posted.texts[each]) < EACH}
    assert await eventually(lambda: have_come(total), within_s=120), workers[2].output
    done = time.monotonic()
    waits = [
        min(at for at in bots.posted.times[each] if at > killed_at) - killed_at for each in left
    ]
    uncertain = await bots.count("SELECT count(*) FROM deliveries WHERE uncertain")
    print(
        f"{total} messages to {len(places)} channels of 2 workspaces: {before} in "
        f"{killed_at - started:.1f} s by 3 workers, then 2 killed; {total - before} in "
        f"{done - killed_at:.1f} s; a channel waited {max(waits):.1f} s at most; "
        f"{uncertain} messages were being sent at the kill"
    )
    assert bots.posted.list_repeated() == []
    expected = [f"{number:03}" for number in range(EACH)]
    assert {each: bots.posted.texts[each] for each in places} == dict.fromkeys(places, expected)
    assert max(waits) < 60
    assert await workers[2].stop() == 0
    assert await web.stop() == 0
    output = "\n".join(line for each in bots.processes for line in each.output)
    assert "Traceback" not in output
    assert '"level": "debug"' in output
    for secret in (CLIENT_SECRET, bots.key, f"xoxb-{FIRST}", f"xoxb-{SECOND}", "code-"):
        assert secret not in output


async def check_alerts(bots: WorkerProcesses) -> None:
    """Publishes stories and checks that each workspace gets one alert of each."""
    for team in (FIRST, SECOND):
        said = await bots.page(team).say("#trade-news", "/tariff subscribe tariffs")
        assert "subscribed" in words(said[-1])
    goods = ["steel", "timber", "copper", "cars"]
    for number, product in enumerate(goods):
        title = f"United States puts {11 + 7 * number}% tariffs on {product} from China"
        bots.feeds.publish("wire", title)

    async def find_alerts(team: str) -> list[str]:
        found = await bots.page(team).messages("trade-news")
        return [words(each) for each in found if "metadata" in each]

    async def are_there() -> bool:
        return all([len(await find_alerts(team)) >= len(goods) for team in (FIRST, SECOND)])

    assert await eventually(are_there, within_s=30)
    for team in (FIRST, SECOND):
        alerts = await find_alerts(team)
        assert [sum(product in each for each in alerts) for product in goods] == [1] * len(goods)
