"""Builds measures from rates files.

It replaces keys of sources by the sources, and names in rules by the ids of measures. Each row of a
schedule becomes a measure.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from bot.rates.files.schema import (
    DutySpec,
    ImposerFile,
    MeasureSpec,
    MfnFile,
    PeriodSpec,
    Schedule,
    ScheduleRow,
    SourceKeys,
)
from bot.rates.model.measure import (
    Announcement,
    Calc,
    DutyTerms,
    Measure,
    Milestone,
    RatePeriod,
    Source,
    merge_sources,
)


def resolve_sources(imposer_file: ImposerFile | MfnFile, keys: SourceKeys) -> Source:
    """The sources with these keys, merged into one."""
    return merge_sources(
        [imposer_file.sources[key] for key in ([keys] if isinstance(keys, str) else keys)]
    )


def index_references(imposer_files: Sequence[ImposerFile]) -> Mapping[str, tuple[str, ...]]:
    """Maps each name that a rule may use to ids of measures.

    The name is the id of a measure or a schedule, or the name of a group.
    """
    known: dict[str, tuple[str, ...]] = {}
    for imposer_file in imposer_files:
        known.update({measure.id: (measure.id,) for measure in imposer_file.measures})
        for schedule in imposer_file.schedules:
            ids = tuple(format_row_id(schedule, row) for row in schedule.rows)
            known[schedule.id] = ids
            known.update({one: (one,) for one in ids})
    groups = {
        name: members
        for imposer_file in imposer_files
        for name, members in imposer_file.groups.items()
    }
    for name in groups:
        known[name] = tuple(dict.fromkeys(_expand_group(name, groups, known, frozenset())))
    return known


def expand_names(
    names: Iterable[str], references: Mapping[str, tuple[str, ...]]
) -> tuple[str, ...]:
    """The distinct ids of the measures that these names stand for."""
    return tuple(dict.fromkeys(one for name in names for one in references[name]))


def _expand_group(
    name: str,
    groups: Mapping[str, tuple[str, ...]],
    known: Mapping[str, tuple[str, ...]],
    above: frozenset[str],
) -> Iterator[str]:
    """The ids of measures that a name stands for. References of a group to itself are ignored."""
    if name not in groups:
        yield from known.get(name, ())
    elif name not in above:
        for member in groups[name]:
            yield from _expand_group(member, groups, known, above | {name})


def format_row_id(schedule: Schedule, row: ScheduleRow) -> str:
    return schedule.row_id.replace("{partner}", row.partner.lower())


def list_columns(schedule: Schedule, row: ScheduleRow) -> Iterator[tuple[str, PeriodSpec]]:
    """The columns that apply to a row, with their periods.

    If the row has periods of its own, the columns end before the first of these.
    """
    own = row.periods[0].from_ if row.periods else None
    for name, column in schedule.columns.items():
        if own is None or (column.to is not None and column.to < own):
            yield name, column
        elif column.from_ < own:
            yield name, column.model_copy(update={"to": own - timedelta(days=1)})


def build_measures(
    imposer_file: ImposerFile, references: Mapping[str, tuple[str, ...]], names: Mapping[str, str]
) -> Iterator[Measure]:
    """All measures of an imposer's file; `names` maps codes of partners to their names."""
    compiler = _Compiler(imposer_file, references)
    yield from map(compiler.build_measure, imposer_file.measures)
    for schedule in imposer_file.schedules:
        for row in schedule.rows:
            yield compiler.build_row_measure(schedule, row, names[row.partner])


class _Compiler(NamedTuple):
    file: ImposerFile
    references: Mapping[str, tuple[str, ...]]

    def build_measure(self, written: MeasureSpec) -> Measure:
        periods = tuple(self._build_period(period, written.calc) for period in written.periods)
        return Measure(
            **self._collect_terms(written),
            partners=written.partners,
            periods=periods,
            source=self.resolve(written.source) if written.source else periods[-1].source,
            rate_unknown=written.rate_unknown,
            announcements=tuple(
                Announcement(**dict(announcement) | {"source": self.resolve(announcement.source)})
                for announcement in written.announcements
            ),
            milestones=tuple(
                Milestone(**dict(milestone) | {"source": self.resolve(milestone.source)})
                for milestone in written.milestones
            ),
        )

    def build_row_measure(self, schedule: Schedule, row: ScheduleRow, partner_name: str) -> Measure:
        periods = []
        for column, period in list_columns(schedule, row):
            percent = row.rates.get(column, period.percent)
            caveat = " ".join(filter(None, (period.caveat, row.caveat if percent else "")))
            filled = period.model_copy(update={"percent": percent, "caveat": caveat})
            periods.append(self._build_period(filled, row.calc if percent else Calc.ADDS))
        periods += [self._build_period(period, row.calc) for period in row.periods]
        own = {
            "id": format_row_id(schedule, row),
            "name": f"{schedule.name}, {partner_name}",
            "exempt": (*schedule.exempt, *row.exempt),
            "confidence": row.confidence or schedule.confidence,
            "note": " ".join(filter(None, (schedule.note, row.note))),
        }
        return Measure(
            **self._collect_terms(schedule) | own,
            family=schedule.id,
            partners=(row.partner,),
            periods=tuple(periods),
            source=periods[-1].source,
        )

    def _collect_terms(self, written: DutySpec) -> dict[str, object]:
        """The fields of a measure that come from its file. Some have a different name there."""
        return {name: getattr(written, name) for name in DutyTerms.model_fields} | {
            "imposer": self.file.imposer,
            "applies_to_all_goods": written.general,
            "partial_scope": written.perhaps,
            "excluded_by": expand_names(written.excluded_by, self.references),
            "excluded_reason": written.aside,
        }

    def _build_period(self, written: PeriodSpec, calc: Calc) -> RatePeriod:
        resolved = {
            "calc": written.calc or calc,
            "excluded_by": expand_names(written.excluded_by, self.references),
            "revives": expand_names(written.revives, self.references),
            "source": self.resolve(written.source),
        }
        return RatePeriod(**dict(written) | resolved)

    def resolve(self, keys: SourceKeys) -> Source:
        return resolve_sources(self.file, keys)
