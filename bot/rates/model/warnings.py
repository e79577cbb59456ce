"""Warnings of an answer, as facts: one class for each kind.

The name of a kind in JSON comes from its class (`BeyondData` is "beyond_data"). Leading warnings
are shown before the total, because the total would mislead without them. Fields named `text` come
from the rates files or from the question.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, NamedTuple, dataclass_transform

from bot.rates.model.lookup import Lookup
from bot.rates.model.measure import DutyRate, MeasureRef, PartnerRate


class Choice(NamedTuple):
    """Some of the goods of a question, and their total."""

    goods: str
    percent: Decimal
    up_to: Decimal | None = None
    """The highest total, if only some of these goods pay a further duty; else None."""

    @property
    def span(self) -> tuple[Decimal, Decimal]:
        """The lowest and the highest total."""
        return self.percent, self.percent if self.up_to is None else self.up_to


class Reason(StrEnum):
    """Why the total does not count a component."""

    SUSPENDED = "suspended"
    ANNOUNCED = "announced"
    STRUCK_DOWN = "struck_down"
    NOTHING_CHARGED = "nothing_charged"
    PARTNER_EXEMPT = "partner_exempt"
    GOODS_EXEMPT = "goods_exempt"
    SPECIFIC = "specific_duty"
    IMPORT_BAN = "import_ban"
    """The goods may not be imported, so no duty applies."""
    BAN_ON_SOME_LINES = "ban_on_some_lines"
    SOME_LINES = "some_lines"
    LINE_DECIDES = "line_decides"
    DEPENDS = "depends"
    """Facts about the goods decide, which the tariff line does not show."""
    OTHER_COUNTED = "other_counted"
    """Only one measure of a set applies to a tariff line, and another one is counted."""
    GIVES_WAY = "gives_way"
    """Another counted measure replaces it on these goods."""
    MAY_RETURN = "may_return"
    """Another measure replaced it and has ended, and no successor is known."""
    NEVER_SUMMED = "never_summed"
    PARTICULAR_GOODS = "particular_goods"
    RATE_UNKNOWN = "rate_unknown"
    NO_RATE_SET = "no_rate_set"
    ENDED = "ended"
    NOT_YET = "not_yet"


class Exclusion(NamedTuple):
    """Why the total does not count a component, with details."""

    reason: Reason
    by: MeasureRef | None = None
    """The measure that the total counts instead."""
    text: str = ""
    """The explanation in the rates files."""
    on_some_lines: bool = False
    """Whether the measure applies to only some of the goods of the question."""


@dataclass_transform(frozen_default=True)
class RateWarning:
    """A warning of an answer; each subclass becomes a frozen dataclass."""

    leads: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        dataclass(frozen=True)(cls)

    @property
    def kind(self) -> str:
        """The name of the kind of warning in JSON."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).lower()


class Leading(RateWarning):
    """A warning without which the total would mislead."""

    leads: ClassVar[bool] = True


# Leading warnings, in the order of an answer.


class UnknownLine(Leading):
    """The tariff schedule does not have the code, so its nearest parent is answered instead."""

    code: str
    """Digits only."""
    answered: str
    """Digits only; empty if the schedule has no parent of the code. Then there is no total."""
    revision: str


class ReadAsOrigin(Leading):
    """The only economy in the question was read as the origin of the goods.

    The reason is that the ledger has no duties of this economy on the goods.
    """

    product: str


class SuspendedDuty(Leading):
    """A suspended rate on goods that our data does not list, so it may concern any goods."""

    measure: MeasureRef
    percent: Decimal
    until: date | None


class LeadingPairRemark(Leading):
    """A remark on the pair, such as sanctions or no MFN treatment."""

    text: str


class ImportBan(Leading):
    measure: MeasureRef
    since: date
    text: str


class SomeLinesBanned(Leading):
    """Some tariff lines of the goods may not be imported."""

    measure: MeasureRef
    since: date


class EndedDutiesMissing(Leading):
    """On the day of the answer, duties may have applied that the ledger lacks."""

    complete_since: date
    """The ledger lacks some duties that ended before this day."""


class UnknownEconomy(Leading):
    """Unknown words in a question with one economy and goods; they may name another economy."""

    words: str


class RateUnknown(Leading):
    """A measure was charged at a rate that the ledger lacks."""

    measure: MeasureRef
    since: date | None
    known_from: date


class AnnouncedOnly(Leading):
    """A rate was announced for the day of the answer or earlier; its start is not confirmed."""

    measure: MeasureRef
    rate: DutyRate
    from_: date


class RunsOut(Leading):
    """A rate ended before the day of the answer, and no later rate is known."""

    measure: MeasureRef
    percent: Decimal
    until: date


class BasisChanged(Leading):
    """In a period, an all-in rate replaced duties on top of the base rate, or the reverse."""

    first: date
    last: date
    includes_base_at_end: bool


class OriginsDiffer(Leading):
    """A total for all origins lacks the duties on single origins, which most goods pay too."""

    product: str


class OtherRates(Leading):
    """Goods of these partners pay other rates than the measure of an answer for all origins."""

    measure: MeasureRef
    by_partner: tuple[PartnerRate, ...]


class ZeroInData(Leading):
    """The total is 0 because the ledger has no duty that certainly applies to the goods."""

    on_some_lines: tuple[tuple[MeasureRef, DutyRate], ...]
    not_followed: str


# Limits of the data.


class NotCovered(RateWarning):
    """The ledger does not track the imposer's duties on the partner."""


class SingleProductsOnly(RateWarning):
    """For this pair, the ledger tracks duties on single products only."""


class BeforeData(RateWarning):
    """The day is before the first day that the ledger tracks."""

    since: date


class CheckedMeasure(NamedTuple):
    """A measure with the day of the last check of its sources."""

    measure: MeasureRef
    checked: date


class Stale(RateWarning):
    """The sources were last checked before today."""

    today: date
    checked: date
    """The day of the last check of the pair's sources."""
    older: tuple[CheckedMeasure, ...]
    """Counted measures that were last checked before `checked`, the earliest first."""
    later: tuple[CheckedMeasure, ...]
    """Counted measures that were last checked after `checked`, such as an approved rate."""


class BeyondData(Stale):
    """The question names a day after the last check of the pair's sources."""


class OlderSource(RateWarning):
    measure: MeasureRef
    checked: date


class BlocDuties(RateWarning):
    """The imposer applies the duties of its bloc."""

    bloc: str


class NoSourceOpened(RateWarning):
    measure: MeasureRef


class LookupFailed(RateWarning):
    """A live source returned nothing for the lookup."""

    source: str
    why: str
    lookup: Lookup


class BaseNotPercent(RateWarning):
    """The base duty of the tariff line is not a single percentage of the value."""

    line: str
    text: str


# Words that were not understood, and goods without a single total.


class NoOneTotal(RateWarning):
    """The goods have different totals, which the answer's `choices` list."""

    rest_percent: Decimal | None
    """The total of the goods that are on none of the lists; None if all goods are on lists."""


class SomeGoodsDiffer(RateWarning):
    """Some of the goods have a different total."""

    choices: tuple[Choice, ...]


class UnknownProduct(RateWarning):
    text: str
    suggestions: tuple[str, ...]


class ClaimRefused(RateWarning):
    """Goods of the partner, or of this line, cannot be entered under a claimed program."""

    program: str


class ClaimNotCovered(RateWarning):
    """The data does not have the rates of a claimed program."""

    program: str


class AskedNotCovered(RateWarning):
    """The question names duties or reliefs that the data does not cover, such as drawback."""

    names: tuple[str, ...]


class SpellingRead(RateWarning):
    """The product was misspelled and read as the most similar name."""

    text: str
    read_as: str


class DependsOnGoods(RateWarning):
    """The goods of the tariff line have different totals, and these questions decide."""

    questions: tuple[str, ...]


class NotInTotal(RateWarning):
    """A duty that may apply although the total does not count it."""

    measure: MeasureRef
    rate: DutyRate
    exclusion: Exclusion


class NoMeasureOnGoods(RateWarning):
    """No measure of the pair is about these goods in particular."""

    product: str


class NoSuchLayer(RateWarning):
    text: str


class UnknownWords(RateWarning):
    words: str


# Notes on the counted duties.


class VoidButCharged(RateWarning):
    """On the day of the answer, customs charges duties that a ruling has already voided."""

    legal_basis: str
    void_on: date
    until: date | None


class LaterVoid(RateWarning):
    """A ruling after the day of the answer voided duties that were charged on it."""

    legal_basis: str
    void_on: date


class OnOtherLines(RateWarning):
    """A duty on goods that the question may mean, but that is on none of the answered lines."""

    measure: MeasureRef
    rate: DutyRate
    covers: str


class AllIn(RateWarning):
    """The rate includes the base rate."""

    measure: MeasureRef
    percent: Decimal | None


class RateCaveat(RateWarning):
    measure: MeasureRef
    text: str


class PartlyExempt(RateWarning):
    """Some of the goods are exempt, or all of them under a condition."""

    measure: MeasureRef
    condition: str
    why: str


class InTransit(RateWarning):
    """Goods that were under way by ship when the duty began do not pay it."""

    measure: MeasureRef
    loaded_before: date
    entered_before: date
    heading: str
    instead: str
    source: str


class LowConfidence(RateWarning):
    measure: MeasureRef
    text: str


class PairRemark(RateWarning):
    """A remark on the pair, such as how a published figure is calculated."""

    text: str


class NotFollowed(RateWarning):
    """Kinds of duty that no total includes."""

    text: str


class SameForAll(RateWarning):
    """All of these narrower goods have the same total, although they are on different lists."""

    goods: tuple[str, ...]
