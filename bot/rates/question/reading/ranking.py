"""Reads questions for the highest or the lowest duty of any origin: `lowest country for toys`.

With goods, they compare the origins of most imports of the US. Without goods there is no such
comparison, because most duties depend on the goods.
"""

import re
from functools import partial

from bot.errors import UnclearQuestion
from bot.parties import WORLD
from bot.rates.question.directions import names_origin
from bot.rates.question.query import HOME, QueryKind, RateQuery, format_query
from bot.rates.question.reading.question import Question, Vocabulary, trim_product
from bot.rates.question.reading.rates_query import find_days

_ORIGINS = ("CN", "CA", "MX", "EU", "JP", "KR", "IN", "VN", "TW", "GB", "CH", "BR")
"""The origins of most imports of the US."""
_EXAMPLE = "steel"
_EXTREME = re.compile(
    r"\b(?:highest|lowest|biggest|largest|smallest|most|least|cheapest|worst|best|hardest|top \d+"
    r"|bottom \d+|rank(?:ing)?)\b"
)
_ALONE = re.compile(r"\b(?:highest|lowest|cheapest)\b")
"""Words that need no word for an origin with goods: `lowest duty for steel`."""
_ORIGIN = re.compile(r"\b(?:countr(?:y|ies)|origins?|econom(?:y|ies)|nations?|who|where)\b")
_ONE_WHO_CHARGES = re.compile(r"\b(?:which|what|who)\b[^?.;]{0,20}\b(?:charges?|imposes?|levies)\b")
_NOT_GOODS = frozenset(
    str.split(
        "single highest lowest biggest largest smallest most least cheapest worst best any one "
        "tariff tariffs rate rates duty duties country countries origin origins economy economies "
        "nation nations overall hardest hit top bottom rank ranking"
    )
)


def find_ranking(text: str, question: Question, vocabulary: Vocabulary) -> RateQuery | None:
    """The comparison that the question asks for; None if it asks for no extreme of any origin.

    Raises UnclearQuestion, with comparisons as options, for a question without goods.
    """
    words, reader, parties = question.words, vocabulary.reader, vocabulary.parties
    named = _ORIGIN.search(text) or (not words.codes and _ALONE.search(text))
    if not (_EXTREME.search(text) and named) or _ONE_WHO_CHARGES.search(text):
        return None
    if not {HOME, WORLD}.issuperset(words.codes) or (HOME in words.codes and names_origin(words)):
        return None
    codes = [code for code in _ORIGINS if code in parties]
    if reader is None or not vocabulary.has_home or len(codes) < 2 or question.percent is not None:
        return None
    asked = partial(
        RateQuery,
        uncovered=question.uncovered,
        **{
            "history": question.intent.history,
            **find_days(question.period, question.intent, vocabulary.today),
        },
    )
    compared = partial(
        asked,
        kind=QueryKind.COMPARE,
        imposer=HOME,
        partner=codes[0],
        versus=tuple(codes[1:]),
        imposer_assumed=True,
    )
    kept = [word for word in words.other_words if not (word in _NOT_GOODS or word.isdigit())]
    goods = trim_product(kept)
    if goods and reader.understands(goods):
        return compared(product=goods) if reader.names_goods(goods) else None
    if goods and reader.names_goods(goods):
        return None
    options = [("The largest origins compared", format_query(compared()))]
    if reader.names_goods(_EXAMPLE):
        options.append((f"The same for {_EXAMPLE}", format_query(compared(product=_EXAMPLE))))
    one = asked(kind=QueryKind.PAIR, imposer=HOME, partner=codes[0])
    options += [
        (f"US duties on {parties.get(codes[0]).name}", format_query(one)),
        ("Section 232", "section 232"),
    ]
    raise UnclearQuestion(
        "the highest or lowest duty",
        "We do not rank all duties, because most depend on the goods. What do you want to see?",
        options,
    )
