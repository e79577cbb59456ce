"""Finds the imposer by the words around the duty's phrase.

author     "imposed by the EU", "a threat from Trump", "tariffs he imposed on the bloc"
planner    "Peru's plan for a duty"
place      "a 17% duty in the EU", "on phones sold in Peru", "duty on wine in Chile is now 12%"
"""

from bot.news.figures.roles.grammar import FAR, SentenceGrammar
from bot.news.figures.words import MOVES, STOPS, TAIL, VERBS, VerbClass


class ImposerFinder:
    """Finds the imposers of the duties in one sentence."""

    def __init__(self, grammar: SentenceGrammar) -> None:
        self._grammar = grammar
        self._tokens = grammar.tokens

    def find_author(self, first: int, end: int, high: int) -> str | None:
        """The party in "imposed by the EU", "a threat from Trump" or "that Trump imposed"."""
        for place in range(first + 1, min(first + FAR, len(self._tokens))):
            token = self._tokens[place]
            if token.start >= high or token.text in STOPS:
                return None
            if token.party is None:
                continue
            before = self._grammar.text(place - 1)
            at = place - 2 if before == "the" else place - 1
            before, verb = self._grammar.text(at), self._grammar.text(at - 1)
            if before == "by" and (at - 1 <= end or verb in TAIL or self._is_imposed(first, at)):
                return token.party
            if before == "from" and verb in TAIL and verb not in ("rate", "rates"):
                return token.party
            if before == "from" and self._grammar.is_duty(at - 1):
                return token.party
            after = next(
                (
                    self._grammar.text(one)
                    for one in range(place + 1, place + 4)
                    if self._grammar.text(one) not in ("has", "had", "have", "is", "would", "will")
                ),
                "",
            )
            is_relative = at == end or before in ("that", "which")
            if is_relative and VERBS.get(after) is VerbClass.IMPOSES and not after.endswith("ing"):
                return token.party
        return None

    def find_planner(self, start: int) -> str | None:
        """The party that plans a duty: Peru in "Peru's plan for a duty", "a Peruvian threat of"."""
        at = start - 2
        if (
            self._grammar.text(start - 1) not in ("for", "of")
            or self._grammar.text(at) not in MOVES
        ):
            return None
        owner = at - 2 if self._grammar.text(at - 1) == "'s" else at - 1
        return self._grammar.party(owner)

    def find_importer(self, end: int) -> str | None:
        """The imposer after "in": the EU in "a 17% duty in the EU", "on Thai goods in the EU"."""
        at = end + 2 if self._grammar.text(end + 2) != "the" else end + 3
        return self._grammar.party(at) if self._grammar.text(end + 1) == "in" else None

    def find_place_of_sale(self, end: int, high: int) -> str | None:
        """Peru in "a duty of 12% on phones sold in Peru"."""
        for place in range(end + 1, len(self._tokens)):
            if self._tokens[place].start >= high or self._tokens[place].text in STOPS:
                return None
            if self._grammar.is_market(place):
                return self._grammar.party(place)
        return None

    def find_market(self, head: int, at: int) -> str | None:
        """The imposer between goods and rate: Chile in "duty on Thai wine in Chile is now 12%"."""
        return next(
            (
                self._grammar.party(place)
                for place in range(head + 1, at)
                if self._grammar.party(place) and self._grammar.find_link(place) == "in"
            ),
            None,
        )

    def _is_imposed(self, first: int, at: int) -> bool:
        """Whether a verb such as "imposed" is near before "by"."""
        near = (VERBS.get(self._grammar.text(one)) for one in range(max(first, at - 6), at))
        return any(verb in (VerbClass.IMPOSES, VerbClass.ANNOUNCES) for verb in near)
