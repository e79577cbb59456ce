"""Words of the same meaning get the same key; each word gets a weight."""

import pytest

from bot.news.events.synonyms import find_goods, find_names, weigh_words

COMMON, CONTEXT, PLAIN, NAME = 0.35, 0.25, 0.6, 1.0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Words of the same meaning have the same key and weight.
        ("Tariffs duty levies", [("duty", COMMON)] * 3),
        ("The judges and the court", [("court", COMMON)] * 2),
        (
            "talks deal charge threat",
            [(name, COMMON) for name in ["talk", "deal", "charge", "threat"]],
        ),
        ("raises hikes cut", [("raise", PLAIN), ("raise", PLAIN), ("cut", PLAIN)]),
        ("cars EVs", [("vehicles", PLAIN), ("vehicles", NAME)]),
        # Common words have little weight, even in capitals.
        ("Trump CHINA countries", [("trump", CONTEXT), ("china", CONTEXT), ("countr", CONTEXT)]),
        # Capitalized words are names, which weigh more than other words.
        ("Alder alder ALDER", [("alder", NAME), ("alder", PLAIN), ("alder", NAME)]),
        ("Zölle", [("duty", COMMON)]),
        ("Äpfel", [("apfel", NAME)]),
        # A number has the weight of a name.
        ("25% 2.5 10", [("25%", NAME), ("2.5", NAME), ("10", NAME)]),
        # Plural and verb endings are cut from words of more than four letters.
        ("pebbles pebbled orders", [("pebbl", PLAIN), ("pebbl", PLAIN), ("order", PLAIN)]),
        ("mixing berries logs", [("mix", PLAIN), ("berr", PLAIN), ("logs", PLAIN)]),
        ("boats", [("boat", PLAIN)]),
        ("the of and to us s", []),
        ("", []),
    ],
)
def test_each_word_gives_its_meaning_and_weight(
    text: str, expected: list[tuple[str, float]]
) -> None:
    assert list(weigh_words(text)) == expected


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Alder and Brill sue Trump over the Tariffs", {"alder", "brill"}),
        ("The US and China meet Alder in Zürich", {"alder", "zurich"}),
        ("alder A I", set()),
        ("McAlder's", {"mcalder"}),
    ],
)
def test_names_are_capitalized_words_that_are_not_common(text: str, names: set[str]) -> None:
    assert find_names(text) == names


@pytest.mark.parametrize(
    ("text", "goods"),
    [
        ("Cars, EVs and SEMICONDUCTORS", {"vehicles", "chips"}),
        ("Aluminium or aluminum", {"aluminium"}),
        ("Duties on nothing", set()),
    ],
)
def test_goods_are_found_under_any_of_their_names(text: str, goods: set[str]) -> None:
    assert find_goods(text) == goods
