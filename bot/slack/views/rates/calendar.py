"""Renders a calendar of upcoming or past changes as a message with a table.

The first screen has at most about 120 words. A page ends with a whole day, and a button shows the
next page. Changes that were due after the last check are marked as not verified. Before the window
of upcoming changes, they are only counted, with a button that lists them, and listed for operators.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby

from bot.commands.rates.replies import RateCalendar
from bot.parties import Parties
from bot.rates.calendar.surroundings import ask_for_duties
from bot.rates.calendar.upcoming import (
    CalendarWindow,
    CheckedPeriod,
    find_window,
    select_shown,
)
from bot.rates.model.changes import Upcoming
from bot.rates.question.query import QueryKind, RateQuery, format_query
from bot.render import words
from bot.render.dates.calendar_rows import (
    CalendarRow,
    build_calendar_rows,
    describe_surroundings,
)
from bot.slack.blockkit.blocks import (
    Block,
    Element,
    Message,
    actions,
    assemble,
    button,
    context,
    count_characters,
    header,
    option,
    overflow,
    section,
)
from bot.slack.blockkit.mrkdwn import bold, escape
from bot.slack.views.rates import markup
from bot.slack.views.rates.table import (
    MESSAGE_ROOM,
    Column,
    build_table,
    link_cell,
    render_left_out,
    text_cell,
)
from bot.slack.views.replies import RUN
from bot.text.dates import format_day, format_period, format_short_day

_COLUMNS = (
    Column("Date", is_wrapped=False),
    Column("What"),
    Column("Who"),
    Column("Rate"),
)
_LINE = 300
_WORDS = 93
"""Words in the rows of a page. The rest of the message has about 20."""
_NOT_VERIFIED = "not verified"
_MAX_PARTNERS = 6
_MAX_OVERDUE = 20
_WIDER = 90
"""Days of a longer list of past changes."""
_SPANS = (30, 60, 90, 365)
"""Numbers of days in the menu of windows."""
_A_DAY = timedelta(days=1)


def render_calendar(reply: RateCalendar, parties: Parties) -> Message:
    """The changes of the window as a table, with buttons for a calendar file, reminders and other
    windows."""
    window = find_window(reply.query, reply.today)
    shown, overdue = select_shown(reply.query, reply.items, reply.today)
    title = _format_title(reply.query, reply.today, window, parties)
    rows = build_calendar_rows(shown, parties)
    page, left = _take_page(rows)
    head: list[Block] = [header(title)]
    around = describe_surroundings(reply.around, reply.query, parties, has_rows=bool(rows))
    lines = [] if rows else [bold("No changes in our data for these days.")]
    lines += [escape(text, _LINE) for text in around]
    head += [section("\n".join(lines))] if lines else []
    tail = [
        *_render_notes(reply.checked_period, is_empty=not rows),
        *actions(*_build_buttons(reply, window, left, overdue)),
        *(_render_overdue(overdue, parties) if reply.shows_overdue else ()),
    ]
    notice = escape(f"{title}: {_summarize(page, reply.today)}", 900)
    plain = assemble(notice, head, [_render_item(one, parties) for one in shown], tail, _left_out)
    if not page:
        return plain
    room = MESSAGE_ROOM - count_characters([*head, *tail])
    table, cut = build_table(_COLUMNS, [_build_row(one, reply.today) for one in page], room)
    hidden = len(left) + cut
    more = [context(f"{hidden} more.")] if hidden else []
    message = assemble(notice, [*head, table, *more], (), tail)
    return replace(message, instead=plain)


def _left_out(count: int) -> Block:
    return render_left_out(count)


def _format_title(query: RateQuery, today: date, window: CalendarWindow, parties: Parties) -> str:
    """`Duty changes, next 60 days`, `Duty changes, July 2026 (China, steel)`."""
    about = [parties.get(query.partner).name] if query.partner else []
    about += [query.product] if query.product else []
    named = f" ({', '.join(about)})" if about else ""
    days = format_period(window.first, window.last)
    if query.kind is QueryKind.CHANGES and window.first < window.last == today:
        days = f"since {format_day(window.first)}"
    elif query.kind is QueryKind.UPCOMING and window.first in (today, today + _A_DAY):
        ahead = (window.last - today).days
        length = f"{ahead // 365} years" if ahead > 2 * 365 else f"{ahead} days"
        days = f"next {length}" if query.on is None else days
    return f"Duty changes, {days}{named}"


def _take_page(
    rows: Sequence[CalendarRow],
) -> tuple[Sequence[CalendarRow], Sequence[CalendarRow]]:
    """The rows of the first page and the others. A page has whole days, at least one."""
    count = 0
    taken = 0
    for _, group in groupby(rows, key=lambda row: row.on):
        same_day = list(group)
        count += sum(map(_count_words, same_day))
        if taken and count > _WORDS:
            break
        taken += len(same_day)
    return rows[:taken], rows[taken:]


def _count_words(row: CalendarRow) -> int:
    """The words of a row: its day and month, and all others that are not only signs."""
    texts = f"{row.what} {row.who} {_format_rate(row)}".split()
    return 2 + sum(any(map(str.isalnum, text)) for text in texts)


def _build_row(row: CalendarRow, today: date) -> list[Element]:
    day = "today" if row.on == today else format_short_day(row.on, today)
    return [
        text_cell(day),
        link_cell(row.what, row.source.url),
        text_cell(row.who),
        text_cell(_format_rate(row)),
    ]


def _format_rate(row: CalendarRow) -> str:
    """`100% announced, not verified`."""
    return ", ".join(filter(None, (row.rate, "" if row.is_verified else _NOT_VERIFIED)))


def _summarize(rows: Sequence[CalendarRow], today: date) -> str:
    texts = (
        f"{format_short_day(row.on, today)} {row.what} {_format_rate(row)}".rstrip()
        for row in rows[:4]
    )
    return "; ".join(texts) or "nothing in our data"


def _render_notes(period: CheckedPeriod | None, *, is_empty: bool) -> list[Block]:
    """Small print: when the sources were checked."""
    if period is None:
        return []
    doubt = " Newer changes may be missing." * is_empty
    return [context(f"Checked {_format_checked(period)}.{doubt}")]


def _format_checked(period: CheckedPeriod) -> str:
    """`9 Oct 2026`, `1 Jan to 9 Oct 2026`, `30 Dec 2025 to 9 Oct 2026`."""
    first, last = format_day(period.first), format_day(period.last)
    if first == last:
        return last
    if period.first.year == period.last.year:
        first = first.removesuffix(f" {period.first.year}")
    return f"{first} to {last}"


def _render_overdue(items: Sequence[Upcoming], parties: Parties) -> list[Block]:
    """The changes that were due after the last check, for operators."""
    if not items:
        return []
    rows = build_calendar_rows(items, parties)
    lines = [
        f"• {format_day(row.on)}: {escape(row.what, 120)}, {escape(row.who, 80)}"
        + (f", {escape(row.rate, 60)}" if row.rate else "")
        for row in rows[:_MAX_OVERDUE]
    ]
    more = [f"• … and {len(rows) - _MAX_OVERDUE} more"] if len(rows) > _MAX_OVERDUE else []
    return [section("\n".join([bold(markup.OVERDUE_TITLE), *lines, *more]))]


def _build_buttons(
    reply: RateCalendar,
    window: CalendarWindow,
    left: Sequence[CalendarRow],
    overdue: Sequence[Upcoming],
) -> list[Element | None]:
    """The next page, the overdue dates, a calendar file, reminders, and a menu with windows of
    other lengths."""
    query = reply.query
    is_past = query.kind is QueryKind.CHANGES
    buttons: list[Element | None] = []
    if left:
        rest = (window.first, left[0].on) if is_past else (left[0].on, window.last)
        page = query.model_copy(update={"on": None, "since": rest[0], "until": rest[1]})
        buttons.append(button("Older" if is_past else "Later", f"{RUN}_0", format_query(page)))
    if overdue:
        first = min(item.on for item in overdue)
        past = query.model_copy(
            update={"kind": QueryKind.CHANGES, "on": None, "since": first, "until": reply.today}
        )
        buttons.append(button(f"{len(overdue)} due, not verified", f"{RUN}_4", format_query(past)))
    if is_past and not reply.items:
        buttons += _list_wider(reply, window)
    if query.product:
        buttons.append(button("Duties now", f"{RUN}_6", format_query(ask_for_duties(query))))
    if not is_past:
        file = f"{format_query(query)} ics"
        buttons += [
            button("Add to calendar", f"{RUN}_1", file),
            button("Remind this channel", f"{RUN}_2", "reminders on"),
            overflow(f"{RUN}_3", *_list_windows(reply, window)),
        ]
    return buttons


def _list_wider(reply: RateCalendar, window: CalendarWindow) -> list[Element | None]:
    """The changes of more days before today, and the upcoming ones."""
    query = reply.query.model_copy(update={"on": None, "since": None, "until": None})
    since = reply.today - timedelta(days=_WIDER)
    wider = query.model_copy(update={"since": since, "until": reply.today})
    upcoming = query.model_copy(update={"kind": QueryKind.UPCOMING})
    longer = button(f"Last {_WIDER} days", f"{RUN}_7", format_query(wider))
    return [
        longer if since < window.first else None,
        button("Upcoming changes", f"{RUN}_8", format_query(upcoming)),
    ]


def _list_windows(reply: RateCalendar, window: CalendarWindow) -> list[Element | None]:
    anew = reply.query.model_copy(update={"on": None, "since": None, "until": None})
    current = (window.last - reply.today).days
    spans = [days for days in _SPANS if days != current]
    asked = format_query(anew)
    return [option(f"Next {days} days", f"{asked} next {days} days") for days in spans]


def _render_item(item: Upcoming, parties: Parties) -> Block:
    """The change with its full text and source."""
    names = [words.describe_party(code, parties) for code in item.partners[:_MAX_PARTNERS]]
    left = len(item.partners) - _MAX_PARTNERS
    more = f" and {left} more" if left > 0 else ""
    importer = words.describe_party(item.imposer, parties)
    pair = f"{importer} on {', '.join(names)}{more}" if names else ""
    what = f"{escape(item.measure, 160)}: {escape(words.describe_change(item.change), 300)}"
    rates = words.describe_partner_rates(item.by_partner)
    what += f"; other rates: {escape(rates, 200)}" if rates else ""
    what += f", {_NOT_VERIFIED}" if item.passed else ""
    source = markup.format_source(item.source)
    return section(f"{bold(format_day(item.on))}  {what}\n{escape(pair, 300)} ({source})")
