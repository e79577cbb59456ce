"""Answers questions about a percentage that name no economy: `is the 10% still on`."""

from datetime import date

from bot.errors import QueryError, UnclearQuestion
from bot.rates.calendar.spells import Spell, find_spells
from bot.rates.cards.deals import find_deals
from bot.rates.ledger import Ledger
from bot.rates.question.parse import parse_query
from bot.rates.question.query import HOME, QueryKind, RateQuery
from bot.rates.question.stemming import stem_words
from bot.rates.question.vocabulary.origins import list_likely_origins
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
        _ask_for_goods_of_percent(query, percent, ledger)
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


def add_deal(query: RateQuery, ledger: Ledger) -> RateQuery:
    """The query with the card of the deal that states its percentage."""
    if query.percent is None or query.kind is not QueryKind.PAIR or query.imposer != HOME:
        return query
    deals = find_deals(query.partner, query.percent, ledger.cards.all)
    cards = dict.fromkeys((*query.cards, *(card.id for card in deals)))
    return query.model_copy(update={"cards": tuple(cards)})


def _refuse_other_goods(query: RateQuery, percent: str, ledger: Ledger) -> None:
    """Raises UnclearQuestion if the question names goods or a thing that no duty at this percentage
    has in its name."""
    every = (f"All duties of {percent}", percent)
    if query.product and ledger.reader.names_goods(query.product):
        origins = _list_origins(query.product, ledger)
        options = [(name, f"{question} {percent}") for name, question in origins]
        asked = f"Which origin do you mean for {query.product}?"
        raise UnclearQuestion(query.product, asked, [*options, every])
    if query.unread:
        unread = ", ".join(query.unread)
        said = f"Not read: {unread}. No duty of {percent} in our data has this name."
        others = [("Upcoming changes", "upcoming"), ("Laws and topics", "cards")]
        raise UnclearQuestion(unread, f"{said} Which do you want?", [every, *others])


def _ask_for_goods_of_percent(query: RateQuery, percent: str, ledger: Ledger) -> None:
    """Raises UnclearQuestion if goods are named with a percentage that no duty of our data has."""
    if not query.product or not ledger.reader.names_goods(query.product):
        return
    said = f"No duty in our data is or was {percent}. Antidumping and countervailing duties are not"
    antidumping = ("Antidumping and countervailing duties", "card antidumping")
    options = [antidumping, *_list_origins(query.product, ledger)]
    raise UnclearQuestion(percent, f"{said} in it. Which do you want?", options)


def _list_origins(product: str, ledger: Ledger) -> list[tuple[str, str]]:
    """The likely origins of the product, each with the question about its duties."""
    codes = list_likely_origins(ledger.reader.list_codes(product))
    return [(ledger.parties.get(code).name, f"us on {code} {product}") for code in codes]


def _narrow(spells: tuple[Spell, ...], product: str | None) -> tuple[Spell, ...]:
    """The spells of duties with all words of the product in their names; if none, all spells."""
    words = set(stem_words(product or ""))
    return tuple(one for one in spells if words.issubset(stem_words(one.name))) or spells


def _label(spell: Spell) -> str:
    """The duty with its days, for a button: `Section 122 surcharge, 24 Feb 2026 to 23 Jul 2026`."""
    days = f"{format_day(spell.first)} to {format_day(spell.last)}" if spell.last else ""
    name = spell.name or f"{spell.imposer} on {spell.partners[0]}"
    return f"{name}, {days or f'since {format_day(spell.first)}'}"
