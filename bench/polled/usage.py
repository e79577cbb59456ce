"""CPU time and memory of a process with all that it started, as Linux counts them."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class _Process:
    parent: int
    cpu_s: float
    """Its own and that of its children that have ended."""


def cpu_s(pid: int) -> float:
    """Seconds of CPU that the process and its descendants have used."""
    every = _processes()
    return sum(every[each].cpu_s for each in _family(pid, every))


class Memory(NamedTuple):
    """Of a process and its descendants, in MB."""

    mb: float = 0.0
    """What processes share, those of others included, counts a part for each (PSS)."""
    resident_mb: float = 0.0
    """What they share counts whole for each (RSS), as `ps` has it."""


def memory(pid: int) -> Memory:
    """Of the process and its descendants, now."""
    found = [_memory_kb(each) for each in _family(pid, _processes())]
    return Memory(*(sum(kind) / 1024 for kind in zip(*found, strict=True))) if found else Memory()


class Peak:
    """The most memory of a process and its descendants seen while it was watched.

    Looking costs the process a moment, so it is looked at once a second and after the watch.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.most = Memory()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Watches while the block runs."""
        ended = threading.Event()
        thread = threading.Thread(target=self._watch, args=[ended])
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
            self._look()

    def _watch(self, ended: threading.Event) -> None:
        while not ended.wait(1.0):
            self._look()

    def _look(self) -> None:
        self.most = Memory(*map(max, self.most, memory(self._pid)))


def _processes() -> dict[int, _Process]:
    found = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        found[int(folder.name)] = _Process(
            parent=int(fields[1]), cpu_s=sum(map(int, fields[11:15])) / _TICKS
        )
    return found


def _family(pid: int, every: dict[int, _Process]) -> list[int]:
    family = [pid] if pid in every else []
    for member in family:
        family += [each for each, process in every.items() if process.parent == member]
    return family


def _memory_kb(pid: int) -> tuple[int, int]:
    """PSS and RSS; 0 of a process that has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0, 0
    found = {line.partition(":")[0]: line.split()[1] for line in lines if "kB" in line}
    return int(found.get("Pss", 0)), int(found.get("Rss", 0))
