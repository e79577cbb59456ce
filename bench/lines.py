"""Measures line lists: the import of 5,000 lines, and what touches them: `python -m bench.lines`.

The lines are chosen at random from the real schedule, of twelve origins. The import reads a file,
checks the rows, computes the duties and saves them in a new SQLite file. The effect of a change of
the ledger has the comparison of both ledgers in it, but not the time to build the new ledger. The
duties by the old ledger are known before, as in the running bot.

CPU time is printed too, because other processes delay the clock's time on a busy machine.
"""

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import NamedTuple

from bot.commands.lines.service import LineListService
from bot.lines.difference import ImportMode
from bot.lines.duties import LineDuties
from bot.lines.effects import find_effects
from bot.lines.files.reading import read_file
from bot.lines.files.writing import write_csv, write_xlsx
from bot.lines.model import MAX_LINES, ListedLine, ListOwner
from bot.lines.reports import find_known_totals
from bot.lines.stories import StoryMatcher
from bot.lines.table import build_table
from bot.news.story import Figure, Story
from bot.parties import Parties
from bot.proposals.approval.amendments import Amendment, apply_amendment
from bot.rates.files.validate import RatesFiles
from bot.rates.ledger import Ledger
from bot.rates.model.measure import Source
from bot.runtime.config.loader import load_book, load_parties
from bot.runtime.gc_tuning import freeze_startup_objects
from bot.store.engine import Database
from bot.store.line_lists import LineLists
from bot.store.upgrade import upgrade

_CONFIG = Path(__file__).parents[1] / "config"
_ORIGINS = ("CN", "VN", "DE", "MX", "CA", "JP", "IN", "KR", "BR", "GB", "TW", "TH")
_NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
_TODAY = date(2026, 11, 30)
_HEADER = ("HTS code", "Country of origin", "Description")
_AMENDMENTS: Mapping[str, Mapping[str, object]] = {
    "a rate on a list of Chinese goods": {"measure": "us-cn-301-list-3"},
    "a rate on steel of all countries": {"measure": "us-232-steel"},
    "a new duty on one heading": {"partners": ("CN",), "scope": {"hs": ("8471",)}},
    "a new duty on all goods of China": {"partners": ("CN",)},
    "a new duty on all goods of all countries": {"partners": ("WORLD",)},
    "an ended surcharge with exemptions, again": {"measure": "us-122-surcharge"},
}
_FIGURES = {
    "a story about steel of all countries": Figure(
        imposer="US", partner="WORLD", product="steel", to_percent=Decimal(60)
    ),
    "a story about all goods of China": Figure(imposer="US", partner="CN", to_percent=Decimal(60)),
}


class Timing(NamedTuple):
    """Seconds of one run, by the clock and of CPU."""

    wall_s: float
    cpu_s: float


@contextmanager
def timed(into: list[Timing]) -> Iterator[None]:
    """Adds the time of the block to the list."""
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    into.append(Timing(time.perf_counter() - wall, time.process_time() - cpu))


def report(name: str, runs: Sequence[Timing], note: str = "") -> None:
    walls = [one.wall_s * 1000 for one in runs]
    cpu = statistics.median(one.cpu_s * 1000 for one in runs)
    print(
        f"{name:<46} median {statistics.median(walls):7.0f} ms, longest {max(walls):7.0f} ms,"
        f" CPU {cpu:7.0f} ms {note}"
    )


def choose_lines(ledger: Ledger) -> list[ListedLine]:
    """Different lines of the schedule, each of one of the origins."""
    schedule = ledger.find_tariff_schedule("US")
    assert schedule is not None
    chosen = random.Random(1)
    numbers = chosen.sample(range(len(schedule.lines)), MAX_LINES)
    return [
        ListedLine(
            code=schedule.lines.get_code(number),
            origin=chosen.choice(_ORIGINS),
            label=f"SKU-{number:05}",
        )
        for number in numbers
    ]


async def measure_import(name: str, content: bytes, ledger: Ledger, runs: int) -> None:
    """Prints the time from the bytes of a file to the saved list, each time with nothing kept."""
    whole: list[Timing] = []
    reading: list[Timing] = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            address = f"sqlite:///{folder}/bench.db"
            await upgrade(address)
            database = Database(address)
            service = LineListService(LineLists(database), lambda: ledger, lambda: _NOW)
            with timed(whole):
                with timed(reading):
                    rows = read_file(name, content).rows
                owner = ListOwner("T1", "C1")
                proposed = await service.propose_import(owner, rows, ImportMode.REPLACE)
                await service.save_import(proposed)
            assert len(proposed.checked.lines) == MAX_LINES
            await database.close()
    report(f"import of {name}", whole)
    report("  of which reading the file", reading)


def amend(book: RatesFiles, parties: Parties, fields: Mapping[str, object]) -> Ledger:
    """The ledger with an approved rate of 60% from tomorrow on."""
    given = {
        "id": "bench1",
        "imposer": "US",
        "percent": Decimal(60),
        "from": date(2026, 12, 1),
        "name": "Bench duty",
        "legal_basis": "Section 122",
        "source": Source(text="Notice"),
        "published": _TODAY,
        "approved_by": "bench",
        "approved_on": _TODAY,
    }
    amendment = Amendment.model_validate({**given, **fields})
    return Ledger(apply_amendment(book, amendment, {one.code for one in parties}), parties)


def measure(name: str, runs: int, work: Callable[[], Sequence[object]]) -> None:
    """Prints the time of `work` and how many lines it found."""
    found: Sequence[object] = ()
    times: list[Timing] = []
    for _ in range(runs):
        with timed(times):
            found = work()
    report(name, times, f"({len(found):,} lines)")


def list_effects(
    lines: Sequence[ListedLine], before: LineDuties, after: Ledger
) -> Sequence[object]:
    """The lines whose totals differ in another ledger, with nothing kept about it."""
    return find_effects(lines, before, LineDuties(after, before), _TODAY)


def list_touched(lines: Sequence[ListedLine], before: LineDuties, story: Story) -> Sequence[object]:
    """The lines that a story touches, with nothing kept about it."""
    return StoryMatcher(before, _TODAY).find(story, lines)


def main() -> None:
    """Prints the times."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=5)
    runs: int = parser.parse_args().runs
    parties = load_parties(_CONFIG / "parties.yaml")
    book = load_book(_CONFIG / "rates", parties)
    ledger = Ledger(book, parties)
    lines = choose_lines(ledger)
    cells = [(one.written_code, one.origin, one.label) for one in lines]
    asyncio.run(measure_import("lines.csv", write_csv(_HEADER, cells), ledger, runs))
    asyncio.run(measure_import("lines.xlsx", write_xlsx("Lines", _HEADER, cells), ledger, runs))
    before = LineDuties(ledger)
    first: list[Timing] = []
    with timed(first):
        table = build_table(lines, before, _TODAY)
    report("table with last and next changes, first time", first, f"({len(table):,} lines)")
    for one in lines:
        find_known_totals(before, one.key, _TODAY)
    for name, fields in _AMENDMENTS.items():
        after = amend(book, parties, fields)
        # As in the running bot, see `bot.runtime.gc_tuning`.
        freeze_startup_objects()
        measure(name, runs, partial(list_effects, lines, before, after))
    for name, figure in _FIGURES.items():
        story = Story.model_validate(
            {
                "id": "s",
                "feed_id": "wire",
                "entry_key": "k",
                "source": "Wire",
                "kind": "wire",
                "title": "US raises duties",
                "published": _NOW,
                "seen_at": _NOW,
                "topics": ("tariff",),
                "figures": (figure,),
            }
        )
        measure(name, runs, partial(list_touched, lines, before, story))


if __name__ == "__main__":
    main()
