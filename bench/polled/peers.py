"""Starts the measured programs and tells them to poll."""

import json
import os
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

from bench.polled.usage import PeakMemory, cpu_s

ROOT = Path(__file__).parents[2]
# reader's copy of feedparser imports sgmllib3k, which reader does not declare as a dependency.
READER = ("reader>=3.26,<4", "sgmllib3k")
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tariffwire-bench"
READER_FOLDER = _CACHE / f"reader-{sys.version_info.major}.{sys.version_info.minor}"
"""The environment of the `reader` library."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The result of polling every feed once."""

    wall_s: float
    cpu_s: float
    read: int
    unchanged: int
    new_entries: int
    blocked_ms: float


class Program:
    """A client program of `bench.polled` that runs in its own process."""

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
        self._peak = PeakMemory(self._process.pid)
        self._read_line()

    def turn(self) -> Turn:
        """Polls every feed once."""
        before = cpu_s(self._process.pid)
        assert self._process.stdin is not None
        with self._peak.watched():
            self._process.stdin.write("turn\n")
            self._process.stdin.flush()
            result = json.loads(self._read_line())
            return Turn(cpu_s=cpu_s(self._process.pid) - before, **result)

    def _read_line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name} exited early; see its error above")
        return line

    def end(self) -> float:
        """Stops the program; returns its peak memory in MB."""
        self._process.communicate()
        return self._peak.mb


def reader_python() -> Path:
    """The interpreter of an environment with the `reader` library; installs it if necessary."""
    folder = READER_FOLDER
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        print(f"installing {READER[0]} into {folder}", file=sys.stderr)
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *READER], check=True)
        (folder / "ready").touch()
    return python


def environment() -> dict[str, str]:
    """This process's environment variables, except the one that disables bytecode files."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
