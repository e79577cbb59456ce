"""How each sign changes the similarity score of two stories, one sign at a time.

A sign is a feature of a pair that changes its score, for example shared topics, parties, numbers or
names. Each test divides the score of a pair with the sign by the score of a plain pair, which is
the same pair without the sign. In titles of the plain pair, meaningless words of the same weight
replace the words that make the sign.
"""

from collections.abc import Iterable

import pytest

from bot.news.events.matching import SAME_SCORE, find_event, score_similarity
from bot.news.story import Story
from bot.values import Topic
from tests.news.made import account

TARIFF, TALKS, RULING = Topic.TARIFF, Topic.NEGOTIATION, Topic.COURT_RULING
# The titles share one word of three, so scores stay well below their maximum of 1.
ONE, OTHER = "zorb plum banana", "zorb melon pebble"
US_CHINA, US_JAPAN, US_ONLY, NO_ONE = ("US", "CN"), ("US", "JP"), ("US",), ()


def factor(a: Story, b: Story, plain_a: Story, plain_b: Story) -> float:
    """The score of two stories divided by the score of the plain pair; checks both orders."""
    assert score_similarity(a, b) == score_similarity(b, a)
    return score_similarity(a, b) / score_similarity(plain_a, plain_b)


def near(share: float) -> object:
    return pytest.approx(share, abs=2e-4)


def test_a_story_has_score_1_with_itself() -> None:
    assert score_similarity(account(ONE), account(ONE)) == 1.0


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ((TARIFF,), (TARIFF,), 1.0),
        ((TARIFF, TALKS), (TALKS,), 1.0),
        ((TARIFF,), (TALKS,), 0.8),
        ((TARIFF,), (), 1.0),
        # One story is a court ruling and the other is not, with and without a shared topic.
        ((RULING, TARIFF), (TARIFF,), 0.75),
        ((RULING,), (TARIFF,), 0.75 * 0.8),
        ((RULING,), (), 0.75),
    ],
)
def test_different_topics_lower_the_score(
    a: Iterable[Topic], b: Iterable[Topic], expected: float
) -> None:
    plain = account(ONE), account(OTHER)
    assert factor(account(ONE, topics=a), account(OTHER, topics=b), *plain) == near(expected)


@pytest.mark.parametrize(
    ("a", "b", "shared", "contradicted"),
    [
        (US_CHINA, US_CHINA, 1.0, 1.0),
        (US_ONLY, US_ONLY, 1.0, 1.0),
        (US_CHINA, US_ONLY, 0.3 / 1.3, 1.0),
        (US_CHINA, ("US", "CN", "JP"), 1.3 / 2.3, 1.0),
        (("EU", "CN"), US_CHINA, 1.0 / 2.3, 1.0),
        (US_CHINA, US_JAPAN, 0.3 / 2.3, 0.5),
        (("CN",), ("JP",), 0.0, 0.5),
        (US_CHINA, NO_ONE, 0.5, 1.0),
        (NO_ONE, NO_ONE, 0.5, 1.0),
    ],
)
def test_parties_count_a_quarter_and_the_us_little(
    a: Iterable[str], b: Iterable[str], shared: float, contradicted: float
) -> None:
    plain = account(ONE), account(OTHER)
    words = (score_similarity(*plain) * 0.8 - 0.25) / 0.55
    expected = (0.55 * words + 0.25 * shared) / 0.8 * contradicted
    assert score_similarity(account(ONE, parties=a), account(OTHER, parties=b)) == near(expected)


@pytest.mark.parametrize(
    ("a", "b", "shared"),
    [((25,), (25,), 1.0), ((25, 10), (10,), 1.0), ((25,), (10,), 0.0), ((25,), (), None)],
)
def test_percentages_count_if_both_stories_have_some(
    a: Iterable[int], b: Iterable[int], shared: float | None
) -> None:
    plain = score_similarity(account(ONE), account(OTHER))
    expected = plain if shared is None else (plain * 0.8 + 0.15 * shared) / 0.95
    assert score_similarity(account(ONE, percents=a), account(OTHER, percents=b)) == near(expected)


# Word in the first title, word in the second title, factor. "banana" and "pebble" have no meaning.
SIGNS = [
    # Different goods, or goods in one title only.
    ("copper", "cotton", 0.4),
    ("copper", "pebble", 0.88),
    ("banana", "copper", 0.88),
    # An increase and a reduction.
    ("raise", "cut", 0.75),
    ("raise", "pebble", 1.0),
    ("banana", "cut", 1.0),
    # Different agreements, or an agreement in one title only.
    ("mercosur", "nafta", 0.65),
    ("mercosur", "pebble", 0.65),
    ("banana", "usmca", 0.65),
]


@pytest.mark.parametrize(("a", "b", "expected"), SIGNS)
def test_a_contradicting_word_lowers_the_score(a: str, b: str, expected: float) -> None:
    pair = account(f"zorb plum {a}"), account(f"zorb melon {b}")
    assert factor(*pair, account(ONE), account(OTHER)) == near(expected)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        # One title has goods; the other has none, but a partner that the first does not have.
        ((US_ONLY, "copper"), (US_CHINA, "pebble"), 0.6),
        ((US_CHINA, "banana"), (US_ONLY, "copper"), 0.6),
        ((NO_ONE, "copper"), (US_CHINA, "pebble"), 0.6),
        # If the other has no new partner, only the weaker sign holds: goods in one title only.
        ((US_CHINA, "copper"), (US_CHINA, "pebble"), 0.88),
        ((US_CHINA, "copper"), (US_ONLY, "pebble"), 0.88),
        ((US_ONLY, "banana"), (US_CHINA, "copper"), 0.88),
        ((US_ONLY, "copper"), (US_ONLY, "pebble"), 0.88),
        # Both titles have goods, or neither title has goods.
        ((US_ONLY, "copper"), (US_CHINA, "cotton"), 0.4),
        ((US_ONLY, "banana"), (US_CHINA, "pebble"), 1.0),
    ],
)
def test_goods_in_one_title_and_a_new_partner_in_the_other_lower_the_score(
    a: tuple[Iterable[str], str], b: tuple[Iterable[str], str], expected: float
) -> None:
    (parties_a, word_a), (parties_b, word_b) = a, b
    plain = account(ONE, parties=parties_a), account(OTHER, parties=parties_b)
    one = account(f"zorb plum {word_a}", parties=parties_a)
    other = account(f"zorb melon {word_b}", parties=parties_b)
    assert factor(one, other, *plain) == near(expected)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("$5bn", "$1bn", 0.8),
        ("$5bn", "$5bn", 1.0),
        ("$5bn $7bn", "$5bn", 1.0),
        ("$5bn", "", 1.0),
    ],
)
def test_different_amounts_lower_the_score(a: str, b: str, expected: float) -> None:
    pair = account(f"{a} zorb plum"), account(f"{b} zorb melon")
    plain = (account(each.title.replace("bn", "kg").replace("$", "")) for each in pair)
    assert factor(*pair, *plain) == near(expected)


@pytest.mark.parametrize(
    ("a", "b", "parties", "expected"),
    [
        ("Alder", "Brill", US_ONLY, 0.65),
        ("Alder", "Brill", NO_ONE, 0.65),
        ("Alder", "Alder", US_ONLY, 1.0),
        ("Alder", "brill", US_ONLY, 1.0),
        ("alder", "Brill", US_ONLY, 1.0),
        # If the stories share a partner, different names have no effect.
        ("Alder", "Brill", US_CHINA, 1.0),
    ],
)
def test_different_names_lower_the_score_if_no_country_is_shared(
    a: str, b: str, parties: Iterable[str], expected: float
) -> None:
    one, other = f"{a} zorb plum", f"{b} zorb melon"
    # The plain pair shares parties, which switches the sign off.
    plain = score_similarity(account(one, parties=US_CHINA), account(other, parties=US_CHINA))
    if not parties:
        plain -= 0.25 * 0.5 / 0.8
    found = score_similarity(account(one, parties=parties), account(other, parties=parties))
    assert found == near(plain * expected)


COURT_STEPS = ("void", "stay", "appeal", "emergency", "refund", "ieepa")


def in_court(title: str, parties: Iterable[str] = US_CHINA) -> Story:
    return account(title, topics=(RULING,), parties=parties)


@pytest.mark.parametrize(
    ("step", "control"),
    [*((step, "pebble") for step in COURT_STEPS), ("court", "talk"), ("ruling", "talk")],
)
def test_a_court_step_in_both_stories_raises_the_score(step: str, control: str) -> None:
    def pair(word: str, parties: Iterable[str] = US_CHINA) -> float:
        one, other = f"zorb banana {word} fig", f"zorb melon {word} plum"
        return score_similarity(in_court(one), in_court(other, parties))

    assert pair(step) == pytest.approx(pair(control) + 0.05, abs=2e-4)
    assert pair(step, ("US", "CN", "JP")) == pair(control, ("US", "CN", "JP"))


@pytest.mark.parametrize(("shared", "counted"), [(0, 0), (1, 1), (2, 2), (3, 3), (4, 3), (5, 3)])
def test_at_most_three_court_steps_count(shared: int, counted: int) -> None:
    def pair(words: Iterable[str]) -> float:
        same = " ".join(words)
        one = f"{same} banana grape lemon cherry raisin onion carrot fig"
        other = f"{same} melon olive walnut pepper basil clover thyme plum"
        return score_similarity(in_court(one), in_court(other))

    controls = ("pebble", "marble", "gravel", "cobble", "quartz")
    steps = (*COURT_STEPS[:shared], *controls[shared:])
    assert pair(steps) == pytest.approx(pair(controls) + 0.05 * counted, abs=2e-4)


@pytest.mark.parametrize(
    ("a", "b", "expected"), [("wto", "pebble", 0.6), ("pebble", "wto", 0.6), ("wto", "wto", 1.0)]
)
def test_a_wto_panel_is_not_a_step_of_a_court_case(a: str, b: str, expected: float) -> None:
    pair = in_court(f"zorb plum {a}"), in_court(f"zorb melon {b}")
    words = ("banana", "banana") if a == b else ("banana", "pebble")
    plain = in_court(f"zorb plum {words[0]}"), in_court(f"zorb melon {words[1]}")
    assert factor(*pair, *plain) == near(expected)


def test_a_word_of_the_text_weighs_no_more_than_in_the_title() -> None:
    one, other = account("zorb banana"), account("zorb pebble")
    again = account("zorb banana", "zorb")
    assert score_similarity(again, other) == score_similarity(one, other)


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    # The stories share the word "zorb". A word has weight 0.6 in a title and 0.36 in a text:
    # 1.8 * 0.6 / sqrt(1.2 * 1.2) = 0.9, and 1.8 * 0.36 / sqrt(0.96 * 1.2) = 0.6037.
    [("banana zorb", "", 0.9), ("banana", "zorb", 0.6037)],
)
def test_a_word_of_the_text_weighs_less_than_in_the_title(
    title: str, text: str, expected: float
) -> None:
    found = score_similarity(account(title, text), account("pebble zorb"))
    assert found == near((0.55 * expected + 0.25) / 0.8)


def test_only_the_beginning_of_the_text_counts() -> None:
    other = account("zorb pebble")
    beginning = account("banana", "zorb ".rjust(400, "-"))
    behind = account("banana", "-" * 400 + " zorb")
    assert (
        score_similarity(behind, other)
        == score_similarity(account("banana"), other)
        < score_similarity(beginning, other)
    )


def test_a_story_joins_no_event_of_four_days_ago() -> None:
    old = account(ONE, id="old", event_id="event")
    assert find_event(account(ONE, id="new", hours=72), [old]).event_id == "event"
    assert find_event(account(ONE, id="new", hours=72.1), [old]).event_id == "new"


def test_a_court_story_joins_an_event_of_the_last_week() -> None:
    old = account(ONE, id="old", event_id="event", topics=(RULING,))
    assert (
        find_event(account(ONE, id="new", hours=24 * 7, topics=(RULING,)), [old]).event_id
        == "event"
    )
    assert (
        find_event(account(ONE, id="new", hours=24 * 7.1, topics=(RULING,)), [old]).event_id
        == "new"
    )
    assert (
        find_event(account(ONE, id="new", hours=24 * 7, topics=(TARIFF,)), [old]).event_id == "new"
    )


@pytest.mark.parametrize(
    ("topics", "joins"),
    [((TARIFF,), True), ((TALKS,), False), ((TALKS, TARIFF), True), ((), True)],
)
def test_a_story_joins_only_if_a_topic_is_shared_or_one_story_has_none(
    topics: Iterable[Topic], joins: bool
) -> None:
    first, second = account(ONE, id="first"), account(ONE, id="second", topics=topics)
    assert score_similarity(first, second) >= SAME_SCORE
    assert (find_event(second, [first]).event_id == "first") is joins
    assert (find_event(first, [second]).event_id == "second") is joins


@pytest.mark.parametrize(
    ("parties", "joins"),
    [(US_ONLY, True), (US_CHINA, True), (("CN",), False), (NO_ONE, True)],
)
def test_a_story_joins_only_if_a_country_is_shared_or_one_story_has_none(
    parties: Iterable[str], joins: bool
) -> None:
    first = account(ONE, id="first", parties=US_ONLY)
    second = account(ONE, id="second", parties=parties)
    assert score_similarity(first, second) >= SAME_SCORE
    assert (find_event(second, [first]).event_id == "first") is joins
    assert (find_event(first, [second]).event_id == "second") is joins


def test_a_story_does_not_join_itself() -> None:
    again = account(ONE, id="one", event_id="event")
    assert find_event(account(ONE, id="one"), [again]).event_id == "one"


def test_of_equally_similar_stories_the_last_one_is_joined() -> None:
    recent = [
        account(OTHER, id="less", event_id="less"),
        account(ONE, id="most", event_id="first"),
        account(ONE, id="also", event_id="last"),
        account(OTHER, id="less too", event_id="less too"),
    ]
    assert find_event(account(ONE, id="new"), recent).event_id == "last"


def test_a_story_looks_past_those_that_it_cannot_join() -> None:
    recent = [
        account(ONE, id="old", event_id="old", hours=-100),
        account(ONE, id="other", event_id="other", topics=(TALKS,)),
        account(ONE, id="same", event_id="same"),
    ]
    assert find_event(account(ONE, id="new"), recent).event_id == "same"


def test_only_two_court_stories_may_be_a_week_apart() -> None:
    ruling = account(ONE, topics=(RULING, TARIFF))
    for topics, expected in (((RULING,), True), ((TARIFF,), False)):
        later = account(ONE, topics=topics, hours=100)
        assert (score_similarity(ruling, later) > 0, score_similarity(later, ruling) > 0) == (
            expected,
            expected,
        )


def test_no_score_is_above_one() -> None:
    assert score_similarity(in_court("appeal stay void"), in_court("appeal stay void")) == 1.0


def test_a_country_that_one_story_alone_names_does_not_count_against_other_names() -> None:
    one, other = "Alder zorb plum", "Brill zorb melon"
    plain = score_similarity(account(one, parties=US_CHINA), account(other, parties=US_CHINA))
    words = (plain * 0.8 - 0.25) / 0.55
    found = score_similarity(account(one, parties=US_CHINA), account(other, parties=US_ONLY))
    assert found == near((0.55 * words + 0.25 * 0.3 / 1.3) / 0.8 * 0.65)


def test_stories_without_words_share_none() -> None:
    assert score_similarity(account("the", id="a"), account("of", id="b")) == near(0.25 / 0.8)
