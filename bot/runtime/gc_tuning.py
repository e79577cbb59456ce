"""Excludes the objects that are created at startup from Python's garbage collection."""

import atexit
import gc

_NORMAL = gc.get_threshold()
_RARE = 100_000
"""New objects after which a starting process collects garbage; usually 700."""


def postpone_collections() -> None:
    """Makes garbage collections rare until `freeze_startup_objects`. Call it first.

    Modules, rules and rates are a few hundred thousand objects that live as long as the process.
    Collections while they are created, and at the end of the process, take a fifth of the time of a
    short command.
    """
    gc.set_threshold(_RARE, *_NORMAL[1:])
    atexit.register(gc.freeze)


def freeze_startup_objects() -> None:
    """Exempts every object that exists now from garbage collection. Call it once, after the start.

    Without this call, each full collection visits all objects of the startup and blocks the event
    loop for 0.1 s.
    """
    gc.set_threshold(*_NORMAL)
    gc.collect()
    gc.freeze()
