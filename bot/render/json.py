"""Renders answers as JSON values. Percents are decimal strings, and dates are ISO 8601.

`build_rate_json` defines the output of `tariffwire rate --json`. Optional keys are omitted if they
are empty.
"""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from decimal import Decimal

from pydantic import BaseModel

from bot.errors import TariffwireError
from bot.news.deadlines.events import EventDeadline
from bot.rates.answer.coming import list_compared_changes
from bot.rates.calendar.spells import Spell
from bot.rates.cards.facts import CardFacts, RateRow
from bot.rates.cards.model import CardFact
from bot.rates.model.answer import Answer
from bot.rates.model.base_duty import BaseRate
from bot.rates.model.changes import Upcoming
from bot.rates.model.component import BASE_ID, Component
from bot.rates.model.history import Step
from bot.rates.model.line_totals import LinesTotal
from bot.rates.model.measure import Calc, MeasureRef, Source
from bot.rates.model.warnings import (
    EndedDutiesMissing,
    NoOneTotal,
    NotInTotal,
    RateWarning,
    SomeGoodsDiffer,
)
from bot.rates.question.query import QueryKind, RateQuery
from bot.render.cards import describe_card_state
from bot.render.comparison.build import build_comparison
from bot.render.comparison.model import RateComparison
from bot.text.percent import format_percent

Json = dict[str, object]
_ZERO = Decimal(0)
_UNCERTAIN = (EndedDutiesMissing, NoOneTotal, NotInTotal, SomeGoodsDiffer)


def build_rate_json(
    text: str,
    query: RateQuery | None,
    answers: Sequence[Answer] = (),
    error: TariffwireError | None = None,
    calendar: Sequence[Upcoming] | None = None,
    deadlines: Sequence[EventDeadline] = (),
    card: CardFacts | None = None,
    spells: Sequence[Spell] = (),
) -> Json:
    """The answers to a question, or its error, as one object.

    A question that compares origins has a `comparison` too.

    `query` is None if the text could not be parsed. `calendar` is the answer to an `upcoming` or
    `changes` question, and None for all other questions; `deadlines` are those of notices in the
    same days. `card` is the card of a law or topic.
    `named_cards` are the ids of the cards that the question names, apart from `card`.
    `spells` are the days on which the percentage of a question was charged.
    """
    asked = {key: _to_json(getattr(query, key, None)) for key in _ASKED}
    if query is not None:
        asked |= {key: list(words) for key in _READ if (words := getattr(query, key))}
    days: Json = {}
    if calendar is not None:
        days["calendar"] = [build_upcoming_json(item) for item in calendar]
        days["deadlines"] = [build_deadline_json(one) for one in deadlines]
    compared: Json = {}
    if query is not None and query.kind is QueryKind.COMPARE and len(answers) > 1:
        coming = [one.item for one in list_compared_changes(answers, query)]
        compared["comparison"] = build_comparison_json(build_comparison(answers), coming)
    return {
        "asked": {"text": text, **asked},
        "answers": [build_answer_json(one) for one in answers],
        **compared,
        **days,
        **({} if card is None else {"card": build_card_json(card)}),
        **_collect_filled(spells=tuple(spells), named_cards=query.cards if query else ()),
        "error": error and error.to_json(),
    }


_ASKED = ("imposer", "partner", "on", "product")
_READ = ("unread", "via")
"""What a query leaves out of a question."""
_ANSWER = (
    "imposer",
    "partner",
    "on",
    "checked",
    "checked_by",
    "product",
    "total_percent",
    "banned",
)
_BEYOND = (
    "basis",
    "goods",
    "codes",
    "choices",
    "on_goods",
    "mfn",
    "last_change",
    "history",
)
_COMPONENT = ("measure", "measure_id", "percent", "is_counted", "legal_basis", "status", "to")
_UPCOMING = ("on", "measure", "measure_id", "imposer", "partners")


def build_answer_json(answer: Answer) -> Json:
    """One answer."""
    base = answer.base if answer.base and answer.base.exact else None
    both = (*answer.components, *answer.not_counted)
    return {
        **_collect_values(answer, _ANSWER),
        "additional_percent": _to_json(_sum_additional(answer, base)),
        "range": _build_range(answer),
        "certainty": _find_certainty(answer),
        "base": _find_base_json(answer),
        "with_base_percent": _to_json(base and base.with_duties),
        "components": [build_component_json(one, base) for one in both],
        "questions": list(answer.questions),
        "lines": [_build_lines_json(one) for one in answer.lines],
        "claim": answer.entry.claim or None,
        "headings": list(answer.entry.headings),
        "reports": _to_json(answer.reports),
        "next": [build_upcoming_json(item) for item in answer.next],
        "warnings": [build_warning_json(one) for one in answer.warnings],
        **_collect_values(answer, (*_BEYOND, "talks", "suggestions")),
        **_collect_filled(
            with_claim=answer.entry.others,
            base_with_claim=answer.entry.programs,
            headings_unknown=answer.entry.unnamed,
            entered_value=answer.entry.value,
            typical=answer.typical,
            rows=[one.measure_id for one in answer.rows],
            period=answer.period,
        ),
    }


def build_component_json(one: Component, base: BaseRate | None) -> Json:
    """A component, counted or not; `base` is the base rate of its tariff line, if known."""
    why = one.exclusion
    beyond = ("rate_since", "note", "covers", "rulings", "charged_until", "announced", "void_on")
    return {
        **_collect_values(one, _COMPONENT),
        "heading": one.heading or None,
        **_collect_filled(low_percent=one.rate.low),
        "added_percent": _to_json(_compute_added(one, base)) if one.is_counted else None,
        "reason": why and why.reason.value,
        "from": _to_json(one.from_),
        "all_in": one.calc is not Calc.ADDS,
        **_build_source(one.source),
        "checked": _to_json(one.checked),
        **_collect_filled(
            specific=one.rate.specific,
            banned=one.rate.banned,
            scheduled=one.is_counted and one.is_foreseen,
            reason_text=why and why.text,
            reason_measure_id=why and why.by and why.by.id,
            **({name: getattr(one, name) for name in beyond} if one.is_counted else {}),
        ),
    }


def build_card_json(facts: CardFacts) -> Json:
    """The card of a law or topic, with its facts on a day."""
    card = facts.card
    return {
        "id": card.id,
        "title": card.title,
        "on": facts.on.isoformat(),
        "state": describe_card_state(facts),
        "what": card.what,
        **_build_source(card.source),
        "covered": card.covered,
        "checked": facts.checked.isoformat(),
        "rates": [_build_row_json(row) for row in facts.rows],
        "fees": facts.fees and facts.fees.model_dump(mode="json", by_alias=True),
        "events": [
            {
                **_collect_values(event, ("on", "body", "case", "what")),
                "effect": event.effect.value,
                **_build_source(event.source),
            }
            for event in facts.events
        ],
        "facts": [_build_fact_json(fact) for fact in card.list_facts()],
        "calendar": [build_upcoming_json(item) for item in (*facts.passed, *facts.next)],
        "parts": [one.id for one in facts.parts],
        "see": [one.id for one in facts.see],
    }


def _build_row_json(row: RateRow) -> Json:
    return {
        "what": row.what,
        "state": row.state.name.lower(),
        "low": _to_json(row.low),
        "high": _to_json(row.high),
        "all_in": row.all_in,
        "since": _to_json(row.since),
        "verified": not row.unverified,
        "measures": [one.id for one in row.measures],
        **_collect_filled(specific=row.specific),
    }


def _build_fact_json(fact: CardFact) -> Json:
    return {**_collect_values(fact, ("label", "text", "on")), **_build_source(fact.source)}


def build_upcoming_json(item: Upcoming) -> Json:
    """One upcoming or past change."""
    change = item.change
    return {
        **_collect_values(item, _UPCOMING),
        "kind": change.kind.value,
        "percent": _to_json(change.rate.percent),
        **_build_source(item.source),
        **_collect_filled(
            passed=item.passed,
            by_partner=item.by_partner,
            from_percent=change.from_percent,
            up_to_percent=change.up_to,
            specific=change.rate.specific,
            banned=change.rate.banned,
            text=change.text,
        ),
    }


def build_deadline_json(one: EventDeadline) -> Json:
    """A deadline of an official notice."""
    deadline = one.deadline
    return {
        "on": _to_json(one.on),
        "deadline": deadline.kind.value,
        "at": f"{deadline.at:%H:%M}" if deadline.at else None,
        "zone": deadline.zone or None,
        "counted": deadline.is_computed,
        "quote": deadline.quote,
        "title": one.title,
        "source": one.source,
        "url": one.link or None,
        "published": one.published.isoformat(),
        "event": one.event_id,
        "topics": list(one.topics),
        "parties": list(one.parties),
    }


def build_comparison_json(comparison: RateComparison, coming: Sequence[Upcoming] = ()) -> Json:
    """A comparison: its sentence, its rows in order of their totals, and its next changes."""
    rows = [
        {
            "imposer": row.answer.imposer,
            "partner": row.answer.partner,
            "typical": row.typical,
            "normal_duty": row.normal,
            "extent": row.extent or row.typical,
            "why": row.why,
        }
        for row in comparison.rows
    ]
    return {
        "title": comparison.title,
        "sentence": comparison.sentence,
        "normal_duty": comparison.base,
        "rows": rows,
        "notes": list(comparison.notes),
        "next": [build_upcoming_json(item) for item in coming],
    }


def build_warning_json(one: RateWarning) -> Json:
    """The kind of a warning and its fields."""
    names = [field.name for field in fields(one)]  # type: ignore[arg-type]
    return {"kind": one.kind, "leads": one.leads, **_collect_values(one, names)}


def _sum_additional(answer: Answer, base: BaseRate | None) -> Decimal | None:
    """The sum that the counted duties add to the base rate; None if unknown."""
    added = [_compute_added(one, base) for one in answer.components if one.measure_id != BASE_ID]
    known = [percent for percent in added if percent is not None]
    if answer.total_percent is None or len(known) < len(added):
        return None
    return sum(known, _ZERO)


def _compute_added(one: Component, base: BaseRate | None) -> Decimal | None:
    """The percent that a duty adds to the base rate.

    If the duty's rate is all-in, the base rate is subtracted; None if the base rate is unknown.
    """
    if one.calc is Calc.ADDS or one.percent is None:
        return one.percent
    if base is None or base.percent is None:
        return None
    return max(_ZERO, one.percent - base.percent)


def _build_range(answer: Answer) -> object:
    """The lowest and highest percent that the duties add to the base duty.

    None if a rate is all-in and the base duty is unknown: then the added percent is unknown too.
    """
    if answer.added_range is not None:
        return _to_json(answer.added_range)
    all_in = any(one.calc is not Calc.ADDS for one in (*answer.components, *answer.not_counted))
    return None if all_in else _to_json(answer.total_range)


def _find_certainty(answer: Answer) -> str:
    if answer.total_range is not None or answer.added_range is not None:
        return "range"
    if answer.banned:
        return "exact"
    unsure = any(isinstance(one, _UNCERTAIN) for one in answer.warnings) or answer.is_zero_in_data
    return "unknown" if answer.total_percent is None or unsure else "exact"


def _build_lines_json(group: LinesTotal) -> Json:
    """How many tariff lines pay a total; `percent` is None for a range or a ban."""
    single = group.low == group.high and not group.banned
    return {
        "percent": _to_json(group.low) if single else None,
        "low": None if group.banned else _to_json(group.low),
        "high": None if group.banned else _to_json(group.high),
        "count": group.lines,
        "lists": list(group.duties),
        "unlisted": group.unlisted,
        "banned": group.banned,
    }


def _build_base_json(base: BaseRate) -> Json:
    text = base.words or f"{format_percent(base.percent)}%"
    names = ("percent", "exact", "line", "what", "with_duties", "year")
    column = _collect_filled(column=base.column)
    return {**_collect_values(base, names), "text": text, **column, **_build_source(base.source)}


def _find_base_json(answer: Answer) -> Json | None:
    """The base duty; for several lines with different duties, the lowest and the highest."""
    if answer.base is not None or answer.base_range is None:
        return answer.base and _build_base_json(answer.base)
    found = answer.base_range
    percents = " to ".join(f"{format_percent(end)}%" for end in dict.fromkeys(found.span or ()))
    return {
        "percent": None,
        "range": _to_json(found.span),
        "exact": False,
        "lines": found.lines,
        "not_percent": found.not_percent,
        "text": f"{percents or 'not a percentage'}, by line",
        "year": found.year,
        **_collect_filled(column=found.column),
        **_build_source(found.source),
    }


def _build_source(source: Source) -> Json:
    return {"source": source.text, "source_url": source.url}


def _collect_values(value: object, names: Sequence[str]) -> Json:
    """The attributes with these names. A measure becomes name and id; a source, text and link."""
    found: Json = {}
    for name in names:
        attribute = getattr(value, name)
        if isinstance(attribute, MeasureRef):
            found |= {"measure": attribute.name, "measure_id": attribute.id}
        elif isinstance(attribute, Source):
            found |= _build_source(attribute)
        else:
            found[name.removeprefix("is_").rstrip("_")] = _to_json(attribute)
    return found


def _collect_filled(**values: object) -> Json:
    return {name: _to_json(value) for name, value in values.items() if value}


def _to_json(value: object) -> object:
    """The value as JSON; named tuples and models become objects."""
    if isinstance(value, Decimal):
        return format_percent(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, LinesTotal):
        return _build_lines_json(value)
    if isinstance(value, Step) and value.is_open:
        return {**_collect_values(value, value._fields), "percent": None}
    if isinstance(value, tuple):
        names: Sequence[str] = getattr(value, "_fields", ())
        return _collect_values(value, names) if names else [_to_json(one) for one in value]
    return value
