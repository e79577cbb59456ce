"""The code of a question, with the schedule of the importing country."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from bot.rates.model.goods import Fit
from bot.rates.model.measure import Measure
from bot.rates.schedule.model import MembershipKind
from bot.rates.schedule.schedule import TariffSchedule
from bot.rates.schedule.treatment import Treatment

NAMING = (
    MembershipKind.IN,
    MembershipKind.CONDITIONAL,
    MembershipKind.BAN,
    MembershipKind.SUSPENDED,
)
"""The kinds of groups that bring goods under a measure. Other kinds exempt goods, or do nothing."""


class AskedLine(NamedTuple):
    """The code of a question about a line, a heading, a chapter or a ten-digit number."""

    schedule: TariffSchedule
    code: str
    """Digits only. If the schedule does not have the code of the question, its nearest parent."""
    lists_of: Mapping[str, frozenset[str]]
    """The lists of each measure, by measure id."""
    written: str
    """The code in the question, digits only."""
    treatment: Treatment = Treatment()
    """What the question claims for the goods."""

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
        groups = self.schedule.list_groups(self.code, self.list_names(listed))
        names = {one.list for one in groups if one.kind in NAMING}
        return {
            one.id: Fit.NONE if names.isdisjoint(self.lists_of[one.id]) else Fit.HEADING
            for one in listed
        }
