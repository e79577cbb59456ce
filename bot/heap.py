"""The memory of a process that runs for months.

What start-up makes (modules, rules, rates, the layout of tables) is some hundred thousand objects
that never go. Python's garbage collector looks through all of them in each of its long rounds, in
which nothing else happens for a tenth of a second: so it is told once to leave them out.
"""

import gc


def settle() -> None:
    """Keeps all that is in memory now out of the collector's rounds; for the end of a start."""
    gc.collect()
    gc.freeze()
