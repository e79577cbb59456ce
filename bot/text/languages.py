"""Recognizes the language of a text by its script and its most frequent short words.

It only has to tell which feeds the topic rules cannot read, when an operator adds or checks a feed,
and counting words is enough for that. Of the libraries, py3langid needs NumPy, lingua comes with
models of tens of megabytes, and langdetect had its last release in 2021.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping

ENGLISH = "en"

_FREQUENT_WORDS: Mapping[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the of and to in for is on that with as by at from it its was are has will",
        "de": "der die das und den von zu mit sich des auf für ist im dem nicht ein eine als auch",
        "fr": "le la les de des du et un une en pour dans que qui sur au aux par est avec plus ses",
        "es": "el la los las de del y un una en por para que con se su al es más como sobre",
        "pt": "o a os as de do da dos das e um uma em por para que com no na não mais ao sobre",
        "it": "il lo la gli le di del della dei e un una in per che con su al alla è non più nel",
        "nl": "de het een en van in op voor met dat die is te zijn aan niet door naar om bij uit",
        "pl": "w i z na do się nie to że jest o od za po przez dla jak są oraz ze",
        "sv": "och i att det som en på är av för med den till inte om ett har från vid",
        "tr": "ve bir bu için ile da de olarak en daha çok gibi sonra kadar olan ise",
        "id": "yang dan di ke dari untuk dengan pada ini itu tidak akan dalam oleh juga",
    }.items()
}
_SCRIPTS = {
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "HANGUL": "ko",
    "CYRILLIC": "ru",
    "ARABIC": "ar",
    "HEBREW": "he",
    "THAI": "th",
    "DEVANAGARI": "hi",
    "GREEK": "el",
}
_WORD = re.compile(r"[^\W\d_]+")
_MAX_CHARACTERS = 20_000
_MIN_WORDS = 5
"""The minimum number of frequent words. With fewer, the language is unknown."""
_MIN_LEAD = 1.5
"""The minimum ratio of the best language's count to the second's."""


def detect_language(texts: Iterable[str]) -> str:
    """The ISO 639-1 code of the language of most of the texts; empty if it is not certain.

    A script stands for its largest language: Cyrillic for Russian, Arabic for Arabic.
    """
    text = "\n".join(texts)[:_MAX_CHARACTERS]
    words = _WORD.findall(unicodedata.normalize("NFC", text).lower())
    return _detect_by_script(words) or _detect_by_words(words)


def get_primary_language(tag: str) -> str:
    """The language of a tag without its region: `en` for `en-US`."""
    return tag.replace("_", "-").partition("-")[0].strip().lower()


def is_read(tag: str, languages: Collection[str]) -> bool:
    """Whether the language of a feed is among the languages of the topic rules.

    A feed without a language counts as read.
    """
    language = get_primary_language(tag)
    return not language or language in languages


def _detect_by_script(words: Iterable[str]) -> str:
    letters = Counter(
        unicodedata.name(letter, "").partition(" ")[0] for word in words for letter in word
    )
    total = letters.total()
    if any(letters[kana] * 20 > total for kana in ("HIRAGANA", "KATAKANA")):
        return "ja"
    if letters["CJK"] * 2 > total:
        return "zh"
    return next((code for name, code in _SCRIPTS.items() if letters[name] * 2 > total), "")


def _detect_by_words(words: Iterable[str]) -> str:
    counts = Counter(words)
    scores = Counter(
        {
            language: sum(counts[word] for word in frequent)
            for language, frequent in _FREQUENT_WORDS.items()
        }
    )
    (best, score), (_, second) = scores.most_common(2)
    return best if score >= _MIN_WORDS and score >= second * _MIN_LEAD else ""
