from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest

from bot.rates.consistency import ContradictionKind, list_contradictions
from bot.rates.ledger import Ledger
from bot.rates.schedule.lines import TariffLines
from bot.rates.schedule.membership import MembershipIndex
from bot.rates.schedule.model import AdditionalHeading, MembershipGroup
from bot.rates.schedule.schedule import TariffSchedule
from tests import shipped
from tests.rates.made import PARTIES, START, book, rate, sheet, written
from tests.rates.schedule.made import group, header

LAST = date(2026, 6, 30)


def heading(*measures: str, general: str = "", **fields: Any) -> AdditionalHeading:
    """A heading since the start of 2026 with no end, unless `fields` says otherwise."""
    made = AdditionalHeading("9903.88.03", measures, START, None, general, "")
    return made._replace(**fields)


def check(
    *measures: dict[str, Any],
    headings: Iterable[AdditionalHeading] = (),
    groups: Iterable[MembershipGroup] = (),
    tiers: tuple[str, ...] = (),
) -> list[ContradictionKind]:
    """The kinds of contradictions between these measures and a schedule."""
    one_of = {"metals": tiers} if tiers else {}
    made = header(tiers=tuple(one_of))
    schedule = TariffSchedule(made, TariffLines(()), MembershipIndex(groups), tuple(headings))
    files = book(sheet(*measures, one_of=one_of))._replace(tariff_schedules={"US": schedule})
    return [one.kind for one in list_contradictions(files, Ledger(files, PARTIES))]


def test_the_shipped_rates_do_not_contradict_the_shipped_schedule(ledger: Ledger) -> None:
    files = shipped.book()
    assert len(files.tariff_schedules["US"].lines) > 11_000
    assert list_contradictions(files, ledger) == []


def test_a_measure_with_the_dates_and_the_rate_of_its_heading_is_right() -> None:
    assert check(written("a", rate(25)), headings=[heading("a", general="The duty + 25%")]) == []


@pytest.mark.parametrize("where", ["measure", "list"])
def test_a_heading_that_the_schedule_lacks_is_found(where: str) -> None:
    named = {
        "measure": written("a", rate(), covers="goods of HTS 9903.88.15"),
        "list": written("a", rate()),
    }
    groups = [group("a", "8205", heading="9903.88.15")] if where == "list" else []
    assert check(named[where], groups=groups) == [ContradictionKind.MISSING_HEADING]


@pytest.mark.parametrize(
    "wrong",
    [
        heading("a", from_=date(2025, 12, 31)),
        heading("a", to=date(2026, 7, 1)),
        heading("a"),
    ],
)
def test_a_heading_on_days_without_a_rate_is_found(wrong: AdditionalHeading) -> None:
    ended = written("a", rate(25, to=LAST))
    assert ContradictionKind.OTHER_DAYS in check(ended, headings=[wrong])


def test_a_heading_that_ended_is_found_if_its_measure_is_still_charged() -> None:
    ended, later = heading("a", to=LAST), heading("a", from_=date(2026, 7, 1))
    assert check(written("a", rate(25)), headings=[ended]) == [ContradictionKind.ENDED_HEADING]
    assert check(written("a", rate(25)), headings=[ended, later]) == []


@pytest.mark.parametrize("general", ["The duty + 15%", "25%"])
def test_another_rate_than_the_heading_has_is_found(general: str) -> None:
    found = check(written("a", rate(25)), headings=[heading("a", general=general)])
    assert found == [ContradictionKind.OTHER_RATE]


def test_a_line_on_two_tiers_is_found_unless_both_have_the_same_rate() -> None:
    groups = [
        group("a", "8205"),
        group("b", "82051000"),
        group("c", "82052000", kind="conditional"),
    ]
    tiers = ("a", "b", "c")
    fifty, quarter = written("a", rate(50)), written("c", rate(25))
    assert check(fifty, written("b", rate(25)), quarter, groups=groups, tiers=tiers) == [
        ContradictionKind.TWO_TIERS
    ]
    assert check(fifty, written("b", rate(50)), quarter, groups=groups, tiers=tiers) == []


def test_lists_that_follow_each_other_share_no_line() -> None:
    groups = [group("a", "8205", to=LAST), group("b", "8205", since=date(2026, 7, 1))]
    tiers = ("a", "b")
    assert check(written("a", rate(50)), written("b", rate(25)), groups=groups, tiers=tiers) == []
