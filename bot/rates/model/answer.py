"""What is answered to a question about rates: frozen values, ready for a message or JSON.

Percent are ad valorem, parts of a hundred of the customs value. These are plain tuples: the ledger
has checked what they hold, and an answer is made of dozens.
"""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from bot.rates.model.measure import Calc, Confidence, RatePeriod, Source, Status


class Part(NamedTuple):
    """One layer of duty on the day in question."""

    measure: str
    measure_id: str
    percent: Decimal | None
    """None beside a total only: a duty whose rate is not known or not set."""
    legal_basis: str
    status: Status
    """As known now: a rate of the past is expired or struck down, though it was charged."""
    source: Source
    counted: bool
    """Whether the total holds it."""
    from_: date | None = None
    to: date | None = None
    rate_since: date | None = None
    """The day since which this very rate is charged without a break, where other terms had it
    before `from_`; None where it began then."""
    note: str = ""
    """Beside a total, why it is not in it; otherwise what else there is to know."""
    covers: str = ""
    calc: Calc = Calc.ADDS
    standing: str = ""
    """What courts did to it, in plain words."""
    announced: date | None = None
    void_on: date | None = None
    checked: date | None = None
    """The day up to which its sources were read."""
    confidence: Confidence = Confidence.HIGH
    in_words: str = ""
    """The rate where it is no percent: a specific duty, or that the goods may not be imported."""


class MfnAverage(NamedTuple):
    """The imposer's simple average of its applied MFN duties."""

    percent: Decimal
    year: int
    source: Source


class BaseRate(NamedTuple):
    """The MFN duty of a tariff line, and what the line pays in all; `exact` if it was asked for."""

    line: str
    what: str
    percent: Decimal | None
    """None where it is no single percent of the value: see `words`."""
    with_duties: Decimal | None
    exact: bool
    year: int
    source: Source
    words: str = ""
    """The duty as its source writes it, where it is no percent: `4.4¢/kg`."""


class OnGoods(NamedTuple):
    """Duties beside a total on goods in general that particular goods pay."""

    how_many: int
    up_to: Decimal
    """The highest of them, in percent."""


class Choice(NamedTuple):
    """Narrower goods among those asked for, and what they pay in all."""

    goods: str
    percent: Decimal


class Upcoming(NamedTuple):
    """Something that takes effect, ends or falls due on a known day."""

    on: date
    what: str
    measure: str
    measure_id: str
    imposer: str
    partners: tuple[str, ...]
    source: Source
    percent: Decimal | None = None
    not_for: tuple[str, ...] = ()
    """Partners that stay outside it, of those it would fall on."""
    checked: date | None = None
    """The day on which its own source was read, where that is told: of an approved rate, say."""
    passed: bool = False
    """Whether its day is over and the sources were not read since: it was due, no more is known."""


class Step(NamedTuple):
    """One day of a history: the total from then on, and what made it so.

    With `up_to` the line decides: `percent` is the lowest total, `up_to` the highest.
    """

    on: date
    percent: Decimal
    what: str
    source: Source
    legal: bool = False
    """Whether it is a ruling or an order that left the total as it was."""
    up_to: Decimal | None = None


class Event(NamedTuple):
    """A round of talks or a deal between the two."""

    on: date
    what: str
    source: Source


class Answer(NamedTuple):
    """What the imposer charges on the partner's goods on a day."""

    imposer: str
    partner: str
    imposer_name: str
    partner_name: str
    on: date
    product: str | None
    read_as: str
    """What the total is on, in words: 'goods in general', 'steel'."""
    meaning: str
    """Which definition the total follows."""
    total_percent: Decimal | None
    """None where the ledger cannot tell, or no one total holds for all of the goods."""
    parts: tuple[Part, ...]
    beside: tuple[Part, ...]
    mfn: MfnAverage | None
    as_of: date | None
    """How far the sources of this answer were read; None where the ledger has none."""
    caveats: tuple[str, ...]
    """The most important first."""
    next: tuple[Upcoming, ...]
    total_range: tuple[Decimal, Decimal] | None = None
    """The lowest and the highest total, where the tariff line decides; see `choices`."""
    choices: tuple[Choice, ...] = ()
    banned: bool = False
    """Whether the goods may not be imported, so that there is no total."""
    base: BaseRate | None = None
    only_in_data: bool = False
    """Whether a total of 0 on goods says only that our data holds nothing that is charged."""
    leading: int = 1
    """How many of the caveats must stand before the number."""
    on_goods: OnGoods | None = None
    """What a total on goods in general leaves out; None where there is nothing."""
    last_change: Step | None = None
    history: tuple[Step, ...] = ()
    talks: tuple[Event, ...] = ()
    suggestions: tuple[str, ...] = ()
    """Names of goods that come near a product text not understood, or that it leaves open."""


def total_text(answer: Answer) -> str | None:
    """The total as people write it, `12.5` or `12.5 to 37.5`; None where none can be given."""
    if answer.total_range is not None:
        return " to ".join(str(percent_text(end)) for end in answer.total_range)
    return percent_text(answer.total_percent)


def step_text(step: Step) -> str:
    """The total of a step as people write it: `12.5`, or `12.5 to 37.5`."""
    ends = [step.percent] if step.up_to is None else [step.percent, step.up_to]
    return " to ".join(str(percent_text(end)) for end in ends)


def lines_of(answer: Answer) -> tuple[Answer, ...]:
    """The answer for each line that its history is drawn as: two where the tariff line decides."""
    if all(step.up_to is None for step in answer.history):
        return (answer,)
    highest = tuple(
        step._replace(percent=step.percent if step.up_to is None else step.up_to, up_to=None)
        for step in answer.history
    )
    lowest = tuple(step._replace(up_to=None) for step in answer.history)
    return tuple(
        answer._replace(
            partner=f"{answer.partner}, {word}",
            partner_name=f"{answer.partner_name}, {word}",
            history=history,
        )
        for word, history in (("lowest", lowest), ("highest", highest))
    )


def rate_text(period: RatePeriod) -> str:
    """A period's rate as people write it: `12.5 %`, a specific duty in words, or a ban."""
    if period.banned:
        return "may not be imported"
    if period.percent is None:
        return period.specific or "rate not known"
    return f"{percent_text(period.percent)} %"


def percent_text(percent: Decimal | None) -> str | None:
    """A percent as people write it: `12.5`, `145`, `0`; None for None."""
    if percent is None:
        return None
    text = f"{percent:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
