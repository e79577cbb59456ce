"""The words that complete a command while a person types it in the local workspace."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bot.commands.grammar import Verb
from bot.parties import WORLD, Parties
from bot.rates.cards.model import Card
from bot.values import Topic

ANYWHERE = "*"
"""For `CommandWords.after`: fits anywhere in the command."""

_FIRST = {
    "upcoming": "rates that will change soon",
    "changes": "rates that changed recently",
    "history": "how a rate has changed: history us china",
    Verb.LATEST: "the latest stories",
    "find": "stories by topic, economy, goods and words: find china court",
    Verb.SUBSCRIBE: "get alerts in this conversation",
    Verb.UNSUBSCRIBE: "end alerts in this conversation",
    Verb.LIST: "the subscriptions of this conversation",
    Verb.FOLLOWING: "the events that you follow",
    Verb.TABLE: "an answer as a table: table us china",
    Verb.REMINDERS: "reminders of rate changes",
    Verb.QUIET_WEEKS: "a message after a week without news",
    Verb.FEEDS: "the feeds and their state",
    Verb.PROPOSALS: "reported rates that await an operator's decision",
    Verb.MY: "your tariff lines with today's duties",
    Verb.HELP: "all commands",
}
_LATER = {
    Verb.REMINDERS: {"on": "", "off": ""},
    Verb.QUIET_WEEKS: {"on": "", "off": ""},
    Verb.MY: {
        "upload": "paste lines",
        "xlsx": "as a file",
        "remove": "delete the list",
        "changed": "latest changes first",
        "changing": "next changes first",
        "label": "a word of the label",
        "channel": "the list of this channel",
    },
    Verb.FEEDS: {"add": "an address", "remove": "a feed's id", "resume": "a feed's id"},
}


class CommandWords(NamedTuple):
    """Words of a command, and a short description.

    They fit behind the command word `after`; as the first words if it is empty.
    """

    text: str
    note: str = ""
    after: str = ""


def list_command_words(parties: Parties, cards: Iterable[Card] = ()) -> Iterator[CommandWords]:
    """The command words, their arguments, the names of the cards and the economies."""
    yield from (CommandWords(word, note) for word, note in _FIRST.items())
    for verb, words in _LATER.items():
        yield from (CommandWords(word, note, verb) for word, note in words.items())
    for verb in (Verb.SUBSCRIBE, Verb.UNSUBSCRIBE, Verb.LATEST):
        yield from (CommandWords(topic.command_word, "topic", verb) for topic in Topic)
    for card in cards:
        yield CommandWords(card.id.replace("-", " "), card.title, ANYWHERE)
    # The catalog begins with the economies that people ask about most.
    for party in parties:
        if party.code != WORLD:
            yield CommandWords(party.name, party.code, ANYWHERE)
