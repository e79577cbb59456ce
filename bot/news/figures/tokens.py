"""Splits a sentence into tokens: words, signs, names of parties and rates."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from bot.parties import Mention

_TOKEN = re.compile(r"'s\b|[a-z0-9]+(?:[.&'-][a-z0-9]+)*|[^\sa-z0-9]")

_BLOC = re.compile(r"\bbloc\b")
# The US department, without "department".
_COMMERCE = re.compile(
    r"(?:(?<=[:;,.]\s)|^)commerce(?=\s(?:finds?|sets?|imposes|slaps?|raises|cuts|announces|proposes|"
    r"assigns|calculates|will|to)\b)"
)
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


def split_tokens(
    folded: str, mentions: Sequence[Mention], rates: Iterable[tuple[int, int]], *, names_eu: bool
) -> list[Token]:
    """The tokens of a lower-case sentence; a name or a rate is a single token.

    If the story names the European Union, "bloc" means it.
    """
    blocs = _BLOC.finditer(folded) if names_eu else ()
    spans = [Token(match.group(), *match.span(), party="EU") for match in blocs]
    spans += [Token(m.group(), *m.span(), party="US") for m in _COMMERCE.finditer(folded)]
    spans += [Token(folded[m.start : m.end], m.start, m.end, party=m.code) for m in mentions]
    spans += [Token(folded[a:b], a, b, rate=number) for number, (a, b) in enumerate(rates)]
    tokens: list[Token] = []
    at = 0
    spans.sort(key=lambda one: one.start)
    for place, span in enumerate(spans):
        if span.start < at:
            continue
        has_name = any(other.start < span.end for other in spans[place + 1 : place + 2])
        token = _cut_rate(folded, span) if has_name else span
        tokens += _split_words(folded, at, token.start)
        tokens.append(token)
        at = token.end
    return tokens + _split_words(folded, at, len(folded))


def _cut_rate(folded: str, span: Token) -> Token:
    """The first number of a rate with a name inside: "20% on Thai goods from 25%"."""
    first = _FIRST_RATE.match(folded, span.start, span.end)
    return span if first is None else span._replace(text=first.group(), end=first.end())


def _split_words(folded: str, start: int, end: int) -> list[Token]:
    return [Token(match.group(), *match.span()) for match in _TOKEN.finditer(folded, start, end)]
