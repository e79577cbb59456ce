"""Compares the totals of several answers."""

from collections.abc import Sequence

from bot.rates.model.answer import Answer
from bot.render.comparison.model import RateComparison
from bot.render.comparison.names import RowNames, find_names, format_title
from bot.render.comparison.notes import list_notes
from bot.render.comparison.rows import build_period_row, build_row
from bot.render.comparison.sentence import describe_totals
from bot.render.comparison.spans import describe_shared_base, read_span
from bot.render.overview.period_spells import format_during
from bot.text.dates import format_period

_MOST_SPANS = 4


def build_comparison(answers: Sequence[Answer]) -> RateComparison:
    """The answers, sorted by their totals, and a sentence about the lowest and the highest.

    The answers to a question about a period keep their order, and each row has the totals of the
    whole period: the lowest one may be that of another origin every few weeks.
    """
    if any(_changes_in_period(one) for one in answers):
        return _build_period_comparison(answers)
    compared = sorted(
        filter(None, map(read_span, answers)),
        key=lambda one: (one.low, one.high, not one.includes_base),
    )
    measured = [one.answer for one in compared]
    others = [one for one in answers if not any(one is each for each in measured)]
    others.sort(key=lambda one: not one.banned)
    names = find_names(answers)
    # The pairs of one economy keep their order, in which the most important one comes first.
    ordered = answers if names.importers else (*measured, *others)
    shared = "" if names.importers else describe_shared_base(compared)
    # Where the sentence says that the normal duty is 0%, or comes on top of all, rows do not.
    is_said = names.importers or shared.endswith(" 0%")
    rows = [build_row(one, names, is_shared=bool(shared)) for one in ordered]
    if is_said:
        rows = [row._replace(normal="") if row.normal == "+ normal duty" else row for row in rows]
    sentence = describe_totals(compared, others, names)
    return RateComparison(
        title=f"{format_title(answers, names)}{_name_period(answers)}",
        rows_title=names.format_title(),
        sentence=sentence,
        base=_describe_base(shared, names),
        rows=tuple(rows),
        notes=list_notes(answers, names),
    )


def _describe_base(shared: str, names: RowNames) -> str:
    """The sentence about the normal duty of all rows; empty if it differs."""
    if names.importers:
        return ""
    if shared.endswith(" 0%"):
        return f"The {shared.replace(' 0%', ' is 0%')}."
    return f"Plus the {shared}." if shared else ""


def _changes_in_period(answer: Answer) -> bool:
    return answer.period is not None and answer.period.low != answer.period.high


def _name_period(answers: Sequence[Answer]) -> str:
    """The period of the question, after the title; empty for a question about a day."""
    periods = {(one.period.since, one.period.until) for one in answers if one.period is not None}
    return f", {format_period(*periods.pop())}" if len(periods) == 1 else ""


def _build_period_comparison(answers: Sequence[Answer]) -> RateComparison:
    names = find_names(answers)
    rows = tuple(build_period_row(one, names) for one in answers)
    during = format_during(next(one.period for one in answers if one.period is not None))
    spans = "; ".join(f"{row.pair} {row.typical}" for row in rows[:_MOST_SPANS])
    return RateComparison(
        title=f"{format_title(answers, names)}{_name_period(answers)}",
        rows_title=names.format_title(),
        sentence=f"Lowest and highest {during}: {spans}.",
        base="",
        rows=rows,
        notes=list_notes(answers, names),
    )
