"""Reads the roles of the subject and the object of the verb that governs a duty.

"Canada raises": imposer; "hits India with": partner; "Brazil faces": partner;
"Mexico criticizes", "Carney says that": no role, the duty belongs to another party.
"""

from bot.news.figures.roles.grammar import Governor, Phrase, SentenceGrammar
from bot.news.figures.roles.model import RoleDraft
from bot.news.figures.roles.targets import Target
from bot.news.figures.words import (
    AUXILIARY,
    CHANGES,
    CONJUNCTIONS,
    COUNTRIES,
    COURT_VOIDS,
    GOODS,
    PREPOSITIONS,
    STATES,
    STOPS,
    TARGETS,
    VerbClass,
)


class VerbReader:
    """Reads the verbs of the duties in one sentence."""

    def __init__(self, grammar: SentenceGrammar) -> None:
        self._grammar = grammar
        self._tokens = grammar.tokens

    def find_governor(self, phrase: Phrase) -> Governor | None:
        if self._grammar.is_subject(phrase.start, phrase.end):
            return None
        governor = self._grammar.find_governor(phrase.start)
        if governor is None:
            return None
        if self._grammar.text(governor.at).startswith("offer") and self._grammar.party(
            phrase.start if self._grammar.party(phrase.start) else phrase.start - 1
        ):
            # "offers Peru 12%"
            return governor._replace(verb=VerbClass.IMPOSES)
        if self._grammar.threatens(governor, phrase.start):
            return governor._replace(verb=VerbClass.IMPOSES)
        if self._grammar.wants_relief(governor, phrase.start):
            return governor._replace(verb=VerbClass.PLEADS)
        if self._grammar.is_deal(governor.at, phrase.start, phrase.end):
            return governor._replace(verb=VerbClass.AGREES)
        return governor

    def read(self, found: RoleDraft, governor: Governor, start: int) -> None:
        """Adds the roles of the subject and the object of the verb."""
        if self._grammar.text(governor.at) == "with":
            at = self._grammar.find_first_agent(governor.at)
        else:
            at = self._grammar.find_subject(governor.at)
        subject = None if at is None else self._tokens[at].party
        acts = self._acts(governor, is_own=found.is_own, has_partner=bool(found.partners))
        if governor.verb is VerbClass.PLEADS and subject is not None:
            found.shared = (subject,)
            if found.imposer is None and found.unclear is None:
                found.imposer = self._find_asked(governor.at, start)
        elif governor.verb is VerbClass.PAYS:
            found.shared = self._find_payers(governor.at)
            if not found.shared and self._has_countries_before(governor.at):
                found.target = Target.PAYERS
            found.imposer = found.imposer or self._find_importer(governor.at)
        elif governor.verb in (VerbClass.IMPOSES, VerbClass.ANSWERS) and not governor.is_indirect:
            found.shared = self._find_objects(governor, start)
        elif governor.verb is VerbClass.REACTS and found.imposer is None:
            found.imposer = self._find_blamed(governor.at, start)
            first = next((each.party for each in self._tokens[: governor.at] if each.party), None)
            by_court = self._grammar.text(governor.at) in COURT_VOIDS
            if found.unclear is not None and first not in (None, found.unclear) and not by_court:
                # "Chilean growers protest a 12% Peruvian levy"
                found.imposer, found.unclear, subject = found.unclear, None, first
            if found.imposer and subject not in (None, found.imposer) and not found.partners:
                found.partners = (str(subject),)
        found.partners = found.partners or found.shared
        if governor.verb is VerbClass.ANSWERS and acts and not found.partners:
            found.partners = self._find_answered(governor.at, start)
        if acts and subject is not None and self._sets(governor, found, start):
            # "Peru cuts Chile's duty": the rate that Chile pays.
            found.partners, found.imposer = (str(found.imposer),), subject
        if subject is None or found.imposer is not None:
            return
        is_known = governor.verb is VerbClass.ANNOUNCES and found.unclear == "US" != subject
        if acts and not is_known:
            found.imposer = subject
            if at is not None and not found.partners:
                found.own_partner = found.own_partner or self._find_pleading(at)
            if found.unclear not in (None, subject):
                found.own_partner = found.own_partner or found.unclear
                found.unclear = None
        elif found.is_own:
            found.imposer = subject

    def _acts(self, governor: Governor, *, is_own: bool, has_partner: bool) -> bool:
        """Whether the subject of the verb charges the duty."""
        if governor.verb is VerbClass.AGREES:
            return has_partner
        if governor.verb is VerbClass.ANSWERS:
            return governor.preposition == "with" or is_own
        if governor.verb not in (VerbClass.IMPOSES, VerbClass.ANNOUNCES):
            return False
        return not governor.is_indirect

    def _sets(self, governor: Governor, found: RoleDraft, start: int) -> bool:
        """Whether the verb changes the rate that the owner of the phrase pays."""
        changes = self._grammar.text(governor.at) in CHANGES and governor.preposition is None
        owner = self._grammar.party(start) if self._grammar.text(start + 1) == "'s" else None
        return changes and not found.partners and owner == found.imposer is not None

    def _find_payers(self, verb: int) -> tuple[str, ...]:
        """The parties that pay: "Brazil faces", "Indian exporters pay", "imports of Peru face"."""
        found: list[str] = []
        agent = self._grammar.find_first_agent(verb)
        is_aim = self._grammar.text(verb - 1) == "to" and self._grammar.party(verb - 2) is None
        if is_aim and agent is not None:
            # "Vietnam pledges to buy more to avoid"
            return (str(self._tokens[agent].party),)
        for place in range(verb - 1, max(-1, verb - 25), -1):
            token = self._tokens[place]
            if token.party is not None:
                before = self._grammar.find_link(place)
                if before in ("to", "into") and self._grammar.text(place - 2) in GOODS | {"to"}:
                    continue
                if before in PREPOSITIONS and before not in ("of", "from", "after", "as"):
                    return tuple(found)
                if self._grammar.is_duty(place + 1):
                    return tuple(found)
                found.insert(0, token.party)
                if self._grammar.text(place - 1) not in ("and", ",", "&", "the"):
                    return tuple(found)
                continue
            text = token.text
            if (
                text in STOPS
                or text in CONJUNCTIONS
                or text in STATES
                or self._grammar.is_duty(place)
            ):
                return tuple(found)
            if (
                self._grammar.find_verb(place) is not None
                and text not in AUXILIARY
                and self._grammar.text(place + 1) not in ("to", "as")
            ):
                return tuple(found)
        return tuple(found)

    def _has_countries_before(self, verb: int) -> bool:
        """Whether the subject is countries without a name: "countries that deal with Iran face"."""
        for place in range(verb - 1, max(-1, verb - 12), -1):
            text = self._grammar.text(place)
            if text in COUNTRIES:
                return True
            if text in STOPS or text == ",":
                return False
        return False

    def _find_importer(self, verb: int) -> str | None:
        """The imposer to which goods are exported: Canada in "Mexico exports to Canada pay"."""
        at = verb - 1
        code = self._grammar.party(at)
        at -= 2 if self._grammar.text(at - 1) == "the" else 1
        is_importer = (
            self._grammar.text(at) in ("to", "into") and self._grammar.text(at - 1) in GOODS
        )
        return code if is_importer else None

    def _find_objects(self, governor: Governor, start: int) -> tuple[str, ...]:
        """The parties in "hits India with", "charges China 25%"."""
        found: list[str] = []
        if governor.preposition not in (None, "with"):
            return ()
        for place in range(governor.at + 1, start):
            token = self._tokens[place]
            if token.party is not None:
                found.append(token.party)
            elif token.text in COUNTRIES and not found:
                return ()
            elif token.text == "with":
                break
            elif token.text in PREPOSITIONS and token.text not in ("to", "of", "up"):
                return ()
        else:
            if governor.preposition == "with":
                return ()
        # Without "with", the name stands directly before the rate.
        return tuple(dict.fromkeys(found))

    def _find_asked(self, verb: int, start: int) -> str | None:
        """The party that is asked for relief: China in "seeks talks with China over"."""
        return next(
            (
                self._grammar.party(place)
                for place in range(verb + 1, start)
                if self._grammar.party(place)
                and self._grammar.find_link(place) in ("with", "from", "to")
            ),
            None,
        )

    def _find_blamed(self, verb: int, start: int) -> str | None:
        """The party that is criticized for its duty: Peru in "Chile scolds Peru over"."""
        at = verb + 2 if self._grammar.text(verb + 1) in ("the", "at", "out") else verb + 1
        links = {self._grammar.text(one) for one in range(at + 1, start)}
        return self._grammar.party(at) if links & {"over", "for", "about"} else None

    def _find_answered(self, verb: int, start: int) -> tuple[str, ...]:
        """The party against whose duties the subject retaliates."""
        for place in range(verb + 1, start):
            code = self._grammar.party(place)
            if code is None:
                continue
            near = range(place + 1, min(place + 5, start))
            if any(self._grammar.is_duty(one) for one in near) or self._grammar.find_link(
                place
            ) in TARGETS | {
                "to",
                "at",
            }:
                return (code,)
        return ()

    def _find_pleading(self, subject: int) -> str | None:
        """The party that asks for relief: Canada in "Canada urges China to drop"."""
        verb = subject - 1
        if self._grammar.text(verb) == "the":
            verb -= 1
        if self._grammar.find_verb(verb) is not VerbClass.PLEADS:
            return None
        by = self._grammar.find_subject(verb)
        return None if by is None else self._tokens[by].party
