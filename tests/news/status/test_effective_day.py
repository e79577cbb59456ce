"""The first day of a duty is read from a story, and doubts make the duty undecided."""

from datetime import date

import pytest

from bot.news.status.dates import find_delayed_day, find_effective_day, find_entry_day
from bot.news.status.decision import is_change, is_decided

AUTUMN, NEW_YEAR = date(2026, 11, 25), date(2027, 1, 10)


@pytest.mark.parametrize(
    ("text", "published", "day"),
    [
        # A day without a year is the one nearest to the publication.
        ("from 1 December", AUTUMN, date(2026, 12, 1)),
        ("from 4 January", AUTUMN, date(2027, 1, 4)),
        ("from 1 November", AUTUMN, date(2026, 11, 1)),
        ("from 20 December", NEW_YEAR, date(2026, 12, 20)),
        ("from 1 June", AUTUMN, date(2027, 6, 1)),
        ("from 29 February", date(2027, 11, 25), date(2028, 2, 29)),
        ("from 29 February", AUTUMN, None),
        # A day is read if it is at most 60 days before or 500 days after the publication.
        ("from 2026-09-26", AUTUMN, date(2026, 9, 26)),
        ("from 2026-09-25", AUTUMN, None),
        ("from 2028-04-08", AUTUMN, date(2028, 4, 8)),
        ("from 2028-04-09", AUTUMN, None),
        ("from 1 October 2025", AUTUMN, None),
        # All supported formats of a day.
        ("from the 3rd of December, 2026", AUTUMN, date(2026, 12, 3)),
        ("with effect from Dec 3rd 2026", AUTUMN, date(2026, 12, 3)),
        ("on and after december 3", AUTUMN, date(2026, 12, 3)),
        ("effective as of Thursday, December 3", AUTUMN, date(2026, 12, 3)),
        ("kicks in on 3 Dec.", AUTUMN, date(2026, 12, 3)),
        ("by 3 December", AUTUMN, None),
        ("from 32 December", AUTUMN, None),
        ("from 2026-13-01", AUTUMN, None),
        # A day that is mentioned twice counts once.
        ("from 1 December, that is from Dec 1", AUTUMN, date(2026, 12, 1)),
        # A day after "takes effect" has priority; two different days give no day.
        ("takes effect on 2 December, talks from 1 December", AUTUMN, date(2026, 12, 2)),
        ("starts 1 December and begins 2 December", AUTUMN, None),
    ],
)
def test_a_day_is_read_near_its_publication(text: str, published: date, day: date | None) -> None:
    assert find_effective_day(f"US tariff {text}", "", published) == day


@pytest.mark.parametrize(
    ("sentence", "rest", "day"),
    [
        ("from 1 December", "It takes effect on 2 December.", date(2026, 12, 1)),
        ("of 40%", "It takes effect on 2 December.", date(2026, 12, 2)),
        ("of 40%", "It is from 2 December.", None),
        # Days out of bounds are ignored, so the rest decides. Two different days give no day.
        ("from 2020-01-01", "It takes effect on 2 December.", date(2026, 12, 2)),
        ("from 1 and from 2 December", "It takes effect on 3 December.", date(2026, 12, 2)),
        ("from 1 December, from 2 December", "It takes effect on 3 December.", None),
    ],
)
def test_the_sentence_goes_before_the_rest(sentence: str, rest: str, day: date | None) -> None:
    assert find_effective_day(f"US tariff {sentence}", rest, AUTUMN) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Duty rises to 15% next Monday", date(2026, 11, 30)),
        ("Duty rises to 15 percent tomorrow", date(2026, 11, 26)),
        ("Duty rises to 15% Monday", None),
        ("Duty is in force since 20 November", date(2026, 11, 20)),
    ],
)
def test_a_day_may_follow_the_rate(text: str, day: date | None) -> None:
    assert find_effective_day(text, "", AUTUMN) == day


def test_a_delayed_duty_does_not_start_before_its_day() -> None:
    assert find_delayed_day("Levy won't start before 3 March", AUTUMN) == date(2027, 3, 3)
    assert find_delayed_day("Levy starts before 3 March", AUTUMN) is None


def test_goods_that_enter_from_a_day_are_free() -> None:
    assert find_entry_day("Goods entered since 20 November pay nothing.", AUTUMN) == date(
        2026, 11, 20
    )
    assert find_entry_day("Two envoys entered on 20 November.", AUTUMN) is None


@pytest.mark.parametrize(
    ("sentences", "decided"),
    [
        ((), True),
        (("US raises duty",), True),
        (("US raises duty", "China may answer"), False),
        (("Is it so? ", "US raises duty"), False),
        (("US raises duty in May 2026",), True),
        (("US raises duty, as May said",), True),
        (("US raises duty of 2026",), True),
        (("US raises duty of 2027",), True),
        (("US raises duty of 2025",), False),
        (("US raises duty to 2000 dollars",), False),
        (("It COULD be",), False),
        (("It ｍａｙ be",), False),
    ],
)
def test_a_doubt_or_a_past_year_makes_the_duty_undecided(
    sentences: tuple[str, ...], decided: bool
) -> None:
    assert is_decided(*sentences, year=2026) is decided


@pytest.mark.parametrize(
    ("sentence", "change"),
    [
        ("US RAISES duty to 25%", True),
        ("US raises duty by 25%", False),
        ("US raised duty to 25%", False),
        ("US will be raising it to about 25%", True),
    ],
)
def test_a_change_names_its_new_rate(sentence: str, change: bool) -> None:
    assert is_change(sentence) is change
