"""Finds percentages and sums of US dollars in a sentence, in this order:

1. From one rate to another.         "from 145% to 30%"
2. A range, with both its ends.      "10% to 20%", "between 10 and 20%"; not "10 or 20%"
3. A rate raised to another.         "raises the 10% duty to 15%"; not "a 10% duty to 15 countries"
4. One rate from another.            "25% instead of 50%"; but "25% from China" is a single rate
5. Zero.                             "zero tariffs", "to zero", "to zero from 20%"
6. A single rate.                    "a 25% tariff"; not "0,5 %", "10 or 20%", "not 48%"
7. A former rate.                    "down from 20%": from 20, and no new rate
8. Dollars, separately.              "$50bn", "US$ 1,000"; not "A$50bn" or "€50bn"

Ambiguous numbers give nothing: in `1.000,5 %`, the comma may separate thousands or decimals.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d{1,4})(?:\.\d{1,3})?(?![.,]?\d)"
_PERCENT = r"(?:\s?%|[\s-]?(?:per\s?cent|pct|pc)\b)(?![\s-]*(?:age\b|points?\b))"
_ALONE = r"(?<![\w.,$€£-])"
# "a threatened", "the current".
_WORDS = r"(?:[a-z]+\s){0,3}"

# The end of a number whose percent sign is that of the number before: "from 10% to 30".
_BARE = r"(?![.,]?\d)(?=[.;,]?(?:$|\s(?:as|after|in|under|and|from|for)\b))"

# A sentence without one of these has no rate. This search is fast, because all begin with a letter
# or sign and not with `\b`.
_MAY_BE_RATE = re.compile(r"%|per\s?cent|pct|pc\b|zero|nil")
_FROM_TO = re.compile(
    rf"\bfrom\s+{_WORDS}({_NUMBER})(?:{_PERCENT})?\s+(?:[a-z]+\s){{0,4}}to\s+{_WORDS}"
    rf"(?:({_NUMBER}){_PERCENT}|(\d{{1,3}}){_BARE})"
)
# "cuts a 25% tariff on cars to 15%"
_TO_NEXT = re.compile(
    r"\b(?:rais|hik|increas|cut|slash|lower|reduc|bring|doubl|tripl)[a-z]*\s(?:[a-z.'-]+\s){0,3}?"
    rf"({_NUMBER}){_PERCENT}\s(?:(?!(?:and|but|as)\s)[a-z.'-]+\s){{0,8}}?to\s"
    rf"(?:(?:about|around|as|low|high|up|to|just|only)\s){{0,2}}({_NUMBER}){_PERCENT}"
)
# "the 25% duty on cars is to rise to 30%"
_RISES = re.compile(
    rf"{_ALONE}({_NUMBER}){_PERCENT}\s(?:[a-z]+\s){{0,3}}?(?:tariff|duty|duties|lev)[a-z]*,?\s"
    r"(?:(?!(?:and|but|as)\s)[a-z0-9$.'-]+,?\s){0,12}?"
    r"(?:ris|increas|rais|climb|fall|drop|cut|lower|reduc)[a-z]*\sto\s"
    rf"({_NUMBER}){_PERCENT}"
)
_TO_FROM = re.compile(
    rf"{_ALONE}({_NUMBER}){_PERCENT}[^%;:]{{0,40}}?\b(?:from|instead\sof|compared\swith)\s+"
    rf"(?:{_WORDS}({_NUMBER}){_PERCENT}|(\d{{1,3}}){_BARE})"
)
# "zero tariffs", "to zero", "to zero from 20%"
_ZERO = re.compile(
    rf"\bfrom\s{_WORDS}(?P<first>{_NUMBER}){_PERCENT}\s(?:[a-z]+\s){{0,3}}to\s(?:zero|nil)\b(?!-)"
    rf"|(?<=\bto\s)nil\b|\bzero(?:(?<=\bto\szero)(?:\sfrom\s{_WORDS}(?P<old>{_NUMBER}){_PERCENT}|\b(?!-))"
    r"|(?:[\s-](?:per\s?cent|pct))?(?=\s(?:import\s)?(?:tariff|dut|lev)|\son\s))"
)
# "between 10% and 20%", "10-20%", "duties of 10 to 20 percent", "10% to 20%"
_RANGE = re.compile(
    rf"\bbetween\s{_WORDS}({_NUMBER})(?:{_PERCENT})?\sand\s({_NUMBER}){_PERCENT}"
    rf"|{_ALONE}({_NUMBER})(?:{_PERCENT}\s?(?:-|to)|\s?-)\s?({_NUMBER}){_PERCENT}"
    rf"|\b(?:of|at|by|with|tariffs|duties|margins|a|impos\w+|sets?|puts?|slaps?|face|charge|pay)s?\s({_NUMBER})\sto\s({_NUMBER}){_PERCENT}"
)
_SINGLE = re.compile(rf"{_ALONE}({_NUMBER}){_PERCENT}(?!\s?(?:-|to|or)\s?\d)")
_RANGE_END = re.compile(r"\d\s?(?:%|per\s?cent|pct)?\s?(?:-|to|or)\s$")
_SPREADS = re.compile(r"\b(?:rang\w+|var\w+|anywhere|differ\w*|between)\s+(?:[a-z]+\s){0,2}$")

# "cut to zero from 20%", "down from 39%": the 20% and the 39% are former rates.
_OLD_RATE = re.compile(
    r"\b(?:zero|nil|nothing|down|up|cut|lowered|raised|reduced|rise[sn]?|rising|rose|falls?|fell|"
    r"falling|increased?|drops?|dropped|climbs?|climbed)\sfrom\s(?:[a-z]+\s){0,2}$"
)

# "84%, not 48%": the 48% is denied; but "if not 48%".
_DENIED = re.compile(
    r"(?<!\bif\s)(?<!\bwhy\s)\b(?:not|rather\sthan)\s(?:(?:the|of|at|by|on|an?|to)\s){0,2}$"
)

_SCALES = {"thousand": 3, "k": 3, "million": 6, "mn": 6, "m": 6, "billion": 9, "bn": 9, "b": 9}
_SCALES |= {"trillion": 12, "tn": 12, "trn": 12, "bln": 9, "mln": 6}
_SCALE = r"thousand|million|billion|trillion|bn|mn|tn|trn|bln|mln|[mbk]"
_DOLLAR_NAMES = ("$", "usd", "dollars")
_DOLLARS = re.compile(
    rf"(?:(?<![a-z])us\s?\$|(?<![a-z$])\$|\busd\s?)\s?({_NUMBER})[\s-]?({_SCALE})?\b"
    rf"|(?<![\w.,€£$])({_NUMBER})\s({_SCALE})\s(?:us\s)?dollars\b"
)


class PercentRate(NamedTuple):
    """One percentage, or a change from one to another, in percent."""

    start: int
    end: int
    from_percent: Decimal | None
    to_percent: Decimal | None
    """The new rate; of a range, the highest rate."""
    lowest: Decimal | None = None
    """The lowest rate of a range."""


class DollarSum(NamedTuple):
    """A sum of US dollars."""

    start: int
    end: int
    dollars: Decimal


def find_rates(folded: str) -> list[PercentRate]:
    """The percentages of a lower-case sentence, in order. Each number is in at most one of them."""
    if not _MAY_BE_RATE.search(folded):
        return []
    found: list[PercentRate] = []
    taken: list[tuple[int, int]] = []

    def is_free(match: re.Match[str]) -> bool:
        return all(match.end() <= start or end <= match.start() for start, end in taken)

    for match in _FROM_TO.finditer(folded):
        taken.append(match.span())
        is_range = _SPREADS.search(folded[max(0, match.start() - 40) : match.start()]) is not None
        first, second = _parse_decimal(match[1]), _parse_decimal(match[2] or match[3])
        old, lowest = (None, first) if is_range else (first, None)
        found.append(PercentRate(*match.span(), old, second, lowest))
    for match in _RANGE.finditer(folded):
        if is_free(match):
            taken.append(match.span())
            lowest, highest = (_parse_decimal(one) for one in match.groups() if one)
            found.append(PercentRate(*match.span(), None, highest, lowest))
    for match in (*_TO_NEXT.finditer(folded), *_RISES.finditer(folded)):
        if is_free(match):
            taken.append(match.span())
            start = match.start(1)
            found.append(
                PercentRate(start, match.end(), _parse_decimal(match[1]), _parse_decimal(match[2]))
            )
    for match in _TO_FROM.finditer(folded):
        if is_free(match):
            taken.append(match.span())
            found.append(
                PercentRate(
                    *match.span(), _parse_decimal(match[2] or match[3]), _parse_decimal(match[1])
                )
            )
    for match in _ZERO.finditer(folded):
        if is_free(match):
            taken.append(match.span())
            named = match["first"] or match["old"]
            former = _parse_decimal(named) if named else None
            found.append(PercentRate(*match.span(), former, Decimal(0)))
    for match in _SINGLE.finditer(folded):
        before = folded[max(0, match.start() - 40) : match.start()]
        if is_free(match) and not (_RANGE_END.search(before) or _DENIED.search(before)):
            percent = _parse_decimal(match[1])
            was = _OLD_RATE.search(before) is not None
            found.append(
                PercentRate(*match.span(), percent if was else None, None if was else percent)
            )
    return sorted(found)


def find_sums(folded: str) -> list[DollarSum]:
    """The sums of US dollars in a lower-case sentence, in order."""
    if not any(name in folded for name in _DOLLAR_NAMES):
        return []
    return list(_find_sums(folded))


def _find_sums(folded: str) -> Iterator[DollarSum]:
    for match in _DOLLARS.finditer(folded):
        number, scale = (match[1], match[2]) if match[1] else (match[3], match[4])
        dollars = _parse_decimal(number) * 10 ** _SCALES.get(scale or "", 0)
        whole = dollars == dollars.to_integral_value()
        yield DollarSum(*match.span(), Decimal(int(dollars)) if whole else dollars)


def _parse_decimal(number: str) -> Decimal:
    return Decimal(number.replace(",", ""))
