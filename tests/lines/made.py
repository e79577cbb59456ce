"""A made-up ledger with a tariff schedule, so that each test states what it depends on."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from bot.lines.model import ListedLine
from bot.rates.files.tariff_schedule import format_lines
from bot.rates.ledger import Ledger
from bot.rates.schedule.lines import TariffLines
from bot.rates.schedule.membership import MembershipIndex
from bot.rates.schedule.model import FormerLine, MembershipGroup, TariffLine
from bot.rates.schedule.schedule import TariffSchedule
from tests.rates import made
from tests.rates.schedule.made import group, header, line

TODAY = date(2026, 7, 1)
LINES = (
    line("01012100", "Free", "Horses"),
    line("01012900", "4%", "Other horses"),
    line("72083900", "2.5%", "Flat steel"),
    line("72085100", "Free", "Plates of steel"),
    line("85076000", "3.4%", "Lithium batteries"),
    line("85078000", "$0.20 each", "Other batteries"),
)
GROUPS = (
    group("steel", "7208"),
    group("steel", "72085100", kind="exempt", since=TODAY + timedelta(days=20)),
    group("cells", "850760"),
    group("parts", "8507600010", "850780", kind="conditional", question="Are they car parts?"),
)
ORIGINS = ("CN", "DE")


def listed(code: str, origin: str = "CN", label: str = "") -> ListedLine:
    return ListedLine(code=code, origin=origin, label=label)


EVERY_LINE = tuple(
    listed(code, origin)
    for origin in ORIGINS
    for code in (*(one.code for one in LINES), "8507600010", "8507600020")
)


def measures() -> list[dict[str, Any]]:
    """A duty on all goods, three by lists, one by its scope, and one that includes the base."""
    return [
        made.written("general", {"percent": 10}, general=True),
        made.written("steel", {"percent": 25}, partners=["WORLD"], scope={"hs": ["7208"]}),
        made.written("cells", {"percent": 7.5}, scope={"hs": ["850760"]}),
        made.written("parts", {"percent": 15}, partners=["WORLD"], scope={"hs": ["8507"]}),
        made.written("horses", {"percent": 5}, partners=["DE"], scope={"hs": ["010121"]}),
        made.written(
            "ceiling",
            {"percent": 3, "calc": "all_in_ceiling"},
            partners=["DE"],
            scope={"hs": ["0101", "8507"]},
        ),
    ]


def schedule(
    lines: Sequence[TariffLine] = LINES,
    groups: Iterable[MembershipGroup] = GROUPS,
    former: Iterable[FormerLine] = (),
) -> TariffSchedule:
    rows = TariffLines(format_lines(sorted(lines)).splitlines()[1:])
    return TariffSchedule(header(), rows, MembershipIndex(groups), former=tuple(former))


SCHEDULE = schedule()


def ledger(
    written: Sequence[Mapping[str, Any]] | None = None, of: TariffSchedule = SCHEDULE
) -> Ledger:
    """The ledger of these measures and this schedule."""
    book = made.book(made.sheet(*(measures() if written is None else written)))
    return Ledger(book._replace(tariff_schedules={"US": of}), made.PARTIES)


def change(measure_id: str, *periods: Mapping[str, Any], **fields: Any) -> list[dict[str, Any]]:
    """All measures, with other periods and fields of one."""
    rates = [made.rate(**each) for each in periods]
    return [
        {**one, "periods": rates, **fields} if one["id"] == measure_id else one
        for one in measures()
    ]
