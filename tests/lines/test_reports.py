"""Each change of a duty is reported once, and none is lost."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.lines.duties import BanExtent, DutyTotal, LineDuties
from bot.lines.model import LineKey, LineList, ListOwner
from bot.lines.reports import (
    FollowingChange,
    KnownList,
    KnownTotal,
    KnownTotals,
    ListReport,
    build_report,
    find_known_totals,
    format_totals,
    parse_totals,
)
from bot.rates.ledger import Ledger
from tests.lines.made import EVERY_LINE, TODAY, change, ledger, listed

OWNER = ListOwner("T1", "C1")
LIST = LineList(OWNER, EVERY_LINE, 1)
SOON = TODAY + timedelta(days=10)


def know(of: Ledger, day: date = TODAY) -> Mapping[LineKey, KnownTotals]:
    duties = LineDuties(of)
    return {one.key: find_known_totals(duties, one.key, day) for one in EVERY_LINE}


def report(known: Mapping[LineKey, KnownTotals], of: Ledger, day: date = TODAY) -> ListReport:
    return build_report(KnownList(LIST, known), LineDuties(of), day)


def raise_steel(*, on: date, percent: float = 50) -> Ledger:
    before = {"percent": 25, "to": on - timedelta(days=1)}
    return ledger(change("steel", before, {"percent": percent, "from": on}))


def test_nothing_is_reported_while_the_ledger_stays() -> None:
    assert report(know(ledger()), ledger()).changes == ()


def test_a_change_is_reported_with_old_and_new_total() -> None:
    changes = report(know(ledger()), raise_steel(on=TODAY)).changes
    assert {(one.line.code, one.line.origin) for one in changes} == {
        (code, origin) for code in ("72083900", "72085100") for origin in ("CN", "DE")
    }
    first = next(one for one in changes if one.line == listed("72083900"))
    assert (first.on, first.before.high, first.after.high) == (
        TODAY,
        Decimal("37.5"),
        Decimal("62.5"),
    )


def test_a_reported_change_is_not_reported_again() -> None:
    known, after = know(ledger()), raise_steel(on=TODAY)
    first = report(known, after)
    assert report({**known, **first.totals}, after).changes == ()


def test_a_change_to_come_is_reported_when_it_is_known_and_not_on_its_day() -> None:
    known, after = know(ledger()), raise_steel(on=SOON)
    first = report(known, after)
    assert {one.on for one in first.changes} == {SOON}
    later = {**known, **first.totals}
    for days in (1, 10, 11, 100):
        assert report(later, after, TODAY + timedelta(days=days)).changes == ()


def test_a_report_names_the_next_change_that_is_not_in_it() -> None:
    after = raise_steel(on=SOON)
    known = KnownList(LineList(OWNER, EVERY_LINE, 1), know(ledger()))
    found = build_report(known, LineDuties(after), TODAY)
    assert {one.on for one in found.changes} == {SOON}
    # The plates of both origins are exempt from this day on.
    assert found.next == FollowingChange(TODAY + timedelta(days=20), 2)
    later = build_report(known, LineDuties(after), found.next.on)
    assert later.next is None


def test_a_change_that_is_called_off_is_reported() -> None:
    after = raise_steel(on=SOON)
    changes = report(know(after), ledger()).changes
    plates = next(one for one in changes if one.line == listed("72083900"))
    assert (plates.on, plates.before.high, plates.after.high) == (
        SOON,
        Decimal("62.5"),
        Decimal("37.5"),
    )


def test_changes_between_two_reports_are_reported_together() -> None:
    # The bot was off while the ledger changed twice, and the day of the first change passed.
    known, now = know(ledger()), SOON + timedelta(days=5)
    changes = report(known, raise_steel(on=SOON, percent=60), now).changes
    flat = next(one for one in changes if one.line == listed("72083900"))
    assert (flat.on, flat.after.high) == (now, Decimal("72.5"))


def test_a_change_that_does_not_concern_the_future_is_not_reported() -> None:
    past = ledger(
        change(
            "steel",
            {"percent": 10, "to": date(2026, 2, 28)},
            {"percent": 25, "from": date(2026, 3, 1)},
        )
    )
    assert report(know(ledger()), past).changes == ()


def test_a_line_of_which_nothing_is_known_gets_its_totals_without_a_report() -> None:
    found = report({}, ledger())
    assert found.changes == ()
    assert found.totals == know(ledger())


@settings(max_examples=15)
@given(
    st.lists(
        st.tuples(st.integers(0, 20), st.sampled_from([10, 25, 50]), st.integers(0, 9)),
        max_size=4,
    )
)
def test_reports_lead_from_what_is_known_to_the_present_totals(
    steps: list[tuple[int, float, int]],
) -> None:
    """After each report the owner knows the present totals, whatever happened before."""
    known, day = know(ledger()), TODAY
    for starts_in, percent, passed in steps:
        after = raise_steel(on=day + timedelta(days=starts_in), percent=percent)
        found = report(known, after, day)
        known = {**known, **found.totals}
        duties = LineDuties(after)
        for one in EVERY_LINE:
            for days in range(30):
                on = day + timedelta(days=days)
                current = [each.total for each in known[one.key] if each.on <= on][-1]
                assert current == duties.find(one.key, on).total
        assert report(known, after, day).changes == ()
        day += timedelta(days=passed)


@pytest.mark.parametrize(
    "total",
    [
        DutyTotal(Decimal("40.90"), Decimal("53.4")),
        DutyTotal(Decimal(0), Decimal(100), ("$1/kg", "13.2¢/kg + 14.9%")),
        DutyTotal(None, None, ban=BanExtent.ALL),
        DutyTotal(Decimal(5), Decimal(5), ban=BanExtent.SOME),
        DutyTotal(None, None, is_line=False),
    ],
)
def test_known_totals_are_read_back(total: DutyTotal) -> None:
    known = (KnownTotal(TODAY, total), KnownTotal(SOON, DutyTotal(None, None)))
    assert parse_totals(format_totals(known)) == known


def test_lines_with_equal_totals_have_equal_text() -> None:
    one = (KnownTotal(TODAY, DutyTotal(Decimal("10.0"), Decimal("1E+1"))),)
    other = (KnownTotal(TODAY, DutyTotal(Decimal(10), Decimal("10.00"))),)
    assert format_totals(one) == format_totals(other)


def test_the_report_is_about_the_list_that_was_known() -> None:
    known: Any = KnownList(LIST, {}, 3)
    assert build_report(known, LineDuties(ledger()), TODAY).known is known
