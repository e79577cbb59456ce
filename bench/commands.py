"""Measures `/tariff` over signed HTTP against a bare handler: `python -m bench.commands`.

Each server is a separate process. A round sends repeated questions to the bare handler, and then
three kinds of questions to the bot: ordinary, repeated, and all different (the worst case). A round
does this first on one connection and then on 32. The latencies of all rounds are pooled. The result
is a Markdown table; progress goes to stderr.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from itertools import islice
from statistics import median, quantiles

from bench.commanded.load import Load, ask
from bench.commanded.questions import new, ordinary, repeated

BARE = "bare aiohttp"
ORDINARY = "tariffwire, ordinary first questions"
REPEATED = "tariffwire, repeated questions"
WORST = "tariffwire, all different questions"
CONNECTIONS = (1, 32)
P99_MS = 20.0
"""Required: at most this 99th percentile on one connection, for each kind of question."""
_WARM_UP = 200
Loads = dict[tuple[str, int], list[Load]]


def main() -> None:
    """Runs the benchmark and prints its result."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=500, help="requests per turn (default: 500)")
    parser.add_argument("--rounds", type=int, default=3, help="number of rounds (default: 3)")
    parser.add_argument(
        "--settle-s",
        type=float,
        default=15.0,
        help="seconds between the start of the bot and the first request (default: 15)",
    )
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="commands-"))
        bare = stack.enter_context(_running_server("with_bare"))
        ours = stack.enter_context(_running_server("with_tariffwire", folder))
        # After its start, the bot counts the tariff lines of all pairs for today, for about 9 s.
        time.sleep(options.settle_s)
        loads = asyncio.run(_measure(bare, ours, options.count, options.rounds))
    _print(loads, options.count, options.rounds)


@contextmanager
def _running_server(program: str, *arguments: str) -> Iterator[int]:
    """Starts a server program, yields its port and stops it afterwards."""
    command = [sys.executable, "-m", f"bench.commanded.{program}", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line.strip().isdigit():
            raise SystemExit(f"{program} did not start")
        yield int(line)
    finally:
        process.terminate()
        process.wait()


async def _measure(bare: int, ours: int, count: int, rounds: int) -> Loads:
    asked_before, never_asked, first_asked = repeated(), new(seed=2), ordinary(seed=3)
    for port in (bare, ours):
        await ask(port, islice(asked_before, _WARM_UP), 1, _WARM_UP)
    turns = (
        (BARE, bare, asked_before),
        (ORDINARY, ours, first_asked),
        (REPEATED, ours, asked_before),
        (WORST, ours, never_asked),
    )
    loads: Loads = {}
    for number in range(rounds):
        for connections in CONNECTIONS:
            for name, port, questions in turns:
                load = await ask(port, questions, connections, count)
                loads.setdefault((name, connections), []).append(load)
                _log(f"round {number + 1}, {connections}: {name}: {_latency(load.latencies_s)}")
    return loads


def _print(loads: Loads, count: int, rounds: int) -> None:
    cores = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    print(f"\n{datetime.now(UTC):%Y-%m-%d}, {rounds} rounds of {count} requests, {cores}.")
    print("Latency in milliseconds: median / 99th percentile.\n")
    print("| server | 1 connection | requests/s | times bare | 32 connections | requests/s |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name in (BARE, ORDINARY, REPEATED, WORST):
        one, many = loads[name, 1], loads[name, 32]
        times = _median_ms(one) / _median_ms(loads[BARE, 1])
        print(
            f"| {name} | {_latency(_all(one))} | {_rate(one)} | {times:.1f} "
            f"| {_latency(_all(many))} | {_rate(many)} |"
        )
    print("\n| requirement | measured | |\n| --- | --- | --- |")
    for name in (ORDINARY, REPEATED, WORST):
        p99_ms = _p99_ms(_all(loads[name, 1]))
        result = "met" if p99_ms <= P99_MS else "missed"
        what = f"{name}: 99th percentile on 1 connection <= {P99_MS:g} ms"
        print(f"| {what} | {p99_ms:.2f} | {result} |")


def _all(loads: list[Load]) -> tuple[float, ...]:
    return tuple(latency for load in loads for latency in load.latencies_s)


def _median_ms(loads: list[Load]) -> float:
    return median(_all(loads)) * 1000


def _p99_ms(latencies_s: tuple[float, ...]) -> float:
    return quantiles(latencies_s, n=100)[98] * 1000


def _latency(latencies_s: tuple[float, ...]) -> str:
    return f"{median(latencies_s) * 1000:.2f} / {_p99_ms(latencies_s):.2f}"


def _rate(loads: list[Load]) -> str:
    seconds = sum(load.wall_s for load in loads)
    return f"{sum(len(load.latencies_s) for load in loads) / seconds:.0f}"


def _log(line: str) -> None:
    print(line, file=sys.stderr)


if __name__ == "__main__":
    main()
