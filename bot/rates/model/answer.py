"""The answer to a question about rates, as facts. Renderers turn it into words or JSON.

Percents are ad valorem: percentages of the customs value. The answer and its parts, in the modules
next to this one, are named tuples without validation, because the content of the ledger has already
been validated.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from bot.rates.model.base_duty import BaseRange, BaseRate, MfnAverage
from bot.rates.model.changes import Upcoming
from bot.rates.model.component import BASE_ID, Component
from bot.rates.model.customs_entry import EntryFacts
from bot.rates.model.history import PeriodTotals, Step
from bot.rates.model.law import Talk
from bot.rates.model.line_totals import CaseTotal, LinesTotal
from bot.rates.model.measure import Calc
from bot.rates.model.warnings import Choice, EndedDutiesMissing, RateWarning, Reason

_SOME_GOODS = (Reason.DEPENDS, Reason.LINE_DECIDES)
"""Why a total does not count a duty that only some goods of a range pay."""


class TotalBasis(StrEnum):
    """Which duties the total of an answer counts."""

    GENERAL = "general"
    """The duties on all goods."""
    GOODS = "goods"
    """All duties on particular goods."""
    LAYER = "layer"
    """Only the duties that the question names."""


class BaseShare(StrEnum):
    """Whether a total includes the base duty."""

    ADDED = "added"
    """The base duty comes on top of the total."""
    INCLUDED = "included"
    MIXED = "mixed"
    """Some totals of a range include it, and it comes on top of the others."""


class OnGoods(NamedTuple):
    """The duties on particular goods, which a total on all goods does not count."""

    how_many: int
    up_to: Decimal
    """The highest of these duties, in percent."""


class Report(NamedTuple):
    """A story about the duties of an answer that is newer than the check of its sources."""

    title: str
    url: str
    source: str
    """The publication's name."""
    published: datetime
    """In UTC."""
    status: str
    """The status that the story reports, as in `bot.news.state`; empty if it reports none."""


class Answer(NamedTuple):
    """The duties of the imposer on the partner's goods on a day."""

    imposer: str
    partner: str
    imposer_name: str
    partner_name: str
    on: date
    product: str | None
    total_percent: Decimal | None
    """None if the total is unknown, imports are banned, or the goods have no single total."""
    components: tuple[Component, ...]
    not_counted: tuple[Component, ...]
    mfn: MfnAverage | None
    checked: date | None
    """The day on which the sources of the answer were last checked; None if not tracked."""
    warnings: tuple[RateWarning, ...]
    """The most important first. Leading warnings come before all others."""
    next: tuple[Upcoming, ...]
    basis: TotalBasis = TotalBasis.GENERAL
    goods: tuple[str, ...] = ()
    """The names of the goods or layers of the total; empty for goods in general."""
    codes: tuple[str, ...] = ()
    """The HS codes of the total, digits only."""
    codes_in_part: bool = False
    """Whether the total is for the listed lines under the codes only: not for all of HS 73."""
    any_origin: bool = False
    """Whether the total is for goods of all origins, and counts only duties on these goods."""
    total_range: tuple[Decimal, Decimal] | None = None
    """The lowest and the highest total, if the total depends on the tariff line."""
    added_range: tuple[Decimal, Decimal] | None = None
    """The lowest and the highest percent that the duties of a range add to the base duty.

    None if there is no range, or if an all-in rate has no known base duty.
    """
    questions: tuple[str, ...] = ()
    """The questions about the goods that decide within the range."""
    cases: tuple[CaseTotal, ...] = ()
    """The totals of the only tariff line by the answers to its questions; empty without them."""
    lines: tuple[LinesTotal, ...] = ()
    """How many tariff lines pay which total.

    For a heading, the lines under it. For goods in general, all lines, if the ledger has the
    schedule.
    """
    checked_by: str = ""
    """The operator who confirmed on the day `checked` that nothing changed; may be empty."""
    entry: EntryFacts = EntryFacts()
    by_line: bool = False
    """Whether the total follows the lists of a tariff schedule."""
    choices: tuple[Choice, ...] = ()
    banned: bool = False
    """Whether the goods may not be imported. Then there is no total."""
    base: BaseRate | None = None
    """The base rate of the line, or of all lines of the goods if they have the same."""
    base_range: BaseRange | None = None
    """The base rates of the lines, if the answer is about several lines."""
    typical: tuple[Decimal, Decimal] | None = None
    """The narrowest span of totals that covers two thirds of `lines`; None without `lines`.

    For goods in general it includes `total_percent`.
    """
    rows: tuple[Component, ...] = ()
    """The measures of a question about a law, such as `section 301`, the highest rate first.

    Then there is no total, and `total_range` has the lowest and the highest of their rates. Empty
    for other questions.
    """
    period: PeriodTotals | None = None
    """The totals over the period of the question, whose steps are in `history`; else None."""
    on_goods: OnGoods | None = None
    """The duties that a total on goods in general does not count; None if there are none."""
    last_change: Step | None = None
    history: tuple[Step, ...] = ()
    known_from: date | None = None
    """The day from which the data has the duties of the pair; None if the pair is not tracked."""
    complete_since: date | None = None
    """The day from which none is missing. Duties that ended before may be missing."""
    talks: tuple[Talk, ...] = ()
    reports: tuple[Report, ...] = ()
    """Reports since `checked`, newest first."""
    suggestions: tuple[str, ...] = ()
    """Goods with names similar to an unknown product, and the goods of `choices`."""

    @property
    def includes_base(self) -> bool:
        """Whether the total includes the base rate."""
        return any(component.measure_id == BASE_ID for component in self.components)

    @property
    def base_share(self) -> BaseShare:
        """Whether the total, or each total of a range, includes the base duty.

        An all-in rate includes it. In a range, some goods may pay an all-in rate and others not.
        """
        if self.rows:
            all_in = [one.calc is not Calc.ADDS for one in self.rows]
            if all(all_in):
                return BaseShare.INCLUDED
            return BaseShare.MIXED if any(all_in) else BaseShare.ADDED
        if self.includes_base or any(one.calc is not Calc.ADDS for one in self.components):
            return BaseShare.INCLUDED
        if self.total_range is None or self.basis is TotalBasis.GENERAL:
            return BaseShare.ADDED
        reasons = (*_SOME_GOODS, Reason.SOME_LINES) if self.choices else _SOME_GOODS
        some = {
            one.calc is not Calc.ADDS
            for one in self.not_counted
            if one.exclusion is not None and one.exclusion.reason in reasons and one.percent
        }
        if True not in some:
            return BaseShare.ADDED
        # If duties are counted, or the lowest total is 0%, some goods pay no all-in rate.
        is_mixed = False in some or self.components or not self.total_range[0]
        return BaseShare.MIXED if is_mixed else BaseShare.INCLUDED

    @property
    def main_span(self) -> tuple[Decimal, Decimal] | None:
        """The lowest and the highest end of the figure that the answer gives first.

        It is the total or, if the goods decide, the range of totals. For goods in general it is the
        total on most goods, as far as tariff lines are counted. None if there is no figure.
        """
        if self.banned:
            return None
        if self.basis is TotalBasis.GENERAL and self.typical is not None:
            return self.typical
        if self.total_range is not None:
            return self.total_range
        return None if self.total_percent is None else (self.total_percent, self.total_percent)

    @property
    def is_uncharged_law(self) -> bool:
        """Whether the answer is about laws alone that charge nothing."""
        return self.basis is TotalBasis.LAYER and not self.rows and self.total_percent == 0

    @property
    def is_zero_in_data(self) -> bool:
        """Whether the total is 0 only because the ledger has no duty on the goods."""
        if self.basis is not TotalBasis.GOODS or self.total_percent != 0:
            return False
        return not self.by_line or self.may_lack_duties

    @property
    def may_lack_duties(self) -> bool:
        """Whether the ledger may lack duties of the day of the answer, because they have ended."""
        return any(isinstance(one, EndedDutiesMissing) for one in self.warnings)

    @property
    def is_zero_in_general(self) -> bool:
        """Whether the ledger has no duty on goods in general, so that the total on them is 0."""
        return self.basis is TotalBasis.GENERAL and self.total_percent == 0 and not self.components

    @property
    def has_scheduled(self) -> bool:
        """Whether the total includes changes after the last check, which are not verified."""
        if self.checked is None:
            return False
        begun = (one for one in self.components if one.from_ is not None)
        ended = (
            one
            for one in self.not_counted
            if one.exclusion is not None and one.exclusion.reason is Reason.ENDED
        )
        return any(one.from_ and one.from_ > (one.checked or self.checked) for one in begun) or any(
            one.to and (one.checked or self.checked) <= one.to < self.on for one in ended
        )

    @property
    def has_content(self) -> bool:
        """Whether the answer has a total, a range, choices, a ban or a counted component."""
        has_total = self.total_percent is not None or self.total_range is not None
        return has_total or bool(self.components or self.choices or self.banned)
