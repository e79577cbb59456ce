"""The canonical form of a question, with the same meaning on any day."""

from collections.abc import Iterator

from bot.parties import WORLD, flag_of
from bot.rates.question.parse import Kind, RateQuery


def question(query: RateQuery) -> str:
    """The question in flags, words of its goods and a day: `on 2025-04-15 🇺🇸 🇨🇳`.

    It is for buttons, which ask it again later: `yesterday` has become a day.
    """
    return " ".join(_words(query))


def _words(query: RateQuery) -> Iterator[str]:
    if query.kind is Kind.UPCOMING:
        yield "upcoming"
    if query.kind is Kind.CHANGES:
        yield f"changes since {query.since}"
    # The first day in a text counts; what looks like another one is left to the goods.
    if query.on is not None:
        yield f"on {query.on.isoformat()}"
    if query.imposer is not None:
        yield _flag(query.imposer)
    if query.partner is not None and not query.one_named:
        one_way = query.charged or (query.kind is Kind.PAIR and not query.both_ways)
        yield f"on {_flag(query.partner)}" if one_way else _flag(query.partner)
    yield from (_flag(code) for code in query.versus)
    if query.product:
        yield query.product
    if query.history:
        yield "history"


def _flag(code: str) -> str:
    return "world" if code == WORLD else flag_of(code)
