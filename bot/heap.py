"""The memory of a process that runs for months.

What start-up makes (modules, rules, rates, the layout of tables) is some hundred thousand objects
that never go. Python's garbage collector looks through all of them in each of its long rounds, in
which nothing else happens for a tenth of a second: so it is told once to leave them out.

GNU's allocator gives each thread an arena of its own, so that threads need not wait for each other.
Python's wait anyway, for its lock, so that the arenas are but some megabytes that are half used.
"""

import ctypes
import gc
import sys

_M_ARENA_MAX = -8
"""The option's number in GNU's malloc.h."""


def share_one_arena() -> None:
    """Has threads that start later allocate where all do; elsewhere than on Linux, nothing."""
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(_M_ARENA_MAX, 1)


def settle() -> None:
    """Keeps all that is in memory now out of the collector's rounds; for the end of a start."""
    gc.collect()
    gc.freeze()
