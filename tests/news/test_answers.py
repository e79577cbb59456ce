"""The complete output of `match` and `same`, and the limits of the story reader."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from bot.errors import TariffwireError
from bot.feeds.model import Entry, Feed, FeedKind
from bot.news.jsonl import compare_stories, dump_line, match_story, read_line
from bot.news.reader import Reader, Understanding
from bot.news.status.rules import StatusRules
from bot.news.story import Evidence, Figure, Story
from bot.news.topics.rules import Rule, TopicRules
from bot.parties import Parties, Party
from bot.values import Topic

NOON = datetime(2025, 5, 12, 12, tzinfo=UTC)


@pytest.fixture
def reader() -> Reader:
    """A story reader with two made-up rules and two parties."""
    given = {"reason": "made for a test", "no": "nothing of it"}
    rules = TopicRules(
        lists={"product": ("steel", "copper")},
        rules=(
            Rule.model_validate(
                given | {"id": "duty", "topic": "tariff", "terms": ["tariff"], "yes": "tariff"}
            ),
            Rule.model_validate(
                given | {"id": "talks", "topic": "negotiation", "terms": ["talks"], "yes": "talks"}
            ),
        ),
    )
    parties = Parties(
        [
            Party(code="US", name="United States", aliases=("US", "American")),
            Party(code="PE", name="Peru", aliases=("Peruvian",)),
        ]
    )
    return Reader(rules, parties, StatusRules())


TITLE = "US raises tariff on Peruvian steel from 10% to 12.5%"
SUMMARY = (
    "Ministers will hold talks on Monday in a hotel. The weather was mild. "
    "Peru puts a tariff of 5% on $2.5 million of American goods."
)
FIGURES: tuple[dict[str, Any], ...] = (
    {
        "imposer": "US",
        "partner": "PE",
        "product": "steel",
        "from_percent": 10,
        "to_percent": 12.5,
        "amount_usd": None,
    },
    {
        "imposer": "PE",
        "partner": "US",
        "product": None,
        "from_percent": None,
        "to_percent": 5,
        "amount_usd": 2_500_000,
    },
)
EVIDENCE = (
    {"topic": "tariff", "rule": "duty", "words": "tariff", "where": "title"},
    {"topic": "negotiation", "rule": "talks", "words": "talks", "where": "summary"},
)
BEST = (
    "Ministers will hold talks on Monday in a hotel. "
    "Peru puts a tariff of 5% on $2.5 million of American goods."
)


def test_match_returns_all_facts_of_a_story(reader: Reader) -> None:
    line = f'{{"id": 7, "title": "<b>{TITLE}</b>", "summary": "{SUMMARY}"}}'
    answer = match_story(reader, read_line(line.encode(), 1))
    assert answer == {
        "id": 7,
        "topics": ["tariff", "negotiation"],
        "parties": ["US", "PE"],
        "figures": list(FIGURES),
        "evidence": list(EVIDENCE),
        "summary": BEST,
        "status": None,
        "effective": None,
        "severity": "routine",
    }
    percents = [figure["to_percent"] for figure in answer["figures"]]
    assert [type(percent) for percent in percents] == [float, int]


def test_a_story_without_texts_is_answered_with_nothing(reader: Reader) -> None:
    empty: dict[str, Any] = {
        "topics": [],
        "parties": [],
        "figures": [],
        "evidence": [],
        "summary": "",
    }
    empty |= {"status": None, "effective": None, "severity": "routine"}
    assert match_story(reader, {}) == {"id": None, **empty}
    assert match_story(reader, {"id": "x", "title": 5, "summary": None}) == {"id": "x", **empty}


def test_title_and_summary_are_read_up_to_their_limits(reader: Reader) -> None:
    def topics(**given: str) -> list[Topic]:
        topics: list[Topic] = match_story(reader, given)["topics"]
        return topics

    # Topic patterns read the first 600 characters of a title or summary.
    assert topics(title=f"{'a' * 590} tariff") == [Topic.TARIFF]
    assert topics(title=f"{'a' * 600} tariff") == []
    assert topics(summary=f"{'a' * 590} tariff") == [Topic.TARIFF]
    # Figures are read from the first 5,000 characters of a summary.
    later = "A tariff of 5% applies to steel."
    for blanks, expected in ((4900, 1), (4985, 0)):
        text = f"{'b' * 500}. {'c' * (blanks - 502)}. {later}"
        assert len(match_story(reader, {"summary": text})["figures"]) == expected


def test_an_entry_is_read_into_a_whole_story(reader: Reader) -> None:
    feed = Feed(id="wire", title="Wire", url="https://wire.example/", kind=FeedKind.PAPER)
    entry = Entry(
        feed_id="wire",
        key="k1",
        title=TITLE,
        summary=SUMMARY,
        link="https://wire.example/1",
        published=NOON,
    )
    story = reader.read(entry, feed, NOON)
    assert story is not None
    figures = tuple(
        Figure(
            imposer=each["imposer"],
            partner=each["partner"],
            product=each["product"],
            from_percent=_decimal(each["from_percent"]),
            to_percent=_decimal(each["to_percent"]),
            amount_usd=_decimal(each["amount_usd"]),
            quote=quote,
        )
        for each, quote in zip(FIGURES, (TITLE, SUMMARY.partition("mild. ")[2]), strict=True)
    )
    assert story == Story(
        id=story.id,
        feed_id="wire",
        entry_key="k1",
        source="Wire",
        kind=FeedKind.PAPER,
        title=TITLE,
        link="https://wire.example/1",
        text=SUMMARY,
        summary=BEST,
        published=NOON,
        seen_at=NOON,
        topics=(Topic.TARIFF, Topic.NEGOTIATION),
        parties=("US", "PE"),
        title_parties=("US", "PE"),
        figures=figures,
        evidence=tuple(Evidence.model_validate(each) for each in EVIDENCE),
    )
    assert len(story.id) == 24
    odd = reader.read(entry.model_copy(update={"key": "\ud800"}), feed, NOON)
    assert odd is not None
    assert odd.id != story.id


def _decimal(number: object) -> Decimal | None:
    return None if number is None else Decimal(str(number))


def test_names_and_numbers_make_a_sentence_of_the_summary_better(reader: Reader) -> None:
    text = (
        "The harbour was busy on Monday. The crane was painted green. "
        "Shops in Peru stay open. An 8% rise is near."
    )
    found = reader.understand("Tariff of 8% on Peru", text)
    assert found.summary == "The harbour was busy on Monday. An 8% rise is near."
    assert reader.understand("Rain", "") == Understanding()


def test_figures_have_no_products_where_the_rules_list_none() -> None:
    duty = Rule(
        id="duty",
        topic=Topic.TARIFF,
        reason="made for a test",
        terms=("tariff",),
        yes="tariff",
        no="rain",
    )
    bare = Reader(TopicRules(rules=(duty,)), Parties([]), StatusRules())
    [figure] = bare.understand("A 5% tariff on steel", "").figures
    assert (figure.to_percent, figure.product) == (Decimal(5), None)


SAME = {"title": "US raises tariff on Peruvian steel", "published": "2025-05-12T12:00:00Z"}


@pytest.mark.parametrize(
    ("published", "same"),
    [
        ("2025-05-15T12:00:00Z", True),
        ("2025-05-15T12:00:01Z", False),
        # A time without a zone is in UTC; other zones are converted.
        ("2025-05-15T12:00:00", True),
        ("2025-05-15T14:00:00+02:00", True),
        ("2025-05-15T12:00:00-02:00", False),
        # A date that cannot be read counts as long ago.
        ("soon", False),
        (None, False),
        (20250512, False),
    ],
)
def test_stories_are_compared_by_their_days(reader: Reader, published: Any, same: bool) -> None:
    pair = {"id": "p", "a": SAME, "b": SAME | {"published": published}}
    answer = compare_stories(reader, pair)
    assert (answer["id"], answer["same"]) == ("p", same)
    assert answer["relation"] == ("same" if same else "different")
    assert (answer["score"] == 1.0) is same


def test_a_date_counts_like_a_time_of_publication(reader: Reader) -> None:
    early, late = ({"title": SAME["title"], "date": f"2025-05-{day}"} for day in (12, 20))
    assert compare_stories(reader, {"id": 1, "a": early, "b": early})["same"]
    assert not compare_stories(reader, {"id": 1, "a": early, "b": late})["same"]


def test_two_stories_without_days_are_of_one_day(reader: Reader) -> None:
    a, b = {"title": SAME["title"]}, {"title": SAME["title"], "published": "2000-01-01"}
    assert compare_stories(reader, {"a": a, "b": b}) == {
        "id": None,
        "relation": "same",
        "same": True,
        "score": 1.0,
    }


def test_the_texts_of_stories_count_too_and_the_score_is_rounded(reader: Reader) -> None:
    a = {"title": "US lemon tariff", "summary": "Peru sells melon to Chile."}
    b = {"title": "US melon tariff", "summary": ""}
    c = {"title": "US melon tariff", "summary": "Peru sells lemon."}

    def score(one: dict[str, str], other: dict[str, str]) -> float:
        found = compare_stories(reader, {"id": 1, "a": one, "b": other})["score"]
        assert isinstance(found, float)
        return found

    assert score(a, c) > score(a, b) > 0
    assert score(a, a) == 1.0
    assert score(a, c) == round(score(a, c), 3)


def test_a_follow_up_is_not_the_same(reader: Reader) -> None:
    pair = {
        "id": 7,
        "a": {"title": "US sets a 30% duty on Peru", "date": "2025-05-12"},
        "b": {"title": "US sets a 45% duty on Peru", "date": "2025-05-13"},
    }
    answer = compare_stories(reader, pair)
    assert (answer["relation"], answer["same"]) == ("follow_up", False)


@pytest.mark.parametrize(
    ("pair", "thing", "side"),
    [
        ({"id": "p1", "b": {}}, "the pair 'p1'", "a"),
        ({"id": "p1", "a": {}, "b": [1]}, "the pair 'p1'", "b"),
        ({"id": "x" * 100, "a": {}}, f"the pair {repr('x' * 100)[:80]}", "b"),
        ({}, "the pair None", "a"),
    ],
)
def test_a_missing_story_is_named_with_its_pair(
    reader: Reader, pair: dict[str, Any], thing: str, side: str
) -> None:
    with pytest.raises(TariffwireError) as caught:
        compare_stories(reader, pair)
    assert caught.value.thing == thing
    assert f'"{side}"' in caught.value.cause
    assert caught.value.cure


@pytest.mark.parametrize(
    ("line", "value"),
    [
        (b'{"a": 1.5, "b": [1e3]}', {"a": 1.5, "b": [1000.0]}),
        (b'\xef\xbb\xbf{"a": "\xff"}', {"a": "\ufffd"}),
        (b" {} ", {}),
    ],
)
def test_a_line_is_read_as_an_object(line: bytes, value: dict[str, Any]) -> None:
    assert read_line(line, 1) == value


@pytest.mark.parametrize("line", [b'{"a": NaN}', b'{"a": 1e400}', b"null", b"{"])
def test_a_line_that_is_no_object_is_named_with_its_cure(line: bytes) -> None:
    with pytest.raises(TariffwireError) as caught:
        read_line(line, 12)
    assert caught.value.thing == "line 12"
    assert caught.value.cure


@pytest.mark.parametrize(
    ("value", "encoding", "line"),
    [
        ({"a": "é"}, "utf-8", '{"a": "é"}'),
        ({"a": "é"}, "latin-1", '{"a": "é"}'),
        ({"a": "關"}, "latin-1", '{"a": "\\u95dc"}'),
        ({"a": "\ud800é"}, "utf-8", '{"a": "\\ud800\\u00e9"}'),
    ],
)
def test_a_line_is_written_in_its_encoding(value: object, encoding: str, line: str) -> None:
    assert dump_line(value, encoding) == line


def test_values_that_json_lacks_are_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        dump_line(float("nan"), "utf-8")
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(TariffwireError, match="too deep"):
        dump_line(deep, "utf-8")
