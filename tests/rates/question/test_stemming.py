"""Words of a text about goods are stemmed, and tariff codes are found."""

import pytest

from bot.rates.question.stemming import stem_words
from bot.rates.schedule.codes import extract_codes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Batteries", "battery"),
        ("berries", "berry"),
        ("ties", "tie"),
        ("dies", "die"),
        ("spies", "spy"),
        ("potatoes", "potato"),
        ("shoes", "shoe"),
        ("glasses", "glasses"),
        ("lenses", "lens"),
        ("boxes", "box"),
        ("waltzes", "waltz"),
        ("axes", "axe"),
        ("watches", "watch"),
        ("brushes", "brush"),
        ("cars", "car"),
        ("EVs", "evs"),
        ("pigs", "pig"),
        ("gas", "gas"),
        ("bus", "bus"),
        ("tennis", "tennis"),
        ("glass", "glass"),
        ("tires", "tyre"),
        ("Aluminum", "aluminium"),
        ("labor", "labour"),
        ("fertilizers", "fertiliser"),
        ("China's cars & parts", "china car and part"),
        ("lithium-ion, 30%", "lithium ion 30"),
        ("Café", "cafe"),
        ("!?", ""),
    ],
)
def test_words_lose_their_plural_and_are_spelt_the_british_way(text: str, expected: str) -> None:
    assert stem_words(text) == tuple(expected.split())


@pytest.mark.parametrize(
    ("text", "codes", "rest"),
    [
        ("8507.60 cells", ("850760",), "cells"),
        ("cells 8507.60.00.20", ("8507600020",), "cells"),
        ("85076000", ("85076000",), ""),
        ("HS 72", ("72",), ""),
        ("hts code 8507 60 00", ("85076000",), ""),
        ("Chapter 01", ("01",), ""),
        ("chapter 97", ("97",), ""),
        ("chapter 98", (), ""),
        ("chapter 00", (), ""),
        ("9801", (), ""),
        ("0101", ("0101",), ""),
        ("9703", ("9703",), ""),
        ("72", (), "72"),
        ("850", (), "850"),
        ("8507.6", (), "8507.6"),
        ("7208 and 7209 and 7208", ("7208", "7209"), "and and"),
        # 2025 is a year, unless "heading" comes before it. 2009 and longer numbers are codes.
        ("list of 2025", (), "list of 2025"),
        ("2009", ("2009",), ""),
        ("heading 2025", ("2025",), ""),
        ("202511", ("202511",), ""),
        ("2099.10", ("209910",), ""),
    ],
)
def test_codes_are_taken_out_of_a_text(text: str, codes: tuple[str, ...], rest: str) -> None:
    found, left = extract_codes(text)
    assert (found, " ".join(left.split())) == (codes, rest)
