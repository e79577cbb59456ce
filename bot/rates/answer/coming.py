"""The next changes of the duties that a comparison shows."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from bot.rates.model.answer import Answer, TotalBasis
from bot.rates.model.changes import Upcoming
from bot.rates.question.query import RateQuery

_DAYS = timedelta(days=60)
_MOST = 3


class ComparedChange(NamedTuple):
    """A coming change, and the compared answers that it concerns."""

    item: Upcoming
    """The change; its partners are those of the answers."""
    answers: tuple[Answer, ...]


def list_compared_changes(
    answers: Sequence[Answer], query: RateQuery
) -> tuple[ComparedChange, ...]:
    """The first three changes in the 60 days after the day of the answers.

    Answers about goods in general have only changes of duties on all goods. Empty for a question
    about a past or future day or period, and for duties of several importing economies.
    """
    about_today = query.on is None and query.since is None and query.until is None
    if not about_today or len({one.imposer for one in answers}) > 1:
        return ()
    found: dict[object, list[tuple[Upcoming, Answer]]] = {}
    for answer in answers:
        for item in answer.next:
            if _is_near(item, answer):
                key = item.on, item.measure_id, item.change
                found.setdefault(key, []).append((item, answer))
    changes = [_build_change(group) for group in found.values()]
    return tuple(sorted(changes, key=lambda one: one.item.on)[:_MOST])


def _is_near(item: Upcoming, answer: Answer) -> bool:
    in_total = item.on_all_goods or answer.basis is not TotalBasis.GENERAL
    return in_total and not item.passed and answer.on < item.on <= answer.on + _DAYS


def _build_change(group: Sequence[tuple[Upcoming, Answer]]) -> ComparedChange:
    partners = tuple(dict.fromkeys(answer.partner for _, answer in group))
    return ComparedChange(
        group[0][0]._replace(partners=partners), tuple(answer for _, answer in group)
    )
