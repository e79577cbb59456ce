"""Short names of duties, economies and courts, for texts with little room.

Section 232 kitchen cabinets and vanities      kitchen cabinets and vanities
Section 301 (List 3)                           Section 301 List 3
Section 301 forced labor, China                forced labor
Section 301 four-year review (tungsten)        tungsten
February 2025 retaliation (coal and LNG)       coal and LNG
Section 301 on Brazil                          Section 301
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from bot.parties import WORLD
from bot.text.plain import cut

_LAW = re.compile(r"^(Section \d+)\b *(.*)$")
_LAST_PARENTHESES = re.compile(r"^(.*?) *\(([^()]+)\)$")
# The economy of a schedule's row: 'Section 301 forced labor, European Union'.
_LAST_ECONOMY = re.compile(r", [A-Z][^,()]*$")
_LIST = re.compile(r"^List (\d+)([A-Z]?)$")
_AFTER_CLAUSE = re.compile(r" \(|; |: |, (?:and |from |at |with |in |of |which )| \u2013 |\. ")
_QUALIFIERS = re.compile(r" \([^()]*\)|, deal partners$")
_MIN_LETTERS = 4
_MOST_WORDS = 6
_ACTIONS = frozenset({"review", "action", "retaliation"})
_ECONOMIES = {"US": "US", "EU": "EU", "GB": "UK"}
_WITH_ARTICLE = frozenset({"US", "EU", "GB", "AE", "PH", "NL"})
_COURTS = {
    "US Court of International Trade": "CIT",
    "US Court of Appeals for the Federal Circuit": "Federal Circuit",
    "US Supreme Court": "Supreme Court",
}


class DutyName(NamedTuple):
    """The parts of a duty's name: `Section 232`, and what it is about, such as `steel`.

    One of the two may be empty.
    """

    law: str
    subject: str

    @property
    def short(self) -> str:
        """The subject or, if the name has none, the law. A numbered list has both."""
        if self.law and is_list_name(self.subject):
            return f"{self.law} {self.subject}"
        return self.subject or self.law

    @property
    def law_number(self) -> str:
        """`232` for Section 232; empty for other laws."""
        return self.law.removeprefix("Section ")


@lru_cache(maxsize=1_000)
def read_duty_name(name: str, partner: str = "") -> DutyName:
    """The parts of a duty's name. `partner` is the economy whose name is left out."""
    bare = re.sub(rf" on {re.escape(partner)}\b", "", name) if partner else name
    bare = _LAST_ECONOMY.sub("", bare)
    law, rest = "", bare.strip()
    if found := _LAW.match(rest):
        law, rest = found[1], found[2].strip(" ,")
    if (inner := _LAST_PARENTHESES.match(rest)) and _names_action(inner[1]):
        rest = inner[2]
    return DutyName(law, rest)


def is_list_name(subject: str) -> bool:
    """Whether it names a list of goods and not the goods: `List 3`, `broad list`."""
    return bool(_LIST.match(subject)) or subject.endswith(" list")


def _names_action(words: str) -> bool:
    """Whether the words before parentheses name only the action, so that the goods are in them."""
    return not words or words.split()[-1] in _ACTIONS


def join_subjects(names: Iterable[DutyName], most: int = 3) -> str:
    """The subjects of several duties in a few words: `Section 301 Lists 1-3`."""
    return _join_subjects(tuple(names), most)


# All answers name the same few hundred groups of duties. A full cache takes about 0.5 MB.
@lru_cache(maxsize=1_000)
def _join_subjects(names: tuple[DutyName, ...], most: int) -> str:
    lists = [found for one in names if (found := _LIST.match(one.subject)) and not found[2]]
    if len(lists) > 1 and len(lists) == len(names):
        numbers = sorted(int(found[1]) for found in lists)
        if numbers == list(range(numbers[0], numbers[-1] + 1)):
            return f"{names[0].law} Lists {numbers[0]}-{numbers[-1]}".strip()
    if len(names) > 1 and all(is_list_name(one.subject) for one in names):
        laws = {one.law for one in names}
        ends = [one.subject.removesuffix(" list").removeprefix("List ") for one in names]
        law = f"{laws.pop()} " if len(laws) == 1 else ""
        if len(names) > most:
            return f"{law}lists"
        *first, last = sorted(ends)
        return f"{law}lists {' and '.join(filter(None, (', '.join(first), last)))}"
    shorts = (one.short for one in names)
    shown = _drop_repeated(map(drop_qualifiers, shorts) if len(names) > 1 else shorts)
    kept = shown[:1]
    for subject in shown[1:most]:
        if sum(len(one.split()) for one in (*kept, subject)) <= _MOST_WORDS:
            kept.append(subject)
    more = ", …" if len(shown) > len(kept) else ""
    return ", ".join(kept) + more


def drop_qualifiers(subject: str) -> str:
    """The subject without words in parentheses and without the partners of a deal at its end."""
    return _QUALIFIERS.sub("", subject)


def _drop_repeated(subjects: Iterable[str]) -> list[str]:
    """The subjects without those whose every long word is in an earlier one."""
    kept: list[str] = []
    for subject in dict.fromkeys(subjects):
        words = {one for one in re.findall(r"\w+", subject.casefold()) if len(one) >= _MIN_LETTERS}
        known = {one for each in kept for one in re.findall(r"\w+", each.casefold())}
        if not words or not words <= known:
            kept.append(subject)
    return kept


def shorten_clause(text: str, limit: int = 60) -> str:
    """The first clause of a text, in at most `limit` characters: `coal and natural gas`."""
    first = _AFTER_CLAUSE.split(text, maxsplit=1)[0].strip().rstrip(".,")
    return cut(first, limit)


def name_importer(code: str, name: str) -> str:
    """The importing economy at the beginning of a title: `US`, `Canada`."""
    return _ECONOMIES.get(code, name)


def name_origin(code: str, name: str) -> str:
    """The origin after `goods of`: `the US`, `China`, `all countries`."""
    if code == WORLD:
        return "all countries"
    shown = _ECONOMIES.get(code, name)
    return f"the {shown}" if code in _WITH_ARTICLE else shown


def shorten_court(body: str) -> str:
    """The usual short name of a court: `CIT`; unknown courts are not changed."""
    return _COURTS.get(body, body)
