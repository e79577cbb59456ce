"""Renders answers for a terminal: the number first, then a table, the next changes and the age of
the data.

The functions return rich renderables. `bot.cli.rates.console` prints them: with colors and links on
a terminal, and as plain lines without wraps in a pipe.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bot.news.deadlines.events import EventDeadline
from bot.parties import Parties
from bot.rates.calendar.upcoming import ShownDates
from bot.rates.model.answer import Answer
from bot.rates.model.changes import Upcoming
from bot.rates.question.query import RateQuery
from bot.render import words
from bot.render.comparison.build import build_comparison
from bot.render.comparison.coming import format_compared_changes
from bot.render.dates.calendar_rows import build_calendar_rows
from bot.render.dates.deadlines import describe_deadline, list_deadline_lines
from bot.render.freshness import Freshness
from bot.render.overview.build import build_overview
from bot.render.overview.coming import format_next
from bot.render.overview.headline import format_short_total, format_title
from bot.render.overview.model import AnswerOverview
from bot.render.text import render_calendar_line, render_lines, render_step
from bot.text.dates import format_day

_COLORS = {Freshness.GREEN: "green", Freshness.AMBER: "yellow", Freshness.RED: "red"}
_ROWS = 8
_NUMBER = "bold cyan"
_LABEL = "bold"
_ADDRESS = re.compile(r"https?://[^\s()]+[^\s().,;]")
_INDENTED = re.compile(r" *")


def render_short(
    answers: Sequence[Answer], query: RateQuery, today: date
) -> Iterator[RenderableType]:
    """The answers to a question in about a screen.

    One answer, or the first of both directions, has its table. Several answers are one table.
    """
    if len(answers) > 1 and not query.both_ways:
        yield from _render_comparison(answers, query, today)
        return
    first, *others = answers
    overview = build_overview(first, query, today, max(_ROWS, len(first.rows)))
    value = first.entry.value
    yield from _render_overview(overview, words.describe_value(value) if value else (), today)
    if first.history and query.history and query.percent is None:
        yield _render_history(first)
    yield from (_render_other_direction(one) for one in others)
    yield Text("All duties, notes and sources: --long", style="dim")


def render_long(
    answers: Sequence[Answer], query: RateQuery, today: date
) -> Iterator[RenderableType]:
    """Everything about the answers: each with its number first, then line by line."""
    for number, answer in enumerate(answers):
        if number:
            yield Text()
        yield from _render_number(build_overview(answer, query, today))
        yield from map(render_line, render_lines(answer))


def render_line(line: str) -> RenderableType:
    """A line whose addresses are links. Where it is wrapped, the rest is indented."""
    indent = len(_INDENTED.match(line)[0])  # type: ignore[index] # matches every text
    text = Text(line[indent:], overflow="fold")
    for match in _ADDRESS.finditer(text.plain):
        text.stylize(f"link {match[0]}", *match.span())
    if not indent and line.endswith(":"):
        text.stylize(_LABEL)
    # The padding also indents the lines that follow when the text is wrapped.
    return Padding(text, (0, 0, 0, indent), expand=False)


def render_dates(dates: ShownDates, parties: Parties) -> Iterator[RenderableType]:
    """The dates of a calendar as a table, and the number of those that it does not list.

    Scheduled dates that have passed since the last check are not verified.
    """
    passed = len(dates.overdue)
    if rows := build_calendar_rows(dates.listed, parties):
        table = _make_table("Date", "What", "Who", "Rate")
        for row in rows:
            unsure = "" if row.is_verified else "not verified"
            rate = Text(row.rate, style=_NUMBER)
            rate.append(f", {unsure}" if row.rate and unsure else unsure, style="not bold yellow")
            table.add_row(Text(format_day(row.on)), Text(row.what), Text(row.who), rate)
        yield table
    else:
        yield Text("No dates known in this period.")
    if passed:
        plural = "s" if passed > 1 else ""
        yield Text(f"{passed} scheduled date{plural} since the last check, not verified: --long")


def render_dates_long(items: Sequence[Upcoming], parties: Parties) -> Iterator[RenderableType]:
    """Each date of a calendar with its duty, what happens and the source."""
    return (render_line(render_calendar_line(item, parties)) for item in items)


def render_deadlines(deadlines: Sequence[EventDeadline]) -> Iterator[RenderableType]:
    """The deadlines of official notices as a table; nothing if there are none."""
    if not deadlines:
        return
    table = _make_table("Date", "Deadline", "Official notice", "Source")
    for one in deadlines:
        title = Text(one.title or "(without a title)", style=f"link {one.link}" if one.link else "")
        what = describe_deadline(one.deadline)
        table.add_row(Text(format_day(one.on)), Text(what), title, Text(one.source))
    yield table


def render_deadlines_long(deadlines: Sequence[EventDeadline]) -> Iterator[RenderableType]:
    """Each deadline with the words of its notice and the source."""
    return (render_line(line) for one in deadlines for line in list_deadline_lines(one))


def _make_table(*names: str) -> Table:
    """An empty table without lines, whose columns have these names."""
    table = Table(box=None, pad_edge=False, header_style=_LABEL, padding=(0, 2, 0, 0))
    for name in names:
        table.add_column(name, overflow="fold")
    return table


def _render_number(overview: AnswerOverview) -> Iterator[RenderableType]:
    yield Text(overview.title, style=_LABEL)
    headline = Text()
    for piece in overview.headline:
        headline.append(piece.text, style=_NUMBER if piece.strong else "")
    yield headline
    about = filter(None, (overview.basis, overview.assumed))
    if text := " · ".join(about):
        yield Text(text)


def _render_overview(
    overview: AnswerOverview, value: Sequence[str], today: date
) -> Iterator[RenderableType]:
    yield from _render_number(overview)
    yield from (Text(f"! {one}", style="yellow") for one in overview.remarks)
    if overview.rows:
        yield _render_goods(overview)
    if overview.changes:
        yield _render_changes(overview)
    labeled = [
        *(("Decides", one) for one in overview.questions),
        *([("Declare", overview.headings)] if overview.headings else []),
        *(("Value", one) for one in value),
        *(("Next", format_next(one, today)) for one in overview.next),
    ]
    if labeled:
        yield _render_labeled(labeled)
    yield _render_freshness(overview)


def _render_goods(overview: AnswerOverview) -> Table:
    rows = overview.rows
    counted = any(row.lines for row in rows)
    table = Table(box=None, pad_edge=False, header_style=_LABEL, padding=(0, 2, 0, 0))
    table.add_column(overview.rows_title, overflow="fold")
    if counted:
        table.add_column("Lines", justify="right", no_wrap=True)
    table.add_column(overview.added_title, no_wrap=True, style=_NUMBER)
    table.add_column("Why", overflow="fold")
    for row in rows:
        lines = [f"{row.lines:,}" if row.lines else ""] if counted else []
        table.add_row(*map(Text, (row.goods, *lines, row.added, row.why)))
    return table


def _render_changes(overview: AnswerOverview) -> Table:
    table = _make_table("Date", overview.added_title, "What changed")
    for row in overview.changes:
        table.add_row(Text(format_day(row.on)), Text(row.added, style=_NUMBER), Text(row.what))
    return table


def _render_labeled(rows: Iterable[tuple[str, str]]) -> Table:
    """A row for each text. A label is shown only where it differs from the one above."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style=_LABEL)
    table.add_column(overflow="fold")
    above = ""
    for label, text in rows:
        table.add_row(Text("" if label == above else label), Text(text))
        above = label
    return table


def _render_freshness(overview: AnswerOverview) -> Text:
    """The age of the data, in the color of its freshness, and what qualifies it."""
    checked = overview.format_checked()
    text = Text("Data ", style=_LABEL)
    text.append(checked, style=_COLORS[overview.freshness])
    text.append("".join(f" · {one}" for one in overview.list_status()), style="not bold")
    return text


def _render_history(answer: Answer) -> Table:
    table = Table.grid()
    table.add_column(overflow="fold")
    table.add_row(Text("History", style=_LABEL))
    for step in answer.history:
        table.add_row(render_line(f"  {render_step(step)}"))
    return table


def _render_other_direction(answer: Answer) -> Text:
    total = format_short_total(answer) or "no total"
    if answer.is_zero_in_data:
        total += " in our data"
    text = Text(f"Other direction: {format_title(answer)}: ")
    return text.append(total, style=_NUMBER)


def _render_comparison(
    answers: Sequence[Answer], query: RateQuery, today: date
) -> Iterator[RenderableType]:
    """Who has the lowest total, a row for each answer, and the age of the oldest data."""
    comparison = build_comparison(answers)
    yield Text(comparison.title, style=_LABEL)
    if comparison.sentence:
        yield Text(comparison.sentence)
    if comparison.base:
        yield Text(comparison.base)
    table = _make_table(comparison.rows_title, "Duty", "On any goods", "Why")
    for row in comparison.rows:
        cells = [Text(cell) for cell in (row.pair, row.format_duty(), row.extent, row.why)]
        cells[1].stylize(_NUMBER)
        table.add_row(*cells)
    yield table
    yield from (Text(f"! {note}", style="yellow") for note in comparison.notes)
    if coming := format_compared_changes(answers, query, today):
        yield _render_labeled([("Next", coming)])
    overviews = (build_overview(answer, query, today) for answer in answers)
    yield _render_freshness(max(overviews, key=lambda one: (one.checked is None, one.age_days)))
