"""A summary consists of the best one or two sentences of the text, unchanged."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.text.sentences import split_sentences
from tests.news.examples import summarize

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
TITLE = "Norland and Sudland agree on a truce"

WORDS = st.sampled_from(
    [
        *(
            "tariff",
            "25%",
            "from",
            "1,000.50",
            "$3.5",
            "billion",
            "U.S.",
            "U.S",
            "Mr.",
            "He",
            "The",
        ),
        *("said", "Read more", "Subscribe", "WASHINGTON,", "(Reuters)", "-", "—", ".", "...", "?"),
        *("By Ann Lee", "\n", "The post", "appeared first", "“quoted”", "関税", "e\u0301", "\x00"),
    ]
)
TEXT = st.one_of(
    st.lists(st.one_of(WORDS, st.text(max_size=12)), max_size=60).map(" ".join),
    st.text(max_size=300),
)


def test_the_two_best_sentences_are_in_the_order_of_the_text() -> None:
    text = (
        "Officials met in a hotel by the lake. The weather was mild for the season. "
        "Norland will cut its duty on Sudland's goods from 40% to 15%. "
        "Reporters waited outside all day. Sudland lifts its ban on Norland's cheese."
    )
    wanted = ("from 40% to 15%", "Norland", "Sudland", "ban")
    assert summarize(TITLE, text, wanted) == (
        "Norland will cut its duty on Sudland's goods from 40% to 15%. "
        "Sudland lifts its ban on Norland's cheese."
    )


def test_without_keywords_the_first_sentences_are_used() -> None:
    text = "Envoys met on Monday. Both sides want a longer pause. Nobody took questions at all."
    assert summarize(TITLE, text) == "Envoys met on Monday. Both sides want a longer pause."


def test_a_sentence_that_refers_to_an_omitted_one_counts_less() -> None:
    text = (
        "The harbour was busy on Monday. The crane was painted green. He wants the duty gone. "
        "Farmers want the duty gone before the harvest starts."
    )
    assert summarize(TITLE, text, ("duty", "duty gone")).endswith("before the harvest starts.")


def test_a_sentence_that_refers_to_the_chosen_one_can_follow_it() -> None:
    text = "Minister Aro opposes the new duty. He calls the duty a tax on bread."
    assert summarize(TITLE, text, ("duty",)) == text


@pytest.mark.parametrize(
    "text",
    [
        "Norland and Sudland agree on a truce.",
        "Norland and Sudland agree on truce, Norland says.",
        "NORLAND AND SUDLAND AGREE ON A TRUCE - Northern Wire",
        "Two short words.",
        "Subscribe to our morning briefing for all the news.",
        "Read more about this on our page.",
        "Click here to see the whole gallery.",
        "Sign up for the weekly letter on trade.",
        "By Ann Lee and Robert Moss",
        "By Ann Lee | Northern Wire",
        "(Reporting by Ann Lee; Editing by Robert Moss)",
        "Photo: workers unload a ship in the harbour",
        "The post Norland agrees appeared first on Northern Wire.",
        "© 2025 Northern Wire, all rights reserved worldwide.",
        "Updated on 3 May at 10 in the morning.",
        "4 min read",
        "This article was first published in the evening edition.",
        "We use cookies to make this page better for you.",
        "Envoys, ministers and more: continue reading",
        "",
        " \n ",
    ],
)
def test_a_text_that_only_repeats_the_title_makes_no_summary(text: str) -> None:
    assert summarize(TITLE, text) == ""


def test_boilerplate_around_the_news_is_removed() -> None:
    text = (
        "By Ann Lee\nEnvoys met on Monday in a hotel by the lake.\nRead more: what a truce is\n"
        "Both sides want a longer pause. Subscribe now."
    )
    assert summarize(TITLE, text) == (
        "Envoys met on Monday in a hotel by the lake. Both sides want a longer pause."
    )


@pytest.mark.parametrize(
    "dateline",
    [
        "GENEVA, May 12 (Reuters) - ",
        "GENEVA (AP) — ",
        "NEW DELHI, 12 May (PTI) -- ",
        "New Delhi, May 12 (ANI): ",
        "(Bloomberg) -- ",
        "May 12 (Reuters) – ",
        "WASHINGTON, D.C. (AFP) - ",
        "BRUSSELS — ",
        "BEIJING: ",
        "SUMMARY: ",
    ],
)
def test_a_dateline_is_removed_from_its_sentence(dateline: str) -> None:
    sentence = "Envoys of both sides met on Monday."
    assert summarize(TITLE, dateline + sentence) == sentence


@pytest.mark.parametrize(
    "sentence",
    [
        "By Monday the two envoys had agreed on cheese.",
        "Read in full, the decree spares farm goods.",
        "WTO: a panel will look at the duty on cheese.",
        "The duty (Section 301) - a relic - goes on Monday.",
        "Watches and clocks are spared by the new duty.",
        "Imaging firms ask for relief from the new duty.",
    ],
)
def test_a_sentence_that_resembles_boilerplate_is_kept(sentence: str) -> None:
    assert summarize(TITLE, sentence) == sentence


def test_a_sentence_with_a_new_number_does_not_count_as_a_repetition_of_the_title() -> None:
    text = "Norland and Sudland agree on a truce of 90 days."
    assert summarize(TITLE, text) == text


def test_of_two_sentences_with_the_same_content_one_is_used() -> None:
    text = (
        "The duty on cheese ends on Monday. The duty on cheese ends Monday. Farmers are glad of it."
    )
    assert summarize(TITLE, text, ("duty", "cheese")) == (
        "The duty on cheese ends on Monday. Farmers are glad of it."
    )


def test_a_truncated_sentence_is_used_if_there_is_no_complete_one() -> None:
    cut_off = "Envoys of both sides met on Monday and agreed to…"
    assert summarize(TITLE, cut_off) == cut_off
    assert summarize(TITLE, "Both want a longer pause. " + cut_off) == "Both want a longer pause."


def test_a_country_code_in_capitals_is_not_a_lowercase_word() -> None:
    text = (
        "Nobody told us a word of it. A pause suits everybody well. US farmers want the deal kept."
    )
    assert summarize(TITLE, text, ("US", "US farmers")).endswith("US farmers want the deal kept.")


def test_a_long_sentence_is_cut_at_a_word_with_an_ellipsis() -> None:
    text = "Envoys of both sides met on Monday to talk about the price of grain, wool and cheese."
    assert summarize(TITLE, text, limit=40) == "Envoys of both sides met on Monday to…"


def test_a_number_at_the_cut_is_removed_with_its_unit() -> None:
    text = "The new duty covers goods worth $1.5 billion a year, most of them cheese."
    assert summarize(TITLE, text, limit=38) == "The new duty covers goods worth…"


def test_a_second_sentence_that_does_not_fit_is_left_out() -> None:
    text = "Envoys of both sides met on Monday. Both sides want a much longer pause than before."
    assert summarize(TITLE, text, limit=60) == "Envoys of both sides met on Monday."


@given(TEXT, TEXT, st.lists(st.one_of(WORDS, st.text(max_size=5)), max_size=5), st.integers(0, 700))
@example("", "GENEVA (AP) - ", ["AP"], 600)
def test_every_summary_is_a_part_of_the_text(
    title: str, text: str, wanted: list[str], limit: int
) -> None:
    summary = summarize(title, text, wanted, limit)
    assert len(summary) <= limit
    pieces = split_sentences(text)
    said = summary.removesuffix("…").rstrip()
    assert _begins_with_sentences(said, pieces)
    assert set(NUMBER.findall(summary)) <= set(NUMBER.findall(text))


def _begins_with_sentences(said: str, pieces: tuple[str, ...]) -> bool:
    """Whether the summary is one or two sentences of the text in their order, possibly cut."""
    if any(said in piece for piece in pieces) or not said:
        return True
    blanks = [place for place, sign in enumerate(said) if sign == " "]
    return any(
        early.endswith(said[:blank]) and any(said[blank + 1 :] in late for late in pieces[at + 1 :])
        for blank in blanks
        for at, early in enumerate(pieces)
    )


@pytest.mark.parametrize(
    "unit",
    ["A. ", "Read more ", "by a ", "- ", "The post ", "25% ", "a", "A", "(Reuters) ", "U.S. ", "é"],
)
def test_repetitive_text_gives_a_short_summary_quickly(unit: str) -> None:
    assert len(summarize(unit * 500, unit * 50_000, [unit, unit * 100])) <= 600
