"""Takes out of a question what the ledger does not cover: `vat`, `anti-dumping`, `drawback`."""

import re

from bot.rates.question.query import Uncovered

_BOTH = (Uncovered.ANTIDUMPING, Uncovered.COUNTERVAILING)
_AD_NOUN = (
    r"(?:dut(?:y|ies)|orders?|cases?|rates?|margins?|deposits?|investigations?|reviews?|tariffs?)\b"
)
"""What follows the short form of antidumping: `ad order`."""
_UNCOVERED = (
    (
        re.compile(
            r"\b(?:add? ?(?:[-/&+,]|and|or) ?cvds?|adcvd|trade remed(?:y|ies))\b"
            rf"(?:[- ]{_AD_NOUN})?"
        ),
        _BOTH,
    ),
    (
        re.compile(rf"\badd?[- ]{_AD_NOUN}|\bad\b(?!-| ?valorem)"),
        (Uncovered.ANTIDUMPING,),
    ),
    (re.compile(r"\b(?:anti[- ]?dumping|dumping)\b"), (Uncovered.ANTIDUMPING,)),
    (
        re.compile(r"\b(?:countervailing|counter-vailing|cvds?|anti[- ]?subsidy)\b"),
        (Uncovered.COUNTERVAILING,),
    ),
    (re.compile(r"\b(?:duty )?draw[- ]?backs?\b"), (Uncovered.DRAWBACK,)),
    (
        re.compile(
            r"\b(?:tariff[- ]rate )?(?<!within )(?<!over )(?<!in )(?<!in-)(?<!of )(?<!of-)"
            r"(?<!beyond )(?<!quarterly )(?<!the )(?:quotas?|trqs?)\b"
        ),
        (Uncovered.QUOTA,),
    ),
)
_OTHER_COSTS = (
    (
        re.compile(
            r"\b(?:import )?(?:vat|v\.a\.t|gst|hst|pst|qst|ivat|iva|sales tax|value[- ]added tax"
            r"|consumption tax|excise(?: (?:tax|taxes|duty|duties))?)(?:es)?"
            r"(?: and other taxes)?\b(?: rates?\b)?"
        ),
        Uncovered.TAXES,
    ),
    (
        re.compile(
            r"\b(?:exchange rates?|currency (?:conversion|exchange|rates?)|conversion rates?"
            r"|fx rates?|forex)\b"
        ),
        Uncovered.EXCHANGE,
    ),
    (
        re.compile(
            r"\b(?:(?:sea|ocean|air) )?freight\b"
            r"(?! (?:containers?|cars?|wagons?|trains?|elevators?))"
            r"(?: (?:costs?|rates?|prices?|charges?|quotes?))?"
            r"|\bshipping (?:costs?|rates?|prices?|charges?|quotes?)\b"
            r"|\b(?:cost|price|charge|quote)s? (?:of|for) shipping\b"
            r"|\bcosts? to ship\b|\bto ship (?:an?|one|my|our) (?:container|pallet|box)s?\b"
            r"|\b[24]0[ -]?(?:ft|foot|feet)\b(?: containers?)?"
        ),
        Uncovered.FREIGHT,
    ),
)
"""Costs of an import that are no duties."""
_CLAIMED = (
    (re.compile(r"\b(?:agoa|african growth and opportunity)\b"), Uncovered.AGOA),
    (re.compile(r"\b(?:gsp|generali[sz]ed system of preferences?)\b"), Uncovered.GSP),
)


def take_other_costs(text: str) -> tuple[tuple[Uncovered, ...], str]:
    """The costs in the text that are no duties, such as `vat`, and the text without them."""
    found = []
    for pattern, name in _OTHER_COSTS:
        text, count = pattern.subn(" ", text)
        found += [name] * bool(count)
    return tuple(found), text


def take_uncovered(text: str) -> tuple[tuple[Uncovered, ...], str]:
    """What the text names that the ledger does not cover, and the text without these words.

    AGOA and GSP stay in the text, because they also are claims.
    """
    found: dict[Uncovered, None] = {}
    for pattern, names in _UNCOVERED:
        text, count = pattern.subn(" ", text)
        if count:
            found.update(dict.fromkeys(names))
    found.update({name: None for pattern, name in _CLAIMED if pattern.search(text)})
    return tuple(found), text
