"""Finds the words of a question that were not read, which its answer names.

A word was not read if no step gave it a role, unless it is small or ordinary. Ordinary verbs
without which the question may mean something else count too: `forgets`. Whole parts of a question
that its answer leaves out are named too.
"""

import re
from collections.abc import Iterator, Sequence

from bot.parties import WORLD, Parties
from bot.rates.cards.names import list_card_names
from bot.rates.question.parties import TokenizedQuestion
from bot.rates.question.phrases.uncovered import take_other_costs
from bot.rates.question.product.goods_words import IGNORED, TAILS
from bot.rates.question.product.reader import ProductReader
from bot.rates.question.query import HOME, QueryKind, RateQuery
from bot.rates.question.reading.calendar_query import CALENDAR_WORDS
from bot.rates.question.reading.goods import OF_CLAIMS
from bot.rates.question.reading.question import Vocabulary, split_product
from bot.rates.question.stemming import stem_words
from bot.rates.question.tokens import Role, Tokens, split_text
from bot.rates.question.vocabulary.everyday_words import is_everyday, is_telling
from bot.rates.question.wording import FILLER, NOISE

_NAMES_NOTHING = frozenset({"not", "face", "incl", "excl", "code", "codes"})
_SMALL = IGNORED | TAILS
_PART = re.compile(
    r"(?:[,;.?!]\s*(?:(?:and|but|also|so) )?|\b(?:and|but|also) )\s*(?P<asked>(?:"
    r"why|who|where|how(?! (?:much|many|high|low|about|long|often|come))|what (?:if|happens)"
    r"|(?:will|can|could|should|would|must) (?:it|they|this|that|these|those|we|i)"
    r"|what do they (?=[^,;?!]*\bthe other way\b)"
    r")\b[^,;?!]*)"
)
"""A part that asks for something else than a figure or a day."""
_READ = frozenset(Role) - {Role.FILLER, Role.UNREAD}
_MOST_WORDS = 12


def is_small(word: str) -> bool:
    """Whether the word names nothing by itself: `the`, `12`."""
    return (
        word in NOISE or word in FILLER or word in _NAMES_NOTHING or not any(map(str.isalpha, word))
    )


def find_small_role(word: str) -> Role:
    """The role of a word that is left out when the economies are found."""
    return Role.FILLER if is_small(word) else Role.ECONOMY


def list_unread(tokens: Tokens, query: RateQuery, vocabulary: Vocabulary) -> tuple[str, ...]:
    """The words that were not read, after the query's product was read."""
    _, reader, cards, _ = vocabulary
    if reader is None:
        return ()
    product = frozenset(split_product(query.product))
    unknown = frozenset(list_unknown(query.product, reader))
    named = cards.get_all(query.cards) if cards is not None else ()
    laws = {stem for card in named for name in list_card_names(card) for stem in stem_words(name)}
    has_claims = bool(query.product and reader.read_any(query.product).claims)
    is_calendar = query.kind in (QueryKind.UPCOMING, QueryKind.CHANGES)
    # The calendar names its goods in other words than the question: `armchairs`.
    goods = frozenset(reader.read_any(query.product or "").goods) if is_calendar else frozenset()

    def find_role(word: str) -> Role:
        if word in product and word not in unknown:
            return Role.GOODS
        if goods and not goods.isdisjoint(reader.read_any(word).goods):
            return Role.GOODS
        if is_telling(word):
            return Role.UNREAD
        if is_small(word) or is_everyday(word) or _SMALL.issuperset(stem_words(word)):
            return Role.FILLER
        if (is_calendar and word in CALENDAR_WORDS) or (has_claims and word in OF_CLAIMS):
            return Role.FILLER
        is_law = laws.issuperset(stem_words(word)) or reader.names.has_law(word)
        return Role.LAW if is_law else Role.UNREAD

    tokens.settle("", find_role)
    found = (word.strip("-&") for word in tokens.list_words(Role.UNREAD))
    return tuple(word for word in found if word)


def list_lost_economies(text: str, query: RateQuery, parties: Parties) -> tuple[str, ...]:
    """The names of economies that the text of a question names and that have no role in its query.

    An economy whose bloc has a role is not lost: the goods of the bloc pay the same duties.
    """
    named = TokenizedQuestion(take_other_costs(text)[1], parties).codes
    codes = {query.imposer, query.partner, *query.versus, *query.via}
    lost = (one for one in named if codes.isdisjoint({one, *parties.list_codes(one)}))
    return tuple(parties.get(one).name for one in lost if one not in (HOME, WORLD))


def add_unread(query: RateQuery, phrases: Sequence[str]) -> RateQuery:
    """The query with phrases that were not read, instead of their single words."""
    inside = {word for phrase in phrases for word in phrase.split()}
    others = (word for word in query.unread if word not in inside)
    return query.model_copy(update={"unread": (*phrases, *others)})


def list_unknown(product: str | None, reader: ProductReader | None) -> tuple[str, ...]:
    """The words of the product that no name has."""
    if not product or reader is None:
        return ()
    unknown = frozenset(reader.read_any(product).unknown)
    return tuple(
        word
        for word in dict.fromkeys(split_product(product))
        if unknown.issuperset(stem_words(word)) and not is_small(word)
    )


def list_unread_of_card(tokens: Tokens, card: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """The words that the card of a law or topic does not answer."""
    parties, reader, cards, _ = vocabulary
    if reader is None or cards is None or card not in cards.by_id:
        return ()

    def find_role(word: str) -> Role:
        stems = frozenset(stem_words(word))
        if is_small(word) or is_everyday(word) or cards.is_question_word(word):
            return Role.FILLER
        if stems <= cards.words or reader.names.has_law(word):
            return Role.LAW
        if stems <= reader.names.words:
            return Role.GOODS
        return Role.UNREAD if parties.find(word) is None else Role.ECONOMY

    tokens.settle("", find_role)
    return tokens.list_words(Role.UNREAD)


def list_unread_parts(text: str, tokens: Tokens) -> tuple[str, ...]:
    """The parts after the first one of which no word was read, as they are in the text.

    toys from china and why is it so high     why is it so high
    toys from china, who pays it              who pays it
    canada toys, what do they pay the other way   what do they pay the other way
    toys from china, and can you check        nothing, because this asks for the rate
    toys from china, and will we pay in may   nothing, because the month was read
    """
    return tuple(_list_parts(text, frozenset().union(*map(tokens.list_words, _READ))))


def _list_parts(text: str, read: frozenset[str]) -> Iterator[str]:
    for match in _PART.finditer(text):
        words = split_text(match["asked"])
        if match.start() and 1 < len(words) <= _MOST_WORDS and read.isdisjoint(words):
            yield " ".join(words)
