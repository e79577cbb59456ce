"""Says which words of a question an answer does not take into account."""

from bot.parties import Parties
from bot.rates.question.query import RateQuery

_MAX_WORDS = 6


def describe_unread(query: RateQuery, parties: Parties) -> str:
    """`Not read: forgets, warehouse.`, and the economies that goods only pass; may be empty."""
    words = query.unread[:_MAX_WORDS]
    more = "…" if len(query.unread) > _MAX_WORDS else ""
    sentences = [f"Not read: {', '.join(words)}{more}."] if words else []
    if query.via:
        places = " and ".join(parties.get(code).name for code in query.via)
        sentences.append(f"Shipment through {places} changes no duty: it follows the origin.")
    return " ".join(sentences)
