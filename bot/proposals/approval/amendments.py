"""Applies approved rates to the content of the rates files: `book + amendment -> new book`.

An amendment does one of two things:
- If it names a measure, this measure gets a new rate period. The previous period ends on the day
  before, and the new period ends when the previous one would have ended, or before the next one.
  Nothing else in the measure changes. A row of a schedule gets a period of its own.
- If it names no measure, it adds a measure on all goods, or on the goods that it names. The duty
  is charged in addition to all others.

Other changes (exemptions, stacking rules, replacing a known rate) need a change of the files.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import timedelta
from typing import NamedTuple, TypeVar

from pydantic import ConfigDict, Field

from bot.errors import AmendmentRefused
from bot.rates.files.compile import format_row_id, list_columns
from bot.rates.files.schema import ImposerFile, MeasureSpec, PeriodSpec, Schedule, ScheduleRow
from bot.rates.files.validate import FileProblem, RatesFiles, find_problems
from bot.rates.model.measure import Confidence, Day, Percent, Scope, Source, Status
from bot.text.dates import format_day
from bot.text.percent import format_percent
from bot.values import Frozen

_BY_FILE = "Change the rates files by a pull request instead"
T = TypeVar("T")


class Amendment(Frozen):
    """One approved rate."""

    model_config = ConfigDict(populate_by_name=True)

    id: str = Field(pattern=r"^[a-z0-9]+$")
    """The id of the proposal that was approved."""
    imposer: str
    """The economy or bloc to whose rates file the rate belongs."""
    partners: tuple[str, ...] = ()
    """The partners of a new measure. Empty for an existing measure, which keeps its partners."""
    measure: str = ""
    """The id of the measure whose rate changes; empty for a new measure."""
    percent: Percent
    from_: Day = Field(alias="from")
    scope: Scope = Scope()
    """The goods of a new measure; empty for goods in general."""
    covers: str = "all goods"
    """The scope in words."""
    name: str = ""
    """The name of the new or existing measure."""
    legal_basis: str = ""
    source: Source
    published: Day
    note: str = ""
    approved_by: str = Field(min_length=1)
    """The operator's name."""
    approved_on: Day

    @property
    def measure_id(self) -> str:
        """The id of the measure that gets the rate."""
        return self.measure or f"{self.imposer.lower()}-approved-{self.id}"


class ApprovedRatesFile(Frozen):
    """The content of `approved.yaml`, which has exported amendments.

    A reviewer has not yet moved these amendments into the imposers' files.
    """

    approved: tuple[Amendment, ...]


class AppliedAmendments(NamedTuple):
    """The rates files with the amendments that fit, and the amendments that do not fit."""

    book: RatesFiles
    applied: tuple[Amendment, ...]
    refused: tuple[tuple[Amendment, AmendmentRefused], ...]


def apply_amendment(book: RatesFiles, amendment: Amendment, parties: Collection[str]) -> RatesFiles:
    """The rates files with the amendment; `parties` has the codes of all economies.

    Raises AmendmentRefused with the reason if the amendment does not fit.
    """
    done = apply_amendments(book, [amendment], parties)
    for _, refusal in done.refused:
        raise refusal
    return done.book


def apply_amendments(
    book: RatesFiles, amendments: Sequence[Amendment], parties: Collection[str]
) -> AppliedAmendments:
    """The rates files with all amendments that fit, applied in their order.

    The files are checked once for all amendments, because a check reads a whole file. If the check
    finds a problem, the amendments are bisected: each half is applied and checked separately, down
    to the amendments that do not fit.
    """
    changed, applied, refused = book, [], []
    for amendment in amendments:
        try:
            changed = _place(changed, amendment)
            applied.append(amendment)
        except AmendmentRefused as error:
            refused.append((amendment, error))
    flaw = next(_find_flaws(changed, applied, parties), None)
    if flaw is None:
        return AppliedAmendments(changed, tuple(applied), tuple(refused))
    if len(amendments) == 1:
        refusal = AmendmentRefused(amendments[0].measure_id, flaw.cause, flaw.cure or _BY_FILE)
        return AppliedAmendments(book, (), ((amendments[0], refusal),))
    middle = len(amendments) // 2
    first = apply_amendments(book, amendments[:middle], parties)
    second = apply_amendments(first.book, amendments[middle:], parties)
    return AppliedAmendments(
        second.book, first.applied + second.applied, first.refused + second.refused
    )


def _find_flaws(
    book: RatesFiles, amendments: Iterable[Amendment], parties: Collection[str]
) -> Iterator[FileProblem]:
    """The problems in the files that the amendments have changed."""
    for file in dict.fromkeys(_find_file(book, amendment) for amendment in amendments):
        yield from find_problems(book, parties, file)


def _find_file(book: RatesFiles, amendment: Amendment) -> str:
    """The name of the imposer's rates file; empty if there is none."""
    files = book.imposer_files.items()
    return next((name for name, one in files if one.imposer == amendment.imposer), "")


def _place(book: RatesFiles, amendment: Amendment) -> RatesFiles:
    """The rates files with the amendment, not yet checked."""
    file = _find_file(book, amendment)
    if not file:
        cause = f"the ledger has no file for {amendment.imposer}"
        raise AmendmentRefused(amendment.measure_id, cause, _BY_FILE)
    sheet, source = book.imposer_files[file], make_source_key(amendment)
    sheet = sheet.model_copy(update={"sources": {**sheet.sources, source: amendment.source}})
    files = {**book.imposer_files, file: _set_rate(sheet, amendment, source)}
    return book._replace(imposer_files=files)


def make_source_key(amendment: Amendment) -> str:
    """The key of the amendment's source in a rates file."""
    return f"approved-{amendment.id}"


def _set_rate(sheet: ImposerFile, amendment: Amendment, source: str) -> ImposerFile:
    if not amendment.measure:
        return _add_measure(sheet, amendment, source)
    for at, measure in enumerate(sheet.measures):
        if measure.id == amendment.measure:
            periods = _insert_period(measure.periods, amendment, source)
            longer = measure.model_copy(update={"periods": periods})
            return sheet.model_copy(update={"measures": _replace(sheet.measures, at, longer)})
    for at, schedule in enumerate(sheet.schedules):
        for number, row in enumerate(schedule.rows):
            if format_row_id(schedule, row) == amendment.measure:
                rows = _replace(
                    schedule.rows, number, _add_row_period(schedule, row, amendment, source)
                )
                wider = schedule.model_copy(update={"rows": rows})
                return sheet.model_copy(update={"schedules": _replace(sheet.schedules, at, wider)})
    cause = f"{amendment.imposer} has no measure '{amendment.measure}'"
    raise AmendmentRefused(amendment.measure, cause, "Choose another measure")


def _add_measure(sheet: ImposerFile, amendment: Amendment, source: str) -> ImposerFile:
    if not (amendment.name and amendment.legal_basis and amendment.partners):
        cause = "a new measure needs a name, a legal basis and a partner"
        raise AmendmentRefused(
            amendment.measure_id, cause, "Enter all three, or choose an existing measure"
        )
    measure = MeasureSpec(
        id=amendment.measure_id,
        partners=amendment.partners,
        name=amendment.name,
        legal_basis=amendment.legal_basis,
        covers=amendment.covers,
        general=not amendment.scope,
        scope=amendment.scope,
        confidence=Confidence.MEDIUM,
        verified_as_of=amendment.approved_on,
        periods=(_make_period(amendment, source),),
    )
    return sheet.model_copy(update={"measures": (*sheet.measures, measure)})


def _add_row_period(
    schedule: Schedule, row: ScheduleRow, amendment: Amendment, source: str
) -> ScheduleRow:
    """The row with a period for the amendment.

    Raises AmendmentRefused if the row already has a column or a period that begins on that day or
    later, because the new period would hide it.
    """
    first = row.periods[0].from_ if row.periods else None
    if first is not None and first <= amendment.from_:
        return row.model_copy(update={"periods": _insert_period(row.periods, amendment, source)})
    later = [column for _, column in list_columns(schedule, row) if column.from_ >= amendment.from_]
    if later or first is not None:
        cause = f"it already has a rate for {later[0].from_ if later else first}"
        raise AmendmentRefused(amendment.measure, cause, _BY_FILE)
    *_, (_, column) = list_columns(schedule, row)
    period = _make_period(amendment, source)
    if column.covers(amendment.from_):
        period = period.model_copy(update={"to": column.to, "not_for": column.not_for})
    return row.model_copy(update={"periods": (period,)})


def _insert_period(
    periods: Sequence[PeriodSpec], amendment: Amendment, source: str
) -> tuple[PeriodSpec, ...]:
    """The periods with the period of the amendment inserted in order of time."""
    day = amendment.from_
    for period in periods:
        if period.from_ == day:
            cause = (
                f"its rate of {format_percent(period.percent)}% already begins on {format_day(day)}"
            )
            raise AmendmentRefused(amendment.measure, cause, "Give another day")
    before = [period for period in periods if period.from_ < day]
    after = [period for period in periods if period.from_ > day]
    new = _make_period(amendment, source)
    if after:
        new = new.model_copy(update={"to": after[0].from_ - timedelta(days=1)})
    if before and before[-1].covers(day):
        last = before.pop()
        kept = {"to": last.to, "calc": last.calc, "not_for": last.not_for}
        new = new.model_copy(update=kept)
        over = day <= amendment.approved_on and last.status is Status.IN_FORCE
        status = Status.EXPIRED if over else last.status
        ended = {"to": day - timedelta(days=1), "status": status}
        before.append(last.model_copy(update=ended))
    return (*before, new, *after)


def _make_period(amendment: Amendment, source: str) -> PeriodSpec:
    note = f"Approved by {amendment.approved_by} on {amendment.approved_on} from "
    note += f"{amendment.source.text}."
    return PeriodSpec(
        from_=amendment.from_,
        percent=amendment.percent,
        status=Status.IN_FORCE,
        source=source,
        announced=amendment.published,
        checked=amendment.approved_on,
        note=" ".join(filter(None, (note, amendment.note))),
    )


def _replace(items: tuple[T, ...], at: int, item: T) -> tuple[T, ...]:
    return (*items[:at], item, *items[at + 1 :])
