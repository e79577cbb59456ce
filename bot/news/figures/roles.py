"""Finds who charges a duty and who pays it, from the sentence that states it.

1. phrase     The duty's phrase: "Trump's proposed 30% tariff threat", "EU tariffs of up to 50%".
2. owner      A name in the phrase. With 's it is the imposer; see `_read_owner`.
3. author     "imposed by the EU", "a threat from Trump", "tariffs he imposed on the bloc".
4. verb       The verb that governs the phrase tells the role of its subject and object:
              "Canada raises": imposer; "hits India with": partner; "Brazil faces": partner;
              "Mexico criticizes", "Carney says that": no role, the duty belongs to another party.
5. target     "on goods from India", "against the bloc", "for India and China": the partners.
6. everyone   "on all countries", "a global tariff": WORLD.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.news.figures.grammar import FAR, Governor, Phrase, SentenceGrammar
from bot.news.figures.targets import Target, TargetReader
from bot.news.figures.tokens import Token
from bot.news.figures.words import (
    AUXILIARY,
    CHANGES,
    CONJUNCTIONS,
    COUNTRIES,
    COURT_VOIDS,
    DEALS,
    DUTY_NOUNS,
    GOODS,
    MOVES,
    OWN,
    PREPOSITIONS,
    STATES,
    STOPS,
    TAIL,
    TARGETS,
    VERBS,
    VerbClass,
)
from bot.parties import WORLD

_EVERYONE = re.compile(
    r"\b(?:on|for|from)\s(?:nearly\s|almost\s|virtually\s)?(?:all|every|most)\s(?:other\s)?"
    r"(?:countries|country|nations|imports|trading\spartners|partners|foreign\sgoods)\b"
    r"|\b(?:global|universal|baseline|blanket|worldwide|across-the-board)\s(?:[a-z]+\s){0,2}"
    r"(?:tariff|dut|lev)"
)
_OWNS = OWN | {"own", "retaliatory", "reciprocal"}
"""Words after a name that charges: "Peru's own tariffs", "and Peru its tariffs"."""


class Roles(NamedTuple):
    """The parties of a duty, and what the sentence leaves open."""

    imposer: str | None = None
    partners: tuple[str, ...] = ()
    target: Target = Target.NONE
    """The kind of target that the words after "on" name."""
    is_listed: bool = False
    """Whether the duty continues a list, so that it shares the imposer of the previous one."""
    shared: tuple[str, ...] = ()
    """The partners that the next duties of a list share: the EU in "hits the EU with 10%"."""
    unclear: str | None = None
    """A party that either charges or pays: the EU in "EU tariffs"."""
    answers: bool = False
    """Whether the duty is retaliation."""
    start: int = 0
    """The first token of the duty's phrase."""
    verb: int | None = None
    """The token of the verb that governs the duty."""


@dataclass
class _Found:
    """What is known of a duty so far."""

    imposer: str | None
    unclear: str | None
    own_partner: str | None
    """A party in the phrase that pays: the EU in "Trump's EU tariffs"."""
    is_own: bool
    """Whether the phrase says "its tariffs" or "of its own"."""
    partners: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    target: Target = Target.NONE


class SentenceRoles:
    """Reads the roles of the duties in one sentence."""

    def __init__(self, folded: str, tokens: Sequence[Token]) -> None:
        self._folded = folded
        self._tokens = tokens
        self._grammar = SentenceGrammar(tokens)
        self._targets = TargetReader(self._grammar)
        self.find_bare_duties = self._grammar.find_duties
        self.find_link = self._grammar.find_link

    def read_duty(self, at: int, low: int, high: int) -> Roles:
        """The roles of the rate or word for duties at token `at`.

        Characters `low` to `high` of the sentence belong to this duty and to no other.
        """
        phrase = self._grammar.find_phrase(at, low)
        governor = self._find_governor(phrase)
        found = self._read_owner(phrase, at)
        found.partners, found.target = self._targets.read(phrase, at, high)
        first = min(self._tokens[phrase.start].start, low)
        author = self._read_author(min(phrase.head, at), phrase.end, high)
        found.imposer = author or found.imposer or self._read_planner(phrase.start)
        if governor is not None:
            self._read_verb(found, governor, phrase.start)
        elif found.is_own and found.imposer is None:
            found.imposer = self._party_of(self._grammar.find_subject(phrase.start))
        self._read_unclear(found, at)
        end = max(phrase.head, at)
        found.imposer = (
            found.imposer or self._read_importer(end) or self._read_place_of_sale(end, high)
        )
        if found.imposer is None and found.partners and phrase.head < at:
            found.imposer = self._read_market(phrase.head, at)
        if phrase.head == at and self._tokens[at].rate is not None:
            self._read_rate_of(found, at, low)
            found.imposer = found.imposer or self._read_holder(at)
        partners = tuple(code for code in found.partners if code != found.imposer)
        if not partners and _EVERYONE.search(self._folded, first, high):
            partners = (WORLD,)
        is_open = found.imposer is None and not partners
        return Roles(
            imposer=found.imposer,
            partners=partners,
            target=Target.PAYERS if partners else found.target,
            is_listed=governor is None and self._is_listed(phrase.start),
            shared=tuple(code for code in found.shared if code != found.imposer),
            unclear=found.unclear if is_open else None,
            answers=governor is not None and governor.verb is VerbClass.ANSWERS,
            start=phrase.start,
            verb=governor.at if governor else None,
        )

    def _find_governor(self, phrase: Phrase) -> Governor | None:
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

    def _party_of(self, at: int | None) -> str | None:
        return None if at is None else self._tokens[at].party

    def _read_verb(self, found: _Found, governor: Governor, start: int) -> None:
        """Adds the roles of the subject and the object of the verb."""
        if self._grammar.text(governor.at) == "with":
            at = self._grammar.find_first_agent(governor.at)
        else:
            at = self._grammar.find_subject(governor.at)
        subject = self._party_of(at)
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

    def _read_unclear(self, found: _Found, at: int) -> None:
        """Decides whether a party that is named in the phrase charges or pays."""
        if found.imposer is None and found.unclear is not None:
            pays = found.unclear in found.partners
            has_other = bool(found.partners) or found.target is Target.GOODS
            if found.unclear == "US" or (has_other and not pays):
                found.imposer, found.unclear = found.unclear, None
        before = self._grammar.party(at - 1)
        is_listed = self._grammar.text(at - 2) in ("", ",", ":", ";", "and")
        if before and is_listed and not found.partners and not self._grammar.is_duty(at + 1):
            # "Vietnam 46%, Thailand 36%"
            found.partners = (before,)
        if found.own_partner and not found.partners:
            found.partners = found.shared = (found.own_partner,)
        elif found.unclear is not None and found.imposer not in (None, found.unclear):
            found.partners = found.partners or (found.unclear,)

    def _read_owner(self, phrase: Phrase, at: int) -> _Found:
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
        return _Found(owner, unclear, partner, is_own)

    def _read_rate_of(self, found: _Found, at: int, low: int) -> None:
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

    def _read_holder(self, at: int) -> str | None:
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

    def _read_author(self, first: int, end: int, high: int) -> str | None:
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

    def _read_planner(self, start: int) -> str | None:
        """The party that plans a duty: Peru in "Peru's plan for a duty", "a Peruvian threat of"."""
        at = start - 2
        if (
            self._grammar.text(start - 1) not in ("for", "of")
            or self._grammar.text(at) not in MOVES
        ):
            return None
        owner = at - 2 if self._grammar.text(at - 1) == "'s" else at - 1
        return self._grammar.party(owner)

    def _is_imposed(self, first: int, at: int) -> bool:
        """Whether a verb such as "imposed" is near before "by"."""
        near = (VERBS.get(self._grammar.text(one)) for one in range(max(first, at - 6), at))
        return any(verb in (VerbClass.IMPOSES, VerbClass.ANNOUNCES) for verb in near)

    def _acts(self, governor: Governor, *, is_own: bool, has_partner: bool) -> bool:
        """Whether the subject of the verb charges the duty."""
        if governor.verb is VerbClass.AGREES:
            return has_partner
        if governor.verb is VerbClass.ANSWERS:
            return governor.preposition == "with" or is_own
        if governor.verb not in (VerbClass.IMPOSES, VerbClass.ANNOUNCES):
            return False
        return not governor.is_indirect

    def _sets(self, governor: Governor, found: _Found, start: int) -> bool:
        """Whether the verb changes the rate that the owner of the phrase pays."""
        changes = self._grammar.text(governor.at) in CHANGES and governor.preposition is None
        owner = self._grammar.party(start) if self._grammar.text(start + 1) == "'s" else None
        return changes and not found.partners and owner == found.imposer is not None

    def _has_countries_before(self, verb: int) -> bool:
        """Whether the subject is countries without a name: "countries that deal with Iran face"."""
        for place in range(verb - 1, max(-1, verb - 12), -1):
            text = self._grammar.text(place)
            if text in COUNTRIES:
                return True
            if text in STOPS or text == ",":
                return False
        return False

    def _find_pleading(self, subject: int) -> str | None:
        """The party that asks for relief: Canada in "Canada urges China to drop"."""
        verb = subject - 1
        if self._grammar.text(verb) == "the":
            verb -= 1
        if self._grammar.find_verb(verb) is not VerbClass.PLEADS:
            return None
        by = self._grammar.find_subject(verb)
        return None if by is None else self._tokens[by].party

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

    def _read_importer(self, end: int) -> str | None:
        """The imposer after "in": the EU in "a 17% duty in the EU", "on Thai goods in the EU"."""
        at = end + 2 if self._grammar.text(end + 2) != "the" else end + 3
        return self._grammar.party(at) if self._grammar.text(end + 1) == "in" else None

    def _read_place_of_sale(self, end: int, high: int) -> str | None:
        """Peru in "a duty of 12% on phones sold in Peru"."""
        for place in range(end + 1, len(self._tokens)):
            if self._tokens[place].start >= high or self._tokens[place].text in STOPS:
                return None
            if self._grammar.is_market(place):
                return self._grammar.party(place)
        return None

    def _read_market(self, head: int, at: int) -> str | None:
        """The imposer between goods and rate: Chile in "duty on Thai wine in Chile is now 12%"."""
        return next(
            (
                self._grammar.party(place)
                for place in range(head + 1, at)
                if self._grammar.party(place) and self._grammar.find_link(place) == "in"
            ),
            None,
        )

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

    def _is_listed(self, start: int) -> bool:
        return any(
            self._tokens[place].rate is not None for place in range(max(0, start - FAR), start)
        )
