"""A made-up tariff schedule, so that each test states every line and list it depends on."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.rates.files.tariff_schedule import format_lines
from bot.rates.model.measure import Source
from bot.rates.schedule.lines import TariffLines
from bot.rates.schedule.membership import MembershipIndex
from bot.rates.schedule.model import MembershipGroup, ScheduleHeader, TariffLine
from bot.rates.schedule.schedule import TariffSchedule

DAY = date(2026, 7, 1)


def line(code: str, general: str = "Free", description: str = "Goods") -> TariffLine:
    """A line of which only these fields matter."""
    return TariffLine(code, general, "35%", "", "", description)


def lines(*given: TariffLine) -> TariffLines:
    return TariffLines(format_lines(given).splitlines()[1:])


START = date(2026, 1, 1)


def group(
    list_id: str, *codes: str, kind: str = "in", since: date = START, **fields: Any
) -> MembershipGroup:
    """A group since the start of 2026 with no end, unless `fields` says otherwise."""
    given = {"list": list_id, "kind": kind, "from": since, "source": "note"}
    return MembershipGroup.model_validate(given | {"codes": codes} | fields)


def header(**fields: Any) -> ScheduleHeader:
    given: Mapping[str, Any] = {
        "revision": "2026 Rev. 1",
        "in_force": DAY,
        "checked": DAY,
        "since": date(2025, 1, 1),
        "sources": {"note": Source(text="Note 1").model_dump()},
    }
    return ScheduleHeader.model_validate({**given, **fields})


def schedule(
    given: tuple[TariffLine, ...], *groups: MembershipGroup, **fields: Any
) -> TariffSchedule:
    return TariffSchedule(header(**fields), lines(*given), MembershipIndex(groups))
