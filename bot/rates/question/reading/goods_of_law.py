"""Reads goods that a question about a law names without an origin: `section 301 on drones`.

The duties of Section 232 are the same for most origins, so their answer is that for all of them.
Those of other laws depend on the origin, so the question is asked back, with the card as an option.
"""

import re
from functools import partial

from bot.errors import UnclearQuestion
from bot.parties import WORLD
from bot.rates.question.query import HOME, QueryKind, RateQuery, format_query
from bot.rates.question.reading.question import Vocabulary, cut_label
from bot.rates.question.reading.refusals import list_origin_options

_BY_PRODUCT = "section-232"
_LAWS = frozenset(
    {_BY_PRODUCT, "section-301", "section-122", "section-338", "ieepa", "reciprocal", "fentanyl"}
)
"""The cards of laws with duties on many goods."""
_NAMES = re.compile(
    r"\b(?:sections?|sec|232|301|122|338|ieepa|reciprocal|fentanyl|surcharges?|global|baseline)\b\.?"
)
_MOST_GOODS = 3


def read_goods_of_law(card: RateQuery, text: str, vocabulary: Vocabulary) -> RateQuery | None:
    """The query about the goods of a question about a law, or None.

    Raises UnclearQuestion if the duties depend on the origin.
    """
    _, reader, cards, _ = vocabulary
    if reader is None or cards is None or card.card not in _LAWS or not vocabulary.has_home:
        return None
    rest = reader.names.drop_everyday_words(_NAMES.sub(" ", text).split())
    wanted = reader.read_any(" ".join(rest))
    if wanted.layers or wanted.bases or wanted.claims or wanted.headline or wanted.meanings:
        return None
    names = wanted.codes or reader.list_names(wanted.goods)
    if not names:
        return None
    goods = ", ".join(names)
    asked = partial(RateQuery, kind=QueryKind.PAIR, imposer=HOME, on=card.on)
    every = [
        asked(partner=WORLD, partner_implied=True, product=f"{each} section 232") for each in names
    ]
    if card.card == _BY_PRODUCT and len(every) == 1:
        return every[0].model_copy(update={"cards": (card.card,)})
    title = cards.by_id[card.card].title
    options = [(title, format_query(card))]
    if card.card == _BY_PRODUCT:
        options += [(one.product or "", format_query(one)) for one in every[:_MOST_GOODS]]
        raise UnclearQuestion(goods, "Which goods first?", options)
    origins = list_origin_options(partial(asked, product=goods), goods, vocabulary)
    options += [(cut_label(f"{goods} from {name}"), command) for name, command in origins]
    raise UnclearQuestion(goods, f"Which origin do you mean for {goods}?", options)
