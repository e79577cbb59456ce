"""Answers questions about a percentage that name no economy: `is the 10% still on`."""

from datetime import date

from bot.errors import QueryError, UnclearQuestion
from bot.rates.calendar.spells import Spell, find_spells
from bot.rates.ledger import Ledger
from bot.rates.question.parse import parse_query
from bot.rates.question.query import LIKELY_ORIGINS, RateQuery
from bot.rates.question.stemming import stem_words
from bot.text.dates import format_day

_MAX_OPTIONS = 4


def resolve_percent(query: RateQuery, ledger: Ledger, today: date) -> RateQuery:
    """The query about the only duty or total at the query's percentage, with its history.

    Raises UnclearQuestion if there are several, and QueryError if there is none.
    """
    if query.percent is None:
        return query
    found = find_spells(ledger, query.percent, today)
    spells = _narrow(found, query.product)
    percent = f"{query.percent:f}%"
    if spells and len(spells) == len(found):
        _refuse_other_goods(query, percent, ledger)
    if not spells:
        raise QueryError(
            percent,
            "no duty in our data, and no total of a main pair, is or was at this rate",
            "Name an economy, as in: us china history",
        )
    if len(spells) > 1:
        options = [(_label(spell), spell.question) for spell in spells[:_MAX_OPTIONS]]
        raise UnclearQuestion(percent, f"Which {percent} do you mean?", options)
    only = parse_query(spells[0].question, ledger.parties, today, ledger.reader)
    return only.model_copy(update={"percent": query.percent, "history": True})


def _refuse_other_goods(query: RateQuery, percent: str, ledger: Ledger) -> None:
    """Raises UnclearQuestion if the question names goods or a thing that no duty at this percentage
    has in its name."""
    every = (f"All duties of {percent}", percent)
    if query.product and ledger.reader.names_goods(query.product):
        origins = [(code, ledger.parties.get(code).name) for code in LIKELY_ORIGINS]
        options = [(name, f"us on {code} {query.product} {percent}") for code, name in origins]
        asked = f"Which origin do you mean for {query.product}?"
        raise UnclearQuestion(query.product, asked, [*options, every])
    if query.unread:
        unread = ", ".join(query.unread)
        said = f"Not read: {unread}. No duty of {percent} in our data has this name."
        others = [("Upcoming changes", "upcoming"), ("Laws and topics", "cards")]
        raise UnclearQuestion(unread, f"{said} Which answer helps?", [every, *others])


def _narrow(spells: tuple[Spell, ...], product: str | None) -> tuple[Spell, ...]:
    """The spells of duties with all words of the product in their names; if none, all spells."""
    words = set(stem_words(product or ""))
    return tuple(one for one in spells if words.issubset(stem_words(one.name))) or spells


def _label(spell: Spell) -> str:
    """The duty with its days, for a button: `Section 122 surcharge, 24 Feb 2026 to 23 Jul 2026`."""
    days = f"{format_day(spell.first)} to {format_day(spell.last)}" if spell.last else ""
    name = spell.name or f"{spell.imposer} on {spell.partners[0]}"
    return f"{name}, {days or f'since {format_day(spell.first)}'}"
