"""Renders lines and differences of a tariff schedule as plain text and as JSON values."""

from collections.abc import Iterable, Iterator
from datetime import date

from bot.rates.model.goods import format_code
from bot.rates.model.measure import Confidence
from bot.rates.schedule.difference import LineChange, ScheduleDifference
from bot.rates.schedule.model import MembershipGroup, TariffLine
from bot.rates.schedule.schedule import TariffSchedule
from bot.text.dates import format_day
from bot.text.percent import format_percent

_FIELDS = {
    "general": "base duty",
    "column2": "column 2",
    "special": "special rates",
    "headings": "footnotes",
    "description": "description",
}
_CHANGES_SHOWN = 40


def render_difference(difference: ScheduleDifference) -> Iterator[str]:
    """The differences: changed, new and ended lines, then a count of other changes."""
    duties = [one for one in difference.lines if one.changes_duty]
    duties.sort(key=lambda one: (one.after is None, one.before is None))
    for change in duties[:_CHANGES_SHOWN]:
        yield from _render_change(change)
    if (more := len(duties) - _CHANGES_SHOWN) > 0:
        yield f"and {more} more lines"
    texts = len(difference.lines) - len(duties)
    if texts:
        yield f"{texts} lines with another description or other footnotes"
    for one in difference.headings:
        old, new = one.before.general or "not read", one.after.general or "none"
        what = f"{old} -> {new}" if old != new else "another description"
        yield f"{one.before.heading}: {what}"
    if not difference:
        yield "no differences"


def _render_change(change: LineChange) -> Iterator[str]:
    code = format_code(change.code)
    if change.after is None:
        yield f"{code}: ended"
    elif change.before is None:
        yield f"{code}: new, base duty {change.after.general} ({change.after.description})"
    else:
        for name in change.fields:
            old, new = getattr(change.before, name), getattr(change.after, name)
            yield f"{code}: {_FIELDS[name]} {old or 'none'} -> {new or 'none'}"


def render_line(
    schedule: TariffSchedule, line: TariffLine | None, code: str, day: date
) -> Iterator[str]:
    """A line or a ten-digit number with its duties, and the lists that name it on the day."""
    header = schedule.header
    if line is not None:
        yield f"{format_code(code)}: {line.description}"
        yield f"  base duty: {line.general}"
        yield f"  column 2: {line.column2}"
        yield f"  special rates: {line.special or 'none'}"
        yield f"  HTS {header.revision}, in force since {format_day(header.in_force)}"
    yield f"lists on {format_day(day)}:"
    yield from _render_groups(schedule, schedule.memberships.find_covering(code), day)
    inside = list(schedule.memberships.find_inside(code))
    if any(one.group.covers(day) for one in inside):
        yield "lists that name only a part of it:"
        yield from _render_groups(schedule, inside, day)


def render_lines_under(schedule: TariffSchedule, codes: Iterable[str]) -> Iterator[str]:
    """The lines with these codes: code, base duty and description."""
    for code in codes:
        if (line := schedule.lines.find(code)) is not None:
            yield f"{format_code(code)}  {line.general:<12}  {line.description}"


def _render_groups(
    schedule: TariffSchedule, found: Iterable[tuple[str, MembershipGroup]], day: date
) -> Iterator[str]:
    for code, group in found:
        if not group.covers(day):
            continue
        span = f"since {format_day(group.from_)}"
        if group.to:
            span = f"{format_day(group.from_)} to {format_day(group.to)}"
        source = schedule.header.sources[group.source]
        doubt = "; not compared with the official text"
        pieces = (
            f"{group.list}: {group.kind}, {span}",
            group.note,
            f"HTS {group.heading}" if group.heading else "",
            group.question if not group.claim else "",
            f"as {format_code(code)}",
            f"{source.text}{'' if source.confidence is Confidence.HIGH else doubt}",
        )
        yield f"  {'; '.join(filter(None, pieces))}"


def build_line_json(
    schedule: TariffSchedule, line: TariffLine | None, code: str, day: date
) -> dict[str, object]:
    """A line or a ten-digit number with its duties, and the lists that name it, as JSON values."""
    memberships = schedule.memberships
    return {
        "code": format_code(code),
        "on": day.isoformat(),
        **_build_duties(line),
        "revision": f"HTS {schedule.header.revision}",
        "in_force": schedule.header.in_force.isoformat(),
        "source_url": schedule.find_line_source(line).url if line is not None else None,
        "lists": list(_build_groups(schedule, memberships.find_covering(code), day)),
        "lists_of_a_part": list(_build_groups(schedule, memberships.find_inside(code), day)),
    }


def build_lines_json(schedule: TariffSchedule, codes: Iterable[str]) -> list[dict[str, object]]:
    """The lines with these codes, with their duties, as JSON values."""
    found = (schedule.lines.find(code) for code in codes)
    return [{"code": format_code(one.code), **_build_duties(one)} for one in found if one]


def _build_duties(line: TariffLine | None) -> dict[str, object]:
    if line is None:
        names = ("description", "general", "percent", "column2", "special")
        return dict.fromkeys(names)
    return {
        "description": line.description,
        "general": line.general,
        "percent": None if line.percent is None else format_percent(line.percent),
        "column2": line.column2,
        "special": line.special or None,
    }


def _build_groups(
    schedule: TariffSchedule, found: Iterable[tuple[str, MembershipGroup]], day: date
) -> Iterator[dict[str, object]]:
    for code, group in found:
        if not group.covers(day):
            continue
        source = schedule.header.sources[group.source]
        yield {
            "list": group.list,
            "kind": group.kind,
            "from": group.from_.isoformat(),
            "to": group.to.isoformat() if group.to else None,
            "as": format_code(code),
            "heading": group.heading or None,
            "question": group.question or None,
            "must_be_claimed": group.claim,
            "note": group.note or None,
            "source": source.text,
            "source_url": source.url,
            "confidence": source.confidence,
        }
