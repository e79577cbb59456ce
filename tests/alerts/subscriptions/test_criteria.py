from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.subscriptions.criteria import (
    Criteria,
    EconomyFilter,
    GoodsFilter,
    MatchedEconomy,
    covers,
    describe_reason,
    is_same,
    match,
    names_goods_in,
)
from bot.feeds.model import FeedKind
from bot.news.state import EventState, EventStatus, Severity
from bot.news.story import Figure, Story
from bot.values import Topic
from tests.store.examples import story

TARIFF, TALKS, RULING = Topic.TARIFF, Topic.NEGOTIATION, Topic.COURT_RULING
BLOCS = {"EU": ("FR", "DE")}
STEEL = GoodsFilter(text="steel", names=("steel", "cast iron"), codes=("72", "73"))
TRUCKS = GoodsFilter(text="lorries", names=("lorries", "heavy truck"), codes=("8704",))


def economy(first: str, second: str | None = None, *, directed: bool = False) -> EconomyFilter:
    return EconomyFilter(first=first, second=second, directed=directed)


def fits(wanted: Criteria, of: Story, *, touches: bool = False) -> bool:
    return match(wanted, of, BLOCS, {of.id} if touches else ()) is not None


def reported(status: EventStatus | None, **fields: Any) -> Story:
    return story("a", state=EventState(status=status), **fields)


def test_criteria_without_filters_match_every_story() -> None:
    reason = match(Criteria(), story("a"), BLOCS)
    assert reason is not None
    assert describe_reason(reason) == "tariffs"


def test_only_my_lines_needs_a_story_that_touches_a_line() -> None:
    mine = Criteria(topics=frozenset({TARIFF}), only_my_lines=True)
    assert match(mine, story("a"), BLOCS) is None
    assert match(mine, story("a"), BLOCS, {"b"}) is None
    assert not fits(mine, story("a", topics=(TALKS,)), touches=True)
    reason = match(mine, story("a"), BLOCS, {"a", "b"})
    assert reason is not None
    assert describe_reason(reason) == "tariffs, touching your lines"
    unfiltered = match(Criteria(), story("a"), BLOCS, {"a"})
    assert unfiltered is not None
    assert not unfiltered.touches_lines
    with_words = mine.model_copy(update={"words": ("duty",)})
    reason = match(with_words, story("a", title="A duty"), BLOCS, {"a"})
    assert reason is not None
    assert describe_reason(reason) == "tariffs, with duty, touching your lines"


def test_criteria_with_and_without_only_my_lines_are_not_the_same() -> None:
    assert not is_same(Criteria(only_my_lines=True), Criteria())
    assert covers(Criteria(), Criteria(only_my_lines=True), BLOCS)
    assert not covers(Criteria(only_my_lines=True), Criteria(), BLOCS)


def test_the_reason_names_the_filters_that_matched() -> None:
    wanted = Criteria(
        topics=frozenset({TARIFF, RULING}),
        economies=(economy("CN"), economy("FR")),
        goods=(STEEL,),
        words=("stay",),
    )
    ruling = story(
        "a",
        topics=(RULING, TALKS),
        parties=("EU", "US", "CN"),
        text="A Stay of the duty on steel was granted.",
    )
    reason = match(wanted, ruling, BLOCS)
    assert reason is not None
    assert reason.topics == (RULING,)
    assert reason.economies == (
        MatchedEconomy(code="CN"),
        MatchedEconomy(code="FR", via="EU"),
    )
    assert (reason.goods, reason.words) == (("steel",), ("stay",))
    assert describe_reason(reason) == "court rulings, naming CN and FR (EU), on steel, with stay"


@pytest.mark.parametrize(
    ("wanted", "parties", "expected"),
    [
        (economy("CN"), ("US", "CN"), True),
        (economy("CN"), ("US",), False),
        (economy("US", "CN"), ("US", "CN"), True),
        (economy("CN", "US"), ("US", "CN"), True),
        (economy("US", "CN"), ("US", "JP"), False),
        (economy("FR"), ("US", "EU"), True),
        (economy("EU"), ("US", "FR"), True),
        (economy("FR"), ("US", "DE"), False),
        (economy("US", "FR"), ("US", "EU"), True),
        # One name does not stand for both economies of a pair.
        (economy("FR", "DE"), ("EU",), False),
        (economy("EU", "FR"), ("FR",), False),
        (economy("EU", "FR"), ("FR", "DE"), True),
    ],
)
def test_economies_match_one_name_or_both_of_a_pair(
    wanted: EconomyFilter, parties: tuple[str, ...], expected: bool
) -> None:
    assert fits(Criteria(economies=(wanted,)), story("a", parties=parties)) is expected


def test_any_of_several_economies_matches() -> None:
    either = Criteria(economies=(economy("US", "CN"), economy("JP")))
    assert fits(either, story("a", parties=("JP",)))
    assert not fits(either, story("a", parties=("US",)))


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ([], True),
        ([("US", "CN")], True),
        ([("CN", "US")], False),
        ([("CN", "US"), ("US", "CN")], True),
        ([("US", None)], True),
        ([("US", "WORLD")], True),
        ([("CN", None)], False),
        ([(None, None)], True),
        ([("US", "JP")], False),
    ],
)
def test_a_directed_pair_needs_a_duty_of_the_first_on_the_second(
    figures: list[tuple[str | None, str | None]], expected: bool
) -> None:
    duties = tuple(
        Figure(imposer=imposer, partner=partner, to_percent=Decimal(25))
        for imposer, partner in figures
    )
    wanted = Criteria(economies=(economy("US", "CN", directed=True),))
    assert fits(wanted, story("a", parties=("US", "CN"), figures=duties)) is expected
    assert not fits(wanted, story("a", parties=("US",), figures=duties))


def test_a_directed_pair_knows_blocs() -> None:
    duty = Figure(imposer="US", partner="EU", to_percent=Decimal(15))
    on_france = Criteria(economies=(economy("US", "FR", directed=True),))
    assert fits(on_france, story("a", parties=("US", "EU"), figures=(duty,)))


@pytest.mark.parametrize(
    ("goods", "text", "expected"),
    [
        (STEEL, "duty on steel rises", True),
        (STEEL, "duties on steelworkers", False),
        (STEEL, "duties on hs 7210.49 rise", True),
        (STEEL, "heading 7306 is exempt", True),
        (STEEL, "chapter 72 is exempt", True),
        (STEEL, "a plan of 7200% and 7300 dollars for $7300", True),
        (STEEL, "a levy of $7300 and of 7300% and 7,300", False),
        (TRUCKS, "duty on heavy trucks", True),
        (TRUCKS, "a lorry was stopped", True),
        (TRUCKS, "subheading 8704.21", True),
        (TRUCKS, "chapter 87", True),
        (TRUCKS, "subheading 8703.21", False),
        (GoodsFilter(text="HS 2010", codes=("2010",)), "since 2010", False),
        (GoodsFilter(text="widgets"), "a widget tax", True),
        (GoodsFilter(text="aluminum", names=("aluminum",)), "aluminium duties", True),
    ],
)
def test_goods_match_names_as_whole_words_and_stated_codes(
    goods: GoodsFilter, text: str, expected: bool
) -> None:
    assert names_goods_in(goods, text) is expected


def test_goods_are_found_in_the_products_of_figures() -> None:
    figure = Figure(imposer="US", product="Cast Iron", to_percent=Decimal(25))
    assert fits(Criteria(goods=(TRUCKS, STEEL)), story("a", figures=(figure,)))
    assert not fits(Criteria(goods=(TRUCKS,)), story("a", figures=(figure,)))


def test_words_match_beginnings_of_words_and_exclude() -> None:
    cars = story("a", title="Cars and scarves", text="Nothing else")
    assert fits(Criteria(words=("car",)), cars)
    assert not fits(Criteria(words=("carf",)), cars)
    assert not fits(Criteria(words=("car",), without_words=("NOTHING",)), cars)
    assert fits(Criteria(without_words=("othing",)), cars)


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (reported(EventStatus.IN_FORCE), True),
        (reported(EventStatus.UNLAWFUL), True),
        (reported(EventStatus.THREATENED), False),
        (reported(EventStatus.INVESTIGATED), False),
        (reported(EventStatus.PROPOSED), False),
        (reported(EventStatus.TALKS), False),
        (reported(None), False),
        (reported(None, kind=FeedKind.OFFICIAL), True),
        (reported(None, topics=(RULING,)), True),
    ],
)
def test_decided_only_leaves_out_threats_and_talks(of: Story, expected: bool) -> None:
    assert fits(Criteria(decided_only=True), of) is expected
    assert fits(Criteria(), of)


def test_official_only_and_severity_limit_the_stories() -> None:
    notable = EventState(severity=Severity.NOTABLE)
    assert not fits(Criteria(official_only=True), story("a"))
    assert fits(Criteria(official_only=True), story("a", kind=FeedKind.COURT))
    assert fits(Criteria(severity_from=Severity.NOTABLE), story("a", state=notable))
    assert not fits(Criteria(severity_from=Severity.BREAKING), story("a", state=notable))


def test_equal_criteria_are_the_same_in_any_order() -> None:
    one = Criteria(economies=(economy("US", "CN"), economy("JP")), words=("Steel", "car"))
    other = Criteria(
        topics=frozenset(Topic),
        economies=(economy("JP"), economy("CN", "US")),
        words=("car", "steel"),
    )
    assert is_same(one, other)
    directed = Criteria(economies=(economy("US", "CN", directed=True),))
    reverse = Criteria(economies=(economy("CN", "US", directed=True),))
    assert not is_same(directed, reverse)
    assert not is_same(directed, Criteria(economies=(economy("US", "CN"),)))


CODES = ("US", "CN", "EU", "FR", "DE")
codes = st.sampled_from(CODES)
economies = st.builds(
    lambda first, second, directed: economy(
        first, second if second != first else None, directed=directed and second != first
    ),
    codes,
    st.none() | codes,
    st.booleans(),
)
word_lists = st.lists(st.sampled_from(["car", "cars", "steel", "stay"]), max_size=2).map(tuple)
criteria = st.builds(
    Criteria,
    topics=st.frozensets(st.sampled_from(Topic), max_size=2),
    economies=st.lists(economies, max_size=2).map(tuple),
    goods=st.lists(
        st.sampled_from(
            [STEEL, TRUCKS, GoodsFilter(text="HS 7210", codes=("7210",)), GoodsFilter(text="steel")]
        ),
        max_size=2,
    ).map(tuple),
    words=word_lists,
    without_words=word_lists,
    decided_only=st.booleans(),
    severity_from=st.sampled_from(Severity),
    official_only=st.booleans(),
    only_my_lines=st.booleans(),
)
figures = st.builds(
    Figure,
    imposer=st.none() | codes,
    partner=st.none() | st.sampled_from((*CODES, "WORLD")),
    product=st.sampled_from([None, "steel", "lorry"]),
)
stories = st.builds(
    lambda **fields: story("a", **fields),
    topics=st.lists(st.sampled_from(Topic), min_size=1, max_size=2, unique=True).map(tuple),
    parties=st.lists(codes, max_size=3, unique=True).map(tuple),
    figures=st.lists(figures, max_size=2).map(tuple),
    title=st.sampled_from(["Cars stay", "HS 7210.49 and 72", "Lorries", "A steel car", "None"]),
    kind=st.sampled_from([FeedKind.WIRE, FeedKind.OFFICIAL]),
    state=st.builds(
        EventState,
        status=st.none() | st.sampled_from(EventStatus),
        severity=st.sampled_from(Severity),
    ),
)


@given(criteria, criteria, stories, st.booleans())
def test_covering_criteria_match_all_that_the_covered_match(
    wide: Criteria, narrow: Criteria, of: Story, touches: bool
) -> None:
    assert covers(wide, wide, BLOCS)
    assert covers(Criteria(), wide, BLOCS)
    if covers(wide, narrow, BLOCS) and fits(narrow, of, touches=touches):
        assert fits(wide, of, touches=touches)
    if is_same(wide, narrow):
        assert fits(wide, of) == fits(narrow, of)


@pytest.mark.parametrize(
    ("wide", "narrow", "expected"),
    [
        (Criteria(economies=(economy("US"),)), Criteria(economies=(economy("US", "CN"),)), True),
        (Criteria(economies=(economy("US", "CN"),)), Criteria(economies=(economy("US"),)), False),
        (Criteria(economies=(economy("EU"),)), Criteria(economies=(economy("FR"),)), True),
        (Criteria(economies=(economy("FR"),)), Criteria(economies=(economy("EU"),)), False),
        (Criteria(goods=(STEEL,)), Criteria(goods=(STEEL, TRUCKS)), False),
        (Criteria(goods=(STEEL, TRUCKS)), Criteria(goods=(STEEL,)), True),
        (Criteria(), Criteria(words=("car",)), True),
        (Criteria(without_words=("car",)), Criteria(), False),
        (Criteria(decided_only=True), Criteria(), False),
    ],
)
def test_these_criteria_cover_others(wide: Criteria, narrow: Criteria, expected: bool) -> None:
    assert covers(wide, narrow, BLOCS) is expected
