"""Puts line lists into words and cells: totals, problems of an import, differences, tables."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from bot.lines.difference import ListDifference
from bot.lines.duties import BanExtent, DutyTotal, TotalChange
from bot.lines.effects import LineEffect
from bot.lines.mangled import CodeHint
from bot.lines.model import ListedLine
from bot.lines.table import Cell, LineRow
from bot.lines.validation import ImportedColumns, LineProblem, NotedRow, RowNote, WrongRow
from bot.parties import Parties
from bot.rates.schedule.model import LINE_DIGITS
from bot.render.freshness import describe_freshness
from bot.text.dates import format_day
from bot.text.percent import format_percent

HEADER = (
    *("HTS code", "Origin", "Label", "Duty today", "Lowest %", "Highest %"),
    *("Last change", "Duty before", "Next change", "Duty then", "Goods", "Rates checked"),
)
"""The columns of a table of lines. An import reads them back."""
DUTIES_COVER = (
    "with the normal duty; not included: antidumping and countervailing duties, quotas, fees"
)
"""What the duties of a table cover, in words after its day."""
_PROBLEMS = {
    LineProblem.NO_CODE: "has no tariff code",
    LineProblem.NOT_A_CODE: "'{text}' is not a tariff code of 8 or 10 digits",
    LineProblem.NOT_A_LINE: "{text} is not in the tariff schedule",
    LineProblem.TOO_SHORT: "{text} is not complete: a line has 8 or 10 digits",
    LineProblem.EXPIRED: "{text} ended; look up the new code",
    LineProblem.NOT_GOODS: "{text} is in chapter 98 or 99, which has no goods",
    LineProblem.NO_ORIGIN: "has no country of origin",
    LineProblem.UNKNOWN_ORIGIN: "'{text}' is not a country we know",
    LineProblem.NOT_AN_ORIGIN: "'{text}' is not a single country of origin",
    LineProblem.IMPORTER: "'{text}' is the importing country, not the origin",
}

_CANDIDATES = {
    LineProblem.NOT_A_LINE: "Similar codes, perhaps other goods: {names}",
    LineProblem.TOO_SHORT: "Lines under it: {names}",
    LineProblem.EXPIRED: "Similar codes, perhaps other goods: {names}",
    LineProblem.UNKNOWN_ORIGIN: "Did you mean {names}?",
    LineProblem.NOT_AN_ORIGIN: "Write one of its countries: {names}",
}
"""How codes or economies are named that a wrong row may mean."""


_HINTS = {
    CodeHint.POWER_OF_TEN: "A spreadsheet has shortened this code. Format the column as text and "
    "enter the complete codes again",
    CodeHint.SEPARATORS: "A spreadsheet has probably written this code as a number. Format the "
    "column as text",
    CodeHint.FIRST_ZERO: "A spreadsheet may have dropped the zero at the beginning",
    CodeHint.LAST_ZERO: "A spreadsheet may have dropped the zero at the end",
}


def format_count(lines: int) -> str:
    """A number of lines in words: `1 line`, `5,000 lines`."""
    return f"{lines:,} line{'' if lines == 1 else 's'}"


def format_total(total: DutyTotal, to: str = " to ") -> str:
    """A total in words: `40.9% to 53.4%`, `10% + $1.509/kg`, `import ban`, `line ended`.

    `to` is written between the ends of a range.
    """
    if not total.is_line:
        return "line ended"
    if total.ban is BanExtent.ALL:
        return "import ban"
    if total.low is None:
        return "not in our data"
    low, high = format_percent(total.low), format_percent(total.high)
    text = " + ".join((f"{low}%" if low == high else f"{low}%{to}{high}%", *total.words))
    return f"{text}, some goods banned" if total.ban is BanExtent.SOME else text


def format_changed_total(total: DutyTotal) -> str:
    """The total before or after a change, with a dash: `from 3% to 5%` would read as a rise."""
    return format_total(total, "–")


def describe_wrong(wrong: WrongRow) -> str:
    """A row that makes no line, in words: `row 7: 8507.60.99 is not in the …. Similar codes …`."""
    return f"row {wrong.row}: {describe_cause(wrong)}"


def describe_cause(wrong: WrongRow) -> str:
    """Why a code or an origin is wrong, with candidates: `8507.60.99 ended; look up …`."""
    cause = _PROBLEMS[wrong.problem].format(text=wrong.text)
    if wrong.ended is not None:
        cause = cause.replace(" ended", f" ended on {format_day(wrong.ended)}", 1)
    if wrong.hint is not None:
        cause = f"{cause}. {_HINTS[wrong.hint]}"
    if not wrong.instead:
        return cause
    more = f" and {wrong.more:,} more" if wrong.more else ""
    names = f"{', '.join(wrong.instead)}{more}" if more else _join(wrong.instead)
    return f"{cause}. {_CANDIDATES[wrong.problem].format(names=names)}"


def describe_columns(columns: ImportedColumns) -> str:
    """Which columns of a file were read, and which others look as if they had codes."""
    label = f", label from '{columns.label}'" if columns.label else ", no labels"
    used = f"Code from '{columns.code}', origin from '{columns.origin}'{label}"
    if not columns.ignored:
        return f"{used}."
    ignored = ", ".join(f"'{one}'" for one in columns.ignored)
    return f"{used}. Other columns that look like codes were not read: {ignored}."


def describe_unchecked(lines: Iterable[ListedLine]) -> str:
    """What is not checked of codes with ten digits; empty if there are none."""
    if any(len(one.code) > LINE_DIGITS for one in lines):
        return "Of 10-digit codes, only the first 8 digits were checked: our data has no more."
    return ""


def describe_duties(rows: Sequence[LineRow], checked: Mapping[str, date], day: date) -> str:
    """The day of the duties, their coverage, and the day of the last check of their sources."""
    duties = f"Duties on {format_day(day)}, {DUTIES_COVER}."
    oldest = min(checked.values(), default=None)
    if oldest is None:
        return duties
    passed = any(is_unverified(one, checked) for one in rows)
    return f"{describe_freshness(oldest, day, passed=passed)}. {duties}"


def is_unverified(row: LineRow, checked: Mapping[str, date]) -> bool:
    """Whether the last change came after the last check of the duties on goods of the origin."""
    day = checked.get(row.line.origin)
    return row.last is not None and day is not None and row.last.on > day


def describe_note(noted: NotedRow) -> str:
    """A row that the import changed, in words."""
    code, origin = noted.line.written_code, noted.line.origin
    if noted.note is RowNote.LEADING_ZERO:
        return f"row {noted.row}: read as {code}, because the zero at the beginning was missing"
    return f"row {noted.row}: repeats {code} {origin}; the labels were joined"


def describe_difference(difference: ListDifference) -> str:
    """What an import does, in words: `3 added, 1 removed, 2 relabeled; 41 lines`."""
    counts = {
        "added": difference.added,
        "removed": difference.removed,
        "relabeled": difference.changed,
    }
    parts = [f"{len(lines):,} {name}" for name, lines in counts.items() if lines]
    total = f"{format_count(len(difference.lines))} in the list"
    return f"{', '.join(parts) or 'nothing changes'}; {total}"


def list_differing(difference: ListDifference) -> Iterator[str]:
    """A line of text for each line that is added, removed or relabeled."""
    yield from (f"+ {describe_line(one)}" for one in difference.added)
    yield from (f"- {describe_line(one)}" for one in difference.removed)
    for old, new in difference.changed:
        yield f"~ {new.written_code} {new.origin} {old.label or '(no label)'} -> {new.label}"


def describe_line(line: ListedLine) -> str:
    """A line in words: `8507.60.00 CN batteries`."""
    return " ".join(filter(None, (line.written_code, line.origin, line.label)))


def describe_change(change: LineEffect, parties: Parties) -> str:
    """A line whose duty changed, in words: `8507.60.00 China: 25% → 50% from 1 Jan 2027`."""
    line = change.line
    label = f" ({line.label})" if line.label else ""
    totals = f"{format_changed_total(change.before)} → {format_changed_total(change.after)}"
    name = parties.get(line.origin).name
    return f"{line.written_code} {name}{label}: {totals} from {format_day(change.on)}"


def list_cells(
    rows: Iterable[LineRow], parties: Parties, checked: Mapping[str, date]
) -> Iterator[Sequence[Cell]]:
    """The cells of a table with the columns of `HEADER`. `checked` has the days of the last checks
    by the codes of origins."""
    for one in rows:
        total = one.duty.total
        yield (
            one.line.written_code,
            parties.get(one.line.origin).name,
            one.line.label,
            format_total(total),
            total.low,
            total.high,
            *((one.last.on, format_total(one.last.before)) if one.last else (None, None)),
            *((one.next.on, format_total(one.next.after)) if one.next else (None, None)),
            one.description,
            checked.get(one.line.origin),
        )


def build_row_json(row: LineRow) -> dict[str, object]:
    """A row of a table as a JSON object."""
    total = row.duty.total
    return {
        "code": row.line.written_code,
        "origin": row.line.origin,
        "label": row.line.label,
        "goods": row.description,
        "duty": _build_total_json(total),
        "parts": [
            {
                "measure": one.measure_id or None,
                "name": one.name,
                "percent": format_percent(one.percent),
                "certain": one.is_certain,
            }
            for one in row.duty.parts
        ],
        "questions": list(row.duty.questions),
        "last_change": _build_change_json(row.last),
        "next_change": _build_change_json(row.next),
    }


def _build_total_json(total: DutyTotal) -> dict[str, object]:
    return {
        "text": format_total(total),
        "low": format_percent(total.low),
        "high": format_percent(total.high),
        "banned": total.ban.value or None,
    }


def _build_change_json(change: TotalChange | None) -> dict[str, object] | None:
    if change is None:
        return None
    return {
        "on": change.on.isoformat(),
        "before": _build_total_json(change.before),
        "after": _build_total_json(change.after),
    }


def _join(names: Sequence[str]) -> str:
    return " or ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else "".join(names)
