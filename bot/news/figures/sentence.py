"""A sentence with its rates, its parties and their roles, and whether its rates are former ones."""

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property
from itertools import pairwise

from bot.news.figures.completion import Draft
from bot.news.figures.context import Clause
from bot.news.figures.numbers import DollarSum, PercentRate
from bot.news.figures.roles.model import Roles
from bot.news.figures.roles.reader import SentenceRoles
from bot.news.figures.roles.targets import Target
from bot.news.figures.tokens import split_tokens
from bot.news.figures.words import (
    COURT_VOIDS,
    COURTS,
    DUTY_WORD,
    FIRMS,
    FORMER,
    HALVES,
    LIFTS,
    MARKET,
    MOVES,
    MULTIPLIES,
    PASSIVE,
    REDUCES,
    VERBS,
    VOIDS,
    VerbClass,
)
from bot.parties import Mention

_ENDS_NAME = frozenset([",", ":", ";", "to", "on", "of", "from", "with", "by"])
_SPARED = frozenset(["spared", "exempt", "exempted", "excluded"])
_STRUCK_DOWN = re.compile(
    r"\b(?:is|was|were|are|been)\s(?:struck\sdown|voided|overturned|annulled)\b"
)
_TO_DOUBLE = re.compile(
    r"\b(?:is|was|set|due|will|would)\s(?:[a-z]+\s){0,2}?(?:be\s)?doubled?\b(?!\sto\b)"
)
_MUTUAL = frozenset(["each", "both", "mutual", "mutually", "reciprocally", "bilateral"])
_ANNOUNCED = frozenset(["planned", "proposed", "threatened", "announced", "promised", "looming"])
_WAS = re.compile(r"\b(?:was|were|had\sbeen|stood\sat)\s(?:[a-z]+\s)?$")
_IN_THE_PAST = re.compile(
    r"\s(?:in|until|till|before|last|earlier|under|a\syear\sago|previously)\b"
)
# Names of US laws and courts, which no other economy has.
_US_LAW = re.compile(
    r"\bsection\s(?:232|301|201|122|338)\b|\bieepa\b|\bfederal\scircuit\b|"
    r"\bitc\b|\bcit\b|\bcourt\sof\sinternational\strade\b|^(?:the\s)?president\b(?!\s(?:of|and)\b)"
)
_US_COURT = re.compile(r"\b(?:supreme|trade|appeals|federal)\s(?:courts?|judges?)\b")


class DutySentence:
    """A sentence with its rates, its parties and the roles of the parties."""

    def __init__(
        self,
        text: str,
        folded: str,
        rates: Sequence[PercentRate],
        sums: Sequence[DollarSum],
        mentions: Sequence[Mention],
        *,
        names_eu: bool,
    ) -> None:
        """`folded` is the text in lower case. Rates, sums and mentions are those in the text."""
        self.text, self.folded, self.rates, self.sums = text, folded, rates, sums
        spans = [rate[:2] for rate in rates]
        self.tokens = split_tokens(self.folded, mentions, spans, names_eu=names_eu)
        self._roles = SentenceRoles(self.folded, self.tokens)

    def read_roles(self, clause: Clause, previous: Roles | None) -> Roles:
        """The roles of the rate in the clause; `previous` has those of the rate before it."""
        at = self._find_rate(clause)
        roles = self._roles.read_duty(at, clause.low, clause.high)
        if roles.imposer is None and self._court not in (None, *roles.partners):
            partners = roles.partners
            if not partners and roles.unclear is not None and roles.unclear != self._court:
                partners = (roles.unclear,)
            roles = roles._replace(imposer=self._court, partners=partners, unclear=None)
        if not roles.partners and roles.verb is not None and roles.target is not Target.PAYERS:
            # "imposes tariffs on US goods, with 25% on steel"
            same = [each for each in self.bare_duties if each.verb == roles.verb and each.partners]
            roles = roles._replace(partners=same[0].partners if same else ())
        if previous is not None and roles.is_listed:
            roles = roles._replace(imposer=roles.imposer or previous.imposer)
            if previous.answers:
                shared = previous.shared or previous.partners
                previous = previous._replace(shared=shared)
                roles = roles._replace(answers=True)
            if not roles.partners:
                is_same = roles.target is Target.NONE
                partners = previous.partners if is_same else previous.shared
                roles = roles._replace(
                    partners=tuple(code for code in partners if code != roles.imposer)
                )
            if not roles.partners and roles.target is Target.GOODS:
                roles = roles._replace(target=Target.PAYERS)
            roles = roles._replace(shared=roles.shared or previous.shared)
        return roles

    @cached_property
    def _court(self) -> str | None:
        """The party whose court the sentence names: "EU judges", "a judge in Delhi"."""
        for place, token in enumerate(self.tokens):
            if token.text not in COURTS:
                continue
            before = self.tokens[max(0, place - 4) : place]
            for each in reversed(before):
                if each.party:
                    return each.party
                if each.rate is not None or each.text in _ENDS_NAME or each.text in VERBS:
                    break
            after = self.tokens[place + 1 : place + 4]
            if after and after[0].text in ("in", "of"):
                return next((each.party for each in after if each.party), None)
        return None

    @cached_property
    def mutual(self) -> tuple[str, str] | None:
        """Two parties that charge each other: "Peru and Chile each raise", "cut mutual duties"."""
        words = {token.text for token in self.tokens}
        if not words & _MUTUAL:
            return None
        for one, link, two in zip(self.tokens, self.tokens[1:], self.tokens[2:], strict=False):
            if (
                one.party
                and two.party
                and link.text in ("and", "&", ",")
                and one.party != two.party
            ):
                return one.party, two.party
        return None

    def find_end(self, clause: Clause, duties: Sequence[tuple[Clause, PercentRate]]) -> int:
        """Where the phrase of the next duty begins: "steel duty of 25%, (copper duty of 10%)"."""
        following = [each for each, _ in duties if each.start > clause.start]
        if not following:
            return clause.high
        start = self._roles.read_duty(self._find_rate(following[0]), clause.end, clause.high).start
        return max(clause.end, min(clause.high, self.tokens[start].start))

    def _find_rate(self, clause: Clause) -> int:
        return next(
            place
            for place, token in enumerate(self.tokens)
            if token.start == clause.start and token.rate is not None
        )

    def read_sum(self, sum_: DollarSum) -> Roles:
        """The roles of the duty on goods of this value."""
        duties = self._roles.bare_duties
        if not duties:
            return Roles()
        at = min(duties, key=lambda place: abs(self.tokens[place].start - sum_.start))
        return self._roles.read_duty(at, 0, len(self.folded))

    @cached_property
    def bare_duties(self) -> list[Roles]:
        """The roles of the duties that the sentence names without a rate."""
        duties = self._roles.bare_duties
        if not duties:
            return []
        ends = [self.tokens[place].start for place in duties[1:]] + [len(self.folded)]
        return [
            self._roles.read_duty(at, self.tokens[at].start, end)
            for at, end in zip(duties, ends, strict=True)
        ]

    def list_payers(self) -> tuple[str, ...]:
        """The parties of the sentence, except those that are named as markets."""
        return tuple(
            dict.fromkeys(
                token.party
                for place, token in enumerate(self.tokens)
                if token.party
                and not self._precedes(place, MARKET)
                and not self._precedes(place, _SPARED)
            )
        )

    def names_us(self) -> bool:
        """Whether the sentence names the United States, and not only its firms or markets."""
        return any(
            token.party == "US" and not self._precedes(place, FIRMS) and not self._is_patient(place)
            for place, token in enumerate(self.tokens)
        ) or bool(
            _US_LAW.search(self.folded) or (self._court is None and _US_COURT.search(self.folded))
        )

    def _is_patient(self, place: int) -> bool:
        """Whether a party is hurt or buys: "duties hurt the US", "exports to the US"."""
        link = self._roles.find_link(place)
        return link in PASSIVE or (link == "to" and "surcharge" in self.folded)

    def _precedes(self, place: int, words: frozenset[str]) -> bool:
        for token in self.tokens[place + 1 : place + 5]:
            if token.text in words:
                return True
            if token.rate is not None or token.text in VERBS or token.text in _ENDS_NAME:
                return False
        return False

    def says_reduced(self) -> bool:
        """Whether the sentence says that duties are reduced or voided."""
        words = {token.text for token in self.tokens}
        ends = REDUCES | VOIDS | {"reprieve"}
        return bool(words & ends) and not words & MOVES and bool(DUTY_WORD.search(self.folded))

    def _says_had_paid(self, before: Sequence[str]) -> bool:
        """Whether "had faced" or "had paid" precedes a rate."""
        return any(
            one == "had" and VERBS.get(two) is VerbClass.PAYS for one, two in pairwise(before)
        )

    def mark_former(self, draft: Draft, clause: Clause, roles: Roles, rate: Decimal) -> None:
        """Marks the rate of a draft as a former one, if the words say so. With words such as
        "halves", computes the new rate from the former one, or the former from the new one."""
        at = self._find_rate(clause)
        before = [
            token.text for token in self.tokens[max(0, at - 8) : at] if token.start >= clause.low
        ]
        draft.is_former = bool(FORMER.intersection(before)) or self._says_had_paid(before)
        draft.was_announced = "had" in before or "proposed" in before
        phrase = [token.text for token in self.tokens[roles.start : at + 4]]
        verb = self.tokens[roles.verb].text if roles.verb is not None else ""
        between = [token.text for token in self.tokens[(roles.verb or 0) + 1 : at]]
        after = [token.text for token in self.tokens[at + 1 : at + 5] if token.start < clause.high]
        if _WAS.search(clause.before) and _IN_THE_PAST.match(clause.after):
            draft.is_former = True
            return
        noun = next((word for word in reversed(between + before) if word in MULTIPLIES), "")
        times = MULTIPLIES.get(verb) or MULTIPLIES.get(noun)
        is_new = "to" in between or before[-1:] == ["to"]
        if times and is_new:
            draft.from_percent = rate / times if rate % times == 0 or times == 2 else None
            return
        if MULTIPLIES.get(verb) or _TO_DOUBLE.search(clause.after[:100]):
            draft.from_percent, draft.to_percent = rate, rate * (MULTIPLIES.get(verb) or 2)
            return
        if verb in HALVES:
            old, new = (rate * 2, rate) if is_new else (rate, rate / 2)
            draft.from_percent, draft.to_percent = old, new
            return
        by_court = verb in LIFTS and COURTS.intersection(
            token.text for token in self.tokens[: roles.verb]
        )
        if (
            by_court
            or verb in COURT_VOIDS
            or verb.startswith("withdr")
            or self._is_struck_down(clause)
        ):
            return
        is_object = verb in REDUCES | VOIDS and not {
            "to",
            "at",
            "for",
            "over",
            "after",
            "with",
        } & set(between)
        is_subject = bool(set(after[:2]) & ((REDUCES | LIFTS) - {"cut", "cuts", "end"}))
        if set(phrase) & _ANNOUNCED and (verb in LIFTS or set(after[:2]) & LIFTS):
            return
        if (is_object or is_subject) and not MOVES.intersection(between + phrase):
            lifted = verb in LIFTS if is_object else bool(set(after[:2]) & LIFTS)
            draft.from_percent, draft.to_percent = rate, Decimal(0) if lifted else None

    def _is_struck_down(self, clause: Clause) -> bool:
        return _STRUCK_DOWN.search(clause.after[:100]) is not None
