"""The form for a subscription and the subscription say the same."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.alerts.subscriptions.criteria import Criteria, EconomyFilter, is_same
from bot.alerts.subscriptions.timing import Frequency, Timing
from bot.commands.subscriptions.form import (
    SubscriptionForm,
    SubscriptionFormRefused,
    fill_subscription_form,
    read_subscription_form,
)
from bot.news.state import Severity
from bot.values import Topic
from tests.slack.fakes import ledger

hours = st.none() | st.integers(0, 23)
quiet = st.just((None, None)) | st.tuples(st.integers(0, 23), st.integers(0, 23))
codes = st.sampled_from(["US", "CN", "EU", "JP", "KR", "CI", "GB"])
economies = st.builds(lambda code: EconomyFilter(first=code), codes) | st.builds(
    lambda pair, directed: EconomyFilter(first=pair[0], second=pair[1], directed=directed),
    st.permutations(["US", "CN", "EU", "JP", "KR"]),
    st.booleans(),
)
words = st.lists(st.sampled_from(["quota", "rare earth", "it's", "50%"]), unique=True).map(tuple)
criteria = st.builds(
    Criteria,
    topics=st.frozensets(st.sampled_from(list(Topic))),
    economies=st.lists(economies, unique=True, max_size=4).map(tuple),
    words=words,
    without_words=words,
    decided_only=st.booleans(),
    severity_from=st.sampled_from(list(Severity)),
    official_only=st.booleans(),
    only_my_lines=st.booleans(),
)
timings = st.builds(
    lambda hours_of_quiet, **values: Timing(
        quiet_from=hours_of_quiet[0], quiet_to=hours_of_quiet[1], **values
    ),
    quiet,
    frequency=st.sampled_from(list(Frequency)),
    hour=hours,
    weekday=st.integers(0, 6),
    weekdays_only=st.booleans(),
    zone=st.sampled_from(["", "UTC", "Asia/Tokyo", "America/New_York"]),
    breaking_passes=st.booleans(),
)


@settings(max_examples=100, deadline=None)
@given(criteria, timings)
def test_a_subscription_survives_the_form(wanted: Criteria, timing: Timing) -> None:
    form = fill_subscription_form(wanted, timing, ledger().parties)
    found, at = read_subscription_form(form, ledger())
    assert is_same(found, wanted)
    assert at == timing


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ("us china", [("US", "CN", False)]),
        ("us, china", [("US", None, False), ("CN", None, False)]),
        ("us on china", [("US", "CN", True)]),
        ("china -> us, france", [("US", "CN", True), ("FR", None, False)]),
        ("world", []),
        ("  ", []),
    ],
)
def test_economies_are_read_as_in_the_command(text: str, filters: list[Any]) -> None:
    found, _ = read_subscription_form(SubscriptionForm(economies=text), ledger())
    assert [(one.first, one.second, one.directed) for one in found.economies] == filters


def test_goods_get_their_names_and_codes() -> None:
    found, _ = read_subscription_form(SubscriptionForm(goods="steel; HS 8507"), ledger())
    assert [one.text for one in found.goods] == ["steel", "HS 8507"]
    assert found.goods[0].names
    assert found.goods[1].codes == ("8507",)


def test_my_lines_belong_to_their_own_field() -> None:
    with pytest.raises(SubscriptionFormRefused) as refused:
        read_subscription_form(SubscriptionForm(economies="china, my lines"), ledger())
    assert "own fields" in refused.value.problems["economies"]


@pytest.mark.parametrize("zone", ["tokyo", "Tokyo time", "asia/tokyo", " Asia/Tokyo "])
def test_a_zone_may_be_a_city(zone: str) -> None:
    assert read_subscription_form(SubscriptionForm(zone=zone), ledger())[1].zone == "Asia/Tokyo"


def test_all_wrong_fields_are_reported_at_once() -> None:
    form = SubscriptionForm(economies="chnia", goods="xyzzy", zone="Atlantis", quiet_to="7")
    with pytest.raises(SubscriptionFormRefused) as refused:
        read_subscription_form(form, ledger())
    assert set(refused.value.problems) == {"economies", "goods", "zone", "quiet_from"}
