"""What an importer declares and pays for the goods of an answer."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from bot.rates.model.base_duty import BaseRate, ClaimedBase, ProgramBase
from bot.rates.model.measure import MeasureRef, Source


class ClaimTotal(NamedTuple):
    """The duty with a claim that the question does not make, such as USMCA."""

    program: str
    percent: Decimal | None
    span: tuple[Decimal, Decimal] | None
    """The lowest and highest total in percent, if the goods decide."""
    banned: bool
    base: BaseRate | None
    """The base duty under the claim; None if the question names no line."""


class ValuedDuty(NamedTuple):
    """A counted duty in dollars."""

    measure: MeasureRef
    percent: Decimal | None
    dollars: Decimal | None
    """None if the duty includes a base duty that is unknown."""


class EntryValue(NamedTuple):
    """The duties and fees on an entered value, in dollars."""

    value: Decimal
    duties: tuple[ValuedDuty, ...]
    base: Decimal | None
    """The base duty; None if it is unknown or not a percentage."""
    merchandise_fee: Decimal | None
    """None if the fee of the day is not in the data."""
    fee_unsure: bool
    """Whether a claimed trade agreement may exempt the goods from the merchandise fee."""
    harbor_fee: Decimal | None
    """Only for goods that arrive by sea, so the total does not include it."""
    total: tuple[Decimal, Decimal]
    """The lowest and the highest sum of the duties, the base duty and the merchandise fee."""
    not_summed: tuple[str, ...]
    """Duties that the total lacks: specific and compound ones, and an unknown base duty."""
    fees_source: Source | None
    informal_up_to: Decimal | None = None
    """The highest value of an informal entry, if this is one. It has no merchandise fee."""
    low_value_until: date | None = None
    """The last day on which shipments of so low a value were exempt; None for higher values."""


class EntryFacts(NamedTuple):
    """What an importer declares and pays, as far as the tariff schedule says it."""

    claim: str = ""
    """The claim that the answer follows: `under USMCA`, `column 2`; empty for none."""
    claim_of: str = ""
    """The program that the question claims, or that it says the goods do not qualify for."""
    is_denied: bool = False
    """Whether the question says that the goods do not qualify for `claim_of`."""
    claim_words: tuple[str, ...] = ()
    """How people claim `claim_of` or write that goods do not qualify for it."""
    base: ClaimedBase | None = None
    """The base duty of goods in general under the claim; None for named goods, or no claim."""
    others: tuple[ClaimTotal, ...] = ()
    programs: tuple[ProgramBase, ...] = ()
    """Programs of the partner, where they change or may change the base duty of the goods."""
    headings: tuple[str, ...] = ()
    """The headings of the counted duties in filing order, then the line's number."""
    unnamed: tuple[MeasureRef, ...] = ()
    """Counted duties whose heading is not in the data."""
    value: EntryValue | None = None

    @property
    def has_column2(self) -> bool:
        """Whether goods in general pay the rates of column 2."""
        return self.base is not None and not self.claim_of
