"""Finds contradictions in rates files. Pydantic has already validated each value.

The rules:
1. each source, economy, kind of goods and measure that a file refers to exists;
2. no id is used twice, and no economy has two averages;
3. periods are in order of time, do not end before they begin, and do not overlap;
4. a measure without periods has a source;
5. a period has exactly one of a percent, a specific duty and a ban; an announced one may have none;
6. no measure is in both `adds_to` and `excluded_by` of another;
7. `charged_since` is before the first period;
8. an exemption names goods or codes and does not end before it begins;
9. a row of a schedule names existing columns, and has a percent where a column has none.

`bot.rates.files.card_problems` has the rules for cards.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType
from typing import NamedTuple

from pydantic import BaseModel

from bot.rates.cards.model import CardsFile
from bot.rates.files.card_problems import find_card_problems, index_cards
from bot.rates.files.compile import format_row_id, index_references
from bot.rates.files.schema import DutySpec, ImposerFile, MfnFile, PeriodSpec, Schedule
from bot.rates.model.goods import GoodsFile
from bot.rates.model.law import EventsFile
from bot.rates.model.measure import Exemption, Status
from bot.rates.schedule.schedule import TariffSchedule

Loc = tuple[int | str, ...]

MFN, GOODS, EVENTS = "mfn.yaml", "goods.yaml", "events.yaml"


class FileProblem(NamedTuple):
    """A mistake: the file name, the keys and indexes that lead to it, its cause and its cure."""

    file: str
    loc: Loc
    cause: str
    cure: str = ""


class RatesFiles(NamedTuple):
    """The content of all rates files. `imposer_files` has file names as keys."""

    imposer_files: Mapping[str, ImposerFile]
    mfn: MfnFile
    goods: GoodsFile
    events: EventsFile
    tariff_schedules: Mapping[str, TariffSchedule] = MappingProxyType({})
    """The tariff schedules by the codes of their imposers."""
    cards: Mapping[str, CardsFile] = MappingProxyType({})
    """The cards of laws and topics. The keys are file names."""


_Problem = tuple[Loc, str, str]
_KINDS = {
    **dict.fromkeys(("imposer", "economy", "partner", "partners"), "economy"),
    **dict.fromkeys(("main_partners", "exceptions", "not_for", "parties"), "economy"),
    **dict.fromkeys(("goods", "example_for", "part_of"), "kind of goods"),
    **dict.fromkeys(("excluded_by", "revives", "adds_to", "affects"), "measure"),
    **dict.fromkeys(("groups", "one_of"), "measure"),
    "source": "source",
}
"""Maps the name of a field to the kind of thing that its values refer to."""


def find_problems(
    files: RatesFiles, parties: Collection[str], only: str = ""
) -> Iterator[FileProblem]:
    """All mistakes in the files; if `only` is a file name, the mistakes in this file.

    `parties` has the codes of all economies.
    """
    imposer_files = tuple(files.imposer_files.values())
    known: dict[str, Collection[str]] = {
        "economy": parties,
        "kind of goods": {good.id for good in files.goods.goods},
        "measure": index_references(imposer_files),
    }
    ids = Counter(one for file in imposer_files for one in _list_ids(file))
    found_by_file: dict[str, tuple[BaseModel, Iterable[_Problem]]] = {
        name: (imposer_file, _check_imposer_file(imposer_file, ids))
        for name, imposer_file in files.imposer_files.items()
    }
    economies = [one.economy for one in files.mfn.baselines]
    found_by_file[MFN] = files.mfn, _find_repeated(economies, ("baselines",), "economy")
    found_by_file[GOODS] = (
        files.goods,
        _find_repeated([one.id for one in files.goods.goods], ("goods",), "id"),
    )
    found_by_file[EVENTS] = (
        files.events,
        _find_repeated([one.id for one in files.events.legal], ("legal",), "id"),
    )
    if only in ("", *files.cards):
        cards = index_cards(files.cards)
        named = {
            **known,
            "legal basis": {base for imposer_file in imposer_files for base in imposer_file.bases},
            "legal event": {event.id for event in files.events.legal if event.id},
        }
        for name, cards_file in files.cards.items():
            found_by_file[name] = cards_file, find_card_problems(cards_file, cards, named)
    for name, (file, found) in found_by_file.items():
        if only not in ("", name):
            continue
        sources = getattr(file, "sources", ())
        for loc, cause, cure in (*_find_unknown_names(file, {**known, "source": sources}), *found):
            yield FileProblem(name, loc, cause, cure)


def _list_ids(imposer_file: ImposerFile) -> Iterator[str]:
    yield from (measure.id for measure in imposer_file.measures)
    for schedule in imposer_file.schedules:
        yield schedule.id
        yield from (format_row_id(schedule, row) for row in schedule.rows)
    yield from imposer_file.groups


def _find_unknown_names(
    file: BaseModel, known: Mapping[str, Collection[str]]
) -> Iterator[_Problem]:
    """Checks rule 1 for each field that refers to something by name."""
    for loc, field, names in _list_names(file, ()):
        if field == "source" and not names:
            yield loc, "has no source", "Name one of the file's sources"
        for name in names:
            if name not in known[_KINDS[field]]:
                yield loc, *_describe_unknown(name, _KINDS[field])


def _describe_unknown(name: str, kind: str) -> tuple[str, str]:
    cure = "Add it under sources" if kind == "source" else "Check the spelling"
    return f"no {kind} is called '{name}'", cure


def _list_names(model: BaseModel, loc: Loc) -> list[tuple[Loc, str, Sequence[str]]]:
    """All fields of the model and its parts that refer to something by name.

    Each item has the location, the name of the field, and the names in the field.
    """
    found: list[tuple[Loc, str, Sequence[str]]] = []
    for field, value in vars(model).items():
        here = (*loc, field)
        if isinstance(value, str):
            if field in _KINDS:
                found.append((here, field, (value,)))
        elif isinstance(value, BaseModel):
            found += _list_names(value, here)
        elif isinstance(value, (tuple, dict)):
            items = value.items() if isinstance(value, dict) else enumerate(value)
            inner = [(key, one) for key, one in items if not isinstance(one, str)]
            for key, one in inner:
                if isinstance(one, BaseModel):
                    found += _list_names(one, (*here, key))
                elif field in _KINDS:
                    found.append(((*here, key), field, one))
            if field in _KINDS and isinstance(value, tuple) and not inner:
                found.append((here, field, value))
    return found


def _find_repeated(names: Sequence[str], loc: Loc, key: str) -> Iterator[_Problem]:
    times = Counter(names)
    for at, name in enumerate(names):
        if name and times[name] > 1:
            yield (*loc, at, key), f"'{name}' is given twice", "Keep one"


def _check_imposer_file(imposer_file: ImposerFile, ids: Counter[str]) -> Iterator[_Problem]:
    for at, measure in enumerate(imposer_file.measures):
        loc: Loc = ("measures", at)
        if measure.source is None and not measure.periods:
            cause = f"'{measure.id}' has neither periods nor a source"
            yield loc, cause, "Say where it is described"
        yield from _check_duty(measure, measure.periods, loc, ids)
        places = [(*loc, "periods", at) for at in range(len(measure.periods))]
        yield from _check_periods(measure.periods, places)
    for at, schedule in enumerate(imposer_file.schedules):
        yield from _check_schedule(schedule, ("schedules", at), ids)


def _check_duty(
    written: DutySpec, periods: Sequence[PeriodSpec], loc: Loc, ids: Counter[str]
) -> Iterator[_Problem]:
    if ids[written.id] > 1:
        yield (*loc, "id"), f"'{written.id}' is given twice", "Give each measure its own id"
    both = sorted(set(written.adds_to) & set(written.excluded_by))
    if both:
        cause = f"'{both[0]}' cannot both exclude '{written.id}' and be added to"
        yield (*loc, "adds_to"), cause, "Keep one of the two rules"
    since = written.charged_since
    if since is not None and not (periods and since < periods[0].from_):
        cause = f"{since} is not before the first rate that is known"
        yield (*loc, "charged_since"), cause, "Leave it out, or give the rates since then"
    yield from _check_exemptions(written.exempt, (*loc, "exempt"))


def _check_exemptions(exempt: Iterable[Exemption], loc: Loc) -> Iterator[_Problem]:
    for at, exemption in enumerate(exempt):
        if exemption.from_ and exemption.to and exemption.to < exemption.from_:
            cause = f"{exemption.to} comes before {exemption.from_}"
            yield (*loc, at, "to"), cause, "Swap the days"
        if not exemption.scope:
            yield (*loc, at, "scope"), "names no goods", "Name goods or codes"


def _check_schedule(schedule: Schedule, loc: Loc, ids: Counter[str]) -> Iterator[_Problem]:
    yield from _check_duty(schedule, tuple(schedule.columns.values()), loc, ids)
    places = [(*loc, "columns", name) for name in schedule.columns]
    # A column needs no percent if each row has one.
    filled = [period.model_copy(update={"percent": 0}) for period in schedule.columns.values()]
    yield from _check_periods(filled, places)
    for at, row in enumerate(schedule.rows):
        here = (*loc, "rows", at)
        for name in (each for each in row.rates if each not in schedule.columns):
            yield (*here, "rates"), *_describe_unknown(name, "column")
        yield from _check_exemptions(row.exempt, (*here, "exempt"))
        own = [(*here, "periods", number) for number in range(len(row.periods))]
        yield from _check_periods(row.periods, own)
        if ids[format_row_id(schedule, row)] > 1:
            yield (*here, "partner"), f"'{format_row_id(schedule, row)}' is given twice", ""
        missing = [
            name
            for name, period in schedule.columns.items()
            if period.percent is None and name not in row.rates
        ]
        if missing:
            yield here, f"{row.partner} has no rate for '{missing[0]}'", "Give one under rates"


def _check_periods(periods: Iterable[PeriodSpec], places: list[Loc]) -> Iterator[_Problem]:
    before: PeriodSpec | None = None
    for period, loc in zip(periods, places, strict=True):
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
        if period.low is not None and (period.percent is None or period.low > period.percent):
            cause = f"{period.low} needs a percent that is at least as high"
            yield (*loc, "low"), cause, "Give the highest rate as percent"
        if before is not None and period.from_ <= before.from_:
            cause = f"{period.from_} does not come after {before.from_}"
            yield (*loc, "from"), cause, "Put the periods in order of time"
        elif before is not None and (before.to is None or before.to >= period.from_):
            cause = f"overlaps the period from {before.from_} to {before.to or 'an open end'}"
            cure = f"End that one by {period.from_ - timedelta(days=1)}"
            yield (*loc, "from"), cause, cure
        before = period
