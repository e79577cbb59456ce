"""Leaves out laws that a question about goods names as context, because the total of the goods has
the duties of all laws.

Left out are a law that charges nothing on the day (`ceramic tiles, now that ieepa is gone`), and
several laws at once (`foil 7607.11, 301 and 232 both`), the law of several goods, and Section 301,
whose lists have many rates (`drones, section 301`). Another single law that is in force stays.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import takewhile

from bot.rates.model.measure import Measure
from bot.rates.question.product.reader import ProductReader
from bot.rates.question.wording import FILLER, NOISE

_TOKEN = re.compile(r"[^\s,]+|,")
_JOINS = frozenset({"and", "or", "plus", "+", "&", "/", ",", "both", "the", "of", "from", "on"})
_NUMBERS = frozenset(
    str.split("five ten fifteen twenty twenty-five thirty forty fifty hundred percent")
)
_MAX_WORDS = 6
_LISTS = "Section 301"


def drop_context_laws(product: str, reader: ProductReader, day: date) -> str:
    """The product without such laws, if it names goods without them."""
    wanted = reader.read_any(product)
    if wanted.alone or not (wanted.layers or wanted.bases):
        return product
    words = _TOKEN.findall(product)
    laws = list(_find_laws(words, reader))
    charged = [one for one in laws if any(_is_levied(each, day) for each in one[2])]
    has_goods = len(wanted.goods or wanted.codes) > 1 or bool(
        wanted.goods and _LISTS in wanted.bases
    )
    dropped = [one for one in laws if one not in charged]
    dropped = laws if has_goods or _are_several(charged) else dropped
    if not dropped:
        return product
    out = {at for first, end, _ in dropped for at in range(first, end)}
    rest = _trim([word for at, word in enumerate(words) if at not in out])
    left = reader.read_any(rest)
    names_goods = reader.names_goods(rest) or (left.goods and not left.layers)
    return rest if names_goods else product


def _find_laws(
    words: Sequence[str], reader: ProductReader
) -> Iterator[tuple[int, int, tuple[Measure, ...]]]:
    """The first word of each name of laws and the one after it, with the duties that it names."""
    at = 0
    while at < len(words):
        run = list(takewhile(lambda word: word not in _JOINS, words[at : at + _MAX_WORDS]))
        name = _find_longest(run, reader)
        if name:
            yield at, at + len(name), reader.list_measures(" ".join(name))
        at += max(len(name), 1)


def _find_longest(run: Sequence[str], reader: ProductReader) -> Sequence[str]:
    """The longest name of laws with which the words begin; may be empty."""
    for size in range(len(run), 0, -1):
        text = " ".join(run[:size])
        if reader.names.has_law(text) and _names_only_law(text, reader):
            return run[:size]
    return ()


def _names_only_law(text: str, reader: ProductReader) -> bool:
    wanted = reader.read_any(text)
    others = wanted.goods or wanted.codes or wanted.claims or wanted.unknown or wanted.headline
    return bool(wanted.layers or wanted.bases) and not others


def _is_levied(measure: Measure, day: date) -> bool:
    period = measure.find_period(day)
    return period is not None and period.is_charged and period.percent != 0


def _are_several(laws: Sequence[tuple[int, int, tuple[Measure, ...]]]) -> bool:
    """Whether two of the names have no duty in common: `section 301 forced labor` is one law."""
    ids = [{each.id for each in measures} for _, _, measures in laws]
    return any(one.isdisjoint(other) for at, one in enumerate(ids) for other in ids[at + 1 :])


def _trim(words: list[str]) -> str:
    """The words without those at both ends that said something about the laws."""
    small = _JOINS | NOISE | FILLER | _NUMBERS | {"now", "order", "act", "gone", "law"}
    while words and words[0] in small:
        words.pop(0)
    while words and words[-1] in small:
        words.pop()
    return " ".join(words).replace(" ,", ",")
