"""Counts the code that runs in five steps of the bot: `python -m bench.walk`.

    entry     the court ruling in config/demo/courts.atom is fetched; its alert is queued
    rate      the same for an entry of wire.rss with a rate, which is compared with the ledger
    alert     the queued alert is claimed, sent to a local workspace and confirmed
    question  a person asks `/tariff us china`, the first question after the start
    follow    a person clicks Follow under the alert

The benchmark counts files, functions and calls below bot/ in all threads. A coroutine or generator
counts as one call; its resumptions have their own column. Imports, the local workspace (which
replaces Slack), the replay of the feeds and scheduled jobs are not counted. The result is a
Markdown table.
"""

import asyncio
import dis
import inspect
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import UTC, datetime
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from types import CodeType, FrameType

import aiohttp

import bot
from bench.commanded.with_tariffwire import settings_without_feeds
from bot.alerts.sending.dispatcher import Dispatcher
from bot.alerts.subscriptions.model import Subscription
from bot.local_slack.server import Workspace
from bot.runtime.app import run_bot
from bot.runtime.config.folder import ConfigFolder
from bot.runtime.config.news_loader import load_feeds
from bot.runtime.demo.replay import Replay, read_recordings, set_demo_address
from bot.runtime.settings import Settings
from bot.runtime.wiring.basics import open_decisions, open_store, read_clock
from bot.runtime.wiring.polling import Polling, open_poller, open_scheduler
from bot.slack.api.sender import SlackSender
from bot.slack.app import build_client, open_session
from bot.store.pipeline_store import PipelineStore

ENTRIES = {
    "rate": ("wire.rss", datetime(2025, 5, 25, 23, 30, tzinfo=UTC)),
    "entry": ("courts.atom", datetime(2025, 5, 28, 23, 5, tzinfo=UTC)),
}
CHANNEL, POLL_S = "trade-news", 1.0
_CLICK = ("channel", "ts", "block_id", "action_id", "value")
_ROOT = f"{Path(inspect.getfile(bot)).parent}/"
_LEFT_OUT = (str(Path(inspect.getfile(Workspace)).parent), inspect.getfile(Replay))


class Hook:
    """A profile hook that counts calls while a step runs."""

    def __init__(self) -> None:
        self.calls: dict[str, Counter[CodeType]] = {}
        self.resumed: Counter[str] = Counter()
        self.job = asyncio.Event()  # set when a scheduled job starts
        self._step, self._main = "", threading.get_ident()
        self._importing: Counter[int] = Counter()

    @contextmanager
    def counting(self, step: str) -> Iterator[None]:
        """Counts calls under the name of this step while the `with` block runs."""
        self.calls[step], self.resumed[step], self._step = Counter(), 0, step
        yield
        self._step = ""

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        code, thread = frame.f_code, threading.get_ident()
        if code.co_name == "<module>" and event in ("call", "return"):
            self._importing[thread] += 1 if event == "call" else -1
        step = self._step
        if event != "call" or not step or self._importing[thread] or not _counts(code):
            return
        task = asyncio.current_task() if thread == self._main else None
        if task is not None and getattr(task.get_coro(), "__name__", "") == "run_coroutine_job":
            self.job.set()
        elif frame.f_lasti > _start_offset(code):
            self.resumed[step] += 1
        else:
            self.calls[step][code] += 1


@cache
def _counts(code: CodeType) -> bool:
    # Comprehensions are left out, because they are no longer calls since Python 3.12.
    file, comprehension = code.co_filename, code.co_name.startswith("<")
    return file.startswith(_ROOT) and not file.startswith(_LEFT_OUT) and not comprehension


@cache
def _start_offset(code: CodeType) -> int:
    """The offset at which a function starts; a coroutine or generator resumes at a later one."""
    return next(each.offset for each in dis.get_instructions(code) if each.opname == "RESUME")


async def _run_steps(folder: Path, hook: Hook) -> None:
    workspace = Workspace(folder / "workspace.db", rate_limits=False)
    await workspace.start(port=0)
    settings = settings_without_feeds(folder, workspace, workspace.signing_secret).model_copy(
        update={
            "allowed_networks": (ip_network("127.0.0.0/8"),),
            "poll_seconds": POLL_S,
            "max_age_hours": 24.0 * 365 * 100,
            "live_sources": (),
            "reminders": False,
        }
    )
    for step in ENTRIES:
        await _run_entry_step(settings, workspace, hook, step)
    # A long poll interval, because the scheduler then also looks for due feeds less often.
    running = asyncio.create_task(run_bot(settings.model_copy(update={"poll_seconds": 3600.0})))
    url = f"http://127.0.0.1:{settings.port}/slack/events"
    while not await workspace.connect_http(url):  # noqa: ASYNC110 - only HTTP shows that it is up
        await asyncio.sleep(0.05)
    asked = {"channel": f"#{CHANNEL}", "text": "/tariff us china"}
    steps = {"question": ("/say", asked), "follow": ("/act", _follow_button(workspace))}
    async with aiohttp.ClientSession(workspace.address) as session:
        for step, (path, given) in steps.items():
            # Start right after a scheduled job, so that the step ends before the next job.
            hook.job.clear()
            with hook.counting("waiting"):
                await hook.job.wait()
            await asyncio.sleep(0.2)
            with hook.counting(step):
                async with session.post(path, json=given) as answer:
                    assert (await answer.json())["ok"]
                await asyncio.sleep(0.3)
    del hook.calls["waiting"]
    running.cancel()
    await asyncio.wait([running])
    await workspace.stop()


async def _run_entry_step(settings: Settings, workspace: Workspace, hook: Hook, step: str) -> None:
    """Polls a feed without the entry, polls again with the entry, and sends the entry's alert."""
    file, published = ENTRIES[step]
    [week] = [each for each in read_recordings(settings.config_dir / "demo") if each.name == file]
    place, shown = week.published.index(published), 0.0
    replay = Replay([week], duration_s=len(week.published) - 1, clock=lambda: shown)
    listed = load_feeds(settings.config_dir / "demo" / "feeds.yaml")
    served = set_demo_address(listed, await replay.start())
    feeds = [each for each in served if each.url.endswith(file)]
    channel, team = workspace.team.find_channel(CHANNEL), workspace.team.identity.team_id
    assert channel is not None
    config = ConfigFolder(settings).read_all()
    async with (
        open_session() as session,
        open_store(settings, team) as store,
        open_poller(settings) as poller,
        AsyncExitStack() as stack,
    ):
        client = build_client(workspace.bot_token, settings.slack_api_url, session)
        dispatcher = Dispatcher(store.outbox, SlackSender(client, config.parties), read_clock)
        subscription = Subscription(
            id="", team=team, conversation=channel.id, created_at=read_clock()
        )
        await store.subscriptions.ensure_default(subscription)
        polling = Polling(
            settings=settings,
            feeds=feeds,
            config=config,
            store=PipelineStore(store),
            poller=poller,
            decisions=await open_decisions(config, store),
        )
        scheduler = await stack.enter_async_context(open_scheduler(polling))
        # The first poll takes its entries as old news, so only the second one queues an alert.
        for more in (-0.5, 0.5):
            shown = place + more
            await asyncio.sleep(POLL_S * 1.2)
            with hook.counting(step):
                [taken] = await asyncio.gather(*await scheduler.poll_due())
            with hook.counting("alert"):
                await dispatcher.run_once(read_clock())
    assert taken is not None
    assert len(taken.deliveries) == 1
    await replay.stop()


def _follow_button(workspace: Workspace) -> dict[str, str]:
    """The channel, ts, block_id, action_id and value of the Follow button of the last alert."""
    posted = workspace.calls("chat.postMessage")[-1].answer
    return next(
        {key: (posted | block | element)[key] for key in _CLICK}
        for block in posted["message"]["blocks"]
        for element in block.get("elements", ())
        if element.get("action_id") == "alert_follow"
    )


def main() -> None:
    """Runs the benchmark and prints its result."""
    hook = Hook()
    threading.setprofile(hook)
    sys.setprofile(hook)
    with tempfile.TemporaryDirectory(prefix="walk-") as folder:
        asyncio.run(_run_steps(Path(folder), hook))
    sys.setprofile(None)
    print("| step | files | functions | calls | resumed |\n| --- | --- | --- | --- | --- |")
    for step, calls in hook.calls.items():
        files = len({code.co_filename for code in calls})
        print(f"| {step} | {files} | {len(calls)} | {calls.total()} | {hook.resumed[step]} |")


if __name__ == "__main__":
    main()
