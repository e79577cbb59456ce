"""Reads the names that own a duty or a rate: "Trump's EU tariffs", "Peru's rate is cut to"."""

from bot.news.figures.roles.grammar import Phrase, SentenceGrammar
from bot.news.figures.roles.model import RoleDraft
from bot.news.figures.words import DEALS, DUTY_NOUNS, OWN, STOPS, TARGETS, VERBS

_OWNS = OWN | {"own", "retaliatory", "reciprocal"}
"""Words after a name that charges: "Peru's own tariffs", "and Peru its tariffs"."""


class OwnerReader:
    """Reads the owners of the duties in one sentence."""

    def __init__(self, grammar: SentenceGrammar) -> None:
        self._grammar = grammar
        self._tokens = grammar.tokens

    def read(self, phrase: Phrase, at: int) -> RoleDraft:
        """What the names in the phrase say: "Trump's EU tariffs", "US duties"."""
        owner = unclear = partner = None
        is_own = False
        is_of_payer = (
            self._grammar.text(phrase.end) in ("rate", "rates")
            or self._grammar.text(phrase.end + 1) in DEALS
        )
        for place in range(phrase.start, min(phrase.end, len(self._tokens) - 1) + 1):
            token = self._tokens[place]
            if token.party is None:
                is_own = is_own or token.text in OWN
                continue
            follows = self._grammar.text(place + 1)
            plural = follows == "'" and token.text.endswith("s")
            if follows == "'s" and token.party != "US" and is_of_payer:
                # The rate that Taiwan pays: "Taiwan's tariff rate", "Taiwan's 15% tariff deal".
                unclear = token.party
            elif follows == "'s" or plural or follows in _OWNS:
                owner, unclear, partner = token.party, None, None
            elif owner is not None:
                partner = token.party if token.party != owner else partner
            elif unclear is not None and token.party != unclear:
                if self._grammar.text(place - 1) in ("-", "and", "&"):
                    unclear = None
                elif token.party == "US":
                    unclear = token.party
                else:
                    owner, unclear, partner = unclear, None, token.party
            else:
                unclear = token.party
        if self._tokens[at].rate is not None and self._is_own_rate(at):
            is_own = True
        return RoleDraft(owner, unclear, partner, is_own)

    def read_rate_of(self, found: RoleDraft, at: int, low: int) -> None:
        """Adds the payer of a rate: Peru in "Peru's rate is cut to", "a rate for Peru of 12%"."""
        for place in range(at - 1, max(0, at - 8), -1):
            token = self._tokens[place]
            if token.start < low or token.text in STOPS or token.text == ",":
                return
            if token.text not in ("rate", "rates", "fee", "fees"):
                continue
            if self._grammar.text(place + 1) in TARGETS:
                named = (self._grammar.party(one) for one in range(place + 2, at))
                found.partners = found.partners or tuple(filter(None, named))[:1]
                return
            owner = place - 2 if self._grammar.text(place - 1) == "'s" else place - 1
            code = self._grammar.party(owner)
            if code == "US":
                found.imposer = found.imposer or code
            elif code is not None:
                found.imposer = None if found.imposer == code else found.imposer
                found.partners = found.partners or (code,)
            return

    def find_holder(self, at: int) -> str | None:
        """The party to which the rate belongs: Peru in "Peru's dairy walls, at 270%"."""
        for place in range(at - 1, max(0, at - 8), -1):
            text = self._grammar.text(place)
            if text == "'s":
                return self._grammar.party(place - 1)
            if text in VERBS or text in STOPS or self._tokens[place].party is not None:
                return None
        return None

    def _is_own_rate(self, at: int) -> bool:
        words = [self._grammar.text(place) for place in range(at + 1, at + 5)]
        if words[0] in DUTY_NOUNS:
            words = words[1:]
        return words[0] == "of" and words[1] in OWN and words[2] == "own"
