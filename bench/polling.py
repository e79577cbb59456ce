"""Compares the bot's polling with the `reader` library: `python -m bench.polling`.

    a  first poll: every feed is new
    b  every response is 304 Not Modified
    c  every response is 200 with the same bytes and without validators
    d  one feed in twenty has one new entry, all others return 304

In a turn, each program polls every feed once, one program after the other. Values of b, c and d are
medians of several turns; a feed can be new only once, so phase a has one turn.
The result is a Markdown table; progress goes to stderr.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bench.polled.peers import Program, Turn
from bench.polled.press import ENTRIES, Press
from bench.polled.server import Server

RENEWED_EVERY = 20
PHASES = "abcd"
READER_WORKERS = 10
OURS, READER, LIMIT = "tariffwire", "reader, 10 workers", "aiohttp, fetching only"
MAX_FIRST_POLL_S, MAX_MEMORY_MB, MAX_BLOCKED_MS = 60, 200, 50
MIN_TIMES_READER = {"b": 5, "c": 20}
Turns = dict[tuple[str, str], list[Turn]]


def main() -> None:
    """Runs the benchmark and prints its result."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--feeds", type=int, default=1000, help="number of feeds (default: 1000)")
    parser.add_argument(
        "--repeats", type=int, default=3, help="turns of phases b, c and d (default: 3)"
    )
    parser.add_argument("--alone", action="store_true", help="do not run the reader library")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="polling-") as name:
        Path(name).chmod(0o755)
        _measure(Path(name), options.feeds, options.repeats, options.alone)


def _measure(folder: Path, feeds: int, repeats: int, alone: bool) -> None:
    press = Press(folder / "site", feeds)
    press.write()
    server = Server(press.folder, folder)
    urls = folder / "urls"
    urls.write_text("".join(f"{server.address}/{each}\n" for each in press.names()))
    _log(f"{feeds} feeds of {ENTRIES} entries; server: {server.name}; load {_load()}")
    programs = [
        Program(OURS, "with_tariffwire", urls, folder / "ours"),
        Program(LIMIT, "with_aiohttp", urls, folder / "limit"),
    ]
    if not alone:
        workers = str(READER_WORKERS)
        programs.append(Program(READER, "with_reader", urls, folder / "reader", workers))
    turns: Turns = {}
    with server.serving(validators=True):
        _run_turn("a", programs, turns, new_entries=feeds * ENTRIES)
        for turn in range(1, repeats + 1):
            _run_turn("b", programs, turns, new_entries=0)
            renewed = press.renew(turn, RENEWED_EVERY)
            _run_turn("d", programs, turns, new_entries=renewed)
    with server.serving(validators=False):
        for _ in range(repeats):
            _run_turn("c", programs, turns, new_entries=0)
    memory = {program.name: program.end() for program in programs}
    _print(feeds, server.name, turns, memory)


def _run_turn(phase: str, programs: Sequence[Program], turns: Turns, new_entries: int) -> None:
    for program in programs:
        turn = program.turn()
        turns.setdefault((program.name, phase), []).append(turn)
        found = f"{turn.read} read, {turn.unchanged} unchanged, {turn.new_entries} new entries"
        _log(f"{phase} {program.name}: {turn.wall_s:.2f} s, {found}")
        if program.name != LIMIT and turn.new_entries != new_entries:
            raise SystemExit(f"{program.name} did not find the {new_entries} new entries")


def _print(feeds: int, server: str, turns: Turns, memory: dict[str, float]) -> None:
    when, cores = f"{datetime.now(UTC):%Y-%m-%d}", f"{os.cpu_count()} cores, load {_load()}"
    print(f"\n{when}, {feeds} feeds of {ENTRIES} entries, {server}, {cores}.")
    print("Feeds per second, in brackets ms of CPU per feed. Memory is the peak PSS.\n")
    print("| program | a | b | c | d | memory, MB |\n|" + " --- |" * 6)
    for name, peak_mb in memory.items():
        cells = [_cell(feeds, turns[name, phase]) for phase in PHASES]
        print(f"| {name} | {' | '.join(cells)} | {peak_mb:.0f} |")
    print("\n| requirement | measured | |\n| --- | --- | --- |")
    first_s = _wall_s(turns[OURS, "a"])
    blocked_ms = [max(turn.blocked_ms for turn in turns[OURS, phase]) for phase in PHASES]
    _print_requirement(
        f"(a) <= {MAX_FIRST_POLL_S} s", f"{first_s:.0f} s", first_s <= MAX_FIRST_POLL_S
    )
    for phase, least in MIN_TIMES_READER.items():
        if READER in memory:
            times = _wall_s(turns[READER, phase]) / _wall_s(turns[OURS, phase])
            _print_requirement(f"({phase}) >= {least} times reader", f"{times:.1f}", times >= least)
    ours_mb = memory[OURS]
    _print_requirement(
        f"memory <= {MAX_MEMORY_MB} MB", f"{ours_mb:.0f} MB", ours_mb <= MAX_MEMORY_MB
    )
    is_free = max(blocked_ms) <= MAX_BLOCKED_MS
    found = " / ".join(f"{each:.0f}" for each in blocked_ms) + " ms"
    _print_requirement(f"event loop blocked <= {MAX_BLOCKED_MS} ms (a / b / c / d)", found, is_free)


def _print_requirement(requirement: str, measured: str, met: bool) -> None:
    print(f"| {requirement} | {measured} | {'met' if met else 'missed'} |")


def _cell(feeds: int, turns: Sequence[Turn]) -> str:
    cpu_ms = median(turn.cpu_s for turn in turns) / feeds * 1000
    return f"{feeds / _wall_s(turns):.0f} ({cpu_ms:.2f})"


def _wall_s(turns: Sequence[Turn]) -> float:
    return median(turn.wall_s for turn in turns)


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}"


def _log(line: str) -> None:
    print(line, file=sys.stderr)


if __name__ == "__main__":
    main()
