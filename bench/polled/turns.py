"""Protocol of a measured program: for each line on standard input, it polls every feed once.

The program's arguments are a file of addresses and a folder for its state. The program prints
`ready` when it has started. After each turn it prints one line of JSON: seconds, feeds read, feeds
unchanged, new entries, and the longest block of its event loop in milliseconds.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path


def arguments() -> tuple[list[str], Path]:
    """The program's arguments: the addresses of the feeds, and the folder for state."""
    return Path(sys.argv[1]).read_text(encoding="utf-8").split(), Path(sys.argv[2])


def turns() -> Iterator[str]:
    """Prints `ready`, then yields once for each requested turn."""
    print("ready", flush=True)
    for line in sys.stdin:
        yield line.strip()


def answer(
    wall_s: float, read: int, unchanged: int, new_entries: int, blocked_ms: float = 0.0
) -> None:
    """Prints the result of a turn as JSON."""
    result = {
        "wall_s": wall_s,
        "read": read,
        "unchanged": unchanged,
        "new_entries": new_entries,
        "blocked_ms": blocked_ms,
    }
    print(json.dumps(result), flush=True)
