"""Percentages and dollar amounts in a sentence, and the words from which each was read."""

from decimal import Decimal

import pytest

from bot.news.figures.numbers import find_rates, find_sums

PAD = "x " * 30


def rates(sentence: str) -> list[tuple[str, str | None, str | None]]:
    """For each rate found: its words, its old percent and its new percent."""
    found = find_rates(sentence)
    return [
        (sentence[rate.start : rate.end], _text(rate.from_percent), _text(rate.to_percent))
        for rate in found
    ]


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        # A range gives its highest rate.
        ("between 10% and 20%", [("between 10% and 20%", None, "20")]),
        ("between 10 and 20%", [("between 10 and 20%", None, "20")]),
        (
            "between 10% and 20%, later 30%",
            [("between 10% and 20%", None, "20"), ("30%", None, "30")],
        ),
        ("duties of 10 to 20 percent", [("of 10 to 20 percent", None, "20")]),
        ("on 25 june to 15%", [("15%", None, "15")]),
        ("between 10% now and later 20%", [("10%", None, "10"), ("20%", None, "20")]),
        ("10-20%", [("10-20%", None, "20")]),
        ("10% to 20%", [("10% to 20%", None, "20")]),
        ("10 or 20 per cent", []),
        ("10% or more", [("10%", None, "10")]),
        # "From ... to ..." gives the old and the new rate.
        ("from 145% to 30%", [("from 145% to 30%", "145", "30")]),
        ("from 145 to 30 per cent", [("from 145 to 30 per cent", "145", "30")]),
        (
            "from the current 10% down to a planned 5%",
            [("from the current 10% down to a planned 5%", "10", "5")],
        ),
        ("ranging from 10% to 20%", [("from 10% to 20%", None, "20")]),
        (
            "varying widely from 10% to 20%, then 5%",
            [("from 10% to 20%", None, "20"), ("5%", None, "5")],
        ),
        ("anywhere from 10% to 20%", [("from 10% to 20%", None, "20")]),
        (f"ranging widely, {PAD}from 10% to 20%", [("from 10% to 20%", "10", "20")]),
        (
            "from 1% to 2% and from 3% to 4%",
            [("from 1% to 2%", "1", "2"), ("from 3% to 4%", "3", "4")],
        ),
        # The new rate comes first, then the old one.
        ("25% instead of 50%", [("25% instead of 50%", "50", "25")]),
        ("30% from 145%", [("30% from 145%", "145", "30")]),
        ("30%, compared with a former 145%", [("30%, compared with a former 145%", "145", "30")]),
        ("25% from china", [("25%", None, "25")]),
        # A number that is part of one rate is not read again for another rate.
        ("from 10% to 5% instead of 20%", [("from 10% to 5%", "10", "5"), ("20%", None, "20")]),
        ("8% from 10%, then 5%", [("8% from 10%", "10", "8"), ("5%", None, "5")]),
        # A rate that is raised or cut, with the new rate after other words.
        ("cuts a 10% duty on cars to 5%", [("10% duty on cars to 5%", "10", "5")]),
        ("raises a 10% duty, and one on cars to 5%", [("10%", None, "10"), ("5%", None, "5")]),
        ("a 10% duty on cars to 5%", [("10%", None, "10"), ("5%", None, "5")]),
        # Zero is a rate of a duty.
        ("cut to zero from 20%", [("zero from 20%", "20", "0")]),
        ("cut to zero", [("zero", None, "0")]),
        ("zero tariffs, zero emissions", [("zero", None, "0")]),
        ("to zero-rated goods", []),
        # Only the old rate is known.
        ("down from the usual 39%", [("39%", "39", None)]),
        ("not from 39%", [("39%", None, "39")]),
        (f"zero {PAD}from 39%", [("39%", None, "39")]),
        # A rate that the text denies is none.
        ("84%, not 48%", [("84%", None, "84")]),
        ("not a 48% duty but one of 84%", [("84%", None, "84")]),
        ("84% rather than 48%", [("84%", None, "84")]),
        ("48%, if not 84%", [("48%", None, "48"), ("84%", None, "84")]),
        # Single rates.
        (
            "1,000% and 2.5 pct and 7pc",
            [("1,000%", None, "1000"), ("2.5 pct", None, "2.5"), ("7pc", None, "7")],
        ),
        ("a 50-percent duty", [("50-percent", None, "50")]),
        ("2 percentage points, 0,5 %, 1.000,5 %, 5% points, a5%", []),
        ("later 9%, first 3%", [("9%", None, "9"), ("3%", None, "3")]),
        ("10% from 5%, from 3% to 4%", [("10% from 5%", "5", "10"), ("from 3% to 4%", "3", "4")]),
        ("nothing", []),
    ],
)
def test_rates_are_read_in_order_with_their_words(
    sentence: str, expected: list[tuple[str, str | None, str | None]]
) -> None:
    assert rates(sentence) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("$50bn", [("$50bn", 50 * 10**9)]),
        ("us$ 1,000", [("us$ 1,000", 1000)]),
        ("usd 3", [("usd 3", 3)]),
        ("$7", [("$7", 7)]),
        ("$1.5 billion and $2-million", [("$1.5 billion", 15 * 10**8), ("$2-million", 2 * 10**6)]),
        ("$3k, $4m, $5b", [("$3k", 3000), ("$4m", 4 * 10**6), ("$5b", 5 * 10**9)]),
        (
            "$3 thousand, $4mn, $4mln",
            [("$3 thousand", 3000), ("$4mn", 4 * 10**6), ("$4mln", 4 * 10**6)],
        ),
        ("$2bln, $2 trillion", [("$2bln", 2 * 10**9), ("$2 trillion", 2 * 10**12)]),
        ("$2tn, $2trn", [("$2tn", 2 * 10**12), ("$2trn", 2 * 10**12)]),
        ("$1.25", [("$1.25", "1.25")]),
        ("5 million dollars", [("5 million dollars", 5 * 10**6)]),
        ("3.5 billion us dollars", [("3.5 billion us dollars", 35 * 10**8)]),
        ("5 dollars, a$50bn, €50bn, c$3, $1,5", []),
    ],
)
def test_sums_are_read_in_dollars(sentence: str, expected: list[tuple[str, object]]) -> None:
    found = list(find_sums(sentence))
    assert [(sentence[sum_.start : sum_.end], sum_.dollars) for sum_ in found] == [
        (words, Decimal(str(dollars))) for words, dollars in expected
    ]
    # The text form is checked too, because Decimal("1E+9") == Decimal("1000000000").
    assert [str(sum_.dollars) for sum_ in found] == [str(dollars) for _, dollars in expected]
