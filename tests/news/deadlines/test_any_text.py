"""Deadlines in any text: no error, and nothing that the text does not say."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.feeds.model import FeedKind
from bot.news.deadlines.find import MOST_DEADLINES, find_deadlines

PIECES = st.sampled_from(
    (
        *str.split(
            "Comments / comments are due / rebuttal comments / a public hearing / will be held"
            " / opens / requests to appear at the hearing / exclusion requests / inclusion requests"
            " / closes / effective / take effect / apply / entered / on or after / on / by / from"
            " / to / until / no later than / within / 30 days of publication / would"
            " / day after publication"
            " / the twentieth day following that of its publication / extended from / originally"
            " / cancelled / 12:01 a.m. / ET / 25:99 / 31 February 2027 / February 29 / 12 Jan"
            " / February 28, 2028 / January 12, 2027 / 2027-01-31"
            " / 1/12/2027 / 2/30/2027 / 9999-12-31 / 0001-01-01",
            " / ",
        ),
        *",;:.-*",
        *"\n\u202e\u00a0\u0130\u00df",
        "<!channel>",
    )
)
TEXTS = st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=40).map(" ".join))
MOMENTS = st.one_of(
    st.none(),
    st.datetimes(timezones=st.just(UTC)),
    st.just(datetime(2026, 11, 30, 14, tzinfo=UTC)),
    st.just(datetime(2028, 2, 29, tzinfo=UTC)),
    st.just(datetime.max.replace(tzinfo=UTC)),
    st.just(datetime.min.replace(tzinfo=UTC)),
)
LINKS = st.sampled_from(
    (
        "",
        "https://www.federalregister.gov/d/1",
        "https://ustr.gov/1",
        "https://eur-lex.europa.eu/1",
        "http://[",
        "x",
    )
)


@settings(deadline=None, max_examples=400)
@given(TEXTS, TEXTS, MOMENTS, LINKS)
def test_quotes_are_words_of_the_notice_and_days_are_not_past(
    title: str, text: str, published: datetime | None, link: str
) -> None:
    found = find_deadlines(title, text, FeedKind.OFFICIAL, published, link)
    assert len(found) <= MOST_DEADLINES
    assert len({(each.kind, each.day) for each in found}) == len(found)
    for each in found:
        assert each.quote
        assert each.quote in title or each.quote in text
        assert not each.zone or each.zone in title or each.zone in text
        if published is not None and 1950 <= published.year < 2200:
            # A journal's day may begin up to a day before or after that of UTC.
            assert each.day >= published.date() - timedelta(days=1)
        else:
            assert not each.is_computed
            assert str(each.day.year) in each.quote


def test_a_long_text_of_dates_and_subjects_is_read_to_its_limits() -> None:
    text = "comments and hearing, requests to appear, January 12, 2027 " * 2_000
    found = find_deadlines(text, text, FeedKind.OFFICIAL, None)
    assert len(found) <= MOST_DEADLINES
    many = " ".join(f"Comments are due January {day}, 2027." for day in range(1, 32))
    assert len(find_deadlines("", many, FeedKind.COURT, None)) == MOST_DEADLINES


@given(st.integers(0, 400))
def test_a_day_without_a_year_is_ahead_and_less_than_nine_months_away(days: int) -> None:
    published = datetime(2026, 5, 20, tzinfo=UTC)
    day = published.date() + timedelta(days=days)
    text = f"Comments are due {day:%B} {day.day}."
    for each in find_deadlines("", text, FeedKind.OFFICIAL, published):
        assert (each.day.month, each.day.day) == (day.month, day.day)
        assert timedelta() <= each.day - published.date() <= timedelta(days=270)
    is_certain = days <= 270 or days >= 365
    assert bool(find_deadlines("", text, FeedKind.OFFICIAL, published)) == is_certain


def test_a_long_sentence_is_quoted_around_its_day() -> None:
    words = "for the reasons that are stated in the annex " * 20
    text = (
        f"{words}, written comments on the action are due no later than January 12, 2027, {words}"
    )
    [found] = find_deadlines("", text, FeedKind.OFFICIAL, None)
    assert len(found.quote) <= 300
    assert "comments on the action are due no later than January 12, 2027" in found.quote
