"""The grammar of a sentence about duties: phrases, verbs and their subjects.

phrase     "Trump's proposed 30% tariff threat"; not "Mexico attacks (the 30% tariff)"
governor   "Canada will (raise) its 25% duty"; not "shares fell as a 25% duty" (another clause)
subject    "(Canada), hit by duties, raises"; not "firms in (Canada) raise"
"""

from collections.abc import Sequence
from typing import NamedTuple

from bot.news.figures.tokens import Token
from bot.news.figures.words import (
    AGAINST,
    ARTICLES,
    AUXILIARY,
    BACK,
    BE,
    CONJUNCTIONS,
    DEALS,
    DUTY_NOUNS,
    ENDED,
    GOODS,
    INDIRECT,
    LINKS,
    OWN,
    PASSIVE,
    PREPOSITIONS,
    PRIVATE,
    PRONOUNS,
    RELIEF,
    SIGNS,
    SMALL,
    SOLD,
    STOPS,
    TAIL,
    VERBS,
    VerbClass,
)

FAR = 40
"""Maximum distance of a verb from its duty, and of a subject from its verb, in tokens."""

_MAY_MEAN_DUTY = DUTY_NOUNS | {"'s", "tax", "taxes", "margin", "margins", "deposit", "deposits"}


class Governor(NamedTuple):
    """The verb that a duty belongs to."""

    verb: VerbClass
    at: int
    """The token of the verb."""
    preposition: str | None
    """The preposition between verb and duty: "with" in "hits India with"."""
    is_indirect: bool
    """Whether the duty is only a circumstance: "cuts its forecast over the duty"."""


class Phrase(NamedTuple):
    """The tokens of a duty's phrase."""

    start: int
    head: int
    """The word for duties, or the rate if the phrase has none."""
    end: int


class SentenceGrammar:
    """Finds phrases, verbs and subjects in the tokens of one sentence."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.duties = [
            place
            for place, token in enumerate(tokens)
            if token.text in _MAY_MEAN_DUTY and self._means_duty(place)
        ]
        """The tokens of words for duties."""

    def text(self, at: int) -> str:
        return self.tokens[at].text if 0 <= at < len(self.tokens) else ""

    def party(self, at: int) -> str | None:
        return self.tokens[at].party if 0 <= at < len(self.tokens) else None

    def find_link(self, place: int) -> str:
        """The preposition or verb before a name, without its article."""
        at = place - 1
        while self.text(at) in ("the", "eight", "other", "all"):
            at -= 1
        return self.text(at)

    def is_market(self, at: int) -> bool:
        """Whether a name is where the goods are sold: "phones sold in Peru"."""
        place = at - 2 if self.text(at - 1) == "the" else at - 1
        is_place = self.party(at) is not None and self.text(place) == "in"
        return is_place and self.text(place - 1) in SOLD

    def is_duty(self, at: int) -> bool:
        """Whether a token is a word for duties."""
        return at in self.duties

    def _means_duty(self, at: int) -> bool:
        text = self.text(at)
        if text in ("levy", "levies") and self.tokens[at + 1 :]:
            after = self.tokens[at + 1]
            if after.rate is not None or after.text in ("a", "an", "up"):
                return False
        if text in DUTY_NOUNS or (text == "'s" and self.text(at + 1) == "on"):
            return True
        before, after_text = self.text(at - 1), self.text(at + 1)
        return (
            (text in ("tax", "taxes") and (before == "import" or after_text == "on"))
            or (text in ("margin", "margins") and before in ("dumping", "subsidy"))
            or (text in ("deposit", "deposits") and after_text == "on")
        )

    def find_verb(self, at: int) -> VerbClass | None:
        """The class of the verb at a token, or None if it is a noun or no verb."""
        text = self.text(at)
        verb = VERBS.get(text)
        before, after = self.text(at - 1), self.text(at + 1)
        if text in PASSIVE and (after in ("with", "by") or before in BE):
            return VerbClass.PAYS
        if text == "to" and self._is_verb_next(at + 1):
            return VerbClass.ANNOUNCES
        if verb is None or (text == "back" and before in BACK):
            return None
        if (
            text == "lower"
            and (before in PREPOSITIONS | ARTICLES or after == "than")
            and before != "to"
        ):
            return None
        if not text.endswith(("ed", "ing")) and (
            before in ("a", "an", "the", "'s", "trade", "new", "its", "their", "his", "of", "this")
            or (text in TAIL and (self.is_duty(at - 1) or after in ("of", "in")))
            or (text == "end" and after == "of")
        ):
            return None
        if text in BACK and after == "back":
            return VerbClass.ANSWERS
        if after in AGAINST and (text in BACK or text.startswith(("turn", "back"))):
            return VerbClass.REACTS
        return verb

    def find_phrase(self, at: int, low: int) -> Phrase:
        """The first token of the phrase, the word for duties (or the rate) and the last token."""
        head = at
        if self.tokens[at].rate is not None:
            for place in range(at + 1, min(at + 7, len(self.tokens))):
                if self.is_duty(place) and self.text(place) != "'s":
                    head = place
                    break
                text = self.text(place)
                if text in PREPOSITIONS or text in STOPS or text == "," or text in CONJUNCTIONS:
                    break
                if text in AUXILIARY or text in OWN or text in BE or text == "to":
                    break
                if self.tokens[place].rate is not None:
                    break
            if head == at:
                for place in range(at - 1, max(-1, at - FAR), -1):
                    token = self.tokens[place]
                    if token.start < low or token.rate is not None or token.text == ";":
                        break
                    if self._begins_another(place):
                        break
                    if self.is_duty(place):
                        head = place
                        break
        start = min(head, at)
        while start > 0 and self._is_modifier(start - 1):
            start -= 1
            if self.text(start) in ("a", "an", "the", "these", "this"):
                break
        end = max(head, at) if head > at or head == at else head
        while self.text(end + 1) in TAIL:
            end += 1
        return Phrase(start, head, end)

    def _begins_another(self, at: int) -> bool:
        """Whether a token between a duty and a rate shows that the rate is of another duty."""
        text = self.text(at)
        if text == "with" or (text in CONJUNCTIONS and text not in ("that", "which", "as")):
            return True
        return (
            text.endswith("s")
            and self.find_verb(at) in (VerbClass.IMPOSES, VerbClass.ANNOUNCES)
            and (self.text(at - 1) in ("but", "and", ",") or self.party(at - 1) is not None)
        )

    def _is_modifier(self, at: int) -> bool:
        """Whether a token before a part of the phrase belongs to the phrase."""
        token = self.tokens[at]
        if token.rate is not None:
            return False
        if token.party is not None or token.text == "'s" or token.text in SIGNS:
            return True
        before = self.text(at - 1)
        if token.text in VERBS:
            if not token.text.endswith(("ed", "ing")):
                return False
            return (
                at == 0
                or before in ARTICLES
                or before in ("'s", "'", "-")
                or before in PREPOSITIONS
                or (before in VERBS and token.text.endswith("ed") and not before.endswith("ing"))
                or before.endswith(("al", "ive", "ary", "ory"))
            )
        if token.text.endswith("s") and self.party(at - 1) and token.text not in GOODS | TAIL | OWN:
            # Probably a verb: "China probes Mexican tariffs".
            return False
        if token.text in ("and", "or"):
            after = self.tokens[at + 1]
            return (
                after.rate is None
                and after.party is None
                and before.isalpha()
                and before not in VERBS
            )
        return (
            token.text not in PREPOSITIONS
            and token.text not in CONJUNCTIONS
            and token.text not in STOPS
            and token.text not in AUXILIARY
            and token.text not in PRONOUNS
            and token.text not in BE
            and token.text != ","
            and not self.is_duty(at)
        )

    def _is_verb_next(self, at: int) -> bool:
        """Whether the word after "to" can be a verb. It need not be in a list of verbs."""
        text = self.text(at)
        if not text.isalpha() or text in PREPOSITIONS or text in ARTICLES:
            return False
        return self.tokens[at].party is None and self.tokens[at].rate is None

    def find_governor(self, start: int) -> Governor | None:
        """The verb that governs the phrase and stands before it; None if there is none."""
        preposition: str | None = None
        instrument: int | None = None
        is_indirect = is_relief = False
        for place in range(start - 1, max(-1, start - FAR), -1):
            token = self.tokens[place]
            text = token.text
            if token.rate is not None or text in STOPS:
                break
            if token.party is not None or text == "'s":
                continue
            verb = self.find_verb(place)
            if verb is not None and not self._is_modifier_verb(place):
                if (
                    verb in (VerbClass.REACTS, VerbClass.PLEADS)
                    and preposition == "from"
                    and is_relief
                ):
                    verb = VerbClass.PAYS
                return Governor(verb, place, preposition, is_indirect)
            is_relief = is_relief or text in RELIEF
            if text in CONJUNCTIONS and text not in PREPOSITIONS:
                break
            if text in PREPOSITIONS:
                if text == "as" and self.text(place + 1) not in ("high", "much", "many", "low"):
                    if self.text(place - 1) not in ("high", "much", "low"):
                        return None
                    continue
                if (
                    text in ("after", "amid", "despite")
                    and self.text(place + 1) not in ARTICLES
                    and place < start - 3
                ):
                    return None
                is_indirect = is_indirect or text in INDIRECT
                if text not in LINKS or (preposition is None and text == "for"):
                    preposition = preposition or text
                    is_means = preposition == text == "with" and self.text(place - 1) not in DEALS
                    instrument = place if is_means else instrument
        # With "with", any other verb governs too: "completes its plan with a 25% tariff".
        if instrument is not None and not is_indirect:
            return Governor(VerbClass.IMPOSES, instrument, "with", False)
        return None

    def _is_modifier_verb(self, at: int) -> bool:
        """Whether a participle is an adjective: "its proposed"."""
        before = self.text(at - 1)
        return self.text(at).endswith("ed") and (before in ARTICLES or before == "'s")

    def is_subject(self, start: int, end: int) -> bool:
        """Whether the phrase begins a clause of its own: "signs a deal and the tariff is"."""
        return self.text(start - 1) in ("and", ",") and self.text(end + 1) in BE

    def is_deal(self, verb: int, start: int, end: int) -> bool:
        """Whether the verb is about a deal on the duty: "signs a deal on", "a 12% tariff deal"."""
        if self.text(end + 1) in DEALS:
            return True
        between = [self.text(place) for place in range(verb + 1, start)]
        if VERBS.get(self.text(verb)) is VerbClass.AGREES:
            return True
        return bool(DEALS.intersection(between)) and "with" not in between[:1]

    def threatens(self, governor: Governor, start: int) -> bool:
        """Whether the verb is a threat to a party: "warns Canada of", not "warns of"."""
        if not self.text(governor.at).startswith("warn"):
            return False
        between = range(governor.at + 1, start)
        return "of" in map(self.text, between) and any(map(self.party, between))

    def wants_relief(self, governor: Governor, start: int) -> bool:
        """Whether the verb and the words after the duty ask for its end: "wants it withdrawn"."""
        if not self.text(governor.at).startswith("want"):
            return False
        return any(token.text in ENDED for token in self.tokens[start:])

    def find_subject(self, verb: int) -> int | None:
        """The token of the party that is the subject of the verb, or None."""
        before = self.text(verb - 1)
        joined = before in ("to", "and", ",") or self.text(verb).endswith("ing")
        others = False
        agrees = self.find_verb(verb) is VerbClass.AGREES
        for place in range(verb - 1, max(-1, verb - FAR), -1):
            token = self.tokens[place]
            text = token.text
            if token.party is not None:
                if self._is_agent(place, verb):
                    is_joint = self.text(place - 1) in ("and", ",", "&", "the") and self.party(
                        place - (3 if self.text(place - 1) == "the" else 2)
                    )
                    return None if agrees and is_joint else place
                if self._is_private(place, verb) and not self.is_duty(place + 1):
                    return None
                continue
            if text in STOPS:
                if text == ":" and self.party(place - 1) is not None and place - 1 == 0:
                    return 0
                return None
            if text in CONJUNCTIONS:
                return None
            if text in DEALS and before == "to":
                return None
            if text in SMALL or text in AUXILIARY or token.rate is not None:
                joined = joined or text in ("to", "and", ",")
                continue
            verb_class = self.find_verb(place)
            agrees = agrees or verb_class is VerbClass.AGREES
            if verb_class is None:
                others = True
            elif (others and not joined) or (
                verb_class in (VerbClass.SAYS, VerbClass.REACTS, VerbClass.PLEADS) and others
            ):
                return None
        return None

    def find_first_agent(self, end: int) -> int | None:
        return next(
            (
                place
                for place in range(end)
                if self.party(place) is not None and self._is_agent(place, end)
            ),
            None,
        )

    def _is_agent(self, place: int, verb: int) -> bool:
        before = self.find_link(place)
        if before in PREPOSITIONS and before not in ("after", "as", "before", "than"):
            return False
        is_object = VERBS.get(before) not in (None, VerbClass.SAYS) and before not in AUXILIARY
        # "urges Carney to keep": an object of one verb and the subject of the next.
        if is_object and self.text(place + 1) not in ("to", "'s"):
            return False
        return not self._is_private(place, verb)

    def is_noun(self, at: int) -> bool:
        """Whether a word after a name that ends in "s" is not a verb: a known noun, or "'s"."""
        text = self.text(at)
        return text == "'s" or text in PRIVATE | GOODS | TAIL or self.is_duty(at)

    def _is_private(self, place: int, verb: int) -> bool:
        for after in range(place + 1, min(place + 5, verb)):
            text = self.text(after)
            if after == place + 1 and text.endswith("s") and not self.is_noun(after):
                # Probably a verb: "Canada tightens".
                return False
            if text in PRIVATE or self.is_duty(after):
                return True
            if text in PREPOSITIONS or text == "," or text in VERBS or text in SMALL:
                return False
        return False
