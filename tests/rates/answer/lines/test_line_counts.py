"""The number of tariff lines for each total agrees with the answers for the lines."""

from datetime import date
from decimal import Decimal

import pytest

from bot.parties import WORLD
from bot.rates.answer.build import answer_query
from bot.rates.answer.lines.line_counts import LineCounts
from bot.rates.ledger import Ledger
from bot.rates.model.line_totals import LinesTotal
from bot.rates.question.query import QueryKind, RateQuery
from tests.rates.asked import ask
from tests.rates.made import PARTIES, book, sheet, written
from tests.rates.schedule.made import DAY, group, line, schedule

LINES = tuple(line(f"7206100{last}") for last in range(6))


def made(*groups: object) -> Ledger:
    """A ledger with a duty of 10% on all goods, one of 25% on a list, and an import ban."""
    general = written("general", {"percent": 10}, general=True, excluded_by=["replaces"])
    files = book(
        sheet(
            general,
            written("listed", {"percent": 25}),
            written("replaces", {"percent": 50}),
            written("ban", {"percent": None, "banned": True}),
        )
    )
    return Ledger(files._replace(tariff_schedules={"US": schedule(LINES, *groups)}), PARTIES)  # type: ignore[arg-type]


def test_lines_are_counted_by_their_total() -> None:
    ledger = made(
        group("listed", "72061001", "72061002"),
        group("general", "72061003", kind="exempt"),
        group("replaces", "72061004", kind="conditional", question="Is it hot?"),
        group("ban", "72061005", kind="ban"),
    )
    found = LineCounts(ledger).find("US", "CN", DAY)

    assert found == (
        LinesTotal(2, Decimal(35), Decimal(35), ("Duty general", "Duty listed")),
        LinesTotal(1, Decimal(0), Decimal(0), (), banned=False, unlisted=1),
        LinesTotal(1, Decimal(0), Decimal(0), ("Duty ban",), banned=True),
        LinesTotal(1, Decimal(10), Decimal(10), ("Duty general",), unlisted=1),
        LinesTotal(1, Decimal(10), Decimal(50), ("Duty general", "Duty replaces")),
    )


def test_a_list_of_ten_digit_numbers_makes_a_range() -> None:
    [first, *_] = LineCounts(made(group("listed", "7206100010"))).find("US", "CN", DAY)[1:]

    assert (first.lines, first.low, first.high) == (1, Decimal(10), Decimal(35))


def test_a_list_counts_only_on_its_days() -> None:
    ledger = made(group("listed", "720610", since=date(2026, 7, 2)))
    before, after = (LineCounts(ledger).find("US", "CN", day) for day in (DAY, date(2026, 7, 2)))

    assert [one.low for one in (*before, *after)] == [Decimal(10), Decimal(35)]


@pytest.mark.parametrize(
    ("imposer", "partner", "day"),
    [("DE", "CN", DAY), ("US", WORLD, DAY), ("US", "CN", date(2024, 12, 31))],
)
def test_without_a_schedule_nothing_is_counted(imposer: str, partner: str, day: date) -> None:
    assert LineCounts(made()).find(imposer, partner, day) == ()


@pytest.mark.parametrize("partner", ["CN", "CA", "EU", "BR"])
def test_the_counts_agree_with_the_answers_for_single_lines(partner: str, ledger: Ledger) -> None:
    day = date(2026, 11, 24)
    schedule = ledger.find_tariff_schedule("US")
    assert schedule is not None
    counts = LineCounts(ledger).find("US", partner, day)
    codes = [schedule.lines.get_code(place) for place in range(len(schedule.lines))]
    assert sum(one.lines for one in counts) == len(codes)
    spans = {(one.low, one.high, one.banned) for one in counts}

    for code in codes[16::285]:
        query = RateQuery(kind=QueryKind.PAIR, imposer="US", partner=partner, product=code, on=day)
        [answer] = answer_query(query, ledger, day)
        if answer.banned:
            assert (Decimal(0), Decimal(0), True) in spans
        elif answer.total_range is not None:
            assert (*answer.total_range, False) in spans
        elif answer.total_percent is not None:
            assert (answer.total_percent, answer.total_percent, False) in spans


def test_only_answers_on_goods_in_general_get_counts(ledger: Ledger) -> None:
    counts, today = LineCounts(ledger), date(2026, 11, 24)
    pair, back = (counts.add_to(one) for one in ask("us china", ledger, today))
    [steel] = ask("us on china steel", ledger, today)

    assert pair.lines[0].low == Decimal("37.5")
    assert pair.total_percent == Decimal("12.5")
    assert back.lines == ()
    assert counts.add_to(steel) == steel


def test_prepared_counts_are_ready(ledger: Ledger) -> None:
    counts, today = LineCounts(ledger), date(2026, 11, 24)
    [answer] = ask("us on china", ledger, today)
    assert not counts.is_ready_for(answer)

    assert next(counts.list_unprepared("US", today)) == "CN"
    counts.find("US", "CN", today)

    assert next(counts.list_unprepared("US", today)) == "CA"
    assert counts.is_ready_for(answer)
    assert next(counts.list_unprepared("US", date(2026, 11, 25))) == "CN"
    assert list(counts.list_unprepared("CN", today)) == []


def test_partners_with_the_same_duties_are_counted_once() -> None:
    counts = LineCounts(
        Ledger(
            book(sheet(written("all", {"percent": 10}, general=True, partners=[WORLD])))._replace(
                tariff_schedules={"US": schedule(LINES, group("all", "72061001", kind="exempt"))}
            ),
            PARTIES,
        )
    )
    assert list(counts.list_unprepared("US", DAY)) == ["CN", "DE", "EU"]
    counts.find("US", "CN", DAY)
    assert list(counts.list_unprepared("US", DAY)) == []
