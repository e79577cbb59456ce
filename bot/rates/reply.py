"""What is answered to a question about rates: frozen values, ready for a message or JSON.

Percent are ad valorem, parts of a hundred of the customs value; in JSON they are decimal strings.
"""

from datetime import date
from decimal import Decimal

from pydantic import ConfigDict, Field

from bot.frozen import Frozen
from bot.rates.measure import Calc, Confidence, Source, Status


class Part(Frozen):
    """One layer of duty on the day in question."""

    model_config = ConfigDict(populate_by_name=True)

    measure: str
    measure_id: str
    percent: Decimal | None
    """None beside a total only: a duty whose rate is not known or not set."""
    legal_basis: str
    status: Status
    """As known now: a rate of the past is expired or struck down, though it was charged."""
    from_: date | None = Field(default=None, alias="from")
    to: date | None = None
    source: Source
    counted: bool
    """Whether the total holds it."""
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


class MfnAverage(Frozen):
    """The imposer's simple average of its applied MFN duties."""

    percent: Decimal
    year: int
    source: Source


class BaseRate(Frozen):
    """The MFN duty of a tariff line, and what the line pays in all; `exact` if it was asked for."""

    line: str
    what: str
    percent: Decimal
    with_duties: Decimal
    exact: bool
    year: int
    source: Source


class OnGoods(Frozen):
    """Duties beside a total on goods in general that particular goods pay."""

    count: int
    up_to: Decimal
    """The highest of them, in percent."""


class Choice(Frozen):
    """Narrower goods among those asked for, and what they pay in all."""

    goods: str
    percent: Decimal


class Upcoming(Frozen):
    """Something that takes effect, ends or falls due on a known day."""

    on: date
    what: str
    measure: str
    measure_id: str
    imposer: str
    partners: tuple[str, ...]
    percent: Decimal | None = None
    source: Source
    passed: bool = False
    """Whether its day is over and the sources were not read since: it was due, no more is known."""


class Step(Frozen):
    """One day of a history: the total from then on, and what made it so."""

    on: date
    percent: Decimal
    what: str
    source: Source
    legal: bool = False
    """Whether it is a ruling or an order that left the total as it was."""


class Event(Frozen):
    """A round of talks or a deal between the two."""

    on: date
    what: str
    source: Source


class Answer(Frozen):
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
    total_range: tuple[Decimal, Decimal] | None = None
    """The lowest and the highest total, where the tariff line decides between the `choices`."""
    choices: tuple[Choice, ...] = ()
    parts: tuple[Part, ...]
    beside: tuple[Part, ...]
    mfn: MfnAverage | None
    base: BaseRate | None = None
    as_of: date | None
    """How far the sources of this answer were read; None where the ledger has none."""
    caveats: tuple[str, ...]
    """The most important first."""
    leading: int = 1
    """How many of the caveats must stand before the number."""
    on_goods: OnGoods | None = None
    """What a total on goods in general leaves out; None where there is nothing."""
    next: tuple[Upcoming, ...]
    last_change: Step | None = None
    history: tuple[Step, ...] = ()
    talks: tuple[Event, ...] = ()
    suggestions: tuple[str, ...] = ()
    """Names of goods that come near a product text not understood, or that it leaves open."""

    def to_json(self) -> dict[str, object]:
        """The contract's object, with more keys: percents as strings, days as 2025-05-14."""
        return {
            "imposer": self.imposer,
            "partner": self.partner,
            "on": self.on.isoformat(),
            "product": self.product,
            "total_percent": percent_text(self.total_percent),
            "total_range": [percent_text(end) for end in self.total_range or ()] or None,
            "choices": [
                {"product": one.goods, "total_percent": percent_text(one.percent)}
                for one in self.choices
            ],
            "meaning": self.meaning,
            "parts": [_part_json(part) for part in self.parts],
            "beside": [_part_json(part) for part in self.beside],
            "on_goods": (
                {"count": self.on_goods.count, "up_to": percent_text(self.on_goods.up_to)}
                if self.on_goods
                else None
            ),
            "mfn": _mfn_json(self.mfn),
            "base": _base_json(self.base),
            "as_of": _day(self.as_of),
            "caveats": list(self.caveats),
            "next": [upcoming_json(item) for item in self.next],
            "last_change": _step_json(self.last_change) if self.last_change else None,
            "history": [_step_json(step) for step in self.history],
            "talks": [
                {"on": _day(talk.on), "what": talk.what, **_source_json(talk.source)}
                for talk in self.talks
            ],
            "suggestions": list(self.suggestions),
        }


def total_text(answer: Answer) -> str | None:
    """The total as people write it, `12.5` or `12.5 to 37.5`; None where none can be given."""
    if answer.total_range is not None:
        return " to ".join(str(percent_text(end)) for end in answer.total_range)
    return percent_text(answer.total_percent)


def percent_text(percent: Decimal | None) -> str | None:
    """A percent as people write it: `12.5`, `145`, `0`; None for None."""
    if percent is None:
        return None
    text = f"{percent:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def upcoming_json(item: Upcoming) -> dict[str, object]:
    """The contract's object for one entry of `next`."""
    return {
        "on": _day(item.on),
        "what": item.what,
        "measure": item.measure,
        "measure_id": item.measure_id,
        "imposer": item.imposer,
        "partners": list(item.partners),
        "percent": percent_text(item.percent),
        "passed": item.passed,
        **_source_json(item.source),
    }


def _part_json(part: Part) -> dict[str, object]:
    return {
        "measure": part.measure,
        "measure_id": part.measure_id,
        "percent": percent_text(part.percent),
        "legal_basis": part.legal_basis,
        "status": part.status.value,
        "from": _day(part.from_),
        "to": _day(part.to),
        **_source_json(part.source),
        "calc": part.calc.value,
        "covers": part.covers,
        "standing": part.standing,
        "announced": _day(part.announced),
        "void_on": _day(part.void_on),
        "checked": _day(part.checked),
        "confidence": part.confidence.value,
        "note": part.note,
    }


def _step_json(step: Step) -> dict[str, object]:
    return {
        "on": _day(step.on),
        "percent": percent_text(step.percent),
        "what": step.what,
        "legal": step.legal,
        **_source_json(step.source),
    }


def _mfn_json(mfn: MfnAverage | None) -> dict[str, object] | None:
    if mfn is None:
        return None
    return {
        "percent": percent_text(mfn.percent),
        "year": mfn.year,
        **_source_json(mfn.source),
    }


def _base_json(base: BaseRate | None) -> dict[str, object] | None:
    if base is None:
        return None
    return {
        "line": base.line,
        "what": base.what,
        "percent": percent_text(base.percent),
        "with_duties": percent_text(base.with_duties),
        "exact": base.exact,
        "year": base.year,
        **_source_json(base.source),
    }


def _source_json(source: Source) -> dict[str, object]:
    return {"source": source.text, "source_url": source.url}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
