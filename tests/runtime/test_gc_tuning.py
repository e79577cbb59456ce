"""Garbage collection skips objects from startup, but not later objects."""

import gc
import subprocess
import sys
import weakref

from bot.runtime.gc_tuning import freeze_startup_objects

_STARTED = """
import gc
from bot.runtime.gc_tuning import freeze_startup_objects, postpone_collections
usual = gc.get_threshold()
postpone_collections()
assert gc.get_threshold()[0] > usual[0]
freeze_startup_objects()
assert gc.get_threshold() == usual
print(gc.get_freeze_count())
"""


class _Cycle:
    def __init__(self) -> None:
        self.itself = self


def test_objects_from_startup_are_frozen() -> None:
    said = subprocess.run(
        [sys.executable, "-c", _STARTED], capture_output=True, text=True, check=True
    )
    assert int(said.stdout) > 1000


def test_objects_created_after_startup_are_collected() -> None:
    try:
        freeze_startup_objects()
        gone = weakref.ref(_Cycle())
        gc.collect()
        assert gone() is None
    finally:
        gc.unfreeze()
