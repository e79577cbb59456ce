"""What a measured program does on its standard input and output: one turn for each line it gets.

A program is given a file of addresses and a folder for its state. It answers each line with one
line of JSON: the seconds that the turn took, and how many feeds it read anew or found unchanged.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path


def arguments() -> tuple[list[str], Path]:
    """The feeds' addresses and the state's folder."""
    return Path(sys.argv[1]).read_text(encoding="utf-8").split(), Path(sys.argv[2])


def turns() -> Iterator[str]:
    """Each turn that is asked for."""
    for line in sys.stdin:
        yield line.strip()


def answer(wall_s: float, read: int, unchanged: int, new_entries: int) -> None:
    """Says what a turn came to."""
    found = {"wall_s": wall_s, "read": read, "unchanged": unchanged, "new_entries": new_entries}
    print(json.dumps(found), flush=True)
