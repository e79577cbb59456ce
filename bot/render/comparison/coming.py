"""The next changes of the duties of a comparison, in one line."""

from collections.abc import Sequence
from datetime import date

from bot.rates.answer.coming import ComparedChange, list_compared_changes
from bot.rates.model.answer import Answer
from bot.rates.question.query import RateQuery
from bot.render.comparison.names import RowNames, find_names
from bot.render.overview.coming import describe_next
from bot.text.dates import format_short_day

_NAMED = 3


def format_compared_changes(answers: Sequence[Answer], query: RateQuery, today: date) -> str:
    """`4 Dec polysilicon derivatives 15%; 1 Jan Section 301 10% (Nicaragua)`.

    A change of all answers names none of them. Empty if nothing changes soon.
    """
    names, several = find_names(answers), len(answers)
    found = list_compared_changes(answers, query)
    return "; ".join(_format_change(one, names, several, today) for one in found)


def _format_change(one: ComparedChange, names: RowNames, several: int, today: date) -> str:
    what = describe_next(one.item, one.answers[0])
    text = f"{format_short_day(one.item.on, today)} {what}"
    if len(one.answers) == several:
        return text
    rows = [names.name_row(each) for each in one.answers]
    more = [f"{len(rows) - _NAMED} more"] if len(rows) > _NAMED else []
    return f"{text} ({', '.join([*rows[:_NAMED], *more])})"
