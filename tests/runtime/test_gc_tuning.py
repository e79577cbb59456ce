"""What start-up creates is exempt from garbage collection; what comes later is not."""

import gc
import subprocess
import sys
import weakref

from bot.runtime.gc_tuning import freeze_startup_objects

_STARTED = """
import gc
from bot.runtime.gc_tuning import freeze_startup_objects
freeze_startup_objects()
print(gc.get_freeze_count())
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
        freeze_startup_objects()
        gone = weakref.ref(_Ring())
        gc.collect()
        assert gone() is None
    finally:
        gc.unfreeze()
