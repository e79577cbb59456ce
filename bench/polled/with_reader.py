"""Program: the `reader` library, in its own virtual environment.

The program's third argument is the number of worker threads.
"""

import sys
from time import perf_counter

from reader import make_reader  # type: ignore[import-not-found, unused-ignore]

from bench.polled.turns import answer, arguments, turns


def main(workers: int) -> None:
    """Updates every feed once per turn."""
    addresses, folder = arguments()
    reader = make_reader(str(folder / "reader.db"))
    for address in addresses:
        reader.add_feed(address)
    for _ in turns():
        began = perf_counter()
        read = unchanged = new_entries = 0
        for result in reader.update_feeds_iter(scheduled=False, workers=workers):
            if isinstance(result.value, Exception):
                raise result.value
            if result.value is None:
                unchanged += 1
            else:
                read += 1
                new_entries += result.value.new
        answer(perf_counter() - began, read, unchanged, new_entries)
    reader.close()


if __name__ == "__main__":
    main(int(sys.argv[3]))
