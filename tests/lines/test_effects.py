"""A change of the ledger touches exactly the lines whose total it changes."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.lines.duties import LineDuties
from bot.lines.effects import (
    compare_ledgers,
    find_changes_on,
    find_effects,
    find_touched,
)
from bot.lines.model import ListedLine
from bot.proposals.approval.amendments import Amendment, apply_amendment
from bot.rates.ledger import Ledger
from bot.rates.model.measure import Source
from bot.rates.schedule.model import FormerLine
from tests.lines.made import (
    EVERY_LINE,
    GROUPS,
    LINES,
    TODAY,
    change,
    ledger,
    listed,
    measures,
    schedule,
)
from tests.rates import made
from tests.rates.schedule.made import group

_SPAN = 35
"""Days after today on which made-up rates begin and end."""
_DAYS = st.integers(-30, _SPAN).map(lambda days: TODAY + timedelta(days=days))
_PERCENTS = st.sampled_from([0, 2, 3, 5, 10, 25])
_IDS = [one["id"] for one in measures()]


@st.composite
def periods(draw: st.DrawFn) -> list[dict[str, Any]]:
    """One or two rates, some with a last day."""
    days = sorted({*draw(st.lists(_DAYS, min_size=1, max_size=3))})
    ends = [one - timedelta(days=1) for one in days[1:]]
    last = draw(st.sampled_from([None, days[-1] + timedelta(days=15)]))
    return [
        {"from": begin, "to": end, "percent": draw(_PERCENTS)}
        for begin, end in zip(days, [*ends, last], strict=True)
    ]


@st.composite
def amended(draw: st.DrawFn) -> Ledger:
    """The ledger after a random change of measures, of lists, or of lines."""
    written = measures()
    for measure_id in draw(st.lists(st.sampled_from([*_IDS, "new"]), max_size=2, unique=True)):
        action = draw(st.sampled_from(["rates", "scope", "remove"]))
        at = next((place for place, one in enumerate(written) if one["id"] == measure_id), None)
        if at is None:
            partner = draw(st.sampled_from(["CN", "DE", "EU", "WORLD"]))
            fields: dict[str, Any] = {"partners": [partner]}
            code = draw(st.sampled_from(["", "72", "010121", "8507", "8507600010"]))
            fields |= {"scope": {"hs": [code]}} if code else {"general": True}
            written.append(made.written("new", *draw(periods()), **fields))
        elif action == "remove":
            del written[at]
        elif action == "scope" and "scope" in written[at]:
            written[at] |= {"scope": {"hs": [draw(st.sampled_from(["0101", "7208", "85"]))]}}
        else:
            written[at] |= {"periods": made.written("x", *draw(periods()))["periods"]}
    lines, groups, former = list(LINES), list(GROUPS), []
    if draw(st.booleans()):
        place = draw(st.integers(0, len(lines) - 1))
        old = lines[place]
        former.append(FormerLine(draw(_DAYS), old))
        lines[place] = old._replace(general=draw(st.sampled_from(["Free", "3%", "$1 each"])))
        if draw(st.booleans()):
            lines[place] = lines[place]._replace(code=f"{old.code[:6]}99")
    if draw(st.booleans()):
        kind = draw(st.sampled_from(["in", "exempt", "ban"]))
        code = draw(st.sampled_from(["0101", "72083900", "85"]))
        groups.append(group(draw(st.sampled_from(_IDS)), code, kind=kind, since=draw(_DAYS)))
    return ledger(written, schedule(lines, groups, former))


def recompute(before: Ledger, after: Ledger) -> dict[ListedLine, tuple[date, object, object]]:
    """The first day on which each line differs, by computing each line by itself on all days."""
    found: dict[ListedLine, tuple[date, object, object]] = {}
    for one in EVERY_LINE:
        first, second = LineDuties(before), LineDuties(after)
        for days in range(_SPAN + 20):
            day = TODAY + timedelta(days=days)
            old, new = first.find(one.key, day).total, second.find(one.key, day).total
            if old != new:
                found[one] = (day, old, new)
                break
    return found


BEFORE = ledger()


@settings(max_examples=10)
@given(amended())
def test_the_effects_are_those_of_computing_all_lines_on_all_days(after: Ledger) -> None:
    first = LineDuties(BEFORE)
    # The duties of the new ledger reuse what still fits of the old ones.
    effects = find_effects(EVERY_LINE, first, LineDuties(after, first), TODAY)
    found = {one.line: (one.on, one.before, one.after) for one in effects}
    assert found == recompute(BEFORE, after)


@st.composite
def added(draw: st.DrawFn) -> Mapping[str, Any]:
    """A new duty on all goods, mostly one that depends on no other duty."""
    rates = draw(periods())
    rate = draw(st.sampled_from(rates))
    rate |= draw(st.sampled_from([{}, {}, {}, {"calc": "all_in_ceiling"}, {"status": "suspended"}]))
    fields = draw(st.sampled_from([{}, {}, {}, {"excluded_by": ["steel"]}]))
    partner = draw(st.sampled_from(["CN", "DE", "EU", "WORLD"]))
    return made.written("new", *rates, partners=[partner], general=True, **fields)


BANNED = {"from": TODAY + timedelta(days=9), "percent": None, "banned": True}
SPARSE = [one for one in measures() if one["id"] not in ("general", "horses")]
"""Without the duties on all goods, so that some totals are unknown."""


@settings(max_examples=20)
@given(added(), st.sampled_from([measures(), change("steel", BANNED), SPARSE]))
def test_a_new_duty_on_all_goods_has_the_effects_of_computing_all_lines(
    new: Mapping[str, Any], written: list[dict[str, Any]]
) -> None:
    before, after = ledger(written), ledger([*written, new])
    first = LineDuties(before)
    effects = find_effects(EVERY_LINE, first, LineDuties(after, first), TODAY)
    found = {one.line: (one.on, one.before, one.after) for one in effects}
    assert found == recompute(before, after)


@settings(max_examples=10)
@given(amended(), amended())
def test_a_change_taken_back_touches_the_same_lines(one: Ledger, other: Ledger) -> None:
    assert not compare_ledgers(one, one)
    first, second = LineDuties(one), LineDuties(other)
    back = find_effects(EVERY_LINE, second, first, TODAY)
    forth = find_effects(EVERY_LINE, first, second, TODAY)
    assert [(each.line, each.on) for each in back] == [(each.line, each.on) for each in forth]


def find_changed(written: Sequence[Any]) -> dict[ListedLine, tuple[date, Any, Any]]:
    effects = find_effects(EVERY_LINE, LineDuties(BEFORE), LineDuties(ledger(written)), TODAY)
    return {one.line: (one.on, one.before.high, one.after.high) for one in effects}


def test_a_new_rate_touches_the_lines_of_its_list() -> None:
    later = TODAY + timedelta(days=9)
    eve = later - timedelta(days=1)
    rates = [{"percent": 25, "to": eve}, {"percent": 50, "from": later}]
    found = find_changed(change("steel", *rates))
    # The plates are exempt from a later day on, so they pay the new rate for some days.
    assert found == {
        listed("72083900", "CN"): (later, Decimal("37.5"), Decimal("62.5")),
        listed("72085100", "CN"): (later, Decimal(35), Decimal(60)),
        listed("72083900", "DE"): (later, Decimal("27.5"), Decimal("52.5")),
        listed("72085100", "DE"): (later, Decimal(25), Decimal(50)),
    }


def test_a_new_name_or_source_touches_no_line() -> None:
    assert find_changed(change("steel", {"percent": 25}, name="Another name")) == {}


def test_a_rate_below_the_base_duty_touches_no_line_that_includes_it() -> None:
    assert find_changed(change("ceiling", {"percent": 2, "calc": "all_in_ceiling"})) == {
        listed("01012100", "DE"): (TODAY, Decimal(8), Decimal(7)),
        listed("85078000", "DE"): (TODAY, Decimal(18), Decimal(17)),
    }


def test_a_line_that_ends_is_touched() -> None:
    last = TODAY + timedelta(days=4)
    ended = schedule(LINES[1:], former=[FormerLine(last, LINES[0])])
    after = LineDuties(ledger(of=ended))
    (found,) = find_effects([listed("01012100")], LineDuties(BEFORE), after, TODAY)
    assert (found.on, found.after.is_line) == (last + timedelta(days=1), False)


def test_the_changes_on_a_day_have_the_duty_of_the_day_before() -> None:
    exempt_from = TODAY + timedelta(days=20)
    duties = LineDuties(BEFORE)
    found = find_changes_on(EVERY_LINE, duties, exempt_from)
    assert {(one.line, one.before.high, one.after.high) for one in found} == {
        (listed("72085100", "CN"), Decimal(35), Decimal(10)),
        (listed("72085100", "DE"), Decimal(25), Decimal(0)),
    }
    assert find_changes_on(EVERY_LINE, duties, TODAY) == ()


@pytest.mark.parametrize(
    ("measure_id", "codes"),
    [
        ("steel", {"72083900", "72085100"}),
        ("cells", {"85076000", "8507600010", "8507600020"}),
        ("horses", set()),
        ("general", {one.code for one in EVERY_LINE}),
    ],
)
def test_a_measure_touches_the_lines_it_may_be_charged_on(measure_id: str, codes: set[str]) -> None:
    lines = [one for one in EVERY_LINE if one.origin == "CN"]
    found = find_touched(LineDuties(BEFORE), lines, [BEFORE.by_id[measure_id]])
    assert {one.code for one in found} == codes


def test_an_approved_rate_of_the_real_ledger_touches_the_lines_whose_total_it_changes(
    real_book: Any, parties: Any
) -> None:
    amendment = Amendment.model_validate(
        {
            "id": "abc1",
            "imposer": "US",
            "measure": "us-cn-301-review-non-ev-batteries",
            "percent": Decimal(40),
            "from": date(2027, 1, 1),
            "source": Source(text="Notice"),
            "published": date(2026, 11, 20),
            "approved_by": "eve",
            "approved_on": date(2026, 11, 24),
        }
    )
    codes = {party.code for party in parties}
    before = Ledger(real_book, parties)
    after = Ledger(apply_amendment(real_book, amendment, codes), parties)
    lines = [
        listed("85076000", "CN"),
        listed("85076000", "JP"),
        listed("61091000", "CN"),
        listed("8507600010", "CN"),
    ]
    today = date(2026, 11, 24)
    found = find_effects(lines, LineDuties(before), LineDuties(after), today)
    changed = [
        one
        for one in lines
        if LineDuties(before).list_totals(one.key, today)
        != LineDuties(after).list_totals(one.key, today)
    ]
    assert [one.line for one in found] == changed
    assert listed("85076000", "CN") in changed
    assert listed("61091000", "CN") not in changed
