"""Counts how many tariff lines pay which total, for goods of one origin on a day.

    lines | group by the codes that name them | group by the codes that count on the day | stack

Most lines of a schedule are named by the same groups of codes, so only one line of each class is
stacked. The classes do not depend on origin and day.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from bot.parties import WORLD
from bot.rates.answer.lines.line_duties import choose_names, is_levied, stack_line
from bot.rates.answer.lines.typical_span import find_typical_span
from bot.rates.answer.select import build_layer, build_line_context
from bot.rates.ledger import Ledger
from bot.rates.model.answer import Answer, TotalBasis
from bot.rates.model.goods import Fit
from bot.rates.model.line_totals import LinesTotal
from bot.rates.model.measure import Measure, RatePeriod
from bot.rates.schedule.asked_line import NAMING, AskedLine
from bot.rates.schedule.model import LINE_DIGITS, MembershipGroup
from bot.rates.schedule.schedule import TariffSchedule
from bot.rates.stacking import Layer, StackedLayers

_CACHE_SIZE = 500
"""Maximum number of results of `find` that are kept. Each has a few KB."""


class LineClass(NamedTuple):
    """Lines that the same groups of codes name."""

    code: str
    """One of the lines."""
    lines: int
    groups: frozenset[int]
    """The groups that name the whole line, by their place among the groups of the schedule."""
    inside: tuple[tuple[str, int], ...]
    """The last digits of ten-digit numbers of the line, each with the place of a group with it."""

    def list_places(self) -> set[int]:
        """The places of the groups that name the line or a part of it."""
        return {*self.groups, *(place for _, place in self.inside)}


class LineCounts:
    """The counts for the pairs of a ledger. They are computed when they are first needed."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._classes: dict[str, tuple[LineClass, ...]] = {}
        self._found: dict[object, tuple[LinesTotal, ...]] = {}

    def has(self, imposer: str, partner: str, day: date) -> bool:
        """Whether `find` returns at once."""
        key = self._find_key(imposer, partner, day)
        return key is None or key in self._found

    def find(self, imposer: str, partner: str, day: date) -> tuple[LinesTotal, ...]:
        """The number of lines for each total or range, the most lines first.

        Empty if the ledger does not have the imposer's schedule, or if the day is before the day
        from which the schedule's lines are known.
        """
        key = self._find_key(imposer, partner, day)
        if key is None:
            return ()
        found = self._found.get(key)
        if found is None:
            found = self._count(imposer, partner, day)
            if len(self._found) >= _CACHE_SIZE:
                self._found.clear()
            self._found[key] = found
        return found

    def add_to(self, answer: Answer) -> Answer:
        """The answer with the counts, if it is about goods in general of one origin."""
        if not _needs_counts(answer):
            return answer
        lines = self.find(answer.imposer, answer.partner, answer.on)
        return answer._replace(lines=lines, typical=find_typical_span(lines, answer.total_percent))

    def is_ready_for(self, answer: Answer) -> bool:
        """Whether `add_to` returns at once."""
        return not _needs_counts(answer) or self.has(answer.imposer, answer.partner, answer.on)

    def list_unprepared(self, imposer: str, day: date) -> Iterator[str]:
        """The partners whose counts are not computed yet, the imposer's main partners first.

        Many partners pay the same duties and have the same counts.
        """
        imposer_file = self._ledger.find_imposer_file(imposer)
        if imposer_file is None or self._ledger.find_tariff_schedule(imposer) is None:
            return
        own = set(self._ledger.list_codes(imposer))
        every = (party.code for party in self._ledger.parties)
        for partner in dict.fromkeys((*imposer_file.main_partners, *every)):
            if partner not in own and not self.has(imposer, partner, day):
                yield partner

    def _find_key(self, imposer: str, partner: str, day: date) -> object:
        """A key that partners with the same duties share; None if there is nothing to count."""
        schedule = self._ledger.find_tariff_schedule(imposer)
        if schedule is None or partner == WORLD or day < schedule.header.since:
            return None
        charged = self._ledger.get_pair(imposer, partner).charged
        levied = self._list_levied(imposer, partner, day)
        paid = tuple((one.id, charged.isdisjoint(period.not_for)) for one, period in levied)
        return imposer, day, paid

    def _list_levied(
        self, imposer: str, partner: str, day: date
    ) -> list[tuple[Measure, RatePeriod]]:
        return [
            (measure, period)
            for measure in self._ledger.get_pair(imposer, partner).measures
            if (period := measure.find_period(day)) is not None and is_levied(period)
        ]

    def _count(self, imposer: str, partner: str, day: date) -> tuple[LinesTotal, ...]:
        schedule = self._ledger.find_tariff_schedule(imposer)
        if schedule is None:
            return ()
        if imposer not in self._classes:
            self._classes[imposer] = build_classes(schedule)
        pair = self._ledger.get_pair(imposer, partner)
        levied = [measure for measure, _ in self._list_levied(imposer, partner, day)]
        lists_of = self._ledger.get_lists(imposer)
        others = [measure for measure in levied if measure.id not in lists_of]
        listed = [measure for measure in levied if measure.id in lists_of]
        totals: dict[tuple[Decimal, Decimal, bool], Counter[str]] = {}
        lines: Counter[tuple[Decimal, Decimal, bool]] = Counter()
        unlisted: Counter[tuple[Decimal, Decimal, bool]] = Counter()
        for one, number in self._merge_classes(imposer, partner, day, listed, others):
            groups = [schedule.memberships.groups[place] for place in one.list_places()]
            named = {group.list for group in groups}
            # Leaving out the measures whose lists do not name the line makes this several times
            # faster.
            here = [
                measure
                for measure in listed
                if measure.applies_to_all_goods or not named.isdisjoint(lists_of[measure.id])
            ]
            asked = AskedLine(schedule, one.code, lists_of, one.code)
            layers = list(self._build_others(imposer, partner, day, one.code, others))
            found = stack_line(asked, day, pair.charged, here, layers, self._ledger.one_of).stacked
            low, high = found.span or (found.total, found.total)
            key = (low, high, found.ban is not None)
            lines[key] += number
            names = totals.setdefault(key, Counter())
            for name in _list_names(found):
                names[name] += number
            if not any(group.kind in NAMING for group in groups):
                unlisted[key] += number
        return tuple(
            LinesTotal(
                count,
                *key[:2],
                duties=choose_names(totals[key], count),
                banned=key[2],
                unlisted=unlisted[key],
            )
            for key, count in sorted(lines.items(), key=lambda item: (-item[1], item[0]))
        )

    def _merge_classes(
        self,
        imposer: str,
        partner: str,
        day: date,
        listed: Sequence[Measure],
        others: Sequence[Measure],
    ) -> Iterator[tuple[LineClass, int]]:
        """One class for all classes that pay the same on the day, with their number of lines."""
        schedule = self._ledger.find_tariff_schedule(imposer)
        if schedule is None:
            return
        lists_of = self._ledger.get_lists(imposer)
        names = frozenset(name for one in listed for name in lists_of[one.id])
        valid = _find_valid(schedule.memberships.groups, names, day)
        found: dict[object, tuple[LineClass, int]] = {}
        for one in self._classes[imposer]:
            groups = one.groups & valid
            inside = tuple(each for each in one.inside if each[1] in valid)
            fits = tuple(
                (layer.measure.id, layer.fit, layer.exclusion)
                for layer in self._build_others(imposer, partner, day, one.code, others)
            )
            key = (groups, inside, fits)
            first, lines = found.get(key, (one._replace(groups=groups, inside=inside), 0))
            found[key] = (first, lines + one.lines)
        yield from found.values()

    def _build_others(
        self, imposer: str, partner: str, day: date, code: str, others: Sequence[Measure]
    ) -> Iterator[Layer]:
        """The layers of measures without lists, which apply to the line by their scopes."""
        if not others:
            return
        context = build_line_context(self._ledger, imposer, partner, day, code, tuple(others))
        for measure in others:
            if (layer := build_layer(context, measure)) is not None:
                yield layer


def build_classes(schedule: TariffSchedule) -> tuple[LineClass, ...]:
    """The classes of a schedule's lines. Takes about 0.1 s for 11,000 lines."""
    places = {id(group): place for place, group in enumerate(schedule.memberships.groups)}
    found: dict[object, LineClass] = {}
    for number in range(len(schedule.lines)):
        line = schedule.lines.get_code(number)
        covering = schedule.memberships.find_covering(line)
        groups = frozenset(places[id(one.group)] for one in covering)
        inside = tuple(
            sorted(
                (one.code[LINE_DIGITS:], places[id(one.group)])
                for one in schedule.memberships.find_inside(line)
            )
        )
        known = found.get((groups, inside))
        lines = known.lines + 1 if known else 1
        found[groups, inside] = LineClass(known.code if known else line, lines, groups, inside)
    return tuple(found.values())


def _needs_counts(answer: Answer) -> bool:
    is_general = answer.basis is TotalBasis.GENERAL and answer.product is None
    return is_general and answer.total_percent is not None


def _find_valid(
    groups: Sequence[MembershipGroup], names: Collection[str], day: date
) -> frozenset[int]:
    return frozenset(
        place for place, one in enumerate(groups) if one.list in names and one.covers(day)
    )


def _list_names(stacked: StackedLayers) -> Iterator[str]:
    """The names of the duties that the lines pay, or may pay if facts about the goods decide."""
    if stacked.ban is not None:
        yield stacked.ban.measure.name
    for layer in stacked.counted:
        yield layer.measure.name
    for left in stacked.excluded:
        if left.may_apply and left.layer.fit > Fit.PARTIAL and stacked.span is not None:
            yield left.layer.measure.name
