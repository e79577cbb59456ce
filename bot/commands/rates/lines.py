"""Looks up a code in the tariff schedule of the United States."""

from dataclasses import dataclass
from datetime import date

from bot.errors import QueryError
from bot.rates.schedule.model import LINE_DIGITS, TariffLine
from bot.rates.schedule.schedule import TariffSchedule


@dataclass(frozen=True)
class LineLookup:
    """A code with the line that it names, or with the lines under it."""

    schedule: TariffSchedule
    code: str
    """The digits of the code."""
    day: date
    line: TariffLine | None
    """The line of a code with 8 or 10 digits; None if the line has ended."""
    under: tuple[str, ...] = ()
    """The codes of the lines under a code with 4 or 6 digits."""


def look_up_line(schedule: TariffSchedule, code: str, day: date) -> LineLookup:
    """The line or the lines of the code on the day. Raises QueryError if there are none."""
    digits = code.replace(".", "").strip()
    revision = schedule.header.revision
    if not (digits.isascii() and digits.isdigit() and len(digits) in (4, 6, 8, 10)):
        raise QueryError(code, "is not a code of 4 to 10 digits", "Write it as 8507.60.00")
    if len(digits) < LINE_DIGITS:
        under = tuple(schedule.lines.list_codes(digits))
        if not under:
            raise QueryError(digits, f"is not in HTS {revision}", "Check the code")
        return LineLookup(schedule, digits, day, None, under)
    line = schedule.find_line(digits, day)
    if line is None and not schedule.memberships.has_line(digits[:LINE_DIGITS]):
        cure = f"Look up its heading, {digits[:4]}"
        raise QueryError(code, f"is not in HTS {revision}", cure)
    return LineLookup(schedule, digits, day, line)
