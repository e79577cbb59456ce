"""The title and the text of a story are split into sentences and words once."""

from bot.news.story_text import TITLE
from tests.news.examples import story_text


def test_the_title_and_each_sentence_of_the_text_are_parts() -> None:
    story = story_text("Peru cuts its duty", "China waits. A ruling is due in Lima.\nIt rains")
    assert story.sentences == ("China waits.", "A ruling is due in Lima.", "It rains")
    assert story.parts == (story.title, *story.sentences)
    assert [story.read(place).where for place in (TITLE, 1)] == ["title", "summary"]
    assert story.read(1).words == ("china", "waits")


def test_the_mentions_of_a_part_have_their_offsets_in_the_part() -> None:
    story = story_text("Peru cuts its duty", "It rains. China waits.")
    assert [mention.code for mention in story.in_title] == ["PE"]
    assert [(mention.code, mention.start) for mention in story.in_text] == [("CN", 10)]
    assert [mention.start for mention in story.find_mentions(story.parts[2])] == [0]


def test_a_part_has_600_characters_and_the_text_5000() -> None:
    story = story_text("a" * 601, "b" * 601 + " ." + " " * 4_300 + "Far away " * 20)
    assert [len(part) for part in story.parts[:2]] == [600, 600]
    assert len(story.title) == 601
    assert len(story.sentences[0]) > 600
    assert len(story.text) == 5_000


def test_words_are_read_once() -> None:
    story = story_text("Peru cuts its duty", "It rains.")
    assert story.read(1) is story.read(1)
