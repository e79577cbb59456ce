"""Builds measures from rates files: resolves sources and names, expands schedule rows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

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
from bot.rates.model.measure import (
    Announcement,
    Calc,
    DutyTerms,
    Measure,
    Milestone,
    RatePeriod,
    Source,
    joined,
)


def sources_of(sheet: Sheet | MfnFile, keys: SourceKeys) -> Source:
    """The sources with these keys as one: all their texts, the first address."""
    return joined([sheet.sources[key] for key in ([keys] if isinstance(keys, str) else keys)])


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


def spelled_out(names: Iterable[str], references: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The ids of the measures that these names mean, each once."""
    return tuple(dict.fromkeys(one for name in names for one in references[name]))


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
    compiler = _Compiler(sheet, references)
    yield from map(compiler.measure, sheet.measures)
    for schedule in sheet.schedules:
        for row in schedule.rows:
            yield compiler.row_measure(schedule, row, names[row.partner])


class _Compiler(NamedTuple):
    sheet: Sheet
    references: Mapping[str, tuple[str, ...]]

    def measure(self, written: WrittenMeasure) -> Measure:
        periods = tuple(self._period(period, written.calc) for period in written.periods)
        return Measure(
            **self._terms(written),
            partners=written.partners,
            periods=periods,
            source=self.source(written.source) if written.source else periods[-1].source,
            rate_unknown=written.rate_unknown,
            announcements=tuple(
                Announcement(**dict(said) | {"source": self.source(said.source)})
                for said in written.announcements
            ),
            milestones=tuple(
                Milestone(**dict(due) | {"source": self.source(due.source)})
                for due in written.milestones
            ),
        )

    def row_measure(self, schedule: Schedule, row: Row, partner_name: str) -> Measure:
        periods = []
        for column, period in columns_of(schedule, row):
            percent = row.rates.get(column, period.percent)
            caveat = " ".join(filter(None, (period.caveat, row.caveat if percent else "")))
            filled = period.model_copy(update={"percent": percent, "caveat": caveat})
            periods.append(self._period(filled, row.calc if percent else Calc.ADDS))
        periods += [self._period(period, row.calc) for period in row.periods]
        own = {
            "id": row_id(schedule, row),
            "name": f"{schedule.name}, {partner_name}",
            "exempt": (*schedule.exempt, *row.exempt),
            "confidence": row.confidence or schedule.confidence,
            "note": " ".join(filter(None, (schedule.note, row.note))),
        }
        return Measure(
            **self._terms(schedule) | own,
            family=schedule.id,
            partners=(row.partner,),
            periods=tuple(periods),
            source=periods[-1].source,
        )

    def _terms(self, written: Written) -> dict[str, object]:
        """The fields that a measure takes from its file as they are, or under another name."""
        return {name: getattr(written, name) for name in DutyTerms.model_fields} | {
            "imposer": self.sheet.imposer,
            "applies_to_all_goods": written.general,
            "partial_scope": written.perhaps,
            "excluded_by": spelled_out(written.excluded_by, self.references),
            "excluded_reason": written.aside,
        }

    def _period(self, written: WrittenPeriod, calc: Calc) -> RatePeriod:
        resolved = {
            "calc": written.calc or calc,
            "excluded_by": spelled_out(written.excluded_by, self.references),
            "source": self.source(written.source),
        }
        return RatePeriod(**dict(written) | resolved)

    def source(self, keys: SourceKeys) -> Source:
        return sources_of(self.sheet, keys)
