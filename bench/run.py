"""Runs all benchmarks with small settings and writes docs/benchmarks.md: `make bench`.

Each benchmark is a process of its own. They run one after the other, so that none disturbs another.
A benchmark that needs something that is missing (PostgreSQL, a package registry) is named with the
reason. The whole takes less than ten minutes on two idle cores.
"""

import argparse
import os
import platform
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from bench.polled.peers import READER_FOLDER

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
POSTGRES = "TARIFFWIRE_TEST_POSTGRES"
PEERS = ("aiohttp", "feedparser", "procrastinate", "slack-sdk", "sqlalchemy", "psycopg")


@dataclass(frozen=True)
class Benchmark:
    """A benchmark with the settings with which it is run."""

    name: str
    """The module in `bench`."""
    title: str
    shows: str
    """What the table says, in a sentence or two."""
    arguments: tuple[str, ...] = ()
    needs_postgres: bool = False
    limit_s: int = 200

    @property
    def command(self) -> str:
        """The command that runs it."""
        return " ".join(("python -m", f"bench.{self.name}", *self.arguments))


BENCHMARKS = (
    Benchmark(
        "commands",
        "Answers",
        "The latency of `/tariff` over signed HTTP, and how many times it is that of a bare "
        "aiohttp handler that only verifies the signature.",
        ("--count", "200", "--rounds", "2"),
    ),
    Benchmark(
        "polling",
        "Polling",
        "Polls of the same feeds by the bot, by the `reader` library, and by a program that only "
        "fetches.",
        ("--feeds", "200", "--repeats", "3"),
    ),
    Benchmark(
        "matching",
        "Reading stories",
        "Stories that the bot reads in a second, next to one regular expression with the same "
        "words.",
        ("--stories", "1000", "--lines", "20000", "--rounds", "3"),
    ),
    Benchmark(
        "figures",
        "Figures",
        "How many of the rates in labeled stories the bot reads, with their economies.",
        ("tests/news/sets/figures.jsonl",),
    ),
    Benchmark(
        "lines",
        "Lists of tariff lines",
        "The import of 5,000 tariff lines, and finding those that a change touches.",
        ("--runs", "2"),
    ),
    Benchmark(
        "pacing",
        "Pace",
        "Posts per second in a workspace that allows 10, which the bot does not know.",
        ("--seconds", "65"),
    ),
    Benchmark(
        "chaos",
        "Delivery next to a slow conversation",
        "Messages to other conversations while one is slow or refuses them. Losses and repetitions "
        "under faults and kills take longer to count; `bench/README.md` has them.",
        ("--only", "delay"),
    ),
    Benchmark(
        "day",
        "A simulated day, shortened",
        "What the bot sent in simulated hours, compared with a separate calculation.",
        ("--feeds", "40", "--subscriptions", "200", "--hours", "4", "--kills", "2"),
    ),
    Benchmark(
        "queue_fetch",
        "The job queue",
        "How long a worker waits for its next job of Procrastinate.",
        ("--lanes", "100000", "--fetches", "200", "--seconds", "6"),
        needs_postgres=True,
    ),
    Benchmark(
        "workers",
        "Several workers",
        "How much faster two workers send than one.",
        needs_postgres=True,
    ),
    Benchmark(
        "many_feeds",
        "Many feeds over several workers",
        "Whether each feed is polled in its interval, and how the load is shared.",
        ("--interval", "30"),
        needs_postgres=True,
    ),
)


@dataclass(frozen=True)
class Outcome:
    """What a benchmark printed, or why it has no result."""

    text: str
    seconds: float
    failure: str = ""


def main() -> None:
    """Runs the benchmarks and writes the page; the exit code is 1 if one failed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", action="append", help="run only this benchmark")
    parser.add_argument("--out", type=Path, default=PAGE, help="default: docs/benchmarks.md")
    options = parser.parse_args()
    chosen = [one for one in BENCHMARKS if not options.only or one.name in options.only]
    load, outcomes = os.getloadavg()[0], []
    for one in chosen:
        print(f"{one.command} ...", file=sys.stderr, flush=True)
        outcomes.append(run(one))
        result = outcomes[-1].failure or "done"
        print(f"  {result} after {outcomes[-1].seconds:.0f} s", file=sys.stderr, flush=True)
    options.out.write_text(render_page(chosen, outcomes, load), encoding="utf-8")
    failed = [one for one in outcomes if one.failure and not one.failure.startswith("not run")]
    sys.exit(1 if failed else 0)


def run(one: Benchmark) -> Outcome:
    """Runs a benchmark and returns what it printed."""
    if find_spec(f"bench.{one.name}") is None:
        return Outcome("", 0.0, "not run: this version does not have it")
    if one.needs_postgres and not os.environ.get(POSTGRES):
        return Outcome("", 0.0, f"not run: it needs a PostgreSQL server in `{POSTGRES}`")
    command = [sys.executable, "-m", f"bench.{one.name}", *one.arguments]
    # The bot warns about settings that it does not know.
    passed = {
        name: value for name, value in os.environ.items() if one.needs_postgres or name != POSTGRES
    }
    began = time.monotonic()
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=passed,
            stdout=subprocess.PIPE,
            text=True,
            timeout=one.limit_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Outcome("", time.monotonic() - began, f"did not end within {one.limit_s} s")
    seconds = time.monotonic() - began
    failure = f"ended with exit code {done.returncode}" if done.returncode else ""
    return Outcome(done.stdout.strip(), seconds, failure)


def render_page(chosen: Sequence[Benchmark], outcomes: Sequence[Outcome], load: float) -> str:
    """The page with the results."""
    total_s = sum(one.seconds for one in outcomes)
    parts = [
        "# Benchmarks\n\n"
        "`make bench` runs all benchmarks with small settings and writes this page. Figures of two "
        "machines cannot be compared,\nbut the ratios within a table can: programs of one table "
        "ran in turns. `bench/README.md` describes each benchmark, and has\nthe figures of longer "
        "runs.\n\n"
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, load {load:.1f} at the start, "
        f"{total_s / 60:.0f} minutes.\n\n"
        "| program | version |\n| --- | --- |\n"
    ]
    parts += [f"| {name} | {number} |\n" for name, number in list_versions()]
    for one, outcome in zip(chosen, outcomes, strict=True):
        parts.append(f"\n## {one.title}\n\n{one.shows} `{one.command}`, ")
        parts.append(f"{outcome.seconds:.0f} s.\n")
        if outcome.failure:
            parts.append(f"\n**{outcome.failure[0].upper()}{outcome.failure[1:]}.**\n")
        if outcome.text:
            is_markdown = "\n| " in f"\n{outcome.text}"
            parts.append(
                f"\n{outcome.text}\n" if is_markdown else f"\n```text\n{outcome.text}\n```\n"
            )
    return "".join(parts)


def list_versions() -> list[tuple[str, str]]:
    """The versions of the programs that take part."""
    found = [("Python", platform.python_version()), ("SQLite", sqlite3.sqlite_version)]
    for name in PEERS:
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            continue
    readers = sorted(READER_FOLDER.glob("lib/python*/site-packages/reader-*.dist-info"))
    found += [("reader", one.name.split("-")[1].removesuffix(".dist")) for one in readers]
    return found


if __name__ == "__main__":
    main()
