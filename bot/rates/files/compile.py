"""Builds measures from rates files: resolves sources and names, expands schedule rows."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from bot.rates.files.schema import (
    MfnFile,
    Row,
    Schedule,
    Sheet,
    SourceKeys,
    Written,
    WrittenMeasure,
    WrittenPeriod,
)
from bot.rates.model.measure import Announcement, Calc, Measure, Milestone, RatePeriod, Source


def sources_of(sheet: Sheet | MfnFile, keys: SourceKeys) -> Source:
    """The sources with these keys as one: all their texts, the first address."""
    found = [sheet.sources[key] for key in ([keys] if isinstance(keys, str) else keys)]
    url = next((source.url for source in found if source.url), None)
    return Source(text="; ".join(source.text for source in found), url=url)


def refer(sheets: Sequence[Sheet]) -> Mapping[str, tuple[str, ...]]:
    """Every name that a rule may use -> ids of the measures it means."""
    known: dict[str, tuple[str, ...]] = {}
    for sheet in sheets:
        known.update({measure.id: (measure.id,) for measure in sheet.measures})
        for schedule in sheet.schedules:
            ids = tuple(row_id(schedule, row) for row in schedule.rows)
            known[schedule.id] = ids
            known.update({one: (one,) for one in ids})
    groups = {name: members for sheet in sheets for name, members in sheet.groups.items()}
    for name in groups:
        known[name] = tuple(dict.fromkeys(_members(name, groups, known, frozenset())))
    return known


def _members(
    name: str,
    groups: Mapping[str, tuple[str, ...]],
    known: Mapping[str, tuple[str, ...]],
    above: frozenset[str],
) -> Iterator[str]:
    """The ids that a name stands for. A group's reference to itself is ignored."""
    if name not in groups:
        yield from known.get(name, ())
    elif name not in above:
        for member in groups[name]:
            yield from _members(member, groups, known, above | {name})


def row_id(schedule: Schedule, row: Row) -> str:
    return schedule.row_id.replace("{partner}", row.partner.lower())


def columns_of(schedule: Schedule, row: Row) -> Iterator[tuple[str, WrittenPeriod]]:
    """The columns that hold for a row, up to the first period of its own."""
    own = row.periods[0].from_ if row.periods else None
    for name, column in schedule.columns.items():
        if own is None or (column.to is not None and column.to < own):
            yield name, column
        elif column.from_ < own:
            yield name, column.model_copy(update={"to": own - timedelta(days=1)})


def measures_of(
    sheet: Sheet, references: Mapping[str, tuple[str, ...]], names: Mapping[str, str]
) -> Iterator[Measure]:
    """All measures of a sheet; `names` are the partners' names by code, for a schedule's rows."""
    for written in sheet.measures:
        yield _measure(sheet, written, references)
    for schedule in sheet.schedules:
        for row in schedule.rows:
            yield _row_measure(sheet, schedule, row, references, names[row.partner])


def _measure(
    sheet: Sheet, written: WrittenMeasure, references: Mapping[str, tuple[str, ...]]
) -> Measure:
    periods = tuple(_period(sheet, period, written.calc, references) for period in written.periods)
    source = sources_of(sheet, written.source) if written.source else periods[-1].source
    return Measure(
        **_common(sheet, written, references),
        id=written.id,
        name=written.name,
        partners=written.partners,
        exempt=written.exempt,
        periods=periods,
        source=source,
        rate_unknown=written.rate_unknown,
        note=written.note,
        announcements=tuple(
            Announcement(
                on=said.on,
                percent=said.percent,
                planned_from=said.planned_from,
                outcome=said.outcome,
                source=sources_of(sheet, said.source),
            )
            for said in written.announcements
        ),
        milestones=tuple(
            Milestone(on=due.on, what=due.what, source=sources_of(sheet, due.source))
            for due in written.milestones
        ),
    )


def _row_measure(
    sheet: Sheet,
    schedule: Schedule,
    row: Row,
    references: Mapping[str, tuple[str, ...]],
    partner_name: str,
) -> Measure:
    periods = []
    for column, period in columns_of(schedule, row):
        percent = row.rates.get(column, period.percent)
        caveat = " ".join(filter(None, (period.caveat, row.caveat if percent else "")))
        calc = row.calc if percent else Calc.ADDS
        filled = period.model_copy(update={"percent": percent, "caveat": caveat})
        periods.append(_period(sheet, filled, calc, references))
    periods += [_period(sheet, period, row.calc, references) for period in row.periods]
    common = _common(sheet, schedule, references)
    return Measure(
        **common | {"confidence": row.confidence or schedule.confidence},
        id=row_id(schedule, row),
        name=f"{schedule.name}, {partner_name}",
        family=schedule.id,
        partners=(row.partner,),
        exempt=(*schedule.exempt, *row.exempt),
        periods=tuple(periods),
        source=periods[-1].source,
        note=" ".join(filter(None, (schedule.note, row.note))),
    )


def _common(
    sheet: Sheet, written: Written, references: Mapping[str, tuple[str, ...]]
) -> dict[str, object]:
    excluders = (one for name in written.excluded_by for one in references[name])
    return {
        "imposer": sheet.imposer,
        "exceptions": written.exceptions,
        "legal_basis": written.legal_basis,
        "covers": written.covers,
        "applies_to_all_goods": written.general,
        "scope": written.scope,
        "partial_scope": written.perhaps,
        "names": written.names,
        "excluded_by": tuple(dict.fromkeys(excluders)),
        "excluded_reason": written.aside,
        "confidence": written.confidence,
        "verified_as_of": written.verified_as_of,
        "charged_since": written.charged_since,
    }


def _period(
    sheet: Sheet, written: WrittenPeriod, calc: Calc, references: Mapping[str, tuple[str, ...]]
) -> RatePeriod:
    excluders = (one for name in written.excluded_by for one in references[name])
    return RatePeriod(
        from_=written.from_,
        to=written.to,
        percent=written.percent,
        status=written.status,
        calc=written.calc or calc,
        banned=written.banned,
        specific=written.specific,
        excluded_by=tuple(dict.fromkeys(excluders)),
        source=sources_of(sheet, written.source),
        announced=written.announced,
        void_on=written.void_on,
        not_for=written.not_for,
        note=written.note,
        caveat=written.caveat,
        checked=written.checked,
    )
