"""A tariff schedule, and its lines and lists for the code of a question.

Goods of a code can differ in three ways: in their 8-digit line (if the code is a heading), in their
ten-digit number (if lists name single numbers of the line), and in the answers to the questions of
conditional groups. A case is one combination of these. A total is certain if it is the same in all
cases.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice, product
from statistics import median_low
from typing import NamedTuple

from bot.rates.model.base_duty import ClaimedBase
from bot.rates.model.goods import format_code
from bot.rates.model.measure import Source
from bot.rates.schedule.lines import TariffLines
from bot.rates.schedule.membership import MembershipIndex
from bot.rates.schedule.model import (
    LINE_DIGITS,
    AdditionalHeading,
    FormerLine,
    MembershipGroup,
    ScheduleHeader,
    TariffLine,
)
from bot.rates.schedule.treatment import Treatment, find_line_duty

MAX_QUESTIONS = 6
"""Maximum questions that are combined for a line; lines have at most four."""
_SPECIAL_CHAPTERS = ("98", "99")
"""Chapters whose lines are not in the schedule, which has chapters 1 to 97."""
_MAX_KEPT = 1_000
"""Maximum codes whose groups and classes of numbers are kept. Most have one class."""
_MAX_GROUPED = 100
"""Maximum sets of lines in the cache of groups by duty. A set of 500 lines takes 40 KB."""
_A_DAY = timedelta(days=1)
_COLUMNS = {"": "general column", "column 2": "column 2"}


class LineCase(NamedTuple):
    """One combination of the facts that decide which groups apply to goods of a code."""

    code: str
    """The line or the ten-digit number of the case."""
    lines: frozenset[str]
    """The lines of the question's code of which goods are in the case."""
    groups: tuple[MembershipGroup, ...]
    """The groups that apply, including exemptions that importers must claim."""
    yes: frozenset[str]
    """The questions that are answered with yes."""
    no: frozenset[str]


class _NumberClass(NamedTuple):
    """Tariff numbers that the same groups name, on any days."""

    number: str
    """One of them."""
    groups: tuple[MembershipGroup, ...]
    bits: int
    """The groups as a bit set. A bit is the place of a group among those of the code and its
    parts."""
    lines: frozenset[str]


class TariffSchedule:
    """The lines of an imposer with the lists that name them. A schedule never changes."""

    def __init__(
        self,
        header: ScheduleHeader,
        lines: TariffLines,
        memberships: MembershipIndex,
        headings: Sequence[AdditionalHeading] = (),
        former: Sequence[FormerLine] = (),
    ) -> None:
        self.header = header
        self.lines = lines
        self.memberships = memberships
        self.headings = tuple(headings)
        self._headings_of: dict[str, list[AdditionalHeading]] = {}
        for heading in self.headings:
            for measure_id in heading.measures:
                self._headings_of.setdefault(measure_id, []).append(heading)
        self.former = tuple(sorted(former))
        self._former_of: dict[str, list[FormerLine]] = {}
        for one in self.former:
            self._former_of.setdefault(one.line.code, []).append(one)
        self._former_days = sorted({one.to for one in former})
        self._grouped: dict[tuple[frozenset[str], int], tuple[tuple[TariffLine, int], ...]] = {}
        self._classes: dict[str, tuple[_NumberClass, ...]] = {}
        self._groups_of: dict[str, tuple[MembershipGroup, ...]] = {}
        self._claimed: dict[str, ClaimedBase] = {}
        self.lists = frozenset(group.list for group in memberships.groups)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TariffSchedule):
            return NotImplemented
        return (self.header, self.lines, self.memberships, self.headings, self.former) == (
            other.header,
            other.lines,
            other.memberships,
            other.headings,
            other.former,
        )

    __hash__ = None  # type: ignore[assignment] # compared, but not hashed

    def find_heading(self, measure_id: str, day: date) -> AdditionalHeading | None:
        """The heading under which the measure is charged on the day, if the schedule names it."""
        headings = self._headings_of.get(measure_id, ())
        return next((one for one in headings if one.covers(day)), None)

    def index_lists(
        self, references: Mapping[str, tuple[str, ...]]
    ) -> Mapping[str, frozenset[str]]:
        """The lists of each measure, by measure id. `references` maps names to ids of measures."""
        found: dict[str, set[str]] = {}
        for name in self.lists:
            for owner in self.header.lists.get(name, (name,)):
                for measure_id in references.get(owner, ()):
                    found.setdefault(measure_id, set()).add(name)
        return {measure_id: frozenset(names) for measure_id, names in found.items()}

    def find_line_source(self, line: TariffLine, column: str = "") -> Source:
        """The source of a line's base duty: of the general column, of column 2 or of a program."""
        code = format_code(line.code)
        where = _COLUMNS.get(column, f"special rate under {column}")
        return Source(
            text=f"HTS of the United States {self.header.revision}, {code}, {where}",
            url=self.header.url.replace("{line}", code) or None,
        )

    def summarize_claim(self, treatment: Treatment) -> ClaimedBase:
        """The base duty of all lines under a claim, kept because it takes about 0.1 s."""
        known = self._claimed.get(treatment.name)
        if known is None:
            duties = [find_line_duty(line, treatment).percent for line in self.lines]
            rates = [one for one in duties if one is not None]
            median = median_low(rates) if rates else None
            known = ClaimedBase(len(duties), rates.count(Decimal(0)), median)
            self._claimed[treatment.name] = known
        return known

    def find_line(self, code: str, day: date) -> TariffLine | None:
        """The line of a code with 8 or 10 digits, with its duties on the day."""
        for one in self._former_of.get(code[:LINE_DIGITS], ()):
            if day <= one.to:
                return one.line
        return self.lines.find(code)

    def group_by_duty(self, codes: frozenset[str], day: date) -> tuple[tuple[TariffLine, int], ...]:
        """One line for each combination of base duties (general, column 2, special) on the day,
        with the number of lines that have it. Codes that are not lines on the day are ignored."""
        key = (codes, bisect_left(self._former_days, day))
        known = self._grouped.get(key)
        if known is None:
            lines = (self.find_line(code, day) for code in sorted(codes))
            found: dict[object, list[TariffLine]] = {}
            for one in filter(None, lines):
                found.setdefault((one.general, one.column2, one.special), []).append(one)
            known = tuple((group[0], len(group)) for group in found.values())
            if len(self._grouped) >= _MAX_GROUPED:
                self._grouped.clear()
            self._grouped[key] = known
        return known

    def find_only_line(self, code: str, day: date) -> TariffLine | None:
        """The line of the code, or the only line under it; None if there are several or none."""
        if len(code) >= LINE_DIGITS:
            return self.find_line(code, day)
        codes = self.lines.list_codes(code)
        return self.find_line(codes[0], day) if len(codes) == 1 else None

    def find_known_code(self, code: str, day: date | None = None) -> str:
        """The code, or its nearest parent that the schedule knows; empty if there is none.

        Lists still name lines that ended before the schedule begins. Such a line is known on
        earlier days, or without a `day`. A heading needs lines of today.
        """
        line = code[:LINE_DIGITS]
        may_have_ended = day is None or day < self.header.since or line[:2] in _SPECIAL_CHAPTERS
        is_listed = may_have_ended and len(line) == LINE_DIGITS and self.memberships.has_line(line)
        known = line in self._former_of or is_listed
        if known or self.lines.has_lines(line):
            return code
        parents = (code[:size] for size in (6, 4) if size < len(code))
        return next(filter(self.lines.has_lines, parents), "")

    def list_groups(self, code: str, lists: Collection[str]) -> list[MembershipGroup]:
        """The groups of these lists that name the code or a part of it, on any day."""
        return [one for one in self._list_own_groups(code) if one.list in lists]

    def list_number_groups(self, code: str) -> tuple[tuple[MembershipGroup, ...], ...]:
        """The groups that name the tariff numbers under the code, on any day, without repetitions.

        Goods of numbers with the same groups are in the same cases on each day.
        """
        return tuple(one.groups for one in self._list_classes(code))

    def list_change_days(self, code: str, lists: Collection[str]) -> set[date]:
        """The days on which these lists begin or cease to name the code or a part of it."""
        groups = self.list_groups(code, lists)
        ends = {group.to + _A_DAY for group in groups if group.to is not None}
        return {group.from_ for group in groups} | ends

    def list_cases(self, code: str, day: date, lists: Collection[str]) -> tuple[LineCase, ...]:
        """The cases of goods under the code on the day. Goods in the same groups are one case."""
        found: dict[int, list[_NumberClass]] = {}
        valid = sum(
            1 << place
            for place, one in enumerate(self._list_own_groups(code))
            if one.list in lists and one.covers(day)
        )
        for each in self._list_classes(code):
            found.setdefault(each.bits & valid, []).append(each)
        cases: list[LineCase] = []
        for classes in found.values():
            groups = (one for one in classes[0].groups if one.list in lists and one.covers(day))
            lines = frozenset().union(*(each.lines for each in classes))
            cases += _combine(classes[0].number, lines, tuple(groups))
        return tuple(cases)

    def _list_numbers(self, code: str) -> Sequence[str]:
        """The lines under the code, and the ten-digit numbers that lists name.

        A line stands for all its numbers that no list names, if it has any.
        """
        lines = [code] if len(code) >= LINE_DIGITS else self.lines.list_codes(code)
        lines = [one for one in lines if one not in self.header.split_lines]
        numbers = dict.fromkeys(
            one.code for one in self.memberships.find_inside(code) if len(one.code) > LINE_DIGITS
        )
        return [*lines, *numbers]

    def _list_own_groups(self, code: str) -> tuple[MembershipGroup, ...]:
        """The groups of all lists that name the code or a part of it, kept for later questions."""
        known = self._groups_of.get(code)
        if known is None:
            both = (*self.memberships.find_covering(code), *self.memberships.find_inside(code))
            known = tuple({id(one.group): one.group for one in both}.values())
            if len(self._groups_of) >= _MAX_KEPT:
                self._groups_of.clear()
            self._groups_of[code] = known
        return known

    def _list_classes(self, code: str) -> tuple[_NumberClass, ...]:
        """The numbers under the code, with all numbers that the same groups name in one class.

        The classes do not depend on a day, so they are kept for later questions.
        """
        known = self._classes.get(code)
        if known is not None:
            return known
        places = {id(one): place for place, one in enumerate(self._list_own_groups(code))}
        found: dict[int, tuple[str, tuple[MembershipGroup, ...], set[str]]] = {}
        for number in self._list_numbers(code):
            covering = self.memberships.find_covering(number)
            groups = {id(one.group): one.group for one in covering}
            bits = sum(1 << places[each] for each in groups)
            kept = found.setdefault(bits, (number, tuple(groups.values()), set()))
            kept[2].add(number[:LINE_DIGITS])
        classes = tuple(
            _NumberClass(number, groups, bits, frozenset(lines))
            for bits, (number, groups, lines) in found.items()
        )
        if len(self._classes) >= _MAX_KEPT:
            self._classes.clear()
        self._classes[code] = classes
        return classes


def _combine(
    number: str, lines: frozenset[str], groups: tuple[MembershipGroup, ...]
) -> Iterable[LineCase]:
    """A case for each combination of answers to the questions of these groups."""
    depending = [group for group in groups if group.kind.depends and not group.claim]
    if not depending:
        yield LineCase(number, lines, groups, frozenset(), frozenset())
        return
    questions = tuple(dict.fromkeys(group.question for group in depending))[:MAX_QUESTIONS]
    for answers in islice(product((False, True), repeat=len(questions)), 1 << MAX_QUESTIONS):
        given = dict(zip(questions, answers, strict=True))
        applying = tuple(
            group
            for group in groups
            if group.claim or not group.kind.depends or given.get(group.question) == group.answer
        )
        yes = frozenset(question for question, answer in given.items() if answer)
        yield LineCase(number, lines, applying, yes, frozenset(questions) - yes)
