"""Renders a page of a line list, with its filters and buttons."""

from collections.abc import Mapping
from datetime import date

from bot import COMMAND
from bot.commands.lines.grammar import LinesAct, LinesRequest
from bot.commands.lines.replies import LinesPage, LinesToImport, RemovedLines
from bot.errors import SlackError
from bot.lines.duties import DutyTotal
from bot.lines.table import LineRow
from bot.parties import Parties
from bot.render.lines import (
    describe_cause,
    describe_duties,
    describe_line,
    describe_unchecked,
    format_changed_total,
    format_count,
    format_total,
    is_unverified,
)
from bot.slack.blockkit.blocks import (
    Block,
    Element,
    Message,
    actions,
    assemble,
    button,
    context,
    section,
)
from bot.slack.blockkit.mrkdwn import bold, escape
from bot.slack.views.lines.changes import list_lines
from bot.slack.views.rates.table import MESSAGE_ROOM, Column, build_table, text_cell
from bot.slack.views.replies import RUN, render_notice
from bot.slack.views.subscriptions.lines import explain_removal
from bot.text.dates import format_day

UPLOAD_LINES, REMOVE_LINES = "lines_upload", "lines_remove"
"""The action ids of *Add or replace* and *Remove*. The value is `channel` or `own`; a
code and an origin may follow, which limit what *Remove* deletes."""
CHANNEL, OWN = "channel", "own"

_MOST_ENDED, _MOST_REMOVED = 5, 20
_ROWS = 10
"""Lines of a page."""
_LABEL, _DUTY = 40, 60
_COLUMNS = ("Code", "Origin", "Label", "Duty today", "Last change", "Next change")
_EMPTY = (
    "Paste tariff lines with their countries of origin, or send me a CSV or XLSX file in a direct "
    "message. I show today's duties, and what changed."
)
_EMPTY_CHANNEL = (
    "Paste tariff lines with their countries of origin, or post a CSV or XLSX file here and "
    "mention me. I show today's duties, and what changed."
)


def render_lines(reply: LinesPage, parties: Parties) -> Message:
    """A page of the list with the buttons for other pages and for changes."""
    wanted, rows, total = reply.wanted, reply.table.rows, len(reply.table.lines.lines)
    name = "The channel's lines" if wanted.for_channel else "Your lines"
    if not total:
        row = actions(_make_upload(wanted.for_channel, "Paste lines"))
        text = f"{name}: none yet."
        use = _EMPTY_CHANNEL if wanted.for_channel else _EMPTY
        return Message(text, (section(f"{bold(text)}\n{use}"), *row))
    pages = max(-(-len(rows) // _ROWS), 1)
    page = min(wanted.page, pages)
    shown = rows[(page - 1) * _ROWS : page * _ROWS]
    counted = f"{total:,}" if len(rows) == total else f"{len(rows):,} of {total:,}"
    place = f", page {page} of {pages}" if pages > 1 else ""
    title = f"{name}: {counted}{place}"
    head = [section(bold(escape(title))), *_list_ended(reply)]
    duties = describe_duties(reply.table.rows, reply.table.checked, reply.table.day)
    tail = [
        context(" ".join(filter(None, (duties, describe_unchecked(reply.table.lines.lines))))),
        context(_describe_use(wanted.for_channel)),
        *actions(*_make_page_buttons(reply, page, pages, parties)),
        *actions(*_make_buttons(reply, parties)),
    ]
    if not shown:
        return assemble(title, [*head, section("No lines match the filters.")], tail=tail)
    paragraphs = [section(_format_row(one, parties, reply.table.checked)) for one in shown]
    instead = assemble(title, head, paragraphs, tail)
    columns = [Column(one, is_wrapped=one in ("Label", "Duty today")) for one in _COLUMNS]
    cells = [
        [text_cell(one) for one in _list_cells(row, parties, reply.table.checked)] for row in shown
    ]
    table, left = build_table(columns, cells, MESSAGE_ROOM - 3_000)
    if left:
        return instead
    message = assemble(title, [*head, table], tail=tail)
    return Message(message.text, message.blocks, instead)


def _list_ended(reply: LinesPage) -> list[Block]:
    """The lines that the schedule no longer has, with similar codes."""
    ended = reply.table.ended
    if not ended:
        return []
    shown = [escape(describe_cause(one), 400) for one in ended[:_MOST_ENDED]]
    more = [f"… and {len(ended) - _MOST_ENDED:,} more"] if len(ended) > _MOST_ENDED else []
    title = f"{format_count(len(ended))} ended. Look up the new codes and replace these lines:"
    return [section("\n".join([title, *shown, *more]))]


def _list_cells(row: LineRow, parties: Parties, checked: Mapping[str, date]) -> tuple[str, ...]:
    line, unverified = row.line, ", not verified" if is_unverified(row, checked) else ""
    return (
        line.written_code,
        parties.get(line.origin).name,
        line.label[:_LABEL],
        format_total(row.duty.total)[:_DUTY],
        _format_change(row.last.on, "before:", row.last.before) + unverified if row.last else "",
        _format_change(row.next.on, "then:", row.next.after) if row.next else "",
    )


def _format_change(on: date, word: str, total: DutyTotal) -> str:
    return f"{format_day(on)}, {word} {format_changed_total(total)[:_DUTY]}"


def _format_row(row: LineRow, parties: Parties, checked: Mapping[str, date]) -> str:
    code, origin, label, duty, last, then = _list_cells(row, parties, checked)
    start = " ".join(filter(None, (code, origin, label and f"({label})")))
    changes = [f"last change {last}" if last else "", f"next change {then}" if then else ""]
    shown = [f"{bold(escape(start))}: {escape(duty)}", *map(escape, filter(None, changes))]
    return " · ".join(shown)


def _describe_use(for_channel: bool) -> str:
    my = f"{COMMAND} my channel" if for_channel else f"{COMMAND} my"
    return f"Filters: `{my} china`, `{my} changed`, `{my} changing`, `{my} label batteries`."


def _make_page_buttons(
    reply: LinesPage, page: int, pages: int, parties: Parties
) -> list[Element | None]:
    def make(label: str, number: int, place: int) -> Element | None:
        return button(label, f"{RUN}_{place}", reply.wanted.write(parties, page=number))

    return [
        make("Previous page", page - 1, 0) if page > 1 else None,
        make("Next page", page + 1, 1) if page < pages else None,
    ]


def _make_buttons(reply: LinesPage, parties: Parties) -> list[Element | None]:
    wanted, total = reply.wanted, len(reply.table.lines.lines)
    silence = explain_removal(reply.dependent)
    return [
        _make_upload(wanted.for_channel, "Add or replace"),
        button("Download XLSX", f"{RUN}_2", wanted.write(parties, act=LinesAct.FILE)),
        button(
            "Remove",
            REMOVE_LINES,
            CHANNEL if wanted.for_channel else OWN,
            style="danger",
            confirm=f"This deletes {format_count(total)}. {silence}".strip(),
        ),
    ]


def _make_upload(for_channel: bool, label: str) -> Element | None:
    return button(label, UPLOAD_LINES, CHANNEL if for_channel else OWN)


def render_to_import(reply: LinesToImport) -> Message:
    """The button that opens the form, where the command itself cannot open it."""
    row = actions(_make_upload(reply.wanted.for_channel, "Paste lines"))
    text = _EMPTY_CHANNEL if reply.wanted.for_channel else _EMPTY
    return Message(text, (section(text), *row))


def _write_removal(wanted: LinesRequest) -> str:
    """The value of *Remove*: whose list, the code and the origin of the lines."""
    whose = CHANNEL if wanted.for_channel else OWN
    return f"{whose} {wanted.text} {wanted.origin}" if wanted.has_filter else whose


def read_removal(value: str) -> LinesRequest:
    """What a click on *Remove* confirms."""
    whose, code, origin = [*value.split(" "), "", ""][:3]
    return LinesRequest(
        act=LinesAct.REMOVE,
        for_channel=whose == CHANNEL,
        text=code,
        origin=origin,
        is_confirmed=True,
    )


def _render_some_removed(reply: RemovedLines) -> Message:
    """Confirms that some lines were deleted, or asks whether to delete them."""
    count, left = format_count(reply.lines), format_count(reply.left)
    whose = "the channel's list" if reply.wanted.for_channel else "your list"
    listed = list_lines([describe_line(one) for one in reply.some[:_MOST_REMOVED]])
    more = len(reply.some) - _MOST_REMOVED
    others = [context(f"… and {more:,} more")] if more > 0 else []
    if reply.wanted.is_confirmed:
        text = f"{count} removed from {whose}. It has {left} now."
        return Message(text, (section(text), *listed, *others))
    text = f"Remove {count} from {whose}? {left} would be left."
    label = f"Remove {count}"
    row = actions(button(label, REMOVE_LINES, _write_removal(reply.wanted), style="danger"))
    return Message(text, (section(text), *listed, *others, *row))


def render_removed(reply: RemovedLines) -> Message:
    """Confirms that a list was deleted, or asks whether to delete it."""
    if reply.some:
        return _render_some_removed(reply)
    whose = "The channel's list" if reply.wanted.for_channel else "Your list"
    silence, lines = explain_removal(reply.silenced), format_count(reply.lines)
    if not reply.lines:
        return render_notice(f"{whose} has no lines.")
    if not reply.wanted.is_confirmed:
        text = f"Remove all of {whose[0].lower()}{whose[1:]}? It has {lines}. {silence}".strip()
        value = _write_removal(reply.wanted)
        row = actions(button("Remove all", REMOVE_LINES, value, style="danger"))
        return Message(text, (section(text), *row))
    return render_notice(f"{whose} was removed ({lines}). {silence}".strip())


def render_file_sent(reply: LinesPage, error: SlackError | None = None) -> Message:
    """Says that the workbook was sent. If `error` is set, says why it was not."""
    if error is not None:
        cure = f" {escape(error.cure)}." if error.cure else ""
        return render_notice(f"The file could not be sent: {escape(error.cause)}.{cure}")
    where = "in this channel" if reply.wanted.for_channel else "in our direct messages"
    return render_notice(f"The file with {format_count(len(reply.table.rows))} is {where}.")
