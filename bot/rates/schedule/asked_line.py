"""The codes of a question, with the schedule of the importing country."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from bot.rates.model.goods import Fit
from bot.rates.model.measure import Measure
from bot.rates.schedule.model import MembershipGroup, MembershipKind, TariffLine
from bot.rates.schedule.schedule import LineCase, TariffSchedule
from bot.rates.schedule.treatment import Treatment

_A_DAY = timedelta(days=1)
NAMING = (
    MembershipKind.IN,
    MembershipKind.CONDITIONAL,
    MembershipKind.BAN,
    MembershipKind.SUSPENDED,
)
"""The kinds of groups that bring goods under a measure. Other kinds exempt goods, or do nothing."""


class AskedLine(NamedTuple):
    """A question about a line, a heading, a chapter, a ten-digit number, or goods in words."""

    schedule: TariffSchedule
    code: str
    """Digits only. If the schedule does not have the code of the question, its nearest parent.

    Empty for goods with several codes.
    """
    lists_of: Mapping[str, frozenset[str]]
    """The lists of each measure, by measure id."""
    written: str
    """The code in the question, digits only."""
    treatment: Treatment = Treatment()
    """What the question claims for the goods."""
    codes: tuple[str, ...] = ()
    """The codes of goods in words; empty if the question has a code."""
    named: frozenset[str] = frozenset()
    """The lists whose goods the words mean.

    `sofas` means the upholstered furniture on the list of Section 232, although other goods are
    under the same codes.
    """

    lines: frozenset[str] = frozenset()
    """The lines that the words mean on a day on which no list that they name is charged.

    Empty for all lines under the codes.
    """
    goods: str = ""
    """The id of the goods in words; empty if the question has a code."""
    yes: frozenset[str] = frozenset()
    """Questions of the lists that the words answer with yes."""
    no: frozenset[str] = frozenset()
    """Questions of the lists that the words answer with no."""

    def list_codes(self) -> tuple[str, ...]:
        """The code of the question, or the codes of its goods."""
        return self.codes or (self.code,)

    def list_cases(self, day: date, lists: Collection[str]) -> tuple[LineCase, ...]:
        """The cases of the goods on the day, as far as these lists tell them apart.

        If a list that the words name has some of the goods, only these; else only those of `lines`.
        """
        cases = tuple(
            case
            for code in self.list_codes()
            for case in self.schedule.list_cases(code, day, lists)
        )
        cases = tuple(
            case for case in cases if self.yes.isdisjoint(case.no) and self.no.isdisjoint(case.yes)
        )
        meant = tuple(case for case in cases if self._is_meant(case)) if self.named else ()
        return meant or tuple(self._limit(cases))

    def _limit(self, cases: Iterable[LineCase]) -> Iterator[LineCase]:
        """The cases with goods of `lines`."""
        for case in cases:
            if not self.lines:
                yield case
            elif found := case.lines & self.lines:
                yield case._replace(lines=found)

    def _is_meant(self, case: LineCase) -> bool:
        return any(one.kind in NAMING and one.list in self.named for one in case.groups)

    def list_groups(self, lists: Collection[str]) -> list[MembershipGroup]:
        """The groups of these lists that name goods of the question, on any day."""
        found = (
            one for code in self.list_codes() for one in self.schedule.list_groups(code, lists)
        )
        return list({id(one): one for one in found}.values())

    def find_start(self, measure: Measure, day: date) -> date | None:
        """The first day of the unbroken time around `day` in which lists of the measure name goods
        of the question; None if they do not name them on `day`."""
        groups = self.list_groups(self.lists_of.get(measure.id, ()))
        naming = [one for one in groups if one.kind in NAMING and one.from_ <= day]
        start = min((one.from_ for one in naming if one.covers(day)), default=None)
        while start is not None:
            eve = start - _A_DAY
            earlier = min((one.from_ for one in naming if one.covers(eve)), default=start)
            if earlier == start:
                break
            start = earlier
        return start

    def list_change_days(self, lists: Collection[str]) -> set[date]:
        """The days on which these lists begin or cease to name goods of the question."""
        days = (self.schedule.list_change_days(code, lists) for code in self.list_codes())
        return set().union(*days)

    def find_only_line(self, day: date) -> TariffLine | None:
        """The line of the question; None if there are several or none."""
        codes = self.list_codes()
        return self.schedule.find_only_line(codes[0], day) if len(codes) == 1 else None

    def list_names(self, measures: Iterable[Measure]) -> frozenset[str]:
        """The lists of these measures."""
        return frozenset(name for one in measures for name in self.lists_of.get(one.id, ()))

    def match(self, measures: Iterable[Measure]) -> Mapping[str, Fit]:
        """How surely each measure with lists applies to the goods, on any day, by measure id.

        Measures on all goods are left out, because their lists have exemptions only.
        """
        listed = [
            one for one in measures if one.id in self.lists_of and not one.applies_to_all_goods
        ]
        groups = self.list_groups(self.list_names(listed))
        names = {one.list for one in groups if one.kind in NAMING and not self._rules_out(one)}
        return {
            one.id: Fit.NONE if names.isdisjoint(self.lists_of[one.id]) else Fit.HEADING
            for one in listed
        }

    def _rules_out(self, group: MembershipGroup) -> bool:
        """Whether the words answer the question of the group so that it does not apply."""
        return group.question in (self.no if group.answer else self.yes)
