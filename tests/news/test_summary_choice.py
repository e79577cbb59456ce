"""How sentences get points and which sentences a summary takes, one rule at a time."""

from collections.abc import Sequence

import pytest

from bot.text.sentences import split_sentences
from tests.news.examples import summarize

FIRST, SECOND, THIRD = (
    "Envoys met in town.",
    "Ships left the harbour.",
    "Rain fell on fields.",
)
SIX = ("ants", "bees", "cats", "dogs", "elks", "foxes")


def best(text: str, *wanted: str, title: str = "") -> str:
    """The best sentence; the limit leaves no room for a second one."""
    longest = max(map(len, split_sentences(text)))
    return summarize(title, text, wanted, limit=longest)


@pytest.mark.parametrize(
    ("given", "wanted", "expected"),
    [
        ((FIRST, SECOND), (), 0),
        # Each place further back costs half a point; each wanted word adds a point.
        ((FIRST, SECOND), ("ships",), 1),
        ((FIRST, SECOND, THIRD), ("rain",), 0),
        ((FIRST, SECOND, THIRD), ("rain", "fields"), 2),
        # A wanted word with a digit adds two points, not three.
        (("An alpha met in town.", "A rate of 10 rose."), ("alpha", "10"), 1),
        (("An alpha met beta there.", "A rate of 10 rose."), ("alpha", "beta", "10"), 0),
        # At most six wanted words add points.
        ((f"All {' '.join(SIX)} came.", f"All {' '.join(SIX)} and gnus ran."), (*SIX, "gnus"), 0),
        # After the fifth sentence, places further back cost no more points.
        ((FIRST, *[SECOND] * 6, "Ants, bees and cats came."), SIX, 7),
        # A question costs a point.
        (("Will envoys meet again?", SECOND), (), 1),
        (("Will envoys meet again?", SECOND), ("envoys",), 0),
        # A sentence that refers to the one before it costs a point, unless it is the first.
        (("He met envoys there.", SECOND), (), 0),
        ((FIRST, "He saw many ships."), ("ships",), 0),
        ((FIRST, "A man saw ships."), ("ships",), 1),
        ((FIRST, "He saw many ships."), ("ships", "many"), 1),
    ],
)
def test_the_best_sentence_has_the_most_points(
    given: Sequence[str], wanted: Sequence[str], expected: int
) -> None:
    assert best(" ".join(given), *wanted) == given[expected]


@pytest.mark.parametrize(("length", "is_first"), [(349, True), (350, True), (351, False)])
def test_a_sentence_of_more_than_350_characters_loses_a_point(length: int, is_first: bool) -> None:
    long = f"Envoys met {'again ' * 60}"[: length - 1].rstrip().ljust(length - 1, "x") + "."
    assert len(long) == length
    assert best(f"{long} {SECOND}").startswith("Envoys") is is_first


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("ships", 1),
        ("SHIPS", 0),
        ("Ships", 1),
        # Only whole words are found, anywhere in the sentence.
        ("ship", 0),
        ("hips", 0),
        ("harbour", 1),
        ("left the", 1),
        (" ships ", 1),
        (" ", 0),
        ("ｓhips", 1),
    ],
)
def test_a_wanted_word_is_a_whole_word_in_any_case(wanted: str, expected: int) -> None:
    assert best(f"{FIRST} {SECOND}", wanted) == (FIRST, SECOND)[expected]


def test_a_word_in_capitals_is_wanted_in_capitals() -> None:
    one, other = "Tell us more of it.", "The US is at work."
    assert best(f"{one} {other}", "US") == other
    assert best(f"{one} {other}", "us") == one
    # "US" is found although the sentence has it first as a part of "BUS".
    assert best(f"{FIRST} A BUS in the US came.", "US") == "A BUS in the US came."


def test_wanted_words_count_once_and_forty_at_most() -> None:
    assert best(f"{FIRST} {SECOND} {THIRD}", "rain", " rain", "rain") == FIRST
    many = [f"word{'x' * n}" for n in range(39)]
    assert best(f"{FIRST} {SECOND}", *many, "ships") == SECOND
    assert best(f"{FIRST} {SECOND}", *many, "more", "ships") == FIRST


@pytest.mark.parametrize(
    ("sentence", "kept"),
    [
        # Five words with one new word repeat the title, with two they do not. A number is new.
        ("Alpha bravo charlie delta golf.", False),
        ("Alpha bravo charlie hotel golf.", True),
        ("Alpha bravo charlie delta 5.", True),
        ("Alpha bravo charlie delta echo.", False),
        # Without a full stop, five words with two new ones still repeat the title.
        ("Alpha bravo charlie hotel golf", False),
        ("Alpha bravo india hotel golf", True),
        # Small words ("the", "and", "of") are not compared.
        ("The alpha and the bravo of a charlie in delta golf.", False),
        # Three words are too few for a sentence.
        ("Oscar papa quebec.", False),
        ("Oscar papa quebec romeo.", True),
    ],
)
def test_a_sentence_that_repeats_the_title_is_left_out(sentence: str, kept: bool) -> None:
    title = "Alpha bravo charlie delta echo foxtrot"
    assert summarize(title, sentence) == (sentence if kept else "")


def test_a_second_sentence_is_added_if_it_has_points_and_is_new() -> None:
    assert summarize("", f"{FIRST} {SECOND}") == f"{FIRST} {SECOND}"
    # Two sentences stay in the order of the text, even if the second one is better.
    assert summarize("", f"{FIRST} {SECOND}", ["ships"]) == f"{FIRST} {SECOND}"
    # A sentence is left out if it repeats the first one or has no points.
    assert summarize("", f"{FIRST} {FIRST} {SECOND}") == f"{FIRST} {SECOND}"
    worthless = [f"Did {name} come too?" for name in SIX]
    assert summarize("", " ".join(worthless)) == " ".join(worthless[:2])
    assert summarize("", f"{FIRST} Is it {' '.join(SIX)}?", ["town"]).startswith(FIRST)


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        # A question in third place has no points; a question in second place has half a point.
        ((SECOND, "Did ants come too?"), f"{FIRST} {SECOND}"),
        (("Did ants come too?",), f"{FIRST} Did ants come too?"),
        # "He" refers to the first sentence, which the summary contains.
        (("He saw many ships.",), f"{FIRST} He saw many ships."),
    ],
)
def test_the_second_sentence_is_the_next_best(second: tuple[str, ...], expected: str) -> None:
    assert summarize("", " ".join((FIRST, *second))) == expected


def test_two_sentences_are_cut_where_there_is_room_for_a_part_of_the_second() -> None:
    early, late = FIRST, f"Ships {'went on ' * 20}home."
    both = f"{early} {late}"
    assert summarize("", both, limit=len(both)) == both
    cut = summarize("", both, limit=len(both) - 1)
    assert cut.startswith(f"{early} Ships went on")
    assert cut.endswith("…")
    room = len(early) + 80
    assert summarize("", both, limit=room).startswith(f"{early} Ships")
    assert summarize("", both, limit=room - 1) == early
    # If the second sentence is the better one, the summary has only that sentence.
    assert summarize("", both, ["ships", "home"], limit=len(both) - 1) == late


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (44, "A duty of 5 to 7 percent was set on sea bass."),
        (25, "A duty of 5 to 7 percent…"),
        (20, "A duty of 5 to…"),
        (14, "A duty of…"),
    ],
)
def test_a_cut_ends_before_a_number_and_not_behind_it(limit: int, expected: str) -> None:
    text = "A duty of 5 to 7 percent was set on sea bass."
    found = summarize("", text, limit=limit)
    assert not any(sign.isdigit() for sign in found.removesuffix("…").rpartition(" ")[2])
    assert len(found) <= limit
    assert text.startswith(found.removesuffix("…"))
    assert found == expected or limit == 44


def test_a_text_that_begins_with_a_number_may_leave_nothing() -> None:
    assert summarize("", "100,000 ships came to port.", limit=9) == ""


def test_sixteen_sentences_are_read() -> None:
    many = [f"Case {n} of {n + 100} has ended." for n in range(1, 18)]
    assert best(" ".join(many), "16", "116") == many[15]
    assert best(" ".join(many), "17", "117") == many[0]
