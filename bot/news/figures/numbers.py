"""Finds percentages and sums of US dollars in a sentence, in this order:

1. A range gives nothing.            "between 10% and 20%"; but "between 10% now" gives 10
2. From one rate to another.         "from 145% to 30%"; not "ranging from 10% to 20%"
3. One rate from another.            "25% instead of 50%"; but "25% from China" is a single rate
4. A single rate.                    "a 25% tariff"; not "0,5 %", "10-20%" or "2 percentage points"
5. A former rate.                    "cut to zero from 20%": from 20, and no new rate
6. Dollars, separately.              "$50bn", "US$ 1,000"; not "A$50bn" or "€50bn"

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

_FROM_TO = re.compile(
    rf"\bfrom\s+{_WORDS}({_NUMBER})(?:{_PERCENT})?\s+(?:[a-z]+\s){{0,4}}to\s+{_WORDS}"
    rf"({_NUMBER}){_PERCENT}"
)
_TO_FROM = re.compile(
    rf"{_ALONE}({_NUMBER}){_PERCENT}[^%;:]{{0,40}}?\b(?:from|instead\sof|compared\swith)\s+"
    rf"{_WORDS}({_NUMBER}){_PERCENT}"
)
_BETWEEN = re.compile(rf"\bbetween\s({_NUMBER})(?:{_PERCENT})?\sand\s({_NUMBER}){_PERCENT}")
_SINGLE = re.compile(rf"{_ALONE}({_NUMBER}){_PERCENT}(?!\s?(?:-|to|or)\s?\d)")
_RANGE_END = re.compile(r"\d\s?(?:%|per\s?cent|pct)?\s?(?:-|to|or)\s$")
_RANGE = re.compile(r"\b(?:rang\w+|var\w+|anywhere|differ\w*|between)\s+(?:[a-z]+\s){0,2}$")

# "cut to zero from 20%", "down from 39%": the 20% and the 39% are former rates.
_OLD_RATE = re.compile(
    r"\b(?:zero|nil|nothing|down|up|cut|lowered|raised|reduced)\sfrom\s(?:[a-z]+\s){0,2}$"
)

_SCALES = {"thousand": 3, "k": 3, "million": 6, "mn": 6, "m": 6, "billion": 9, "bn": 9, "b": 9}
_SCALES |= {"trillion": 12, "tn": 12, "trn": 12, "bln": 9, "mln": 6}
_SCALE = r"thousand|million|billion|trillion|bn|mn|tn|trn|bln|mln|[mbk]"
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


class DollarSum(NamedTuple):
    """A sum of US dollars."""

    start: int
    end: int
    dollars: Decimal


def find_rates(folded: str) -> list[PercentRate]:
    """The percentages of a lower-case sentence, in order. Each number is in at most one of them."""
    found: list[PercentRate] = []
    taken = [match.span() for match in _BETWEEN.finditer(folded)]

    def is_free(match: re.Match[str]) -> bool:
        return all(match.end() <= start or end <= match.start() for start, end in taken)

    for match in _FROM_TO.finditer(folded):
        taken.append(match.span())
        if not _RANGE.search(folded[max(0, match.start() - 40) : match.start()]):
            found.append(
                PercentRate(*match.span(), _parse_decimal(match[1]), _parse_decimal(match[2]))
            )
    for match in _TO_FROM.finditer(folded):
        if is_free(match):
            taken.append(match.span())
            found.append(
                PercentRate(*match.span(), _parse_decimal(match[2]), _parse_decimal(match[1]))
            )
    for match in _SINGLE.finditer(folded):
        before = folded[max(0, match.start() - 40) : match.start()]
        if is_free(match) and not _RANGE_END.search(before):
            percent = _parse_decimal(match[1])
            was = _OLD_RATE.search(before) is not None
            found.append(
                PercentRate(*match.span(), percent if was else None, None if was else percent)
            )
    return sorted(found)


def find_sums(folded: str) -> Iterator[DollarSum]:
    """The sums of US dollars in a lower-case sentence, in order."""
    for match in _DOLLARS.finditer(folded):
        number, scale = (match[1], match[2]) if match[1] else (match[3], match[4])
        dollars = _parse_decimal(number) * 10 ** _SCALES.get(scale or "", 0)
        whole = dollars == dollars.to_integral_value()
        yield DollarSum(*match.span(), Decimal(int(dollars)) if whole else dollars)


def _parse_decimal(number: str) -> Decimal:
    return Decimal(number.replace(",", ""))
