from datetime import date

import pytest
import yaml

from bot.rates.files.hts_export import HtsExport, parse_export
from bot.rates.files.schedule_import import merge_export
from bot.rates.files.tariff_schedule import (
    RowProblem,
    format_former,
    parse_former,
    update_header,
)
from bot.rates.schedule.membership import MembershipIndex
from bot.rates.schedule.model import AdditionalHeading
from bot.rates.schedule.schedule import TariffSchedule
from tests.rates.files.exports import export, row
from tests.rates.schedule.made import header, line, lines

START = date(2018, 9, 24)
FROM = date(2026, 12, 1)
CURRENT = AdditionalHeading("9903.88.03", ("list-3",), START, None, "", "")
ENDED = AdditionalHeading("9903.01.24", ("duty",), START, date(2026, 2, 23), "+ 10%", "Old")
SCHEDULE = TariffSchedule(
    header(),
    lines(line("85076000", "3.4%"), line("85079040", "3.5%"), line("95030000")),
    MembershipIndex(()),
    (ENDED, CURRENT),
)


def _export(*codes: str, general: str = "5%") -> HtsExport:
    return parse_export(export(*(row(code, general=general) for code in codes)))


def test_lines_of_other_headings_are_kept_and_missing_lines_of_a_heading_end() -> None:
    merged = merge_export(SCHEDULE, _export("8507.60.00", "8507.80.00"), FROM)
    assert [one.code for one in merged.lines] == ["85076000", "85078000", "95030000"]
    changes = {one.code: (one.before is None, one.after is None) for one in merged.difference.lines}
    assert changes == {
        "85076000": (False, False),
        "85078000": (True, False),
        "85079040": (False, True),
    }
    assert not merged.is_whole


def test_a_whole_export_ends_the_headings_that_it_lacks() -> None:
    chapters = [f"{number:02d}01.10.00" for number in range(1, 98)]
    merged = merge_export(SCHEDULE, _export(*chapters), FROM)
    assert merged.is_whole
    assert len(merged.lines) == 97


def test_an_import_updates_the_text_of_a_heading_in_force_but_keeps_its_days() -> None:
    found = parse_export(
        export(
            row("9903.88.03", 0, "Articles of China", general="+ 25%"),
            row("9903.01.24", 0, "New text", general="No change"),
        )
    )
    merged = merge_export(SCHEDULE, found, FROM)
    assert merged.headings == (
        ENDED,
        CURRENT._replace(general="+ 25%", description="Articles of China"),
    )
    assert [one.after.heading for one in merged.difference.headings] == ["9903.88.03"]


def test_an_export_without_news_changes_nothing() -> None:
    again = HtsExport(tuple(SCHEDULE.lines), (), frozenset({"8507", "9503"}))
    assert not merge_export(SCHEDULE, again, FROM).difference


def test_the_revision_of_the_header_is_replaced_and_the_rest_kept() -> None:
    text = "# Notes\nrevision: 2026 Rev. 10\nin_force: 2026-06-08\nsince: 2025-01-01\n"
    assert update_header(text, "2026 Rev. 22", date(2026, 12, 1)) == (
        '# Notes\nrevision: "2026 Rev. 22"\nin_force: "2026-12-01"\nsince: 2025-01-01\n'
    )
    assert update_header(text, None, None) == text


def test_the_former_duty_of_a_line_ends_on_the_day_before_the_revision() -> None:
    merged = merge_export(SCHEDULE, _export("8507.60.00", "8507.80.00"), FROM)
    after = TariffSchedule(header(), lines(*merged.lines), MembershipIndex(()), (), merged.former)
    past, now = after.find_line("85076000", date(2026, 11, 30)), after.find_line("85076000", FROM)
    assert past is not None
    assert now is not None
    assert (past.general, now.general) == ("3.4%", "5%")
    ended = after.find_line("85079040", date(2026, 11, 30))
    assert ended is not None
    assert ended.general == "3.5%"
    assert after.find_line("85079040", FROM) is None
    assert after.find_known_code("85079040") == "85079040"


def test_each_import_keeps_the_duties_of_those_before_it() -> None:
    first = merge_export(SCHEDULE, _export("8507.60.00", general="5%"), FROM)
    middle = TariffSchedule(header(), lines(*first.lines), MembershipIndex(()), (), first.former)
    second = merge_export(middle, _export("8507.60.00", general="6%"), date(2027, 1, 1))
    last = TariffSchedule(header(), lines(*second.lines), MembershipIndex(()), (), second.former)
    days = (date(2026, 11, 30), FROM, date(2026, 12, 31), date(2027, 1, 1))
    found = [last.find_line("85076000", day) for day in days]
    assert [one.general if one else None for one in found] == ["3.4%", "5%", "5%", "6%"]
    text = format_former(second.former)
    assert parse_former(text) == second.former


@pytest.mark.parametrize(
    ("row", "cause"),
    [
        ("2026-11-30,85076000,3.4%", "has 3 of 7 fields"),
        ("soon,85076000,3.4%,40%,,,Batteries", "has a day that is not written as 2025-05-14"),
        ("2026-11-30,8507,3.4%,40%,,,Batteries", "'8507' is not a code of 8 digits"),
    ],
)
def test_a_mistake_in_the_former_lines_is_named_with_its_row(row: str, cause: str) -> None:
    head = format_former(()).strip()
    assert parse_former(f"{head}\n{row}\n") == RowProblem(2, cause)
    assert isinstance(parse_former(row), RowProblem)


def test_the_revision_is_quoted_so_that_the_header_stays_valid() -> None:
    text = update_header("revision: old\nurl: x\n", 'Rev. "22" \\ \nurl: y', None)
    assert yaml.safe_load(text) == {"revision": 'Rev. "22" \\ \nurl: y', "url": "x"}
