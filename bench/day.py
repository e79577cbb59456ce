"""One simulated day of the bot: `python -m bench.day`.

300 feeds on loopback, 2,000 subscriptions in many time zones, mutes, failures of feeds and of
Slack, and SIGKILLs. The bot's store, poller, pipeline, dispatcher and sender run in a second
process (`bench.simulated.bot_process`), whose clock moves by a minute when everything of the minute
before is done. So 24 hours take a few minutes.

Afterwards, all messages are compared with a separate calculation (`bench.simulated.expected`). The
memory of the process and the sizes of the tables are printed for each simulated hour. Rows are
pruned after six hours, and the bot is not killed after hour 10, so that both must become flat.

The result is Markdown; progress goes to stderr. The exit code is 1 if a check fails.
"""

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bench.simulated.bot_process import BotJob, Tick, Ticked
from bench.simulated.check import FAULTS, Archive, DayResult, collect_arrived, compare
from bench.simulated.counted import list_differences
from bench.simulated.press import FeedServer
from bench.simulated.world import BEGIN, KEEP, MINUTE, Sizes, World
from bot.runtime.config.folder import ConfigFolder
from bot.runtime.settings import Settings
from bot.store.engine import Database
from bot.store.store import Store
from bot.store.upgrade import upgrade
from tests.chaos.faults import Fault, FaultPlan
from tests.chaos.faulty_slack import TEAM, Behavior, FaultySlack

ROOT = Path(__file__).parents[1]
_MOST_GROWTH = 1.2
"""How much larger memory and tables may be at the end than in the middle of the measured hours."""
_AFTER = 20
"""Minutes after the day, in which the last messages are sent."""
_POST_FAULTS = {
    **dict.fromkeys((Fault.ERROR_500, Fault.ERROR_500_AFTER, Fault.CUT, Fault.CUT_AFTER), 0.002),
    **dict.fromkeys((Fault.HTML_503_AFTER, Fault.INTERNAL, Fault.INTERNAL_AFTER), 0.002),
    **dict.fromkeys((Fault.LIMITED, Fault.NO_ANSWER_AFTER), 0.0002),
}
_TABLES = ("stories", "deliveries", "entries", "mutes")
_FLAT_TABLES = ("stories", "entries", "mutes")
"""The tables that must be flat; deliveries must be so for each message sent. `identities` grows
with each new entry, by design."""


@dataclass
class Hour:
    """What was measured in one simulated hour."""

    polls: int = 0
    sent: int = 0
    rss_mb: float = 0.0
    rows: Mapping[str, int] = field(default_factory=dict)
    file_mb: float = 0.0

    def count(self, table: str) -> int:
        """The rows of a table, without the old ones that are needed."""
        return self.rows.get(table, 0) - self.rows.get(f"{table} needed", 0)


def main() -> None:
    """Runs the day and prints its result."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--feeds", type=int, default=300, help="default: 300")
    parser.add_argument("--subscriptions", type=int, default=2000, help="default: 2000")
    parser.add_argument("--events", type=int, default=400, help="default: 400")
    parser.add_argument("--noise", type=int, default=1500, help="default: 1500")
    parser.add_argument("--hours", type=int, default=24, help="default: 24")
    parser.add_argument("--kills", type=int, default=12, help="default: 12")
    parser.add_argument("--seed", type=int, default=1, help="default: 1")
    sizes = Sizes(**vars(parser.parse_args()))
    with tempfile.TemporaryDirectory(prefix="day-") as folder:
        report = asyncio.run(run_day(World(sizes), Path(folder)))
    for example in (*report.differences, *report.result.examples[:20]):
        print(example, file=sys.stderr)
    print(_describe(sizes, report.seconds))
    is_flat = _print_hours(report.hours, sizes.hours)
    _print_result(report)
    sys.exit(0 if is_flat and report.is_correct else 1)


@dataclass(frozen=True)
class DayReport:
    """What was measured and counted on a simulated day."""

    result: DayResult
    hours: Sequence[Hour]
    totals: Mapping[str, int]
    seconds: float
    differences: Sequence[str]
    """Where the metrics differ from the database."""

    @property
    def is_correct(self) -> bool:
        """Whether each conversation got what it must get, and the metrics say so."""
        return not self.differences and not any(self.result[name] for name in FAULTS)


async def run_day(world: World, folder: Path) -> DayReport:
    """Runs a simulated day; the folder must be empty."""
    behavior = Behavior(posts=FaultPlan(world.sizes.seed, _POST_FAULTS))
    async with FaultySlack(behavior) as slack, FeedServer(world) as press:
        day = SimulatedDay(world, slack, press, folder)
        began_s = time.monotonic()
        await day.run()
        seconds = time.monotonic() - began_s
        arrived = collect_arrived(slack.posted, day.times)
    blocs = ConfigFolder(Settings()).parties.blocs
    totals = {
        "entries published": len(world.entries),
        "stories": len(day.archive.stories),
        "failures of feeds": press.failures,
        "failures of chat.postMessage": sum(slack.faults.values()),
        "SIGKILLs": day.kills,
        "messages and stories that the metrics counted after the last SIGKILL": day.counted,
    }
    result = compare(world, day.archive, arrived, blocs, press.requests)
    return DayReport(result, day.hours, totals, seconds, day.differences)


class BotEnded(Exception):
    """The bot's process ended by itself."""


class SimulatedDay:
    """Drives the bot's process through the day, minute by minute."""

    def __init__(self, world: World, slack: FaultySlack, press: FeedServer, folder: Path) -> None:
        self.hours: list[Hour] = []
        self.archive = Archive()
        self.times: list[tuple[float, datetime]] = []
        """The real and the simulated time at the beginning of each tick."""
        self.kills = 0
        self.counted = 0
        """Messages and stories that the metrics of the last process have counted."""
        self.differences: list[str] = []
        self._first: tuple[datetime, Ticked] | None = None
        """The first answer of the present process, with its time."""
        self._world, self._slack, self._press = world, slack, press
        self._file = folder / "bot.db"
        self._job = BotJob(
            database=f"sqlite:///{self._file}",
            api_url=slack.url,
            feeds=tuple(press.list_urls()),
            log=str(folder / "log"),
        )
        self._random = random.Random(world.sizes.seed + 2)

    async def run(self) -> None:
        """Runs the whole day and the minutes after it."""
        await self._prepare()
        process = await self._start()
        try:
            for minute in range(self._world.sizes.hours * 60 + _AFTER + 1):
                now = BEGIN + minute * MINUTE
                self._set_failures(now)
                self.times.append((time.monotonic(), now))
                tick = self._make_tick(minute, now)
                if minute in self._world.kills:
                    await self._kill(process, tick)
                    process = await self._start()
                    self.kills += 1
                    self._press.process = self.kills
                    self._first = None
                ticked = await self._send(process, tick)
                self._first = self._first or (now, ticked)
                self._note(minute, ticked)
            self.archive.read(self._file, self._world.end)
            since, first = self._first or (now, ticked)
            before, after = first.counters, ticked.counters
            self.counted = int(sum(after.values()) - sum(before.values()))
            self.differences += list_differences(before, after, since, self.archive)
            assert process.stdin is not None
            process.stdin.close()
            await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    async def _prepare(self) -> None:
        await upgrade(self._job.database)
        database = Database(self._job.database)
        store = Store.of(database, TEAM)
        for each in self._world.subscriptions:
            await store.subscriptions.add(each)
        await database.close()

    async def _start(self) -> Process:
        module = "bench.simulated.start_bot"
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", module, self._job.model_dump_json()),
            stdin=PIPE,
            stdout=PIPE,
            cwd=ROOT,
        )

    async def _kill(self, process: Process, tick: Tick) -> None:
        """Kills the process with SIGKILL during the tick."""
        sending = asyncio.create_task(self._send(process, tick))
        await asyncio.sleep(self._random.uniform(0.0, 0.3))
        process.kill()
        await process.wait()
        await asyncio.gather(sending, return_exceptions=True)

    async def _send(self, process: Process, tick: Tick) -> Ticked:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{tick.model_dump_json()}\n".encode())
        await process.stdin.drain()
        line = await process.stdout.readline()
        if not line:
            raise BotEnded(f"the bot ended; see {self._job.log}")
        return Ticked.model_validate_json(line)

    def _make_tick(self, minute: int, now: datetime) -> Tick:
        changes = [each for each in self._world.mutes if each.at == now]
        is_hour = minute > 0 and minute % 60 == 0
        if is_hour:
            self.archive.read(self._file, now)
        return Tick(
            now=now,
            mutes=tuple(each.mute for each in changes if not each.lifts),
            lifted=tuple(each.mute for each in changes if each.lifts),
            keep_s=KEEP.total_seconds() if is_hour else 0.0,
        )

    def _set_failures(self, now: datetime) -> None:
        behavior, world = self._slack.behavior, self._world
        self._press.now = now
        is_refusing = world.is_refusing(now)
        behavior.refuses = dict.fromkeys(world.refused, "is_archived") if is_refusing else {}
        behavior.refuses_all = ""
        behavior.posts = FaultPlan(world.sizes.seed, _POST_FAULTS)
        for begin, end, error in world.list_outages():
            if begin <= now < end:
                behavior.refuses_all = error
                if not error:
                    everything = {Fault.HTML_503: 1.0}
                    behavior.posts = FaultPlan(rates=everything, most_per_message=1_000)

    def _note(self, minute: int, ticked: Ticked) -> None:
        if minute % 60 == 1 or not self.hours:
            self.hours.append(Hour())
        hour = self.hours[-1]
        hour.polls += ticked.polls
        hour.sent += ticked.sent
        hour.rss_mb = max(hour.rss_mb, ticked.rss_mb)
        if minute and minute % 60 == 0:
            hour.rows = self.archive.read(self._file, BEGIN + minute * MINUTE - KEEP)
            if ticked.unsent != self.archive.unsent:
                self.differences.append(f"unsent: {ticked.unsent} and {self.archive.unsent}")
            files = self._file.parent.glob("bot.db*")
            hour.file_mb = sum(each.stat().st_size for each in files) / 1e6
            print(f"hour {minute // 60}: {hour.rss_mb:.0f} MB", file=sys.stderr)


def _describe(sizes: Sizes, seconds: float) -> str:
    load = os.getloadavg()[0]
    day = (
        f"{sizes.feeds} feeds, {sizes.subscriptions:,} subscriptions, {sizes.hours} simulated hours"
    )
    machine = f"{os.cpu_count()} cores, load {load:.1f}"
    return f"{datetime.now(UTC):%Y-%m-%d}, {day} in {seconds:.0f} s, {machine}.\n"


def _print_hours(hours: Sequence[Hour], whole: int) -> bool:
    """Prints a row for each hour; returns whether memory and tables are flat at the end."""
    needed, more = ("stories needed", "deliveries needed"), ("identities", "subscriptions")
    rows = [["hour", "polls", "sent", "memory, MB", *_TABLES, *needed, *more, "file, MB"]]
    measured = [each for each in hours if each.rows]
    for number, hour in enumerate(measured, start=1):
        counts = [f"{hour.count(name):,}" for name in _TABLES]
        counts += [f"{hour.rows.get(name, 0):,}" for name in (*needed, *more)]
        cells = [f"{number}", f"{hour.polls:,}", f"{hour.sent:,}", f"{hour.rss_mb:.0f}"]
        rows.append([*cells, *counts, f"{hour.file_mb:.1f}"])
    _print_table(rows)
    quiet = measured[max(len(measured) * 5 // 12, 1) :]
    if whole < 20:
        print("The day is too short to say whether memory and tables are flat.\n")
        return True
    third = len(quiet) // 3
    early, late = quiet[:third], quiet[-third:]
    table = [["flat", f"hours 11 to {10 + third}", f"last {third} hours", ""]]
    checks = {"memory": ([each.rss_mb for each in early], [each.rss_mb for each in late])}
    for name in _FLAT_TABLES:
        checks[name] = ([each.count(name) for each in early], [each.count(name) for each in late])
    is_flat = True
    for name, (before, after) in checks.items():
        grows = median(after) > max(median(before), 20) * _MOST_GROWTH
        is_flat &= not grows
        table.append(
            [name, f"{median(before):,.0f}", f"{median(after):,.0f}", "FAIL" if grows else "pass"]
        )
    early_share, late_share = (
        median(compute_deliveries_per_message(measured, each) for each in part)
        for part in (early, late)
    )
    grows = late_share > early_share * _MOST_GROWTH
    is_flat &= not grows
    shares = [f"{early_share:.2f}", f"{late_share:.2f}"]
    table.append(["deliveries per message of six hours", *shares, "FAIL" if grows else "pass"])
    old = max(each.rows.get(f"{n} old", 0) for each in measured for n in ("stories", "deliveries"))
    table.append(["old rows that are not needed", "", f"{old:,}", "FAIL" if old else "pass"])
    _print_table(table)
    return is_flat and not old


def compute_deliveries_per_message(measured: Sequence[Hour], hour: Hour) -> float:
    """The rows of deliveries for each message that was sent in the hours for which rows are kept.

    The number of messages differs by the time of day, so the number of rows says little.
    """
    end = next(at for at, each in enumerate(measured) if each is hour) + 1
    kept = measured[max(0, end - int(KEEP.total_seconds() // 3600)) : end]
    return hour.count("deliveries") / max(sum(each.sent for each in kept), 1)


def _print_result(report: DayReport) -> None:
    table, result, wrong = [["check", "", ""]], report.result, len(report.differences)
    table.append(["metrics that differ from the database", f"{wrong}", "FAIL" if wrong else "pass"])
    table += [[name, f"{result[name]:,}", "FAIL" if result[name] else "pass"] for name in FAULTS]
    others: dict[str, int] = {name: count for name, count in result.items() if name not in FAULTS}
    others |= report.totals
    table += [[name, f"{count:,}", ""] for name, count in others.items()]
    _print_table(table)


def _print_table(rows: Iterable[Sequence[str]]) -> None:
    head, *body = rows
    print(f"| {' | '.join(head)} |")
    print("|" + " --- |" * len(head))
    for row in body:
        print(f"| {' | '.join(row)} |")
    print(flush=True)


if __name__ == "__main__":
    main()
