"""Runs the bot on 10,000 feeds as its schedule has it: `python -m bench.at_scale`.

After the first fetch every feed is polled about every five minutes, and one in twenty gets a new
entry in that time. The result is a table in Markdown, a row for each five minutes; what goes on
meanwhile goes to stderr.
"""

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from bench.polled.peers import ROOT, environment
from bench.polled.press import ENTRIES, Press
from bench.polled.server import Server
from bench.polled.usage import Peak

RENEWED_EVERY = 20
STRETCH = 0.9
"""The setting for each second that should lie between two polls: chance and quiet add to it."""


def main() -> None:
    """Measures and prints."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="at-scale-") as name:
        Path(name).chmod(0o755)
        _measure(Path(name), options.feeds, options.every, options.turns)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--feeds", type=int, default=10_000, help="how many (default: 10000)")
    parser.add_argument("--every", type=float, default=300.0, help="seconds (default: 300)")
    parser.add_argument("--turns", type=int, default=2, help="of that long each (default: 2)")
    return parser.parse_args()


def _measure(folder: Path, feeds: int, every_s: float, turns: int) -> None:
    press = Press(folder / "site", feeds)
    _say(f"writing {feeds} feeds of {ENTRIES} entries")
    press.write()
    server = Server(press.folder, folder)
    urls = folder / "urls"
    urls.write_text("".join(f"{server.address}/{each}\n" for each in press.names()))
    (folder / "ours").mkdir()
    print(
        f"\n{datetime.now(UTC):%Y-%m-%d}, {feeds} feeds, {server.name}, {os.cpu_count()} cores.\n"
    )
    print(
        "| | polls a second | CPU of one core | late s | within 5 s | took s | loop lag ms |",
        end="",
    )
    print(" over 50 ms | new | MB | database MB | load |")
    print("| --- " * 12 + "|")
    with server.serving(validators=True), _running(urls, folder / "ours", every_s, turns) as bot:
        assert bot.stdout is not None
        peak = Peak(bot.pid)
        with peak.watched():
            first = _next(bot.stdout)
        print(_row("first fetch", first, [], peak.most.mb))
        ended = threading.Event()
        renewing = threading.Thread(target=_renew, args=[press, every_s, ended])
        renewing.start()
        try:
            for turn in range(1, turns + 1):
                with _idle(every_s) as beside:
                    found = _next(bot.stdout)
                    idle = json.loads(beside.communicate()[0])
                print(_row(f"turn {turn}", found, idle, found["memory_mb"]), flush=True)
        finally:
            ended.set()
            renewing.join()


def _running(urls: Path, state: Path, every_s: float, turns: int) -> "subprocess.Popen[str]":
    given = [str(urls), str(state), str(every_s * STRETCH), str(every_s), str(turns)]
    return subprocess.Popen(
        [sys.executable, "-m", "bench.polled.with_schedule", *given],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment(),
    )


def _idle(seconds: float) -> "subprocess.Popen[str]":
    """A loop with nothing to do, measured beside the bot's."""
    command = [sys.executable, "-m", "bench.polled.lag", str(seconds)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def _renew(press: Press, every_s: float, ended: threading.Event) -> None:
    """Gives one feed after the other a new entry, so many in a turn as there should be."""
    pause_s = every_s / (press.feeds / RENEWED_EVERY)
    for count in itertools.count():
        if ended.wait(pause_s):
            return
        # A prime step, so that neighbours do not come one after the other.
        press.renew_one(count * 7919 % press.feeds, 1 + count // press.feeds)


def _next(lines: IO[str]) -> dict[str, Any]:
    line = lines.readline()
    if not line:
        raise SystemExit("the bot ended early; its error stands above")
    _say(line.strip())
    found: dict[str, Any] = json.loads(line)
    return found


def _row(name: str, found: dict[str, Any], idle_ms: list[float], memory: float) -> str:
    wall_s = found["wall_s"]
    cells = [
        name,
        f"{found['polls'] / wall_s:.1f}",
        f"{found['cpu_s'] / wall_s:.0%}",
        " / ".join(f"{each:.2f}" for each in found["late_s"]),
        f"{found['on_time']:.1%}",
        " / ".join(f"{each:.3f}" for each in found["took_s"]),
        " / ".join(f"{each:.1f}" for each in found["lag_ms"]),
        f"{found['lag_over_50']:.2%}",
        " / ".join(f"{each:.1f}" for each in idle_ms),
        str(found["new_entries"]),
        f"{memory:.0f}",
        f"{found['database_mb']:.0f}",
        f"{os.getloadavg()[0]:.1f}",
    ]
    return f"| {' | '.join(cells)} |"


def _say(line: str) -> None:
    print(line, file=sys.stderr)


if __name__ == "__main__":
    main()
