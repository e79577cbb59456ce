"""What an answer must say in addition to its number: one frozen class for each kind.

A kind is named after its class (`Stale` is "stale"). A warning that leads stands before the number,
which would mislead without it. Texts in a warning are data of the rates files.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, NamedTuple, dataclass_transform

from bot.rates.model.lookup import Lookup
from bot.rates.model.measure import DutyRate, MeasureRef


class Choice(NamedTuple):
    """Narrower goods among those asked for, and their total."""

    goods: str
    percent: Decimal


class Reason(StrEnum):
    """Why a component is not in the total."""

    SUSPENDED = "suspended"
    ANNOUNCED = "announced"
    STRUCK_DOWN = "struck_down"
    NOTHING_CHARGED = "nothing_charged"
    PARTNER_EXEMPT = "partner_exempt"
    GOODS_EXEMPT = "goods_exempt"
    SPECIFIC = "specific_duty"
    IMPORT_BAN = "import_ban"
    """The goods may not be imported, so no duty lets them in."""
    BAN_ON_SOME_LINES = "ban_on_some_lines"
    SOME_LINES = "some_lines"
    LINE_DECIDES = "line_decides"
    OTHER_COUNTED = "other_counted"
    """A line pays one measure of a set, and another one is counted."""
    GIVES_WAY = "gives_way"
    """It is not charged on goods that pay another measure."""
    NEVER_SUMMED = "never_summed"
    PARTICULAR_GOODS = "particular_goods"
    RATE_UNKNOWN = "rate_unknown"
    NO_RATE_SET = "no_rate_set"
    ENDED = "ended"
    NOT_YET = "not_yet"


class Exclusion(NamedTuple):
    """Why a component is not in the total."""

    reason: Reason
    by: MeasureRef | None = None
    """The measure that is counted instead."""
    text: str = ""
    """What the rates files say on it."""
    on_some_lines: bool = False
    """Whether the measure covers only some of the goods asked for."""


@dataclass_transform(frozen_default=True)
class RateWarning:
    """What an answer must say in addition to its number; each subclass is a frozen dataclass."""

    leads: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        dataclass(frozen=True)(cls)

    @property
    def kind(self) -> str:
        """The name of its kind in JSON."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).lower()


class Leading(RateWarning):
    """A warning without which the number would mislead."""

    leads: ClassVar[bool] = True


# Those that lead, in the order in which an answer has them.


class ReadAsOrigin(Leading):
    """The economy named was read as the origin of the goods, as it has no such duties itself."""

    product: str


class LeadingPairRemark(Leading):
    """A remark on the pair: sanctions, no MFN treatment."""

    text: str


class ImportBan(Leading):
    measure: MeasureRef
    since: date
    text: str


class SomeLinesBanned(Leading):
    """Some tariff lines of the goods may not be imported."""

    measure: MeasureRef
    since: date


class UnknownEconomy(Leading):
    """Words besides one economy and its goods that may have meant another economy."""

    words: str


class RateUnknown(Leading):
    """A measure was charged at a rate that the ledger does not hold."""

    measure: MeasureRef
    since: date | None
    known_from: date


class AnnouncedOnly(Leading):
    """A rate was announced for a day up to the one asked about; its start is not confirmed."""

    measure: MeasureRef
    rate: DutyRate
    from_: date


class RunsOut(Leading):
    """A rate ends before the day asked about, with nothing known to follow."""

    measure: MeasureRef
    percent: Decimal
    until: date


class ZeroInData(Leading):
    """The total is 0 because the ledger holds nothing that is charged on all of the goods."""

    on_some_lines: tuple[tuple[MeasureRef, DutyRate], ...]
    not_followed: str


# How far the ledger knows.


class NotCovered(RateWarning):
    """The ledger does not follow the imposer's duties on the partner."""


class SingleProductsOnly(RateWarning):
    """Of the pair, the ledger follows duties on single products only."""


class BeforeData(RateWarning):
    """The day lies before the ledger begins."""

    since: date


class CheckedMeasure(NamedTuple):
    """A measure whose sources were read up to another day than the rest."""

    measure: MeasureRef
    checked: date


class Stale(RateWarning):
    """The sources were last read before today."""

    today: date
    checked: date
    """The day up to which the sources of the pair were read."""
    older: tuple[CheckedMeasure, ...]
    """Counted measures whose sources were read less far, the oldest first."""
    later: tuple[CheckedMeasure, ...]
    """Counted measures whose own source was read later, as that of an approved rate."""


class BeyondData(Stale):
    """The day asked about lies after the last check."""


class OlderSource(RateWarning):
    measure: MeasureRef
    checked: date


class BlocDuties(RateWarning):
    """The imposer's duties are those of its bloc."""

    bloc: str


class NoSourceOpened(RateWarning):
    measure: MeasureRef


class LookupFailed(RateWarning):
    """A live source gave nothing for the lookup."""

    source: str
    why: str
    lookup: Lookup


class BaseNotPercent(RateWarning):
    """The base duty of the line is no single percent of the value."""

    line: str
    text: str


# What was not understood or could not be decided.


class NoOneTotal(RateWarning):
    """The goods pay different totals: the answer's `choices`."""

    rest_percent: Decimal | None
    """What goods on none of the lists pay; None if there are no such goods."""


class SomeGoodsDiffer(RateWarning):
    """Some of the goods pay another total."""

    choices: tuple[Choice, ...]


class UnknownProduct(RateWarning):
    text: str
    suggestions: tuple[str, ...]


class SpellingRead(RateWarning):
    """The product was taken for the nearest name."""

    text: str
    read_as: str


class NotInTotal(RateWarning):
    """A duty that may apply all the same and is left out."""

    measure: MeasureRef
    rate: DutyRate
    exclusion: Exclusion


class NoMeasureOnGoods(RateWarning):
    """No measure of the pair is on the goods by themselves."""

    product: str


class NoSuchLayer(RateWarning):
    text: str


class UnknownWords(RateWarning):
    words: str


# What is to be known of the duties that are counted.


class VoidButCharged(RateWarning):
    """Customs still charged duties that a ruling had voided."""

    legal_basis: str
    void_on: date
    until: date | None


class AllIn(RateWarning):
    """The rate includes the base rate."""

    measure: MeasureRef
    percent: Decimal | None


class RateCaveat(RateWarning):
    measure: MeasureRef
    text: str


class PartlyExempt(RateWarning):
    """Some of the goods are exempt, or all on a condition."""

    measure: MeasureRef
    condition: str
    why: str


class LowConfidence(RateWarning):
    measure: MeasureRef
    text: str


class PairRemark(RateWarning):
    """A remark on the pair, such as a public figure that counts something else."""

    text: str


class NotFollowed(RateWarning):
    """Kinds of duty that are in no total."""

    text: str


class SameForAll(RateWarning):
    """All of these narrower goods pay the total."""

    goods: tuple[str, ...]
