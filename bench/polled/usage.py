"""CPU time and memory of a process with all that it started, as Linux counts them."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

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


def memory_mb(pid: int) -> float:
    """Memory of the process and its descendants in MB; what several share counts once (PSS)."""
    return sum(_pss_kb(each) for each in _family(pid, _processes())) / 1024


class Peak:
    """The most memory of a process and its descendants seen while it was watched, in MB.

    Looking costs the process a moment, so it is looked at once a second and after the watch.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.mb = 0.0

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
        self.mb = max(self.mb, memory_mb(self._pid))


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


def _pss_kb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
