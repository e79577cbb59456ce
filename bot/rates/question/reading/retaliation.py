"""Recognizes questions about retaliation: the duties of an economy on goods of the United States.

    eu retaliation, canada countermeasures on us steel      the EU, Canada on goods of the US
    retaliation, retaliation against the us                 all economies on goods of the US
    us retaliation on china, canada retaliation on china    the first economy charges the second

The words of retaliation are no goods and no single duty, so the answer has all duties of the pair.
A question that names one duty, `march 2025 countermeasure`, keeps its words.
"""

import re
from collections.abc import Callable
from typing import NoReturn

from bot.errors import UnclearQuestion
from bot.parties import WORLD
from bot.rates.question.directions import find_direction, names_origin
from bot.rates.question.parties import TokenizedQuestion
from bot.rates.question.query import HOME, QueryKind, RateQuery, format_query

_RETALIATION = re.compile(
    r"\b(?:(?:drop|dropped|lift|lifted|remove|removed|suspend|suspended|pause|paused|any) )*"
    r"(?:counter[- ]?(?:measures?|tariffs?|duty|duties|surtax(?:es)?)"
    r"|retaliat(?:e|es|ed|ing|ion|ions|ory)|hits? back|hitting back|strikes? back)"
    r"(?: (?:tariffs?|duty|duties|measures?|list|lists|against|suspended|paused))*(?![\w-])"
)
_LISTING = frozenset({"and", "or", "vs", "versus", "&", ","})
_MOST_LISTED = 4


def take_retaliation(text: str) -> tuple[bool, str]:
    """Whether the text has words of retaliation, and the text without them."""
    rest, count = _RETALIATION.subn(" ", text)
    return count > 0, rest


def find_retaliation(
    words: TokenizedQuestion, asked: Callable[..., RateQuery] = RateQuery
) -> dict[str, object]:
    """The fields of the query for a question about retaliation; empty if its direction is plain.

    A bloc and its member are one economy.

    `asked` makes a query with the goods and days of the question, for the options.

    Raises UnclearQuestion if several economies retaliate, because an answer has one importer.
    """
    codes = words.codes
    others = [code for code in codes if code not in (HOME, WORLD)]
    if not others:
        against_us = HOME in codes or not codes
        found = {"kind": QueryKind.PARTY, "partner": HOME, "only_as_origin": True}
        return found if against_us else {}
    between = words.words_before[1] if len(codes) > 1 else []
    if HOME in codes and find_direction(words).imposer == HOME and {"on", "against"} & set(between):
        return {}
    listed = bool(between) and _LISTING.issuperset(between)
    if len(others) > 1 and (listed or HOME in codes):
        options = [
            (
                f"{code} on {HOME}",
                format_query(asked(kind=QueryKind.PAIR, imposer=code, partner=HOME)),
            )
            for code in others[:_MOST_LISTED]
        ]
        raise UnclearQuestion("the importing country", "Whose retaliation first?", options)
    if len(others) > 1:
        return {}
    if HOME not in codes and _names_goods_of_origin(words):
        _ask_for_direction(others[0], asked)
    return {"kind": QueryKind.PAIR, "imposer": others[0], "partner": HOME}


def _names_goods_of_origin(words: TokenizedQuestion) -> bool:
    """Whether the only economy is the origin of goods: `wine from france if retaliation returns`.

    `chinese retaliation` is by China.
    """
    after = words.words_after[:1]
    return names_origin(words) and not (after and _RETALIATION.fullmatch(after[0]))


def _ask_for_direction(code: str, asked: Callable[..., RateQuery]) -> NoReturn:
    """Raises UnclearQuestion with both directions, that of the goods first."""
    into_us = format_query(asked(kind=QueryKind.PAIR, imposer=HOME, partner=code))
    of_us = format_query(asked(kind=QueryKind.PAIR, imposer=code, partner=HOME))
    options = [
        (f"{HOME} duty on goods of {code}", into_us),
        (f"Retaliation: {code} duty on goods of {HOME}", of_us),
        ("Upcoming changes", "upcoming"),
    ]
    said = "Retaliation is a duty on goods of the US, and the question names goods of another"
    raise UnclearQuestion("the importing country", f"{said} economy. Which do you want?", options)
