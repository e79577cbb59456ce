"""What surrounds the days of a calendar: the duty now, and the nearest change outside them.

A question about a few days without a change is answered by them: `what changed today for steel`.
"""

from datetime import date, timedelta
from typing import NamedTuple

from bot.parties import WORLD
from bot.rates.answer.build import answer_query
from bot.rates.calendar.upcoming import (
    build_goods_filter,
    find_checked_day,
    find_known_day,
    find_window,
    list_upcoming,
    list_upcoming_by_measure,
    select_measures,
)
from bot.rates.ledger import Ledger
from bot.rates.model.answer import Answer
from bot.rates.model.changes import Upcoming
from bot.rates.question.query import HOME, QueryKind, RateQuery

_A_DAY = timedelta(days=1)


class Surroundings(NamedTuple):
    """The duty on the goods of a calendar now, and its nearest change."""

    nearest: Upcoming | None
    """The last change before the days of a question about past changes, or the first one after the
    days of a question about upcoming changes. None if there is none."""
    now: tuple[Answer, ...]
    """The duties of `ask_for_duties` on the goods of the question; empty if it names none."""


NO_SURROUNDINGS = Surroundings(None, ())


def find_surroundings(query: RateQuery, ledger: Ledger, today: date) -> Surroundings:
    """What surrounds the days of an `upcoming` or `changes` query."""
    nearest = _find_nearest(query, ledger, today)
    return Surroundings(
        nearest=_mark_passed(nearest, ledger, today) if nearest is not None else None,
        now=_find_duties(query, ledger, today),
    )


def _find_nearest(query: RateQuery, ledger: Ledger, today: date) -> Upcoming | None:
    measures = select_measures(query, ledger)
    codes = ledger.list_codes(query.partner) if query.partner else ()
    window, pays = find_window(query, today), build_goods_filter(query, ledger)
    is_past = query.kind is QueryKind.CHANGES
    after = date.min if is_past else max(window.last, today)
    until = window.first - _A_DAY if is_past else date.max
    days = {one.on for one in list_upcoming_by_measure(ledger, after, until, measures)}
    # `pays` may compute duties of each origin, so no further day is read than needed.
    for day in sorted(days, reverse=is_past):
        if found := list_upcoming(ledger, day - _A_DAY, day, measures, codes, pays):
            return found[-1] if is_past else found[0]
    return None


def ask_for_duties(query: RateQuery) -> RateQuery:
    """The question about the duties on the goods of a calendar.

    These are duties of the United States, unless the calendar names another economy that charges.
    """
    if query.imposer is not None:
        return RateQuery(
            kind=QueryKind.PAIR,
            imposer=query.imposer,
            partner=query.partner,
            product=query.product,
            both_ways=not query.only_as_origin,
        )
    of_all = query.partner in (None, HOME)
    return RateQuery(
        kind=QueryKind.PAIR,
        imposer=HOME,
        partner=WORLD if of_all else query.partner,
        product=query.product,
        partner_implied=of_all,
    )


def _find_duties(query: RateQuery, ledger: Ledger, today: date) -> tuple[Answer, ...]:
    asked = ask_for_duties(query)
    if not query.product:
        return ()
    if asked.partner == WORLD and ledger.reader.read_any(query.product).layers:
        return ()
    found = answer_query(asked, ledger, today)
    return tuple(one for one in found if one.main_span is not None and not _is_open(one))


def _is_open(answer: Answer) -> bool:
    """Whether the answer is for all origins, of which some pay duties that it does not count."""
    return answer.partner == WORLD and not answer.total_percent


def _mark_passed(item: Upcoming, ledger: Ledger, today: date) -> Upcoming:
    """The item, marked if it fell due after the last check of its sources."""
    checked = find_checked_day(ledger, item.imposer, item.partners) or today
    return item._replace(passed=find_known_day(item, checked) < item.on <= today)
