"""What was approved, laid over the shipped files: the ledger that answers are given from.

The files win: what they say by now is not laid over them again, and an approval that no longer fits
them (they were changed in the meantime) is left out and told, never bent.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from bot.alerts.notices import Trouble
from bot.errors import AmendmentRefused
from bot.parties import Parties
from bot.proposals.approval.amendments import Amendment, amended, placed, source_key
from bot.rates.files.compile import columns_of, row_id
from bot.rates.files.schema import Row, Schedule, Sheet, WrittenMeasure, WrittenPeriod
from bot.rates.files.validate import Book, flaws
from bot.rates.ledger import Ledger
from bot.rates.model.answer import percent_text


class StaleApproval(NamedTuple):
    """An amendment that does not fit the ledger, and why."""

    amendment: Amendment
    why: str


def stale_notice(left: StaleApproval) -> Trouble:
    """What operators are told of an approval that the files no longer take."""
    made = left.amendment
    what = f"{made.name or made.measure_id}, {percent_text(made.percent)} % from {made.from_}"
    return Trouble(
        f"{made.id} left out: {left.why}",
        f"An approved rate no longer fits the rates files, which have changed since, and is in no "
        f"answer: {what} (approved by {made.approved_by} on {made.approved_on}). Why: {left.why}. "
        "Take it back at its message, or change the files.",
    )


class Overlay(NamedTuple):
    """A book with what was approved over it."""

    book: Book
    held: tuple[Amendment, ...]
    """Those that this book holds and the shipped one does not."""
    left_out: tuple[StaleApproval, ...]


def layered(book: Book, amendments: Iterable[Amendment], parties: Parties) -> Overlay:
    """The book with all amendments that fit, laid over it in their order.

    One that the shipped files say by now is neither held nor left out.
    """
    codes = {party.code for party in parties}
    return _laid(book, [one for one in amendments if not says(book, one)], codes)


def _laid(book: Book, amendments: Sequence[Amendment], parties: Collection[str]) -> Overlay:
    """All that fit, by one look at the whole book where none brings a flaw into it.

    Where one does, each half is laid by itself: an amendment takes no flaw of another away.
    """
    laid = book
    held: list[Amendment] = []
    left: list[StaleApproval] = []
    for amendment in amendments:
        try:
            laid = placed(laid, amendment)
            held.append(amendment)
        except AmendmentRefused as refused:
            left.append(StaleApproval(amendment, refused.cause))
    flaw = next(flaws(laid, parties), None) if held else None
    if flaw is None:
        return Overlay(laid, tuple(held), tuple(left))
    if len(amendments) == 1:
        return Overlay(book, (), (StaleApproval(amendments[0], flaw.cause),))
    half = len(amendments) // 2
    first = _laid(book, amendments[:half], parties)
    second = _laid(first.book, amendments[half:], parties)
    return Overlay(second.book, first.held + second.held, first.left_out + second.left_out)


def ledger_over(book: Book, amendments: Iterable[Amendment], parties: Parties) -> Ledger:
    """The ledger of the files and of what was approved over them."""
    return Ledger(layered(book, amendments, parties).book, parties)


def ledger_with(
    book: Book, approved: Iterable[Amendment], amendment: Amendment, parties: Parties
) -> Ledger:
    """The ledger over the files with one amendment more; raises AmendmentRefused."""
    if says(book, amendment):
        # At the next start it would not be laid over them, so it is not now.
        cause = "the rates files have this very rate already"
        raise AmendmentRefused(amendment.measure_id, cause, "Reject the proposal")
    laid = layered(book, approved, parties)
    return Ledger(amended(laid.book, amendment, {party.code for party in parties}), parties)


def ledger_without(
    book: Book, approved: Sequence[Amendment], amendment: Amendment, parties: Parties
) -> Ledger:
    """The ledger over the files with one amendment less; raises AmendmentRefused."""
    if says(book, amendment):
        cause = "the rates files hold it by now"
        raise AmendmentRefused(amendment.measure_id, cause, "Change the files instead")
    before = layered(book, approved, parties)
    laid = layered(book, [one for one in approved if one.id != amendment.id], parties)
    if lost := set(laid.left_out) - set(before.left_out):
        cause = f"the rate of {lost.pop().amendment.from_} approved later builds on it"
        raise AmendmentRefused(amendment.measure_id, cause, "Take that one back first")
    return Ledger(laid.book, parties)


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
