"""The memory of a process that runs for months.

What start-up makes (modules, rules, rates, the layout of tables) is some hundred thousand objects
that never go. Python's garbage collector looks through all of them in each of its long rounds, in
which nothing else happens for a tenth of a second: so it is told once to leave them out. What
comes after makes hardly a ring, so that its short rounds are for nothing, and can be fewer.

GNU's allocator gives each thread an arena of its own, so that threads need not wait for each other.
Python's wait anyway, for its lock, so that the arenas are but some megabytes that are half used.
"""

import ctypes
import gc
import sys

_M_ARENA_MAX = -8
"""The option's number in GNU's malloc.h."""
_ROUNDS = (5000, 20, 20)
"""New objects between two short rounds, and how many of these to one that goes further back. With
Python's own (700, 10, 10) they were a twentieth of the time that polling takes."""


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
    gc.set_threshold(*_ROUNDS)
