"""Text becomes criteria and timing, and back."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.subscriptions.criteria import Criteria, EconomyFilter, GoodsFilter
from bot.alerts.subscriptions.timing import Frequency, Timing
from bot.commands.subscriptions.grammar import (
    MOST_FILTERS,
    SubscriptionNotUnderstood,
    format_subscription,
    parse_subscription,
)
from bot.news.state import Severity
from bot.parties import WORLD
from bot.values import Topic
from tests.slack.samples import PARTIES, nasty_text


def criteria(text: str) -> Criteria:
    found = parse_subscription(text, PARTIES).criteria
    assert found is not None
    return found


def timing(text: str) -> Timing:
    found = parse_subscription(text, PARTIES).timing
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("us china", "US+CN"),
        ("US and China", "US CN"),
        ("between us and china", "US+CN"),
        ("us, china", "US CN"),
        ("us or china", "US CN"),
        ("us on china", "US>CN"),
        ("us tariffs on china", "US>CN"),
        ("china -> us", "US>CN"),
        ("china→us", "US>CN"),
        ("tariffs on china", "CN"),
        ("tariffs on china and south korea", "CN KR"),
        ("us-china", "US+CN"),
        ("us china, japan, eu on canada", "US+CN JP EU>CA"),
        ("🇺🇸 🇨🇳", "US+CN"),
        ("guinea-bissau", "GW"),
        ("bosnia and herzegovina", "BA"),
        ("steel from china, aluminum from canada", "CN CA"),
        ("china china", "CN"),
        ("everyone", ""),
    ],
)
def test_economies_are_single_or_pairs_with_or_without_direction(text: str, expected: str) -> None:
    written = [
        f"{each.first}{'>' if each.directed else '+'}{each.second}" if each.second else each.first
        for each in criteria(text).economies
    ]
    assert " ".join(written) == expected


@pytest.mark.parametrize(
    ("text", "goods"),
    [
        ("steel", ["steel"]),
        ("tariffs on steel and aluminum from china", ["steel and aluminum"]),
        ("us china steel, copper daily", ["steel", "copper"]),
        ("HS 8507.60 china", ["HS 8507.60"]),
        ("nuts and bolts, 7318", ["nuts and bolts", "7318"]),
        ("articles of iron", ["articles of iron"]),
        ("court rulings about lumber weekly", ["lumber"]),
    ],
)
def test_other_words_are_goods(text: str, goods: list[str]) -> None:
    assert [each.text for each in criteria(text).goods] == goods


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("all", {}),
        ("tariffs decided official", {"decided_only": True, "official_only": True}),
        ("tariffs threats", {"decided_only": False}),
        ("my lines", {"only_my_lines": True, "economies": ()}),
        ("tariffs china only my lines", {"only_my_lines": True, "goods": ()}),
        ("our lines, steel", {"only_my_lines": True}),
        ("my", {"only_my_lines": False, "economies": (EconomyFilter(first="MY"),)}),
        ("talks breaking", {"severity_from": Severity.BREAKING}),
        ('tariffs with "section 232", "ieepa"', {"words": ("section 232", "ieepa")}),
        ("tariffs with “wine” without “beer”, cheese", {"words": ("wine",)}),
        ("tariffs without steel", {"without_words": ("steel",)}),
        ('tariffs "quoted"', {"words": ("quoted",)}),
    ],
)
def test_words_status_and_severity_limit_the_stories(text: str, expected: dict[str, Any]) -> None:
    found = criteria(text)
    assert {name: getattr(found, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hourly", {"frequency": "hourly"}),
        ("daily at 8", {"frequency": "daily", "hour": 8}),
        ("at 8pm", {"frequency": "daily", "hour": 20}),
        ("daily at 12am Tokyo time", {"frequency": "daily", "hour": 0, "zone": "Asia/Tokyo"}),
        ("weekly on monday at 9:00", {"frequency": "weekly", "weekday": 0, "hour": 9}),
        ("every friday", {"frequency": "weekly", "weekday": 4}),
        ("weekdays", {"weekdays_only": True}),
        ("quiet 22-7", {"quiet_from": 22, "quiet_to": 7}),
        ("quiet hours 22:00 to 7:00", {"quiet_from": 22, "quiet_to": 7}),
        ("quiet 0-24 always", {"quiet_from": 0, "quiet_to": 0, "breaking_passes": False}),
        ("daily new york time", {"frequency": "daily", "zone": "America/New_York"}),
        ("daily america/new_york", {"frequency": "daily", "zone": "America/New_York"}),
        ("daily UTC", {"frequency": "daily", "zone": "UTC"}),
    ],
)
def test_timing_is_stated_in_words(text: str, expected: dict[str, Any]) -> None:
    assert timing(text) == Timing.model_validate(expected)
    assert criteria(f"japan {text}") == Criteria(economies=(EconomyFilter(first="JP"),))


def test_what_is_not_stated_is_none() -> None:
    assert parse_subscription("", PARTIES) == (None, None)
    assert parse_subscription("daily", PARTIES).criteria is None
    assert parse_subscription("tariffs", PARTIES).timing is None


@pytest.mark.parametrize(
    "text",
    [
        "us china japan",
        "quiet",
        "quiet now",
        "daily at 25",
        "tariffs without",
        ", ".join(f"goods{n}" for n in range(MOST_FILTERS + 1)),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_cause(text: str) -> None:
    with pytest.raises(SubscriptionNotUnderstood) as error:
        parse_subscription(text, PARTIES)
    assert error.value.cause


codes = st.sampled_from([party.code for party in PARTIES if party.code != WORLD])
economies = st.builds(
    lambda first, second, directed: EconomyFilter(
        first=first,
        second=second if second != first else None,
        directed=directed and second not in (None, first),
    ),
    codes,
    st.none() | codes,
    st.booleans(),
)
goods = st.sampled_from(["steel", "HS 8507", "nuts and bolts", "articles of iron", "cars"])
words = st.lists(
    st.sampled_from(["steel", "section 232", "on", "daily", "us"]), max_size=2, unique=True
).map(tuple)
hours = st.integers(0, 23)
any_criteria = st.builds(
    Criteria,
    topics=st.frozensets(st.sampled_from(Topic)),
    economies=st.lists(economies, max_size=4, unique=True).map(tuple),
    goods=st.lists(st.builds(GoodsFilter, text=goods), max_size=3, unique=True).map(tuple),
    words=words,
    without_words=words,
    decided_only=st.booleans(),
    severity_from=st.sampled_from(Severity),
    official_only=st.booleans(),
    only_my_lines=st.booleans(),
)
digests = st.sampled_from([Frequency.DAILY, Frequency.WEEKLY])
any_timing = st.builds(
    lambda quiet, **fields: Timing(quiet_from=quiet[0], quiet_to=quiet[1], **fields),
    st.tuples(hours, hours),
    frequency=st.sampled_from([Frequency.INSTANT, Frequency.HOURLY]),
    weekdays_only=st.booleans(),
    zone=st.sampled_from(["", "Asia/Tokyo", "America/Argentina/Buenos_Aires", "UTC"]),
    breaking_passes=st.booleans(),
) | st.builds(
    Timing,
    frequency=digests,
    hour=st.none() | hours,
    zone=st.sampled_from(["", "Asia/Tokyo"]),
)


@given(any_criteria, any_timing, st.integers(0, 6))
def test_the_text_of_a_subscription_is_read_as_the_same(
    wanted: Criteria, when: Timing, weekday: int
) -> None:
    if when.frequency is Frequency.WEEKLY:
        when = when.model_copy(update={"weekday": weekday})
    text = format_subscription(wanted, when, PARTIES)
    found = parse_subscription(text, PARTIES)
    assert found.criteria == wanted, text
    assert (found.timing or Timing()) == when, text


@given(nasty_text)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = parse_subscription(text, PARTIES)
    except SubscriptionNotUnderstood:
        return
    if found.criteria is not None:
        written = format_subscription(found.criteria, found.timing or Timing(), PARTIES)
        assert isinstance(written, str)
