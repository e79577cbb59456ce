"""Splits a sentence into tokens: words, signs, names of parties and rates."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from bot.parties import Mention, Parties

_TOKEN = re.compile(r"'s\b|[a-z0-9]+(?:[.&'-][a-z0-9]+)*|[^\sa-z0-9]")

_BLOC = re.compile(r"\bbloc\b")
# The US department, without "department", and the president, without a country or a name.
_US_OFFICES = re.compile(
    r"(?:(?<=[:;,.]\s)|^)(?:commerce|president)(?=\s(?:finds?|sets?|imposes|slaps?|raises|cuts|"
    r"announce[sd]|proposes|assign(?:s|ed)|imposed|issued|set|found|raised|slapped|ordered|calculates|will|to|floats?|orders?|signs?|threatens?|vows?|says|"
    r"wants?|hits?|puts?|doubles?|delays?|drops?|lifts?|confirms?|backs?|weighs?|mulls?)\b)"
)
# Capitals that stand for a government although "from", "at" or "in" precedes them.
_PLACE = re.compile(r"\b(from|at|in|of)\s([A-Z][a-z]+(?:\s[A-Z][a-z]+)?)")
_POSSESSIVE = re.compile(r"['’]s\b")
_ENDS_IN_DUTY = re.compile(
    r"(?:\b(?:rates?|tariffs?|dut(?:y|ies)|lev(?:y|ies)|threats?|letters?|hikes?)|%|\bper\s?cent)\s\Z"
)
_ENDS_IN_COURT = re.compile(r"\b(?:[Cc]ourts?|[Jj]udges?|[Tt]ribunals?|[Bb]ench)\s\Z")
_BEFORE_PLACE = 20
"""Characters before a preposition that are read. They hold the longest of the words above."""
_FIRST_RATE = re.compile(r"[^\d]{0,60}[\d.,]*\d\s?-?(?:%|per\s?cent|pct|pc)?")


class Token(NamedTuple):
    """A word or sign in lower case, at `start` to `end` in the sentence.

    `party` is the code if the token is the name of a party. `rate` is the number of the rate if the
    token is one.
    """

    text: str
    start: int
    end: int
    party: str | None = None
    rate: int | None = None


def find_names(text: str, mentions: Sequence[Mention], parties: Parties) -> list[Mention]:
    """The mentions of parties, with the capitals from which a duty or a ruling comes.

    These are "Ottawa" in "hits out at Ottawa's duty", "a levy from Ottawa", "a judge in Ottawa".
    """
    found = list(mentions)
    for match in filter(_names_government, _PLACE.finditer(text)):
        start = match.start(2)
        if any(mention.start <= start < mention.end for mention in found):
            continue
        for words in (match[2], match[2].partition(" ")[0]):
            party = parties.find(words)
            if party is not None:
                end = start + len(words)
                found.append(Mention(code=party.code, start=start, end=end, words=words))
                break
    return sorted(found, key=lambda mention: mention.start)


def _names_government(place: re.Match[str]) -> bool:
    """Whether a capital after a preposition stands for its government."""
    text, preposition = place.string, place[1]
    before = text[max(0, place.start() - _BEFORE_PLACE) : place.start()]
    return bool(
        (preposition != "of" and _POSSESSIVE.match(text, place.end()))
        or (preposition == "from" and _ENDS_IN_DUTY.search(before))
        or (preposition in ("in", "of") and _ENDS_IN_COURT.search(before))
    )


def split_tokens(
    folded: str, mentions: Sequence[Mention], rates: Iterable[tuple[int, int]], *, names_eu: bool
) -> list[Token]:
    """The tokens of a lower-case sentence; a name or a rate is a single token.

    If the story names the European Union, "bloc" means it.
    """
    blocs = _BLOC.finditer(folded) if names_eu else ()
    spans = [Token(match.group(), *match.span(), party="EU") for match in blocs]
    spans += [Token(m.group(), *m.span(), party="US") for m in _US_OFFICES.finditer(folded)]
    spans += [Token(folded[m.start : m.end], m.start, m.end, party=m.code) for m in mentions]
    spans += [Token(folded[a:b], a, b, rate=number) for number, (a, b) in enumerate(rates)]
    tokens: list[Token] = []
    at = 0
    spans.sort(key=lambda one: one.start)
    for place, span in enumerate(spans):
        if span.start < at:
            continue
        has_name = any(other.start < span.end for other in spans[place + 1 : place + 2])
        token = span
        if has_name:
            end = cut_rate(folded, span.start, span.end)
            token = span._replace(text=folded[span.start : end], end=end)
        tokens += _split_words(folded, at, token.start)
        tokens.append(token)
        at = token.end
    return tokens + _split_words(folded, at, len(folded))


def cut_rate(folded: str, start: int, end: int) -> int:
    """Where the first number of a rate ends: "20%" in "20% on Thai goods from 25%"."""
    first = _FIRST_RATE.match(folded, start, end)
    return end if first is None else first.end()


def _split_words(folded: str, start: int, end: int) -> list[Token]:
    return [Token(match.group(), *match.span()) for match in _TOKEN.finditer(folded, start, end)]
