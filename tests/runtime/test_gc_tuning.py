"""What start-up makes is left out of the collector's rounds, and all threads share one arena."""

import ctypes
import gc
import subprocess
import sys
import weakref
from pathlib import Path

import pytest

from bot.runtime.gc_tuning import settle

_STARTED = (
    f"import {settle.__module__}, gc; {settle.__module__}.settle(); print(gc.get_freeze_count())"
)

_ARENAS = """
import ctypes, sys, threading
from bot.runtime.gc_tuning import share_one_arena
if sys.argv[1] == "shared":
    share_one_arena()
together = threading.Barrier(5)
def allocate():
    together.wait()
    kept = [bytes(2000) for _ in range(1000)]
    together.wait()
threads = [threading.Thread(target=allocate) for _ in range(5)]
for thread in threads: thread.start()
for thread in threads: thread.join()
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
file = libc.fopen(sys.argv[2].encode(), b"w")
libc.malloc_info(0, ctypes.c_void_p(file))
libc.fclose(ctypes.c_void_p(file))
"""


class _Ring:
    def __init__(self) -> None:
        self.itself = self


def test_what_is_there_at_the_end_of_a_start_is_not_looked_through_again() -> None:
    said = subprocess.run(
        [sys.executable, "-c", _STARTED], capture_output=True, text=True, check=True
    )
    assert int(said.stdout) > 1000


def test_what_comes_later_is_collected_as_ever() -> None:
    try:
        settle()
        gone = weakref.ref(_Ring())
        gc.collect()
        assert gone() is None
    finally:
        gc.unfreeze()


def _arenas(how: str, file: Path) -> int:
    subprocess.run([sys.executable, "-c", _ARENAS, how, str(file)], check=True)
    return file.read_text().count("<heap nr=")


@pytest.mark.skipif(
    not sys.platform.startswith("linux") or not hasattr(ctypes.CDLL(None), "malloc_info"),
    reason="the system's allocator is not GNU's",
)
def test_threads_that_start_later_allocate_from_one_arena(tmp_path: Path) -> None:
    assert _arenas("each its own", tmp_path / "before") > 1
    assert _arenas("shared", tmp_path / "after") == 1
