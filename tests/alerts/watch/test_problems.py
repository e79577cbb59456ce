"""Silent and failing feeds, old rates and passed dates are reported once, and so is their end."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.alerts.notices import REPORT_AFTER
from bot.alerts.watch.incidents import Problem
from bot.alerts.watch.problems import (
    find_age_problems,
    find_feed_problems,
    find_passed_problems,
    list_quiet_feeds,
)
from bot.feeds.model import FeedState
from bot.proposals.approval.data_checks import FRESH_FOR
from tests.alerts.watch.operators import OPERATOR, Operators
from tests.slack.fakes import ledger
from tests.store.examples import NOON, entry

DAY = timedelta(days=1)
HEALTHY = FeedState(feed_id="wire", last_success_at=NOON, last_entry_at=NOON)


async def publish_every(operators: Operators, step: timedelta, count: int) -> None:
    """Saves entries of the feed, the last one at NOON."""
    for number in range(count):
        at = NOON - number * step
        await operators.store.add_entries(entry(f"n{number}"), at=at)


async def look_at(operators: Operators, *states: FeedState) -> list[str]:
    """The notices after a look at the feeds."""
    moments = await operators.store.watch.entry_moments(list_quiet_feeds(states))
    problems = find_feed_problems(states, moments, operators.now)
    await operators.incidents.look("feeds", problems, {state.feed_id for state in states})
    return [text for _, text in await operators.send_notices()]


async def test_a_feed_that_is_silent_for_twice_its_longest_gap_is_reported_once(
    operators: Operators,
) -> None:
    await publish_every(operators, 2 * DAY, 12)
    for days in range(1, 5):
        operators.now = NOON + days * DAY
        assert await look_at(operators, replace(HEALTHY, last_success_at=operators.now)) == []
    operators.now = NOON + 4 * DAY + timedelta(hours=1)
    silent = replace(HEALTHY, last_success_at=operators.now)
    [text] = await look_at(operators, silent)
    assert "wire has published nothing since 12 May 2025, 12:00 UTC" in text
    assert "never silent for more than 2 d" in text
    operators.restart()
    operators.now += 9 * DAY
    assert await look_at(operators, replace(silent, last_success_at=operators.now)) == []
    again = replace(HEALTHY, last_success_at=operators.now, last_entry_at=operators.now)
    [text] = await look_at(operators, again)
    assert text == "The feed wire publishes again. It had been silent since 12 May 2025, 12:00 UTC."
    operators.restart()
    assert await look_at(operators, again) == []


async def test_a_busy_feed_may_be_silent_for_three_days(operators: Operators) -> None:
    await publish_every(operators, timedelta(hours=1), 40)
    operators.now = NOON + 3 * DAY
    assert await look_at(operators, replace(HEALTHY, last_success_at=operators.now)) == []
    operators.now += timedelta(minutes=1)
    assert len(await look_at(operators, replace(HEALTHY, last_success_at=operators.now))) == 1


@pytest.mark.parametrize("count", [0, 9])
async def test_a_feed_with_few_entries_is_never_silent(operators: Operators, count: int) -> None:
    await publish_every(operators, timedelta(hours=1), count)
    operators.now = NOON + 90 * DAY
    assert await look_at(operators, replace(HEALTHY, last_success_at=operators.now)) == []


async def test_a_bot_that_was_down_reports_no_silence(operators: Operators) -> None:
    await publish_every(operators, timedelta(hours=1), 40)
    operators.now = NOON + 30 * DAY
    assert await look_at(operators, HEALTHY) == []


async def test_the_end_of_a_failure_is_reported_if_its_beginning_was(operators: Operators) -> None:
    failing = replace(HEALTHY, failures=3, failing_since=NOON, error="no answer")
    operators.now = NOON + REPORT_AFTER - timedelta(minutes=1)
    assert await look_at(operators, failing) == []
    assert await look_at(operators, HEALTHY) == []
    operators.now += timedelta(minutes=1)
    await operators.notices.look([failing])
    [began] = await look_at(operators, failing)
    assert "no answer" in began
    operators.restart()
    assert await look_at(operators, failing) == []
    expected = "The feed wire can be read again. It had failed since 12 May 2025, 12:00 UTC."
    assert await look_at(operators, HEALTHY) == [expected]


async def test_the_end_of_the_failure_of_a_removed_feed_is_not_reported(
    operators: Operators,
) -> None:
    operators.now = NOON + REPORT_AFTER
    assert await look_at(operators, replace(HEALTHY, failing_since=NOON, error="x")) == []
    assert await look_at(operators) == []
    assert await look_at(operators, HEALTHY) == []


async def report(operators: Operators, problems: Sequence[Problem]) -> list[tuple[str, str]]:
    await operators.incidents.look("rates", problems, {"US", "EU"})
    return await operators.send_notices()


async def test_the_check_of_old_rates_is_reported(operators: Operators) -> None:
    names, checked = {"US": "the United States", "EU": "the EU"}, date(2026, 10, 1)
    today = checked + FRESH_FOR

    def find(day: date, us_checked: date) -> Sequence[Problem]:
        return find_age_problems({"US": us_checked, "EU": day}, names, day, FRESH_FOR)

    assert await report(operators, find(today, checked)) == []
    assert await report(operators, find(today + DAY, checked)) == []
    [(to, text)] = await report(operators, find(today + DAY, today))
    assert to == OPERATOR
    assert text == (
        "The rates of the United States were checked. Before, the last check was on 1 Oct 2026."
    )
    assert await report(operators, find(today + DAY, today)) == []


async def test_a_known_date_that_passes_is_reported_once(operators: Operators) -> None:
    names = {"US": "the United States"}

    def find(day: date) -> Sequence[Problem]:
        return find_passed_problems(ledger(), names, lambda _code: day)

    last_known = max(
        item.on for days in ledger().rate_days.values() for item in days if item.imposer == "US"
    )
    [(_, first)] = await report(operators, find(date(2026, 12, 5)))
    assert "Known dates of the United States have passed" in first
    assert "4 Dec 2026: " in first
    operators.restart()
    assert await report(operators, find(date(2026, 12, 5))) == []
    # A further date is reported, and a check of all of them ends the problem.
    assert len(await report(operators, find(last_known + DAY))) == 1
    [(_, ended)] = await report(operators, [])
    assert "The rates of the United States were checked after the known dates" in ended


def test_no_date_has_passed_on_the_day_of_the_last_check() -> None:
    coverage = ledger().find_coverage("US", "CN")
    assert coverage is not None
    found = find_passed_problems(ledger(), {"US": "US"}, lambda _code: coverage.checked)
    assert found == ()
