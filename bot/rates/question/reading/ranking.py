"""Reads questions for the highest or the lowest duty of any origin: `lowest country for toys`.

With goods, they compare the origins of most imports of the US. Without goods there is no such
comparison, because most duties depend on the goods.
"""

import re
from functools import partial

from bot.errors import UnclearQuestion
from bot.parties import WORLD
from bot.rates.question.parties import names_origin
from bot.rates.question.query import HOME, QueryKind, RateQuery, format_query
from bot.rates.question.reading.question import Question, Vocabulary, trim_product

_ORIGINS = ("CN", "CA", "MX", "EU", "JP", "KR", "IN", "VN", "TW", "GB", "CH", "BR")
"""The origins of most imports of the US."""
_ONE_ORIGIN = "CN"
_EXTREME = re.compile(
    r"\b(?:highest|lowest|biggest|largest|smallest|most|least|cheapest|worst|best)\b"
)
_ORIGIN = re.compile(r"\b(?:countr(?:y|ies)|origins?|econom(?:y|ies)|nations?|who|where)\b")
_ONE_WHO_CHARGES = re.compile(
    r"\b(?:which|what|who)\b[^?.;]{0,20}\b(?:charges?|imposes?|levies|has|have)\b(?! to\b)"
)
_NOT_GOODS = frozenset(
    str.split(
        "single highest lowest biggest largest smallest most least cheapest worst best any one "
        "tariff tariffs rate rates duty duties country countries origin origins economy economies "
        "nation nations overall"
    )
)


def find_ranking(text: str, question: Question, vocabulary: Vocabulary) -> RateQuery | None:
    """The comparison that the question asks for; None if it asks for no extreme of any origin.

    Raises UnclearQuestion, with comparisons as options, for a question without goods.
    """
    words, reader, parties = question.words, vocabulary.reader, vocabulary.parties
    if not (_EXTREME.search(text) and _ORIGIN.search(text)) or _ONE_WHO_CHARGES.search(text):
        return None
    if not {HOME, WORLD}.issuperset(words.codes) or (HOME in words.codes and names_origin(words)):
        return None
    codes = [code for code in _ORIGINS if code in parties]
    if reader is None or not vocabulary.has_home or len(codes) < 2 or question.percent is not None:
        return None
    compared = partial(
        RateQuery,
        kind=QueryKind.COMPARE,
        imposer=HOME,
        partner=codes[0],
        versus=tuple(codes[1:]),
        imposer_assumed=True,
    )
    goods = trim_product([word for word in words.other_words if word not in _NOT_GOODS])
    if goods and reader.understands(goods):
        return compared(product=goods) if reader.names_goods(goods) else None
    if goods and reader.names_goods(goods):
        return None
    options = [
        ("The largest origins compared", format_query(compared())),
        ("The same for steel", format_query(compared(product="steel"))),
        (f"US duties on {parties.get(_ONE_ORIGIN).name}", "us on china"),
        ("Section 232: duties up to 100%", "section 232"),
    ]
    raise UnclearQuestion(
        "the highest or lowest duty",
        "We do not rank all duties, because most depend on the goods. What do you want to see?",
        options,
    )
