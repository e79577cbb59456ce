"""Parsing of product texts: goods, codes, layers and unknown words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rates.ledger import Ledger
from bot.rates.question.product.parsed import ParsedProduct


def _read(text: str, ledger: Ledger) -> ParsedProduct:
    return ledger.reader.read(text, frozenset(measure.id for measure in ledger.measures))


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("Steel", "steel"),
        ("aluminum", "aluminium"),
        ("tires", "tyres"),
        ("EVs", "electric-cars"),
        ("Electric Vehicles", "electric-cars"),
        ("EV batteries", "ev-batteries"),
        ("washing machine", "washing-machines"),
        ("solar panels", "solar-cells"),
        ("tomatoes", "tomatoes"),
        ("phones", "smartphones"),
    ],
)
def test_names_are_understood_in_any_case_number_and_spelling(
    text: str, good: str, ledger: Ledger
) -> None:
    assert _read(text, ledger).goods == (good,)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("8507.60", ("850760",)),
        ("85076000", ("85076000",)),
        ("HS 72", ("72",)),
        ("chapter 72", ("72",)),
        ("HTS 8703 and 8704", ("8703", "8704")),
        ("CN code 8703 80 10", ("87038010",)),
        ("March 2025 countermeasure", ()),
        ("9903.88.03", ()),
        ("30 bn", ()),
    ],
)
def test_codes_are_distinguished_from_years_and_amounts(
    text: str, codes: tuple[str, ...], ledger: Ledger
) -> None:
    assert _read(text, ledger).codes == codes


def test_the_longest_matching_phrase_counts(ledger: Ledger) -> None:
    wanted = _read("lithium-ion batteries other than for EVs", ledger)

    assert wanted.goods == ("storage-batteries",)


def test_a_layer_is_distinguished_from_goods(ledger: Ledger) -> None:
    wanted = _read("solar cells, Section 301 layer only", ledger)

    assert (wanted.goods, wanted.bases, wanted.alone) == (("solar-cells",), ("Section 301",), True)


@pytest.mark.parametrize(
    ("text", "good"), [("ev battry", "ev-batteries"), ("electic cars", "electric-cars")]
)
def test_a_typo_is_read_as_the_nearest_goods(text: str, good: str, ledger: Ledger) -> None:
    wanted = _read(text, ledger)

    assert wanted.goods == (good,)
    assert wanted.read_as


def test_unknown_words_are_returned(ledger: Ledger) -> None:
    assert _read("purple steel", ledger).unknown == ("purple",)


@given(st.text(max_size=300))
def test_any_text_can_be_read(ledger: Ledger, text: str) -> None:
    assert _read(text, ledger).text == text


@pytest.mark.parametrize(
    ("text", "goods"),
    [
        ("leather shoes", ("leather-shoes",)),
        ("shiny shoes", ("footwear",)),
        ("wine glasses", ("drinking-glasses",)),
        ("steel nails", ("nails",)),
        ("steel rolled", ("steel",)),
        ("fresh milk", ("milk",)),
        ("batteries aaa", ("primary-batteries",)),
        ("trucks buses", ("heavy-trucks", "buses")),
        ("steel aluminum copper", ("steel", "aluminium", "copper")),
        ("steel, aluminum", ("steel", "aluminium")),
    ],
)
def test_neighboring_words_are_a_phrase_or_a_list(
    text: str, goods: tuple[str, ...], ledger: Ledger
) -> None:
    assert _read(text, ledger).goods == goods


@pytest.mark.parametrize(
    ("text", "doubtful"),
    [
        ("car wax", "passenger cars"),
        ("noodle frobnicator", "pasta and noodles"),
        ("yak milk", "milk and cream"),
        ("tomato butter", "butter"),
        ("frobnicated soda", "soft drinks"),
        ("steel atlantis", "steel"),
    ],
)
def test_an_unknown_word_may_make_other_goods_of_a_name(
    text: str, doubtful: str, ledger: Ledger
) -> None:
    wanted = _read(text, ledger)
    assert (wanted.goods, wanted.doubtful) == ((), (doubtful,))


def test_a_word_of_the_tariff_schedule_is_no_typo(ledger: Ledger) -> None:
    """`palets` is one letter from both, but `pellets` is the name of other goods."""
    assert _read("wood palets", ledger).goods == ("pallets",)
    assert _read("iron ore pellets", ledger).goods != ("pallets",)


@pytest.mark.parametrize(
    ("text", "goods"),
    [
        ("trucks 8704", ()),
        ("EV batteries 8507.60", ("ev-batteries",)),
        ("cars 8703.80", ("cars",)),
        ("shoes 8703", ()),
    ],
)
def test_words_next_to_a_code_count_only_if_they_are_of_one_piece_with_it(
    text: str, goods: tuple[str, ...], ledger: Ledger
) -> None:
    """Some goods of 8704 are no heavy trucks, and some heavy trucks are of 8701."""
    assert _read(text, ledger).goods == goods
