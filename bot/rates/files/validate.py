"""What is wrong across a ledger's files: each flaw with the place in its file.

Pydantic judges each value by itself; the rules here are about how they fit together:
1. a source, an economy, a kind of goods or a measure that is referred to exists;
2. an id is given once;
3. periods are in order of time, end after they begin, and do not overlap;
4. a measure without periods says where it is described; with a rate, a period has a percent;
5. a rule does not contradict itself: nothing adds to what excludes it.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from bot.rates.files.compile import refer, row_id
from bot.rates.files.schema import (
    MfnFile,
    Schedule,
    Sheet,
    SourceKeys,
    Written,
    WrittenMeasure,
    WrittenPeriod,
)
from bot.rates.model.goods import GoodsFile
from bot.rates.model.law import EventsFile
from bot.rates.model.measure import Exemption, Scope, Status

Loc = tuple[int | str, ...]

MFN, GOODS, EVENTS = "mfn.yaml", "goods.yaml", "events.yaml"


class Flaw(NamedTuple):
    """One mistake: the file's name, the way to the place in it, what is wrong and the cure."""

    file: str
    loc: Loc
    cause: str
    cure: str = ""


class Book(NamedTuple):
    """All files of a ledger; sheets by file name."""

    sheets: Mapping[str, Sheet]
    mfn: MfnFile
    goods: GoodsFile
    events: EventsFile


class _Known(NamedTuple):
    parties: Collection[str]
    goods: Collection[str]
    measures: Collection[str]


def flaws(book: Book, parties: Collection[str]) -> Iterator[Flaw]:
    """Every flaw of the book, file by file; `parties` are the codes of all economies."""
    sheets = tuple(book.sheets.values())
    known = _Known(parties, {good.id for good in book.goods.goods}, refer(sheets))
    ids = Counter(one for sheet in sheets for one in _ids(sheet))
    for name, sheet in book.sheets.items():
        for loc, cause, cure in _sheet_flaws(sheet, known, ids):
            yield Flaw(name, loc, cause, cure)
    for loc, cause, cure in _mfn_flaws(book.mfn, parties):
        yield Flaw(MFN, loc, cause, cure)
    for loc, cause, cure in _goods_flaws(book.goods, known.goods):
        yield Flaw(GOODS, loc, cause, cure)
    for loc, cause, cure in _event_flaws(book.events, known):
        yield Flaw(EVENTS, loc, cause, cure)


_Found = tuple[Loc, str, str]


def _ids(sheet: Sheet) -> Iterator[str]:
    yield from (measure.id for measure in sheet.measures)
    for schedule in sheet.schedules:
        yield schedule.id
        yield from (row_id(schedule, row) for row in schedule.rows)
    yield from sheet.groups


def _sheet_flaws(sheet: Sheet, known: _Known, ids: Counter[str]) -> Iterator[_Found]:
    yield from _unknown(("imposer",), [sheet.imposer], known.parties, "economy")
    yield from _unknown(("main_partners",), sheet.main_partners, known.parties, "economy")
    for at, coverage in enumerate(sheet.coverage):
        loc = ("coverage", at, "partners")
        yield from _unknown(loc, coverage.partners, known.parties, "economy")
    for kind, sets in (("groups", sheet.groups), ("one_of", sheet.one_of)):
        for name, members in sets.items():
            yield from _unknown((kind, name), members, known.measures, "measure")
    for at, measure in enumerate(sheet.measures):
        yield from _measure_flaws(sheet, measure, ("measures", at), known, ids)
    for at, schedule in enumerate(sheet.schedules):
        yield from _schedule_flaws(sheet, schedule, ("schedules", at), known, ids)
    for at, remark in enumerate(sheet.remarks):
        yield from _unknown(("remarks", at, "partner"), [remark.partner], known.parties, "economy")
        yield from _source_flaws(sheet, remark.source, ("remarks", at, "source"))
    for at, base in enumerate(sheet.base_duties):
        place: Loc = ("base_duties", at)
        yield from _unknown((*place, "goods"), base.goods, known.goods, "kind of goods")
        yield from _unknown((*place, "example_for"), base.example_for, known.goods, "kind of goods")
        yield from _source_flaws(sheet, base.source, (*place, "source"))


def _written_flaws(
    written: Written, loc: Loc, known: _Known, ids: Counter[str]
) -> Iterator[_Found]:
    if ids[written.id] > 1:
        yield (*loc, "id"), f"'{written.id}' is given twice", "Give each measure its own id"
    rules = (("excluded_by", written.excluded_by), ("adds_to", written.adds_to))
    for rule, names in rules:
        yield from _unknown((*loc, rule), names, known.measures, "measure")
    both = sorted(set(written.adds_to) & set(written.excluded_by))
    if both:
        cause = f"'{both[0]}' cannot both exclude '{written.id}' and be added to"
        yield (*loc, "adds_to"), cause, "Keep one of the two rules"
    yield from _unknown((*loc, "exceptions"), written.exceptions, known.parties, "economy")
    yield from _scope_flaws(written.scope, (*loc, "scope"), known)
    yield from _scope_flaws(written.perhaps, (*loc, "perhaps"), known)
    yield from _exempt_flaws(written.exempt, (*loc, "exempt"), known)


def _exempt_flaws(exempt: Iterable[Exemption], loc: Loc, known: _Known) -> Iterator[_Found]:
    for at, exemption in enumerate(exempt):
        yield from _scope_flaws(exemption.scope, (*loc, at, "scope"), known)
        yield from _unknown((*loc, at, "partners"), exemption.partners, known.parties, "economy")
        if exemption.from_ and exemption.to and exemption.to < exemption.from_:
            cause = f"{exemption.to} comes before {exemption.from_}"
            yield (*loc, at, "to"), cause, "Swap the days"
        if not exemption.scope:
            yield (*loc, at, "scope"), "names no goods", "Name goods or codes"


def _scope_flaws(scope: Scope, loc: Loc, known: _Known) -> Iterator[_Found]:
    yield from _unknown((*loc, "goods"), scope.goods, known.goods, "kind of goods")


def _measure_flaws(
    sheet: Sheet, measure: WrittenMeasure, loc: Loc, known: _Known, ids: Counter[str]
) -> Iterator[_Found]:
    yield from _written_flaws(measure, loc, known, ids)
    yield from _unknown((*loc, "partners"), measure.partners, known.parties, "economy")
    if measure.source is not None:
        yield from _source_flaws(sheet, measure.source, (*loc, "source"))
    elif not measure.periods:
        yield loc, f"'{measure.id}' has neither periods nor a source", "Say where it is described"
    for kind in ("announcements", "milestones"):
        for at, item in enumerate(getattr(measure, kind)):
            yield from _source_flaws(sheet, item.source, (*loc, kind, at, "source"))
    yield from _start_flaws(measure, measure.periods, loc)
    places = [(*loc, "periods", at) for at in range(len(measure.periods))]
    yield from _period_flaws(sheet, measure.periods, places, known)


def _schedule_flaws(
    sheet: Sheet, schedule: Schedule, loc: Loc, known: _Known, ids: Counter[str]
) -> Iterator[_Found]:
    yield from _written_flaws(schedule, loc, known, ids)
    yield from _start_flaws(schedule, tuple(schedule.columns.values()), loc)
    places = [(*loc, "columns", name) for name in schedule.columns]
    # A column may leave its percent to the rows.
    filled = [period.model_copy(update={"percent": 0}) for period in schedule.columns.values()]
    yield from _period_flaws(sheet, filled, places, known)
    for at, row in enumerate(schedule.rows):
        here = (*loc, "rows", at)
        yield from _unknown((*here, "partner"), [row.partner], known.parties, "economy")
        yield from _unknown((*here, "rates"), row.rates, schedule.columns, "column")
        yield from _exempt_flaws(row.exempt, (*here, "exempt"), known)
        own = [(*here, "periods", number) for number in range(len(row.periods))]
        yield from _period_flaws(sheet, row.periods, own, known)
        if ids[row_id(schedule, row)] > 1:
            yield (*here, "partner"), f"'{row_id(schedule, row)}' is given twice", ""
        missing = [
            name
            for name, period in schedule.columns.items()
            if period.percent is None and name not in row.rates
        ]
        if missing:
            yield here, f"{row.partner} has no rate for '{missing[0]}'", "Give one under rates"


def _start_flaws(written: Written, periods: Sequence[WrittenPeriod], loc: Loc) -> Iterator[_Found]:
    since = written.charged_since
    if since is not None and not (periods and since < periods[0].from_):
        cause = f"{since} is not before the first rate that is known"
        yield (*loc, "charged_since"), cause, "Leave it out, or give the rates since then"


def _period_flaws(
    sheet: Sheet, periods: Iterable[WrittenPeriod], places: list[Loc], known: _Known
) -> Iterator[_Found]:
    before: WrittenPeriod | None = None
    for period, loc in zip(periods, places, strict=True):
        yield from _source_flaws(sheet, period.source, (*loc, "source"))
        yield from _unknown((*loc, "not_for"), period.not_for, known.parties, "economy")
        yield from _unknown((*loc, "excluded_by"), period.excluded_by, known.measures, "measure")
        if period.to is not None and period.to < period.from_:
            yield (*loc, "to"), f"{period.to} comes before {period.from_}", "Swap the days"
        without = period.banned or period.specific or period.status is Status.ANNOUNCED
        if period.percent is None and not without:
            cure = "Give one, or status: announced, banned: true, or specific: the duty in words"
            yield loc, "has no percent", cure
        if period.banned and period.percent is not None:
            yield loc, "is a ban and has a percent", "Leave the percent out"
        if period.specific and (period.banned or period.percent is not None):
            yield loc, "is a specific duty and a percent or a ban too", "Keep one of them"
        if before is not None and period.from_ <= before.from_:
            cause = f"{period.from_} does not come after {before.from_}"
            yield (*loc, "from"), cause, "Put the periods in order of time"
        elif before is not None and (before.to is None or before.to >= period.from_):
            cause = f"overlaps the period from {before.from_} to {before.to or 'an open end'}"
            cure = f"End that one by {period.from_ - timedelta(days=1)}"
            yield (*loc, "from"), cause, cure
        before = period


def _source_flaws(sheet: Sheet, keys: SourceKeys, loc: Loc) -> Iterator[_Found]:
    wanted = [keys] if isinstance(keys, str) else list(keys)
    if not wanted:
        yield loc, "has no source", "Name one of the file's sources"
    for key in wanted:
        if key not in sheet.sources:
            yield loc, f"no source is called '{key}'", "Add it under sources"


def _unknown(loc: Loc, names: Iterable[str], known: Collection[str], kind: str) -> Iterator[_Found]:
    for name in names:
        if name not in known:
            yield loc, f"no {kind} is called '{name}'", "Check the spelling"


def _mfn_flaws(mfn: MfnFile, parties: Collection[str]) -> Iterator[_Found]:
    times = Counter(baseline.economy for baseline in mfn.baselines)
    for at, baseline in enumerate(mfn.baselines):
        loc = ("baselines", at)
        yield from _unknown((*loc, "economy"), [baseline.economy], parties, "economy")
        if baseline.source not in mfn.sources:
            cause = f"no source is called '{baseline.source}'"
            yield (*loc, "source"), cause, "Add it under sources"
        if times[baseline.economy] > 1:
            yield (*loc, "economy"), f"'{baseline.economy}' is given twice", "Keep one"


def _goods_flaws(goods: GoodsFile, known: Collection[str]) -> Iterator[_Found]:
    times = Counter(good.id for good in goods.goods)
    for at, good in enumerate(goods.goods):
        yield from _unknown(("goods", at, "part_of"), good.part_of, known, "kind of goods")
        if times[good.id] > 1:
            yield ("goods", at, "id"), f"'{good.id}' is given twice", "Keep one"


def _event_flaws(events: EventsFile, known: _Known) -> Iterator[_Found]:
    for at, event in enumerate(events.legal):
        yield from _unknown(("legal", at, "affects"), event.affects, known.measures, "measure")
    for at, talk in enumerate(events.talks):
        yield from _unknown(("talks", at, "parties"), talk.parties, known.parties, "economy")
