"""The programs that are measured, started side by side and asked for one turn after the other."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from time import perf_counter
from typing import Protocol

from bench.polled.usage import Memory, Peak, cpu_s

ROOT = Path(__file__).parents[2]
# reader brings a copy of feedparser whose sgmllib it does not ask for.
READER = ("reader>=3.26,<4", "sgmllib3k")
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tariffwire-bench"
_NEWSBOAT_THREADS = 10


@dataclass(frozen=True, slots=True)
class Turn:
    """What one look at every feed took, and came to."""

    wall_s: float
    cpu_s: float
    read: int
    unchanged: int
    new_entries: int


class Peer(Protocol):
    """A reader of feeds under measurement."""

    name: str

    def turn(self) -> Turn:
        """Looks at every feed once."""

    def end(self) -> Memory:
        """Ends it; returns the most memory that it held."""


class Program:
    """A peer that stays: one of the programs beside this file."""

    def __init__(self, name: str, module: str, urls: Path, state: Path, *more: str) -> None:
        self.name = name
        state.mkdir()
        python = str(reader_python()) if module == "with_reader" else sys.executable
        self._process = subprocess.Popen(
            [python, "-m", f"bench.polled.{module}", str(urls), str(state), *more],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=environment(),
        )
        self._peak = Peak(self._process.pid)

    def turn(self) -> Turn:
        """Looks at every feed once."""
        before = cpu_s(self._process.pid)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._peak.watched():
            self._process.stdin.write("turn\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
            used_s = cpu_s(self._process.pid) - before
        if not line:
            raise SystemExit(f"{self.name} ended early; its error stands above")
        return Turn(cpu_s=used_s, **json.loads(line))

    def end(self) -> Memory:
        """Ends it; returns the most memory that it held."""
        self._process.communicate()
        return self._peak.most


class Newsboat:
    """Debian's newsboat, which starts anew for each turn; that start is part of its turn."""

    name = f"newsboat ({_NEWSBOAT_THREADS} threads)"

    def __init__(self, urls: Path, state: Path) -> None:
        state.mkdir()
        config = state / "config"
        config.write_text(f"reload-threads {_NEWSBOAT_THREADS}\n", encoding="utf-8")
        self._cache = state / "cache.db"
        self._command = ["newsboat", "-q", "-u", str(urls), "-c", str(self._cache)]
        self._command += ["-C", str(config), "-x", "reload"]
        self._most, self._entries = Memory(), 0

    def turn(self) -> Turn:
        """Looks at every feed once."""
        before, began = _children_s(), perf_counter()
        process = subprocess.Popen(self._command, env=environment())
        peak = Peak(process.pid)
        with peak.watched():
            process.wait()
            wall_s = perf_counter() - began
        self._most = Memory(*map(max, self._most, peak.most))
        found = self._count("rss_item")
        new_entries, self._entries = found - self._entries, found
        # It does not say which feeds it found unchanged.
        return Turn(wall_s, _children_s() - before, self._count("rss_feed"), 0, new_entries)

    def end(self) -> Memory:
        """The most memory that it held."""
        return self._most

    def _count(self, table: str) -> int:
        connection = sqlite3.connect(self._cache)
        try:
            return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608
        finally:
            connection.close()


def best_workers(urls: Path, state: Path, counts: Sequence[int] = (5, 10, 20)) -> int:
    """The number of workers with which `reader` takes a first look and further ones fastest."""
    sums: dict[int, float] = {}
    for count in counts:
        trial = Program("reader", "with_reader", urls, state / f"trial{count}", str(count))
        first_s = trial.turn().wall_s
        sums[count] = first_s + 5 * median(trial.turn().wall_s for _ in range(5))
        trial.end()
    return min(sums, key=sums.__getitem__)


def has_newsboat() -> bool:
    """Whether newsboat is installed."""
    return shutil.which("newsboat") is not None


def reader_python() -> Path:
    """The interpreter of an environment that holds the `reader` library, made when missing."""
    folder = _CACHE / f"reader-{sys.version_info.major}.{sys.version_info.minor}"
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        print(f"installing {READER[0]} into {folder}", file=sys.stderr)
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *READER], check=True)
        (folder / "ready").touch()
    return python


def environment() -> dict[str, str]:
    """The environment without what would make every start compile anew."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _children_s() -> float:
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
