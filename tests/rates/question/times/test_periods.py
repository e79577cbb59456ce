"""The day or the period that a question names is read and removed from the text."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import QueryError, UnclearQuestion
from bot.rates.question.times.periods import Period, read_day, take_period
from bot.rates.question.times.spans import Tense

TODAY = date(2026, 3, 1)
DAY = date(2025, 5, 14)
LATE = date(2026, 11, 30)
DAYS = st.dates(date(2010, 1, 1), date(2039, 12, 31))


def days(year: int, month: int, day: int, *last: int) -> tuple[date, date]:
    return date(year, month, day), date(*last) if last else date(year, month, day)


@pytest.mark.parametrize(
    ("text", "day", "rest"),
    [
        ("us china on 2025-05-14", DAY, "us china"),
        ("us china on 2025-5-14 steel", DAY, "us china steel"),
        ("us china on 2025/05/14", DAY, "us china"),
        ("on 14 may 2025 us china", DAY, "us china"),
        ("us china as of 14th of may, 2025", DAY, "us china"),
        ("us at may. 14 2025", DAY, "us"),
        ("us in 1 jan 2025", date(2025, 1, 1), "us"),
        ("us on china yesterday", date(2026, 2, 28), "us on china"),
        ("as of yesterday us china", date(2026, 2, 28), "us china"),
        # "on" and "as of" are removed only just before the day.
        ("us on china 2025-05-14", DAY, "us on china"),
        ("us china", None, "us china"),
        ("yesterdays", None, "yesterdays"),
    ],
)
def test_a_day_is_read_and_removed_from_a_text(text: str, day: date | None, rest: str) -> None:
    found, left = take_period(text, TODAY)
    assert (found and found.day, " ".join(left.split())) == (day, rest)


@pytest.mark.parametrize("text", ["2025-02-30", "31 june 2025", "june 31, 2025", "2025-13-01"])
def test_a_text_that_resembles_a_day_is_refused(text: str) -> None:
    with pytest.raises(QueryError) as refused:
        take_period(f"us china on {text}", TODAY)
    assert refused.value.args == QueryError(text, "not a date", "Write it as 2025-12-31").args


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("july 2026", *days(2026, 7, 1, 2026, 7, 31)),
        ("in february 2028", *days(2028, 2, 1, 2028, 2, 29)),
        ("2026-07", *days(2026, 7, 1, 2026, 7, 31)),
        ("q3 2026", *days(2026, 7, 1, 2026, 9, 30)),
        ("2026 q3", *days(2026, 7, 1, 2026, 9, 30)),
        ("third quarter of 2026", *days(2026, 7, 1, 2026, 9, 30)),
        ("h1 2025", *days(2025, 1, 1, 2025, 6, 30)),
        ("2027", *days(2027, 1, 1, 2027, 12, 31)),
        ("last year", *days(2025, 1, 1, 2025, 12, 31)),
        ("this year", *days(2026, 1, 1, 2026, 12, 31)),
        ("last month", *days(2026, 10, 1, 2026, 10, 31)),
        ("next month", *days(2026, 12, 1, 2026, 12, 31)),
        ("next quarter", *days(2027, 1, 1, 2027, 3, 31)),
        ("this week", *days(2026, 11, 30, 2026, 12, 6)),
        ("last week", *days(2026, 11, 23, 2026, 11, 29)),
        ("next week", *days(2026, 12, 7, 2026, 12, 13)),
        ("next 30 days", *days(2026, 11, 30, 2026, 12, 30)),
        ("past two weeks", *days(2026, 11, 16, 2026, 11, 30)),
        ("within 30 days", *days(2026, 11, 30, 2026, 12, 30)),
        ("in 30 days", *days(2026, 12, 30)),
        ("in a month", *days(2026, 12, 30)),
        ("3 months ago", *days(2026, 8, 30)),
        ("today", *days(2026, 11, 30)),
        ("tomorrow", *days(2026, 12, 1)),
        ("day after tomorrow", *days(2026, 12, 2)),
        ("next friday", *days(2026, 12, 4)),
        ("last friday", *days(2026, 11, 27)),
        ("4 dec", *days(2026, 12, 4)),
        ("october 2", *days(2026, 10, 2)),
        ("in january", *days(2027, 1, 1, 2027, 1, 31)),
        ("in october", *days(2026, 10, 1, 2026, 10, 31)),
        ("in november", *days(2026, 11, 1, 2026, 11, 30)),
        ("early 2025", *days(2025, 1, 1, 2025, 4, 30)),
        ("late 2025", *days(2025, 9, 1, 2025, 12, 31)),
        ("end of 2026", *days(2026, 12, 31)),
        ("end of next month", *days(2026, 12, 31)),
        ("start of 2027", *days(2027, 1, 1)),
        ("between may and july 2026", *days(2026, 5, 1, 2026, 7, 31)),
        ("from november to february 2027", *days(2026, 11, 1, 2027, 2, 28)),
        ("2026-05-02 to 2026-06-03", *days(2026, 5, 2, 2026, 6, 3)),
        ("from 2025-05-01 until 2025-07-01", *days(2025, 5, 1, 2025, 7, 1)),
        ("year to date", *days(2026, 1, 1, 2026, 11, 30)),
    ],
)
def test_a_period_is_read_as_people_write_it(text: str, first: date, last: date) -> None:
    found, rest = take_period(f"us china {text}", LATE)

    assert found is not None
    assert (found.first, found.last) == (first, last)
    assert rest.split() == ["us", "china"]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("since june", date(2026, 6, 1), None),
        ("since 2026-06-01", date(2026, 6, 1), None),
        ("from 2026-06-01", date(2026, 6, 1), None),
        ("after 2026-06-01", date(2026, 6, 2), None),
        ("after june 2026", date(2026, 7, 1), None),
        ("until march 2027", None, date(2027, 3, 31)),
        ("by 2027-03-01", None, date(2027, 3, 1)),
        ("before 2027-03-01", None, date(2027, 2, 28)),
    ],
)
def test_a_period_may_be_open(text: str, first: date | None, last: date | None) -> None:
    assert take_period(f"changes {text}", LATE) == (Period(first, last), "changes  ")


@pytest.mark.parametrize(
    "text",
    [
        "may i import cars",
        "china march 2025 countermeasure",
        "china 2018 countermeasure",
        "hs 2017",
        "value 2030",
        "us$2030",
        "8507.60.2025",
        "motorcycles over 800 cc",
        "us brazil 2009",
        "list 3",
    ],
)
def test_names_codes_and_amounts_are_no_time(text: str) -> None:
    assert take_period(text, LATE) == (None, text)


@pytest.mark.parametrize(("tense", "year"), [(Tense.PAST, 2026), (Tense.FUTURE, 2027)])
def test_the_tense_decides_on_the_year_of_a_month(tense: Tense, year: int) -> None:
    found, _ = take_period("in june", LATE, tense)
    assert found == Period(date(year, 6, 1), date(year, 6, 30))


def test_a_month_that_may_be_in_two_years_is_unclear() -> None:
    with pytest.raises(UnclearQuestion) as unclear:
        take_period("us china in june", LATE)
    commands = [command for _, command in unclear.value.options]
    periods = [take_period(command, LATE)[0] for command in commands]
    assert periods == [
        Period(date(2026, 6, 1), date(2026, 6, 30)),
        Period(date(2027, 6, 1), date(2027, 6, 30)),
    ]


@given(DAYS, st.sampled_from("/."), st.booleans(), st.booleans())
def test_a_day_in_digits_is_read_if_it_has_one_reading_and_asked_for_otherwise(
    day: date, separator: str, us_order: bool, short: bool
) -> None:
    pair = (day.month, day.day) if us_order else (day.day, day.month)
    year = day.year % 100 if short else day.year
    text = f"us china on {pair[0]:02}{separator}{pair[1]:02}{separator}{year:02}"
    if day.day > 12 or day.day == day.month:
        assert take_period(text, LATE)[0] == Period(day, day, is_named_on=True)
        return
    with pytest.raises(UnclearQuestion) as unclear:
        take_period(text, LATE)
    commands = [command for _, command in unclear.value.options]
    found = {take_period(one, LATE)[0] for one in commands}
    other = day.replace(month=day.day, day=day.month)
    assert found == {Period(each, each, is_named_on=True) for each in (day, other)}
    assert unclear.value.cure


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("last year in september", *days(2025, 9, 1, 2025, 9, 30)),
        ("september last year", *days(2025, 9, 1, 2025, 9, 30)),
        ("september of last year", *days(2025, 9, 1, 2025, 9, 30)),
        ("5 march next year", *days(2027, 3, 5)),
        ("q3 last year", *days(2025, 7, 1, 2025, 9, 30)),
        ("aug 1 25", *days(2025, 8, 1)),
        ("1 aug '25", *days(2025, 8, 1)),
        ("01-aug-2025", *days(2025, 8, 1)),
        ("aug '25", *days(2025, 8, 1, 2025, 8, 31)),
        ("from april 2025 until now", *days(2025, 4, 1, 2026, 11, 30)),
        ("from june to date", *days(2026, 6, 1, 2026, 11, 30)),
        ("in spring 2026", *days(2026, 3, 1, 2026, 5, 31)),
        ("in summer", *days(2027, 6, 1, 2027, 8, 31)),
    ],
)
def test_more_spellings_of_a_time_are_read(text: str, first: date, last: date) -> None:
    found, rest = take_period(f"us china {text}", LATE)
    assert found is not None
    assert (found.first, found.last) == (first, last)
    assert rest.split() == ["us", "china"]


@pytest.mark.parametrize("text", ["spring steel", "toys in spring water", "fall protection"])
def test_a_season_in_the_name_of_goods_is_no_time(text: str) -> None:
    assert take_period(text, TODAY) == (None, text)


def test_by_a_season_is_up_to_its_last_day() -> None:
    assert take_period("by spring", LATE)[0] == Period(None, date(2027, 5, 31))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on aug 1 25 & feb 1 26 & now", ["2025-08-01", "2026-02-01", "2026-11-30"]),
        ("december 2024 vs today", ["2024-12-01", "2024-12-31", "2026-11-30"]),
        ("on 1 jan 2025, 1 aug 2025 and 1 jan 2026", ["2025-01-01", "2025-08-01", "2026-01-01"]),
        ("higher today than in may 2025", ["2025-05-01", "2025-05-31", "2026-11-30"]),
        (
            "march 2025 or june 2025",
            ["2025-03-01", "2025-03-31", "2025-06-01", "2025-06-30"],
        ),
        ("on aug 6, 2025 and what is it today", ["2025-08-06", "2026-11-30"]),
        ("before august 2025 and now", ["2025-07-31", "2026-11-30"]),
        ("between may 2025 and today", []),
        ("2025 vs 2026", []),
        ("between may and july 2026", []),
    ],
)
def test_days_that_are_named_one_by_one_are_kept(text: str, expected: list[str]) -> None:
    found, _ = take_period(text, LATE)
    assert found is not None
    assert [str(day) for day in found.days] == expected


@given(st.lists(DAYS, min_size=2, max_size=4, unique=True))
def test_any_days_that_are_named_one_by_one_are_read(named: list[date]) -> None:
    text = " and ".join(day.isoformat() for day in named)
    found, rest = take_period(f"on {text} us china", TODAY)
    assert found is not None
    assert found.days == tuple(sorted(named))
    assert rest.split() == ["us", "china"]


@given(DAYS, DAYS)
def test_any_day_is_read_in_every_spelling(day: date, today: date) -> None:
    for text in (
        f"{day:%Y-%m-%d}",
        f"{day.day} {day:%B %Y}",
        f"{day:%B} {day.day}, {day.year}",
        f"{day:%b} {day.day} {day.year}",
        f"{day.day}-{day:%b}-{day.year}",
        f"{day:%b} {day.day} {day:%y}",
        f"{day.day} {day:%B} '{day:%y}",
    ):
        found, rest = take_period(f"us china on {text.lower()}", today)
        assert found == Period(day, day, is_named_on=True)
        assert rest.split() == ["us", "china"]
        assert read_day(text, today) == day


@given(DAYS, st.integers(0, 400))
def test_relative_days_are_counted_from_today(today: date, count: int) -> None:
    later = today + timedelta(days=count)
    assert read_day(f"in {count} days", today) == later
    found, _ = take_period(f"next {count} days", today)
    assert found is not None
    assert (found.first, found.last) == (today, later)


@given(DAYS, st.sampled_from(["week", "month", "quarter", "year"]))
def test_calendar_units_follow_each_other_without_a_gap(today: date, unit: str) -> None:
    before, here, after = (
        take_period(f"us {word} {unit}", today)[0] for word in ("last", "this", "next")
    )
    match before, here, after:
        case Period(last=date() as end), Period(first=date() as first, last=date() as last), Period(
            first=date() as start
        ):
            assert first <= today <= last
            assert first - end == start - last == timedelta(days=1)
        case _:
            pytest.fail("a unit has no first or last day")


@given(st.text(max_size=200), DAYS)
def test_any_text_has_a_period_or_is_refused(text: str, today: date) -> None:
    try:
        found, _ = take_period(text.lower(), today, loose=True)
    except QueryError:
        return
    assert found is None or isinstance(found.first or found.last, date)


@pytest.mark.parametrize(
    "text", ["", "soon", "july 2026", "next week", "tomorrow steel", "since june"]
)
def test_an_option_for_a_day_takes_nothing_else(text: str) -> None:
    with pytest.raises(QueryError) as refused:
        read_day(text, LATE)
    assert refused.value.cure


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tomatoes 2025 jul 14 until today", (date(2025, 7, 14), LATE)),
        ("tomatoes from 2025 jul to 2025-sep", (date(2025, 7, 1), date(2025, 9, 30))),
        ("duty since 2025 march 4", (date(2025, 3, 4), None)),
    ],
)
def test_a_year_may_stand_before_the_month(text: str, expected: tuple[date, date | None]) -> None:
    found, _ = take_period(text, LATE)
    assert found is not None
    assert (found.first, found.last) == expected


@pytest.mark.parametrize("text", ["q3 2025 slabs - and now?", "q3 2025 slabs, and what is it now"])
def test_now_at_the_end_is_a_second_time(text: str) -> None:
    found, _ = take_period(text, LATE)
    assert found is not None
    assert (found.first, found.last, found.days) == (date(2025, 7, 1), LATE, ())


def test_a_long_time_and_a_later_one_are_one_period() -> None:
    found, rest = take_period("shrimp in 2024 and what was it in march 2026", LATE)
    assert found is not None
    assert (found.first, found.last) == (date(2024, 1, 1), date(2026, 3, 31))
    assert "march" not in rest


def test_all_numeric_days_of_a_question_have_one_order() -> None:
    found, _ = take_period("on 11/9/25 vs 11/20/25", LATE)
    assert found is not None
    assert found.days == (date(2025, 11, 9), date(2025, 11, 20))
    with pytest.raises(UnclearQuestion) as raised:
        take_period("on 11/9/25 vs 11/10/25", LATE)
    assert [command for _, command in raised.value.options] == [
        "on 2025-09-11 vs 2025-10-11",
        "on 2025-11-09 vs 2025-11-10",
    ]
