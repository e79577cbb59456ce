"""Reduces an answer to what a reader needs in ten seconds."""

from collections.abc import Iterator
from datetime import date, timedelta

from bot.parties import WORLD
from bot.rates.model.answer import (
    Answer,
    BaseShare,
)
from bot.rates.model.history import compute_difference
from bot.rates.model.measure import Status
from bot.rates.question.query import RateQuery
from bot.render import words
from bot.render.duty_names import (
    name_origin,
    shorten_court,
)
from bot.render.freshness import Freshness, find_freshness
from bot.render.overview.basis import describe_basis
from bot.render.overview.coming import list_changes, list_next
from bot.render.overview.headline import (
    build_headline,
    build_period_headline,
    format_short_total,
    format_title,
)
from bot.render.overview.model import AnswerOverview, Piece
from bot.render.overview.remarks import describe_reading, list_remarks
from bot.render.overview.rows import build_rows, has_goods_rows
from bot.text.dates import format_day


def build_overview(
    answer: Answer, query: RateQuery, today: date, max_rows: int = 6
) -> AnswerOverview:
    """The answer in short words. `today` is the day on which the question was asked.

    At most `max_rows` rows are made. The last one has the goods that the others leave out. The
    answer to a question about a period has changes instead, and one about a percentage has neither.
    """
    # A question about a percentage asks for the history too, but not to see it.
    is_period = answer.period is not None and (not query.history or query.percent is not None)
    is_now = query.percent is not None and answer.on == today and not is_period
    now = (Piece("Now: "),) if is_now else ()
    is_short = is_period or query.percent is not None
    shows_changes = is_period and query.percent is None
    if query.on is None and answer.period is None:
        # The importing country may have a later date than the reader.
        today = max(today, answer.on)
    is_past = answer.on < today and answer.checked is not None and answer.checked >= answer.on
    passed = {item.on for item in answer.next if item.passed and not is_past}
    planned = query.on is not None and answer.on > today
    headline = (
        build_period_headline(answer) if is_period else build_headline(answer, planned=planned)
    )
    contested = next(
        (
            one.contested_in
            for one in answer.components
            if one.contested_in and one.status is not Status.STRUCK_DOWN
        ),
        "",
    )
    return AnswerOverview(
        title=format_title(answer, today),
        headline=(*now, *headline, *_describe_difference(answer, query)),
        basis=describe_basis(answer),
        remarks=(*describe_reading(answer), *list_remarks(answer)),
        rows_title="Goods" if has_goods_rows(answer) else "Duty",
        added_title=_name_added(answer, of_history=is_period),
        rows=() if is_short else build_rows(answer, max_rows),
        changes=tuple(list_changes(answer))[:max_rows] if shows_changes else (),
        questions=() if is_period else answer.questions,
        headings="" if is_short else _join_headings(answer),
        next=() if is_short else list_next(answer),
        short_total=format_short_total(answer),
        freshness=_find_freshness(answer, today, bool(passed)),
        checked=answer.checked,
        age_days=max((today - answer.checked).days, 0) if answer.checked else 0,
        is_projection=planned or answer.on > today + timedelta(days=1),
        dates_passed=len(passed),
        reports=len(answer.reports),
        is_for_all_origins=answer.partner == WORLD,
        contested_in=shorten_court(contested),
        assumed=_describe_assumed(answer, query),
    )


def limit_rows(overview: AnswerOverview, answer: Answer, most: int) -> AnswerOverview:
    """The overview of the answer with at most `most` rows and changes, but no more than it has."""
    rows = build_rows(answer, most) if overview.rows and most else ()
    return overview._replace(rows=rows, changes=overview.changes[:most])


def _name_added(answer: Answer, *, of_history: bool) -> str:
    """The title of the figures, which are rates if they or some of them include the normal duty."""
    if of_history:
        return words.name_added(answer.history)
    return "Added" if answer.base_share is BaseShare.ADDED else "Rate"


def _join_headings(answer: Answer) -> str:
    """The headings to declare. It says so if there are others that are not known, or that depend on
    the goods because the total is a range."""
    entry = answer.entry
    if not entry.headings:
        return ""
    more = " and headings that our data lacks" if entry.unnamed else ""
    if answer.total_range is not None:
        more = ", and more headings that depend on the goods"
    return ", ".join(entry.headings) + more


def _find_freshness(answer: Answer, today: date, passed: bool) -> Freshness:
    if answer.checked is not None and answer.on < today and answer.checked >= answer.on:
        return Freshness.GREEN
    return find_freshness(answer.checked, today, passed=passed)


def _describe_assumed(answer: Answer, query: RateQuery) -> str:
    if not query.imposer_assumed:
        return ""
    return f"assuming imports into {name_origin(answer.imposer, answer.imposer_name)}"


def _describe_difference(answer: Answer, query: RateQuery) -> Iterator[Piece]:
    """The first total of a comparison of days, and the difference of the last one."""
    if not query.days or answer.period is None:
        return
    first, last = query.days[0], query.days[-1]
    points = compute_difference(answer.history, first, last)
    before = next((step for step in answer.history if step.ruling is None), None)
    if before is not None and points is not None:
        yield Piece(f" on {format_day(last)}, {words.format_step_total(before)}")
        yield Piece(f" on {format_day(first)}: {words.describe_difference(points)}")
