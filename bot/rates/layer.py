"""What was approved, laid over the shipped files: the ledger that answers are given from.

The files win: what they say by now is not laid over them again, and an approval that no longer fits
them (they were changed in the meantime) is left out and told, never bent.
"""

from collections.abc import Iterable
from typing import NamedTuple

from bot.errors import AmendmentRefused
from bot.parties import Parties
from bot.rates.amendment import Amendment, amended
from bot.rates.check import Book
from bot.rates.expand import row_id
from bot.rates.ledger import Ledger
from bot.rates.sheet import WrittenPeriod


class LeftOut(NamedTuple):
    """An amendment that does not fit the ledger, and why."""

    amendment: Amendment
    why: str


class Layered(NamedTuple):
    """A book with what was approved over it."""

    book: Book
    held: tuple[Amendment, ...]
    """Those that this book holds and the shipped one does not."""
    left_out: tuple[LeftOut, ...]


def layered(book: Book, amendments: Iterable[Amendment], parties: Parties) -> Layered:
    """The book with all amendments that fit, laid over it in their order.

    One that the shipped files say by now is neither held nor left out.
    """
    codes = {party.code for party in parties}
    held: list[Amendment] = []
    left: list[LeftOut] = []
    shipped = book
    for amendment in amendments:
        if _says(shipped, amendment):
            continue
        try:
            book = amended(book, amendment, codes)
            held.append(amendment)
        except AmendmentRefused as refused:
            left.append(LeftOut(amendment, refused.cause))
    return Layered(book, tuple(held), tuple(left))


def ledger_over(book: Book, amendments: Iterable[Amendment], parties: Parties) -> Ledger:
    """The ledger of the files and of what was approved over them."""
    return Ledger(layered(book, amendments, parties).book, parties)


def _says(book: Book, amendment: Amendment) -> bool:
    """Whether the book has this very rate already: a pull request brought it into the files."""
    for sheet in book.sheets.values():
        for measure in sheet.measures:
            if measure.id == amendment.measure_id:
                return not amendment.measure or _has(measure.periods, amendment)
        for schedule in sheet.schedules:
            for row in schedule.rows:
                if row_id(schedule, row) == amendment.measure_id:
                    return _has(row.periods, amendment)
    return False


def _has(periods: Iterable[WrittenPeriod], amendment: Amendment) -> bool:
    return any(
        period.from_ == amendment.from_ and period.percent == amendment.percent
        for period in periods
    )
