"""Silent and failing feeds, old rates and passed dates are reported once, and so is their end."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from bot.alerts.notices import REPORT_AFTER, Trouble
from bot.alerts.watch.facts import FailingFeed, OldRates, PassedDates, SilentFeed, WatchNotice
from bot.alerts.watch.incidents import Problem
from bot.alerts.watch.problems import FeedWatch, find_age_problems, find_passed_problems
from bot.feeds.model import FeedState
from bot.rates.data_age import OLD_DAYS
from bot.store.installations import Installations
from bot.store.token_cipher import TokenCipher, make_key
from tests.alerts.watch.operators import OPERATOR, Operators
from tests.slack.fakes import ledger
from tests.store.examples import NOON, TEAM, entry
from tests.store.opened import Store
from tests.store.statements import record_statements
from tests.store.test_installations import installation

DAY = timedelta(days=1)
HEALTHY = FeedState(feed_id="wire", last_success_at=NOON, last_entry_at=NOON)


async def publish_every(operators: Operators, step: timedelta, count: int) -> None:
    """Saves entries of the feed, the last one at NOON."""
    for number in range(count):
        at = NOON - number * step
        await operators.store.add_entries(entry(f"n{number}"), at=at)


async def look_at(operators: Operators, *states: FeedState) -> list[WatchNotice]:
    """The notices after a look at the feeds."""
    problems = await FeedWatch(operators.store.watch).find_problems(states, operators.now)
    await operators.incidents.look("feeds", problems, {state.feed_id for state in states})
    return [notice for _, notice in await operators.send_notices()]


async def test_a_feed_that_is_silent_for_twice_its_longest_gap_is_reported_once(
    operators: Operators,
) -> None:
    await publish_every(operators, 2 * DAY, 12)
    for days in range(1, 5):
        operators.now = NOON + days * DAY
        assert await look_at(operators, replace(HEALTHY, last_success_at=operators.now)) == []
    operators.now = NOON + 4 * DAY + timedelta(hours=1)
    silent = replace(HEALTHY, last_success_at=operators.now)
    about = SilentFeed(feed_id="wire", since=NOON, usual_s=2 * DAY.total_seconds())
    assert await look_at(operators, silent) == [WatchNotice(about=about)]
    operators.restart()
    operators.now += 9 * DAY
    assert await look_at(operators, replace(silent, last_success_at=operators.now)) == []
    again = replace(HEALTHY, last_success_at=operators.now, last_entry_at=operators.now)
    assert await look_at(operators, again) == [WatchNotice(about=about, has_ended=True)]
    operators.restart()
    assert await look_at(operators, again) == []


async def test_operators_who_install_the_app_later_get_the_first_notice(store: Store) -> None:
    operators = Operators(Store.of(store.database, only_installed=True))
    about = OldRates(imposer="US", checked=NOON.date())
    problem = Problem(subject="US", key="old rates of US", about=about)
    for _ in range(2):
        await operators.incidents.look("rates", [problem], {"US"})
        await operators.notices.look((), [Trouble("rates", "Rates are old.")])
    assert await operators.send_due() == []
    cipher = TokenCipher([make_key()])
    await Installations(store.database, cipher).save(installation(TEAM))
    for _ in range(2):
        await operators.incidents.look("rates", [problem], {"US"})
        await operators.notices.look((), [Trouble("rates", "Rates are old.")])
    assert len(await operators.send_due()) == 2


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


async def test_the_usual_silence_is_read_once_for_each_silence(
    operators: Operators, store: Store
) -> None:
    await publish_every(operators, timedelta(hours=1), 40)
    watch, busy = FeedWatch(store.watch), replace(HEALTHY, feed_id="busy")

    async def count_reads(last: datetime, days: int) -> int:
        now = last + days * DAY
        states = [
            replace(HEALTHY, last_entry_at=last, last_success_at=now),
            replace(busy, last_entry_at=now, last_success_at=now),
        ]
        with record_statements(store.database) as statements:
            assert len(await watch.find_problems(states, now)) == (days > 3)
        return len(statements)

    assert await count_reads(NOON, 1) == 0
    assert await count_reads(NOON, 4) == 1
    assert [await count_reads(NOON, days) for days in range(5, 30)] == [0] * 25
    later = NOON + 30 * DAY
    assert await count_reads(later, 1) == 0
    assert await count_reads(later, 4) == 1


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
    [began] = await operators.send_due()
    assert "no answer" in began.reason
    assert await look_at(operators, failing) == []
    operators.restart()
    assert await look_at(operators, failing) == []
    about = FailingFeed(feed_id="wire", since=NOON)
    assert await look_at(operators, HEALTHY) == [WatchNotice(about=about, has_ended=True)]


async def test_the_end_of_the_failure_of_a_removed_feed_is_not_reported(
    operators: Operators,
) -> None:
    operators.now = NOON + REPORT_AFTER
    assert await look_at(operators, replace(HEALTHY, failing_since=NOON, error="x")) == []
    assert await look_at(operators) == []
    assert await look_at(operators, HEALTHY) == []


async def report(
    operators: Operators, problems: Sequence[Problem]
) -> list[tuple[str, WatchNotice]]:
    await operators.incidents.look("rates", problems, {"US", "EU"})
    return await operators.send_notices()


async def test_the_check_of_old_rates_is_reported(operators: Operators) -> None:
    checked = date(2026, 10, 1)
    today = checked + OLD_DAYS * DAY

    def find(day: date, us_checked: date) -> Sequence[Problem]:
        return find_age_problems({"US": us_checked, "EU": day}, lambda _code: day)

    assert find(today - DAY, checked) == ()
    assert await report(operators, find(today, checked)) == []
    about = OldRates(imposer="US", checked=checked)
    ended = (OPERATOR, WatchNotice(about=about, has_ended=True))
    assert await report(operators, find(today + DAY, today)) == [ended]
    assert await report(operators, find(today + DAY, today)) == []


async def test_a_known_date_that_passes_is_reported_once(operators: Operators) -> None:
    def find(day: date) -> Sequence[Problem]:
        return find_passed_problems(ledger(), ["US"], lambda _code: day)

    last_known = max(
        item.on for days in ledger().rate_days.values() for item in days if item.imposer == "US"
    )
    [(_, first)] = await report(operators, find(date(2026, 12, 5)))
    assert isinstance(first.about, PassedDates)
    assert (first.about.imposer, first.about.newest[-1].on) == ("US", date(2026, 12, 4))
    operators.restart()
    assert await report(operators, find(date(2026, 12, 5))) == []
    # A further date is reported, and a check of all of them ends the problem.
    [(_, further)] = await report(operators, find(last_known + DAY))
    assert isinstance(further.about, PassedDates)
    assert further.about.newest[-1].on == last_known
    [(_, ended)] = await report(operators, [])
    assert ended == WatchNotice(about=further.about, has_ended=True)


def test_no_date_has_passed_on_the_day_of_the_last_check() -> None:
    coverage = ledger().find_coverage("US", "CN")
    assert coverage is not None
    found = find_passed_problems(ledger(), ["US"], lambda _code: coverage.checked)
    assert found == ()
