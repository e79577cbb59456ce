"""The features of a story that decide which event it reports: words, parties, goods, numbers, acts.

All are read from the title and the beginning of the text, without any other story. Facts that
identify a case (plaintiff, law, remedy, number of countries) are read from the title only, because
texts name other cases as background.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from bot.news.events.acts import COURT_STEPS, Act, find_acts
from bot.news.events.synonyms import find_goods, find_names, find_objects, weigh_words
from bot.news.story import Story
from bot.text.folding import fold_case

_MAX_TITLE, _MAX_TEXT = 400, 400
_TEXT_SHARE = 0.5
"""The weight of a word of the text, as a share of its weight in a title."""
_DISTINCTIVE = 0.6
"""The lowest weight of a word that can connect two stories on its own."""

_FIRST_SENTENCE = re.compile(r"[^.!?]{0,300}")
_LETTERS = re.compile(r"[a-z]+")
_INITIALS = re.compile(r"\b([A-Za-z])[A-Za-z]{3}")
_RATE = re.compile(r"(?<![\d.,])(\d{1,4}(?:[.,]\d{1,3})?)[\s-]?(?:%|percent\b|per\s?cent\b|pct\b)")
_BARE_RATE = re.compile(r"\bto\s(\d{1,3}(?:\.\d{1,2})?)(?=\s*(?:$|[,;]))")
_SUM = re.compile(
    r"([$£€¥])?\s?(?<![\d.,])(\d[\d.,]{0,12})[\s-]?"
    r"(bn|billion|million|mn|m|tn|trillion)\b(?:\s(dollar|pound|euro|yen))?"
)
_UNITS = {
    "bn": "b",
    "billion": "b",
    "million": "m",
    "mn": "m",
    "m": "m",
    "tn": "t",
    "trillion": "t",
}
_CURRENCIES = {"$": "dollar", "£": "pound", "€": "euro", "¥": "yen"}
_COUNT = re.compile(
    r"\b(\d{1,4}|two|three|four|five|six|seven|eight|nine|ten|dozen)\s(?:more\s|other\s)?"
    r"(?:econom(?:y|ies)|countries|nations|partners|companies|firms|states)\b"
)
_SECTION = re.compile(r"\bsections?\s?(\d{3})\b")
_EMERGENCY_LAW = re.compile(r"\bieepa\b|\bemergency\b")
_REMEDIES = (
    ("dumping", re.compile(r"\b(?:anti-?\s?)?dumping\b|\bless\sthan\sfair\svalue\b")),
    ("subsidy", re.compile(r"\bcountervailing\b|\bsubsid(?:y|ies)\b")),
    ("safeguard", re.compile(r"\bsafeguards?\b")),
)
_COURTS = (
    ("supreme", re.compile(r"\b(?:supreme|scotus|justices|high\scourt)\b")),
    ("appeals", re.compile(r"\b(?:appeals?\s(?:court|panel|judges)|federal\scircuit|appellate)\b")),
    ("trade", re.compile(r"\b(?:trade\s(?:court|judges)|court\sof\sinternational\strade)\b")),
    ("district", re.compile(r"\bdistrict\s(?:court|judge)\b")),
    ("wto", re.compile(r"\b(?:wto|world\strade\sorgani[sz]ation)\b")),
)
_CHAMBERS = (
    (
        "upper",
        re.compile(r"\b(?:senat\w*|upper\s(?:house|chamber)|lords|bundesrat|rajya\ssabha)\b"),
    ),
    (
        "lower",
        re.compile(
            r"\b(?:lower\s(?:house|chamber)|house\sof\s(?:representatives|commons)|deputies|bundestag|"
            r"lok\ssabha|(?<!white\s)house\s(?:votes?|passe[sd]|approves?|backs?))\b"
        ),
    ),
    ("committee", re.compile(r"\bcommittees?\b")),
)
_CASE = re.compile(r"^([A-Z].{1,60}?)\sv(?:s?\.|\s)\s?[A-Z]")
_PLAINTIFF = re.compile(
    r"^(.{1,80}?)\s(?:sues?|sued|suing|files?|joins?|goes\sto\scourt|takes?|challenges?)\b"
)
_COMMENT = re.compile(
    r"\?|\b(?:explain(?:ed|er|s)|here(?:'s|\sis|\sare)|what\s(?:it|this|the|to|happens|will)|how|"
    r"why|analysis|opinion|analysts?|options|stocks|shares|markets?|investors|watchers|traders|"
    r"wall\sstreet)\b"
)


class Sum(NamedTuple):
    """An amount of money: the number with its unit, and the currency if it is stated."""

    amount: str
    currency: str


class Features(NamedTuple):
    """The parts of a story that are compared."""

    title: dict[str, float]
    """The words of the title with their weights."""
    title_weight: float
    words: dict[str, float]
    """The words of title and text with their weights."""
    spelled: frozenset[str]
    """All words of title and text in lower case."""
    names: frozenset[str]
    """The capitalized words of the title that are not common, in lower case."""
    mixed_case: bool
    """Whether ordinary words of the title begin with a small letter, so that names stand out."""
    title_goods: frozenset[str]
    goods: frozenset[str]
    objects: frozenset[str]
    """The words for the subject of the duty or the investigation in the title."""
    parties: frozenset[str]
    """The parties of the title, or those of the text if the title names none."""
    partners: frozenset[str]
    """The parties of title and text, without the US, which most stories name."""
    acts: frozenset[Act]
    acts_in_title: bool
    in_court: bool
    rates: frozenset[float]
    """The percentages of the title."""
    all_rates: frozenset[float]
    sums: frozenset[Sum]
    amounts: frozenset[str]
    """The sums of the title without their currencies."""
    all_amounts: frozenset[str]
    counts: frozenset[str]
    """How many countries or firms the title counts."""
    laws: frozenset[str]
    remedies: frozenset[str]
    courts: frozenset[str]
    chambers: frozenset[str]
    """The chambers of a parliament that the title names."""
    actor: str
    """The party that the title names first; empty if it names none."""
    plaintiff: frozenset[str]
    imposers: frozenset[str]
    """The parties whose duties the story states."""
    comment: bool
    """Whether the title asks, explains or reports the markets' view."""
    anchors: frozenset[str]
    """Stories without a common anchor cannot report one event, so they are not compared."""


def get_features(story: Story) -> Features:
    """The features of a story."""
    figures = story.figures
    return _extract(
        story.title,
        story.text,
        story.parties,
        story.title_parties,
        tuple([(each.imposer, each.from_percent, each.to_percent) for each in figures])
        if figures
        else (),
    )


# Cached, because each new story is compared with all recent stories.
@lru_cache(maxsize=8192)
def _extract(
    title: str,
    text: str,
    parties: tuple[str, ...],
    title_parties: tuple[str, ...],
    figures: tuple[tuple[str | None, Decimal | None, Decimal | None], ...],
) -> Features:
    title, text = title[:_MAX_TITLE], text[:_MAX_TEXT]
    folded, body = fold_case(title), fold_case(text)
    weights = _weigh(((title, 1.0),))
    acts = find_acts(title)
    acts_in_title = bool(acts)
    if not acts and (sentence := _FIRST_SENTENCE.match(text)):
        acts = find_acts(sentence[0])
    goods, names = find_goods(title), find_names(title)
    rates = frozenset((*_find_rates(folded), *map(float, _BARE_RATE.findall(folded))))
    sums = frozenset(_find_sums(folded))
    amounts = frozenset(each.amount for each in sums)
    partners = frozenset(parties) - {"US"}
    plaintiff = _CASE.match(title) or (_PLAINTIFF.match(title) if Act.SUE in acts else None)
    distinctive = (word for word, weight in weights.items() if weight >= _DISTINCTIVE)
    in_court = not acts.isdisjoint(COURT_STEPS)
    return Features(
        title=weights,
        title_weight=sum(weights.values()),
        words=_weigh(((title, 1.0), (text, _TEXT_SHARE))),
        spelled=frozenset(_LETTERS.findall(f"{folded} {body}")),
        names=names,
        mixed_case=sum(map(str.islower, _INITIALS.findall(title))) >= 2,
        title_goods=goods,
        goods=goods | find_goods(text),
        objects=find_objects(title),
        parties=frozenset(title_parties or parties),
        partners=partners,
        acts=acts,
        acts_in_title=acts_in_title,
        in_court=in_court,
        rates=rates,
        all_rates=rates.union(
            _find_rates(body),
            (float(rate) for _, *both in figures for rate in both if rate is not None),
        ),
        sums=sums,
        amounts=amounts,
        all_amounts=amounts.union(each.amount for each in _find_sums(body)),
        counts=frozenset(_COUNT.findall(folded)),
        laws=frozenset(
            (*_SECTION.findall(folded), *(["ieepa"] if _EMERGENCY_LAW.search(folded) else []))
        ),
        remedies=frozenset(name for name, words in _REMEDIES if words.search(folded)),
        courts=frozenset(name for name, words in _COURTS if words.search(folded)),
        chambers=frozenset(name for name, words in _CHAMBERS if words.search(folded)),
        actor=next(iter(title_parties or parties), ""),
        plaintiff=frozenset(_weigh(((plaintiff[1], 1.0),))) if plaintiff else frozenset(),
        imposers=frozenset(imposer for imposer, _, _ in figures if imposer),
        comment=_COMMENT.search(folded) is not None,
        anchors=frozenset((*partners, *distinctive, *(["court"] if in_court else []))),
    )


def _weigh(parts: Iterable[tuple[str, float]]) -> dict[str, float]:
    words: dict[str, float] = {}
    for part, share in parts:
        for word, weight in weigh_words(part):
            words[word] = max(words.get(word, 0.0), share * weight)
    return words


def _find_rates(text: str) -> Iterator[float]:
    return (float(number.replace(",", ".")) for number in _RATE.findall(text))


def _find_sums(text: str) -> Iterator[Sum]:
    for sign, number, unit, word in _SUM.findall(text):
        yield Sum(f"{number.strip('.,')}{_UNITS[unit]}", _CURRENCIES.get(sign, word))
