"""CPU time and memory of a process and its descendants on Linux."""

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
    """CPU seconds of the process and of its finished children."""


def cpu_s(pid: int) -> float:
    """CPU seconds of the process and its descendants."""
    processes = _processes()
    return sum(processes[each].cpu_s for each in _with_descendants(pid, processes))


def memory_mb(pid: int) -> float:
    """PSS of the process and its descendants in MB. PSS divides shared memory among its users."""
    return sum(_pss_kb(each) for each in _with_descendants(pid, _processes())) / 1024


class PeakMemory:
    """The peak PSS of a process and its descendants in MB, sampled once a second."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.mb = 0.0

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Samples once a second while the `with` block runs, and at its end."""
        ended = threading.Event()
        thread = threading.Thread(target=self._watch, args=[ended])
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
            self._sample()

    def _watch(self, ended: threading.Event) -> None:
        while not ended.wait(1.0):
            self._sample()

    def _sample(self) -> None:
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


def _with_descendants(pid: int, processes: dict[int, _Process]) -> list[int]:
    family = [pid] if pid in processes else []
    for member in family:
        family += [each for each, process in processes.items() if process.parent == member]
    return family


def _pss_kb(pid: int) -> int:
    """The PSS of one process in kB; 0 if the process has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
