"""Words are found by their first letter."""

from bot.text.word_set import WordSet


def test_words_are_found_by_their_first_letters() -> None:
    words = WordSet(["tea", "sofa", "tin", "cup"])
    assert words.starting_with("t") == ["tea", "tin"]
    assert words.starting_with("st") == ["sofa", "tea", "tin"]
    assert words.starting_with("tt") == ["tea", "tin"]
    assert words.starting_with("x") == []
    assert sorted(words) == ["cup", "sofa", "tea", "tin"]
