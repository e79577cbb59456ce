"""The answer to a question about rates, as frozen facts that renderers turn into words or JSON.

Percents are ad valorem: hundredths of the customs value. The values are plain tuples, because the
ledger has checked their content and an answer holds dozens of them.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from bot.rates.model.law import LegalEvent, Ruling, Talk
from bot.rates.model.measure import Calc, Confidence, DutyRate, MeasureRef, Source, Status
from bot.rates.model.warnings import Choice, Exclusion, RateWarning

BASE_ID = "mfn"
"""The `measure_id` of the component that is the base rate."""


class TotalBasis(StrEnum):
    """What the total of an answer is on."""

    GENERAL = "general"
    GOODS = "goods"
    LAYER = "layer"


class Component(NamedTuple):
    """One measure on the day in question, counted in the total or not."""

    measure: str
    measure_id: str
    legal_basis: str
    status: Status
    """As known now: a past rate is expired or struck down, though it was charged."""
    source: Source
    rate: DutyRate = DutyRate()
    exclusion: Exclusion | None = None
    """Why the total leaves it out; None for a counted one."""
    from_: date | None = None
    to: date | None = None
    rate_since: date | None = None
    """The first day of this percent, where earlier periods on other terms had it without a gap."""
    note: str = ""
    covers: str = ""
    calc: Calc = Calc.ADDS
    rulings: tuple[Ruling, ...] = ()
    charged_until: date | None = None
    """The last day on which customs charged a duty that a court struck down."""
    announced: date | None = None
    void_on: date | None = None
    checked: date | None = None
    """The day up to which its sources were read."""
    confidence: Confidence = Confidence.HIGH

    @property
    def percent(self) -> Decimal | None:
        return self.rate.percent

    @property
    def is_counted(self) -> bool:
        return self.exclusion is None

    @property
    def is_foreseen(self) -> bool:
        """Whether its sources were last read before it was to begin, so that they announce it."""
        if self.status is not Status.IN_FORCE or self.from_ is None or self.checked is None:
            return False
        return self.from_ > self.checked


class MfnAverage(NamedTuple):
    """The imposer's simple average of its applied MFN duties."""

    percent: Decimal
    year: int
    source: Source


class BaseRate(NamedTuple):
    """The MFN duty of a tariff line."""

    line: str
    what: str
    percent: Decimal | None
    """None for a duty that is no single percent of the value: see `words`."""
    with_duties: Decimal | None
    """What the line pays in all."""
    exact: bool
    """Whether it is the line asked for, not an example."""
    year: int
    source: Source
    words: str = ""
    """The duty as its source writes it, where it is no percent: `4.4¢/kg`."""


class OnGoods(NamedTuple):
    """Duties on particular goods that a total on goods in general leaves out."""

    how_many: int
    up_to: Decimal
    """The highest of them, in percent."""


class ChangeKind(StrEnum):
    """What happens to a duty on a day."""

    BEGINS = "begins"
    CHANGES = "changes"
    CONTINUES = "continues"
    """The same percent on a new basis."""
    ENDS = "ends"
    """Its period is over and nothing is known to follow."""
    ANNOUNCED = "announced"
    SUSPENDED = "suspended"
    SUSPENSION_ENDS = "suspension_ends"
    STRUCK_DOWN = "struck_down"
    BY_PARTNER = "by_partner"
    """Rates that differ by partner take effect."""
    MILESTONE = "milestone"


class Change(NamedTuple):
    """What happens, with its figures."""

    kind: ChangeKind
    rate: DutyRate = DutyRate()
    """The new rate; of an end, the old one; by partner, the lowest."""
    from_percent: Decimal | None = None
    up_to: Decimal | None = None
    """By partner, the highest percent; None if all are the same."""
    text: str = ""
    """A milestone or a new basis, as the rates files describe it."""


class Upcoming(NamedTuple):
    """Something that takes effect, ends or falls due on a known day."""

    on: date
    change: Change
    measure: str
    measure_id: str
    imposer: str
    partners: tuple[str, ...]
    source: Source
    not_for: tuple[str, ...] = ()
    """Partners among `partners` that it does not fall on."""
    checked: date | None = None
    """When its own source was read, where that differs from the pair's: an approved rate."""
    passed: bool = False
    """Whether its day is over and the sources were not read since."""


class RateChange(NamedTuple):
    """What happened to one measure."""

    measure: MeasureRef
    change: Change


class Step(NamedTuple):
    """One day of a history: the total from then on, and why.

    Where the line decides, `percent` is the lowest total and `up_to` the highest.
    """

    on: date
    percent: Decimal
    source: Source
    changes: tuple[RateChange, ...] = ()
    ruling: LegalEvent | None = None
    """A ruling or an order that left the total as it was."""
    up_to: Decimal | None = None
    banned: bool = False
    """Whether imports ended, so that the total is that of the day before."""

    @property
    def moves_total(self) -> bool:
        """Whether the total or what it is made of changed."""
        return self.ruling is None and not self.banned


class Answer(NamedTuple):
    """What the imposer charges on the partner's goods on a day."""

    imposer: str
    partner: str
    imposer_name: str
    partner_name: str
    on: date
    product: str | None
    total_percent: Decimal | None
    """None where the ledger cannot tell, or no one total holds for all of the goods."""
    components: tuple[Component, ...]
    not_counted: tuple[Component, ...]
    mfn: MfnAverage | None
    checked: date | None
    """The day up to which the sources of this answer were read; None without any."""
    warnings: tuple[RateWarning, ...]
    """The most important first; those that lead come before all others."""
    next: tuple[Upcoming, ...]
    basis: TotalBasis = TotalBasis.GENERAL
    goods: tuple[str, ...] = ()
    """Names of the goods, or of the layers, that the total is on; empty for goods in general."""
    codes: tuple[str, ...] = ()
    """HS codes that the total is on, digits only."""
    any_origin: bool = False
    """Whether the goods are asked of all origins, so that general duties are left out."""
    total_range: tuple[Decimal, Decimal] | None = None
    """The lowest and the highest total, where the tariff line decides; see `choices`."""
    choices: tuple[Choice, ...] = ()
    banned: bool = False
    """Whether the goods may not be imported, so that there is no total."""
    base: BaseRate | None = None
    on_goods: OnGoods | None = None
    """What a total on goods in general leaves out; None where there is nothing."""
    last_change: Step | None = None
    history: tuple[Step, ...] = ()
    talks: tuple[Talk, ...] = ()
    suggestions: tuple[str, ...] = ()
    """Names of goods that come near an unknown product, or between which it leaves a choice."""

    @property
    def includes_base(self) -> bool:
        """Whether the total holds the base rate."""
        return any(one.measure_id == BASE_ID for one in self.components)

    @property
    def is_zero_in_data(self) -> bool:
        """Whether a total of 0 only means that the ledger holds nothing that is charged."""
        return self.basis is TotalBasis.GOODS and self.total_percent == 0

    @property
    def has_content(self) -> bool:
        """Whether it states a total, a range, a ban or any counted component."""
        has_total = self.total_percent is not None or self.total_range is not None
        return has_total or bool(self.components or self.choices or self.banned)


def format_percent(percent: Decimal | None) -> str | None:
    """A percent as people write it: `12.5`, `145`, `0`; None for None."""
    if percent is None:
        return None
    text = f"{percent:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
