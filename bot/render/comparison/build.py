"""Compares the totals of several answers."""

from collections.abc import Sequence

from bot.rates.model.answer import Answer
from bot.render.comparison.model import RateComparison
from bot.render.comparison.names import RowNames, find_names, format_title
from bot.render.comparison.notes import list_notes
from bot.render.comparison.rows import build_row
from bot.render.comparison.sentence import describe_totals
from bot.render.comparison.spans import describe_shared_base, read_span


def build_comparison(answers: Sequence[Answer]) -> RateComparison:
    """The answers, sorted by their totals, and a sentence about the lowest and the highest."""
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
        rows = [row._replace(normal=row.normal.removeprefix("+ normal duty")) for row in rows]
    sentence = describe_totals(compared, others, names)
    return RateComparison(
        title=format_title(answers, names),
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
