"""Answers as JSON values: the contract's objects, with more keys.

Percents are decimal strings, days are written as 2025-05-14.
"""

from datetime import date

from bot.rates.model.answer import Answer, BaseRate, MfnAverage, Part, Step, Upcoming, percent_text
from bot.rates.model.measure import Source


def answer_json(answer: Answer) -> dict[str, object]:
    """The contract's object, with more keys: percents as strings, days as 2025-05-14."""
    return {
        "imposer": answer.imposer,
        "partner": answer.partner,
        "on": answer.on.isoformat(),
        "product": answer.product,
        "total_percent": percent_text(answer.total_percent),
        "total_range": [percent_text(end) for end in answer.total_range or ()] or None,
        "banned": answer.banned,
        "choices": [
            {"product": one.goods, "total_percent": percent_text(one.percent)}
            for one in answer.choices
        ],
        "meaning": answer.meaning,
        "parts": [_part_json(part) for part in answer.parts],
        "beside": [_part_json(part) for part in answer.beside],
        "on_goods": (
            {"count": answer.on_goods.how_many, "up_to": percent_text(answer.on_goods.up_to)}
            if answer.on_goods
            else None
        ),
        "mfn": _mfn_json(answer.mfn),
        "base": _base_json(answer.base),
        "as_of": _day(answer.as_of),
        "caveats": list(answer.caveats),
        "next": [upcoming_json(item) for item in answer.next],
        "last_change": _step_json(answer.last_change) if answer.last_change else None,
        "history": [_step_json(step) for step in answer.history],
        "talks": [
            {"on": _day(talk.on), "what": talk.what, **_source_json(talk.source)}
            for talk in answer.talks
        ],
        "suggestions": list(answer.suggestions),
    }


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
        "in_words": part.in_words,
        "legal_basis": part.legal_basis,
        "status": part.status.value,
        "from": _day(part.from_),
        "to": _day(part.to),
        "rate_since": _day(part.rate_since),
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
        "up_to": percent_text(step.up_to),
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
        "words": base.words,
        "with_duties": percent_text(base.with_duties),
        "exact": base.exact,
        "year": base.year,
        **_source_json(base.source),
    }


def _source_json(source: Source) -> dict[str, object]:
    return {"source": source.text, "source_url": source.url}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
