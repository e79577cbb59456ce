"""What was approved, laid over the shipped files: the ledger that answers are given from.

The files win: what they say by now is not laid over them again, and an approval that no longer fits
them (they were changed in the meantime) is left out and told, never bent.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bot.errors import AmendmentRefused
from bot.parties import Parties
from bot.rates.amendment import Amendment, amended, source_key
from bot.rates.check import Book
from bot.rates.expand import columns_of, row_id
from bot.rates.ledger import Ledger
from bot.rates.sheet import Row, Schedule, Sheet, WrittenMeasure, WrittenPeriod


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
        if says(shipped, amendment):
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


def says(book: Book, amendment: Amendment) -> bool:
    """Whether the book has this very rate already: a pull request brought it into the files.

    It is known by its source, which an export writes, also where the reviewers corrected the rate
    or gave a new measure an id of their own; else by the rate, wherever it stands by now.
    """
    return any(
        source_key(amendment) in sheet.sources or _has(sheet, amendment)
        for sheet in book.sheets.values()
        if sheet.imposer == amendment.imposer
    )


def _has(sheet: Sheet, amendment: Amendment) -> bool:
    for measure in sheet.measures:
        same = measure.id == amendment.measure_id
        if not amendment.measure:
            same = same or _is_on_the_same(measure, amendment)
        if same and _among(measure.periods, amendment):
            return True
    return any(
        _among((*_columns(schedule, row), *row.periods), amendment)
        for schedule in sheet.schedules
        for row in schedule.rows
        if row_id(schedule, row) == amendment.measure_id
    )


def _columns(schedule: Schedule, row: Row) -> Iterator[WrittenPeriod]:
    for name, column in columns_of(schedule, row):
        yield column.model_copy(update={"percent": row.rates.get(name, column.percent)})


def _is_on_the_same(measure: WrittenMeasure, amendment: Amendment) -> bool:
    """Whether a measure falls on whom and what a new one would fall on: one duty, not two."""
    if set(measure.partners) != set(amendment.partners):
        return False
    if not amendment.scope:
        return measure.general
    goods = set(measure.scope.goods) & set(amendment.scope.goods)
    return bool(goods) or any(
        ours.startswith(theirs) or theirs.startswith(ours)
        for ours in amendment.scope.hs
        for theirs in measure.scope.hs
    )


def _among(periods: Iterable[WrittenPeriod], amendment: Amendment) -> bool:
    return any(
        period.from_ == amendment.from_ and period.percent == amendment.percent
        for period in periods
    )
