"""The duty column is read as a percent only if its text is a plain percent."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.sources.hts import parse_ad_valorem


@pytest.mark.parametrize(
    ("words", "percent"),
    [
        ("Free", "0"),
        ("free", "0"),
        (" Free 1/", "0"),
        ("2.9%", "2.9"),
        ("16.5% 2/", "16.5"),
        ("10 %", "10"),
        ("350%", "350"),
    ],
)
def test_a_plain_percent_is_read_exactly(words: str, percent: str) -> None:
    assert parse_ad_valorem(words) == Decimal(percent)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "4.4¢/kg",
        "1.5¢/kg + 2.5%",
        "2.5% + 1.5¢/kg",
        "The rate applicable to the article of which it is a part",
        "The duty provided in the applicable subheading + 25%",
        "See 9903.88.15",
        "Free (see note 3)",
        "6 2/3%",
        "1,000%",
        "No change",
        "$1.035/kg",
        "٣%",
    ],
)
def test_other_texts_give_no_percent(words: str) -> None:
    assert parse_ad_valorem(words) is None


_PIECES = st.sampled_from(
    ["Free", "2.9%", "4.4¢/kg", " + ", "%", "1/", "10", ".", " ", "<sup>1/</sup>", "or", "٣", "-"]
)


@example("9" * 5000 + "%")
@given(st.one_of(st.text(max_size=400), st.lists(_PIECES, max_size=8).map("".join)))
def test_any_text_is_accepted_and_no_number_is_invented(words: str) -> None:
    percent = parse_ad_valorem(words)
    if percent is None:
        return
    assert percent.is_finite()
    assert percent >= 0
    assert str(percent) in words or "free" in words.lower()
