"""The language of a text is recognized; an uncertain one is unknown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.languages import detect_language, get_primary_language, is_read


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The minister said that the duty on tea will rise from the first of May.", "en"),
        ("Der Zoll auf Tee steigt nach den Worten des Ministers im Mai, und das ist viel.", "de"),
        (
            "Le droit de douane sur le thé augmente en mai, a dit la ministre dans un discours.",
            "fr",
        ),
        ("El arancel del té sube en mayo, según la ministra, y los precios con él.", "es"),
        ("A tarifa do chá sobe em maio, disse a ministra, e não há acordo com os países.", "pt"),
        (
            "Il dazio sul tè sale in maggio, dice la ministra, e non è una sorpresa per il Paese.",
            "it",
        ),
        ("Het tarief op thee stijgt in mei, zegt de minister, en dat is niet het einde.", "nl"),
        ("Пошлина на чай вырастет в мае", "ru"),
        ("茶叶关税五月上调", "zh"),
        ("お茶の関税は五月に上がる", "ja"),
        ("차 관세가 오월에 오른다", "ko"),
        ("Tea, tariffs: 25%", ""),
        ("Tariff Oslo Bern 2031", ""),
        ("", ""),
    ],
)
def test_the_language_of_a_text_is_recognized(text: str, language: str) -> None:
    assert detect_language([text]) == language


def test_most_of_the_texts_decide() -> None:
    german = "Der Zoll auf Tee steigt nach den Worten des Ministers im Mai."
    assert detect_language(["The duty on tea", *[german] * 3]) == "de"


@given(st.lists(st.text()))
def test_any_text_is_accepted(texts: list[str]) -> None:
    assert detect_language(texts) == detect_language(["\n".join(texts)])


def test_the_region_of_a_language_does_not_count() -> None:
    assert get_primary_language("en-US") == get_primary_language("EN_gb") == "en"
    assert is_read("en-US", {"en"})
    assert is_read("", {"en"})
    assert not is_read("de-AT", {"en"})
    assert is_read("de-AT", {"en", "de"})
