"""Finds who charges a duty and who pays it, from the sentence that states it.

1. phrase     The duty's phrase: "Trump's proposed 30% tariff threat", "EU tariffs of up to 50%".
2. owner      A name in the phrase. With 's it is the imposer (`owners`).
3. author     "imposed by the EU", "a threat from Trump", "tariffs he imposed on the bloc"
              (`imposers`).
4. verb       The verb that governs the phrase tells the role of its subject and object:
              "Canada raises": imposer; "hits India with": partner; "Brazil faces": partner;
              "Mexico criticizes", "Carney says that": no role, the duty belongs to another party
              (`verbs`).
5. target     "on goods from India", "against the bloc", "for India and China": the partners
              (`targets`).
6. everyone   "on all countries", "a global tariff": WORLD.
"""

import re
from collections.abc import Sequence

from bot.news.figures.roles.grammar import FAR, SentenceGrammar
from bot.news.figures.roles.imposers import ImposerFinder
from bot.news.figures.roles.model import RoleDraft, Roles
from bot.news.figures.roles.owners import OwnerReader
from bot.news.figures.roles.targets import Target, TargetReader
from bot.news.figures.roles.verbs import VerbReader
from bot.news.figures.tokens import Token
from bot.news.figures.words import VerbClass
from bot.parties import WORLD

_EVERYONE = re.compile(
    r"\b(?:on|for|from)\s(?:nearly\s|almost\s|virtually\s)?(?:all|every|most)\s(?:other\s)?"
    r"(?:countries|country|nations|imports|trading\spartners|partners|foreign\sgoods)\b"
    r"|\b(?:global|universal|baseline|blanket|worldwide|across-the-board)\s(?:[a-z]+\s){0,2}"
    r"(?:tariff|dut|lev)"
)


class SentenceRoles:
    """Reads the roles of the duties in one sentence."""

    def __init__(self, folded: str, tokens: Sequence[Token]) -> None:
        self._folded = folded
        self._tokens = tokens
        self._grammar = SentenceGrammar(tokens)
        self._owners = OwnerReader(self._grammar)
        self._imposers = ImposerFinder(self._grammar)
        self._verbs = VerbReader(self._grammar)
        self._targets = TargetReader(self._grammar)
        self.bare_duties = self._grammar.duties
        self.find_link = self._grammar.find_link

    def read_duty(self, at: int, low: int, high: int) -> Roles:
        """The roles of the rate or word for duties at token `at`.

        Characters `low` to `high` of the sentence belong to this duty and to no other.
        """
        phrase = self._grammar.find_phrase(at, low)
        governor = self._verbs.find_governor(phrase)
        found = self._owners.read(phrase, at)
        found.partners, found.target = self._targets.read(phrase, at, high)
        first = min(self._tokens[phrase.start].start, low)
        author = self._imposers.find_author(min(phrase.head, at), phrase.end, high)
        found.imposer = author or found.imposer or self._imposers.find_planner(phrase.start)
        if governor is not None:
            self._verbs.read(found, governor, phrase.start)
        elif found.is_own and found.imposer is None:
            subject = self._grammar.find_subject(phrase.start)
            found.imposer = None if subject is None else self._tokens[subject].party
        self._read_unclear(found, at)
        end = max(phrase.head, at)
        found.imposer = (
            found.imposer
            or self._imposers.find_importer(end)
            or self._imposers.find_place_of_sale(end, high)
        )
        if found.imposer is None and found.partners and phrase.head < at:
            found.imposer = self._imposers.find_market(phrase.head, at)
        if phrase.head == at and self._tokens[at].rate is not None:
            self._owners.read_rate_of(found, at, low)
            found.imposer = found.imposer or self._owners.find_holder(at)
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

    def _read_unclear(self, found: RoleDraft, at: int) -> None:
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

    def _is_listed(self, start: int) -> bool:
        return any(
            self._tokens[place].rate is not None for place in range(max(0, start - FAR), start)
        )
