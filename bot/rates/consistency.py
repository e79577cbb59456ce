"""Compares the measures of a rates file with the tariff schedule of its imposer, and with cards.

The rules:
1. each heading of chapter 99 that the rates file or a list names is in the schedule;
2. a measure with a heading has a rate on the heading's first day, and on its last one;
3. a heading without an end belongs to measures that still have a rate, and a measure that is
   charged today has no heading that ended without a successor;
4. the percent of a heading's text is the percent of its measures;
5. no line is on two lists of one set of tiers on the same day, at different rates.

The rules for cards are in `bot.rates.cards.check`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from bot.rates.cards.check import find_card_contradictions
from bot.rates.files.compile import expand_names, index_references
from bot.rates.files.schema import ImposerFile
from bot.rates.files.validate import RatesFiles
from bot.rates.ledger import Ledger
from bot.rates.model.goods import format_code
from bot.rates.model.measure import Calc, Measure
from bot.rates.schedule.model import AdditionalHeading, MembershipKind
from bot.rates.schedule.schedule import TariffSchedule

_HEADING = re.compile(r"99\d\d\.\d\d\.\d\d")
_A_DAY = timedelta(days=1)


class ContradictionKind(StrEnum):
    """What contradicts what."""

    MISSING_HEADING = "missing_heading"
    OTHER_DAYS = "other_days"
    ENDED_HEADING = "ended_heading"
    OTHER_RATE = "other_rate"
    TWO_TIERS = "two_tiers"
    CARD_LACKS_MEASURE = "card_lacks_measure"
    CARD_RATE = "card_rate"


class Contradiction(NamedTuple):
    """A contradiction between the rates file and the schedule, or between it and a card."""

    kind: ContradictionKind
    thing: str
    """The heading, the code of the line, or the card."""
    text: str


def list_contradictions(files: RatesFiles, ledger: Ledger) -> list[Contradiction]:
    """All contradictions of the files of imposers with their tariff schedules and with cards."""
    imposer_files = tuple(files.imposer_files.values())
    references = index_references(imposer_files)
    found = [
        one
        for imposer_file in imposer_files
        if (schedule := files.tariff_schedules.get(imposer_file.imposer)) is not None
        for one in find_contradictions(imposer_file, schedule, ledger.by_id, references)
    ]
    for problem in find_card_contradictions(ledger):
        rate, lacks = ContradictionKind.CARD_RATE, ContradictionKind.CARD_LACKS_MEASURE
        kind = rate if problem.is_rate else lacks
        found.append(Contradiction(kind, f"card {problem.card}", problem.text))
    return found


def find_contradictions(
    imposer_file: ImposerFile,
    schedule: TariffSchedule,
    measures: Mapping[str, Measure],
    references: Mapping[str, tuple[str, ...]],
) -> Iterator[Contradiction]:
    """All contradictions. `measures` has measures by id; `references` maps names to ids."""
    yield from _find_missing(imposer_file, schedule)
    for heading in schedule.headings:
        for measure_id in heading.measures:
            yield from _compare(heading, measures[measure_id], schedule)
    lists_of = schedule.index_lists(references)
    for name in schedule.header.tiers:
        ids = expand_names(imposer_file.one_of.get(name, ()), references)
        yield from _find_shared_lines(schedule, [measures[one] for one in ids], lists_of)


def _find_missing(imposer_file: ImposerFile, schedule: TariffSchedule) -> Iterator[Contradiction]:
    """Rule 1."""
    known = {one.heading for one in schedule.headings}
    named = set(_HEADING.findall(imposer_file.model_dump_json()))
    named |= {one.heading for one in schedule.memberships.groups if one.heading}
    for heading in sorted(named - known):
        text = f"is named for {imposer_file.imposer}, but the schedule does not have it"
        yield Contradiction(ContradictionKind.MISSING_HEADING, heading, text)


def _compare(
    heading: AdditionalHeading, measure: Measure, schedule: TariffSchedule
) -> Iterator[Contradiction]:
    """Rules 2 to 4 for a heading and one of its measures."""
    for day, what in ((heading.from_, "begins"), (heading.to, "ends")):
        if day is not None and measure.find_period(day) is None:
            text = f"{what} on {day}, but {measure.id} has no rate on this day"
            yield Contradiction(ContradictionKind.OTHER_DAYS, heading.heading, text)
    last = measure.periods[-1] if measure.periods else None
    if heading.to is None and last is not None and last.to is not None:
        text = f"has no end, but the last rate of {measure.id} ends on {last.to}"
        yield Contradiction(ContradictionKind.OTHER_DAYS, heading.heading, text)
    if heading.to is not None:
        after = heading.to + _A_DAY
        period = measure.find_period(after)
        charged = period is not None and period.is_charged and bool(period.percent)
        if charged and schedule.find_heading(measure.id, after) is None:
            text = f"ended on {heading.to}, but {measure.id} is still charged and has no other"
            yield Contradiction(ContradictionKind.ENDED_HEADING, heading.heading, text)
    yield from _compare_rates(heading, measure, schedule.header.in_force)


def _compare_rates(
    heading: AdditionalHeading, measure: Measure, read: date
) -> Iterator[Contradiction]:
    """Rule 4, on the day of the revision in which the heading's text was read."""
    day = max(heading.from_, min(read, heading.to or read))
    period = measure.find_period(day)
    if heading.percent is None or period is None or period.percent is None:
        return
    if period.percent != heading.percent:
        text = f"charges {heading.percent}%, but {measure.id} has {period.percent}% on {day}"
        yield Contradiction(ContradictionKind.OTHER_RATE, heading.heading, text)
    elif (period.calc is Calc.ADDS) is heading.is_all_in:
        text = f"and {measure.id} differ on whether the rate includes the base duty"
        yield Contradiction(ContradictionKind.OTHER_RATE, heading.heading, text)


def _find_shared_lines(
    schedule: TariffSchedule, tiers: Sequence[Measure], lists_of: Mapping[str, frozenset[str]]
) -> Iterator[Contradiction]:
    """Rule 5. Lists that ended before the revision of the schedule are not compared."""
    owners: dict[str, list[Measure]] = {}
    for measure in tiers:
        for name in lists_of.get(measure.id, ()):
            owners.setdefault(name, []).append(measure)
    found: dict[tuple[str, str, str], Contradiction] = {}
    for group in schedule.memberships.groups:
        if group.list not in owners or group.kind is not MembershipKind.IN:
            continue
        for code in group.codes:
            for _, other in schedule.memberships.find_covering(code):
                if other.list not in owners or other.kind is not MembershipKind.IN:
                    continue
                first = max(group.from_, other.from_, schedule.header.in_force)
                last = min(group.to or date.max, other.to or date.max)
                one, two = sorted((group.list, other.list))
                if one == two or first > last:
                    continue
                if _list_percents(owners[one], first) == _list_percents(owners[two], first):
                    continue
                text = f"is on {one} and on {two} on {first}, at different rates"
                found[code, one, two] = Contradiction(
                    ContradictionKind.TWO_TIERS, format_code(code), text
                )
    yield from found.values()


def _list_percents(measures: Sequence[Measure], day: date) -> set[Decimal]:
    periods = (one.find_period(day) for one in measures)
    return {one.percent for one in periods if one is not None and one.percent is not None}
