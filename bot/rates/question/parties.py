"""Finds the economies in a question, and which of them charges the other.

Which words are economies:
1. Codes in capitals next to lower-case text: `CAN`, `US`; names and flags.
2. Codes that are also English words (`in`, `no`, `my`) only as one of two economies (`us in`) or
   next to an arrow. Codes that are symbols (`li`, `cu`) also directly after the first economy.
   `can` is never Canada.
3. Names of goods (`turkey meat`, `bone china`) and the pronoun in `tell us` are no economies.

Which economy charges: the first one charges the second (`us china`, `us on china`), unless small
words reverse the direction (`china to us`, `goods from china in the us`, `us goods into vietnam`).
A single economy is the origin of the goods, unless words make it the importing one (`china's
tariffs`, `tariffs imposed by china`, `does china charge`, `exports to china`).
"""

import re
from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from bot.parties import Parties
from bot.rates.question.wording import FILLER, NOISE
from bot.text.folding import fold

_MAX_NAME_WORDS = 6
_TOKEN = re.compile(r"[\U0001f1e6-\U0001f1ff]{2}|->|,|[^\s,;?!()\[\]\"]+")
_FLAG = re.compile(r"[\U0001f1e6-\U0001f1ff]{2}")
_ALNUM = re.compile(r"[a-z0-9]")
_ARROWS = re.compile(r"\s*(?:-+>|=+>|→|⇒|➡️?|⟶)\s*")
_LOWER = re.compile(r"[a-z]")
_CAPITALS = {
    re.compile(r"(?<![\w$.-])US(?=$|[\s,;:?!)'/])"): " \U0001f1fa\U0001f1f8 ",
    re.compile(r"(?<![\w$.-])CAN(?=$|[\s,;:?!)'/])"): " \U0001f1e8\U0001f1e6 ",
}
"""Codes that are words in lower case, with their flags. They count in capitals."""
_HS_CODE = re.compile(r"(?:hs|hts|htsus|code|heading|tariff|\d{4}[\d.]*)")
_EDGES = ".'`*_~<>:"
_ADJECTIVE = re.compile(
    r"(?:american|[a-z]+(?:ese|ians?|eans?|icans?|ish|tch|nch|ani|eli|ino|wiss|hai|rman|reek))"
)
_WORD_CODES = frozenset(
    str.split(
        "am an and are as at be by do in is it me my no so to per ago arm ad ai al id tv pm com "
        "cod est fin gin jam lie mac mar pan bra tan ton nor pol st ie re er et la de ms mr io eh "
        "sur dom guy ben sen sat tr ps sc vi cat pt dm fm bn dji"
    )
)
"""Codes of economies that are English words, units or chemical symbols."""
_SYMBOLS = frozenset(
    str.split("li na ne ni co cu sn ag ge ga se mu mg mn hm va pa ma pr mus geo gab gp gm")
)
"""Codes that are symbols too. They count only directly after the first economy, or as above."""
_NEVER = frozenset({"can", "and", "all", "any"})
"""Words that `Parties` knows, but that are no economies in lower case."""
_UNITS = frozenset({"cc", "cm", "gb", "kg", "kw", "lb", "mg", "ml", "mm", "tb"})
"""Units that are also codes of economies. After a number, they are units."""
_NOT_AFTER = {
    "china": {"bone", "fine", "vintage", "porcelain"},
    "turkey": {"frozen", "whole", "ground", "smoked", "roast", "roasted", "live", "raw", "fresh"},
    "mfn": {"with", "incl", "including", "plus"},
    "polish": {"nail", "shoe", "furniture", "floor", "car", "metal"},
    "jordan": {"air"},
    "jersey": {"new"},
    "mexico": {"new"},
    "england": {"new"},
    "america": {"latin", "central"},
    "us": {"tell", "give", "let", "help", "remind", "inform", "advise", "cost", "costs"},
}
"""For each name, words that show, before it, that it is no economy."""
_NOT_BEFORE = {
    "china": {"plate", "plates", "dinnerware", "tableware", "cup", "cups", "teacup", "teacups"}
    | {"dishes", "cabinet", "cabinets", "figurines", "dolls", "clay"},
    "turkey": {"meat", "breast", "breasts", "sandwich", "bacon", "legs", "wings", "eggs", "sausage"}
    | {"poultry", "feathers", "farm"},
    "jordan": {"shoes", "sneakers", "almonds", "1", "1s"},
    "brazil": {"nut", "nuts"},
    "panama": {"hat", "hats"},
    "french": {"fry", "fries"},
    "english": {"muffin", "muffins"},
    "danish": {"pastry", "pastries"},
    "german": {"shepherd", "shepherds"},
    "polish": {"remover", "removers"},
    "bermuda": {"shorts"},
    "india": {"ink", "rubber"},
    "guinea": {"fowl", "pig", "pigs"},
    "jersey": {"fabric", "fabrics", "knit"},
    "brussels": {"sprouts"},
    "swiss": {"army"},
    "de": {"minimis", "facto"},
}
"""For each name, words that show, after it, that it means goods.

`china plates` and `swiss army` are economies unless another economy is the origin of the goods.
"""
_ALWAYS_GOODS = frozenset(
    {"turkey", "de", "guinea", "brussels", "jersey", "brazil", "panama", "bermuda", "swiss"}
    | {"french", "english", "danish", "german", "polish"}
)
"""Names whose words of `_NOT_BEFORE` mean goods even without another origin."""
FOOD_NAMES = frozenset({"turkey"})
"""Names that are goods before `from` and another economy: `turkey from canada`."""
_OIL_NAMES = frozenset({"russian", "russia"})
_OIL_DUTIES = (["tariff"], ["tariffs"], ["duty"], ["duties"], ["penalty"])
"""Words that show, after `russian oil`, that it is the duty on India for buying that oil."""
_DEMONYMS_OF_GOODS = re.compile(
    r"(?:swiss|french|danish|turkish|persian|german|italian|greek|irish)"
)
_DUTIES = frozenset({"tariff", "tariffs", "duty", "duties", "levy", "levies", "rate", "rates"})
_RETALIATION = frozenset(
    str.split(
        "retaliation retaliatory countermeasure countermeasures counter-tariff counter-tariffs "
        "surtax surtaxes counter retaliates retaliated"
    )
)
_CHARGES = frozenset(
    str.split(
        "charge charges charging impose imposes imposed imposing levies collect collects "
        "collecting applies apply retaliate retaliates slap slaps slapped"
    )
)
_APPLIES = frozenset({"apply", "applies", "applied", "applicable"})
_PAYS = frozenset({"pay", "pays", "paid", "paying", "face", "faces", "facing", "owe", "owes"})
_MOVES = re.compile(r"(?:relocat|mov|shift|switch|transfer|outsourc)[a-z]*")
_INTO = frozenset({"to", "in", "into"})
_MADE = frozenset(
    str.split(
        "made produced grown manufactured assembled printed sewn woven knitted brewed bottled "
        "distilled"
    )
)
_OF_ORIGIN = frozenset({"on", "from", "against", "of"})
_ONE_WAY = frozenset(
    {"on", "by", "pay", "pays", "paid", "against", "imposes", "charge", "charges", "from"}
)
_LINKS = frozenset(
    {",", "and", "or", "vs", "versus", "&", "/", "+", "vs.", "v", "from", "the", "on"}
)
"""Words between two economies of a list."""
_COMPARING = frozenset(
    {"vs", "versus", "vs.", "v", "or", "compared", "compare", "comparison", "than", "comparing"}
)
_VERSUS = frozenset({"vs", "versus", "vs."})
_TRAILING = frozenset(
    str.split(
        "from of on to into in by against for the vs versus or and between , made & / + x "
        "-> than with at a an v vs. within produced manufactured grown imported origin "
        "compared goods exports imports products pays pay does is are do versus"
    )
)
"""Words that belong to the economy after them, and not to the goods."""


def normalize_question(text: str) -> str:
    """The folded text in lower case, with `->` for all arrows and spaces around flags."""
    folded = _ARROWS.sub(" -> ", fold(text))
    if _LOWER.search(folded):
        for pattern, flag in _CAPITALS.items():
            folded = pattern.sub(flag, folded)
    return _FLAG.sub(r" \g<0> ", folded.lower())


class TokenizedQuestion:
    """A question split into the economies it names and its other words."""

    def __init__(self, text: str, parties: Parties) -> None:
        """`text` comes from `normalize_question`."""
        bare = [run if run in {"->", ","} else run.strip(_EDGES) for run in _TOKEN.findall(text)]
        tokens = [run for run in bare if run]
        self.words = tokens
        """All words, in order."""
        self.other_words: list[str] = []
        """The words that may name goods, a law or a claim."""
        self.codes: list[str] = []
        self.words_before: list[list[str]] = []
        """For each party, the words between it and the party before it."""
        self.has_adjective = False
        """Whether an adjective before goods names a party: `canadian steel`."""
        self.are_origins: list[bool] = []
        """For each party, whether `from` or an adjective before goods makes it an origin."""
        self.is_origin_later = False
        """Whether the first party is named again, as an origin: `chairs from china`."""
        self.is_possessive = False
        """Whether the first party is a possessive or an adjective before duties."""
        between: list[str] = []
        finder = _PartyFinder(tokens, parties)
        at = 0
        while at < len(tokens):
            size, code = finder.find(at)
            if code is None:
                between.append(tokens[at])
                if tokens[at] in _VERSUS:
                    self.other_words.append(",")
                elif tokens[at] not in FILLER and not finder.is_pronoun(at):
                    self.other_words.append(tokens[at])
                at += 1
                continue
            joined = False
            while self.other_words and self.other_words[-1] in _TRAILING:
                joined |= self.other_words.pop() in {"and", ",", "&"}
            after = tokens[at + size : at + size + 1]
            adjective = size == 1 and _ADJECTIVE.fullmatch(tokens[at]) is not None
            if code not in self.codes:
                self.codes.append(code)
                self.words_before.append(between)
                if len(self.codes) == 1:
                    possessive = tokens[at + size - 1].endswith("'s") or adjective
                    self.is_possessive = possessive and not _DUTIES.isdisjoint(after)
            of_goods = adjective and bool(after) and after[0] not in NOISE | FILLER
            if joined and of_goods and self.other_words:
                # 'french wine and italian cheese' names two kinds of goods.
                self.other_words.append("and")
            if len(self.are_origins) < len(self.codes):
                self.are_origins.append(of_goods or _names_origin_before(between))
            elif code == self.codes[0] and between[-1:] == ["from"]:
                self.is_origin_later = True
            between = []
            self.has_adjective |= of_goods
            at += size
        self.words_after = between
        """Words after the last party."""
        others = [*chain.from_iterable(self.words_before), *self.words_after]
        if len(self.codes) == 1 and len(others) == 1:
            self._take_code(others[0], parties)
        if not self.codes:
            self._take_code_after_goods(others, parties)

    def _take_code(self, word: str, parties: Parties) -> None:
        """Reads the only other word as the code of a party, if it is a small word such as `in`."""
        is_code = (_is_small(word) or word in _SYMBOLS) and word not in _NEVER
        party = parties.find(word) if is_code else None
        if party is None or party.code in self.codes:
            return
        leads = self.words_before == [[word]]
        self.codes.insert(0 if leads else 1, party.code)
        self.words_before, self.other_words = [[], []], []

    def _take_code_after_goods(self, others: Sequence[str], parties: Parties) -> None:
        """Reads the only word next to an HS code as the code of a party: `8703.23.01 de`."""
        left = [word for word in others if not _HS_CODE.fullmatch(word) and word != "from"]
        is_code = len(left) == 1 < len(others) and left[0] not in _NEVER | {"ad"}
        party = parties.find(left[0]) if is_code else None
        if party is not None:
            self.codes, self.words_before = [party.code], [["from"]]
            self.words_after = []
            self.other_words = [word for word in others if _HS_CODE.fullmatch(word)]


class _PartyFinder:
    """Finds economies in the tokens of one question."""

    def __init__(self, tokens: Sequence[str], parties: Parties) -> None:
        self._tokens, self._parties = tokens, parties
        # In 'us in' and 'us on in', 'in' is the code of India. In a longer text, it is a word.
        named = [at for at, token in enumerate(tokens) if token not in {"->", ","}]
        if len(named) == 3 and tokens[named[1]] in {"on", "vs", "versus", "against", "and", "or"}:
            del named[1]
        found = [at for at in named if parties.find(tokens[at]) is not None]
        is_pair = len(named) == 2 and (
            len(found) == 2 or (len(tokens) == 2 and any(not _is_small(tokens[at]) for at in found))
        )
        self._codes_at = frozenset(named) if is_pair else frozenset[int]()
        self._first_end = -1
        """The position after the first economy, if the question begins with it."""

    def find(self, at: int) -> tuple[int, str | None]:
        """The number of tokens and the code of the longest name at `at`; (1, None) if none."""
        tokens = self._tokens
        longest = _MAX_NAME_WORDS if self._parties.may_begin(tokens[at]) else 1
        for size in range(min(longest, len(tokens) - at), 0, -1):
            run = tokens[at : at + size]
            # `find` ignores flags, and punctuation at the ends of a run.
            flagged = any(_FLAG.fullmatch(token) for token in run)
            if size > 1 and (flagged or not (_is_word(run[0]) and _is_word(run[-1]))):
                continue
            article = size == 2 and run[0] == "the"
            if (size == 1 or article) and not self._may_be_economy(at + article):
                continue
            party = self._parties.find(" ".join(run))
            if party is not None:
                if at == 0:
                    self._first_end = size
                return size, party.code
        return 1, None

    def is_pronoun(self, at: int) -> bool:
        """Whether the word is the pronoun `us`: `tell us`."""
        return self._tokens[at] == "us" and at > 0 and self._tokens[at - 1] in _NOT_AFTER["us"]

    def _may_be_economy(self, at: int) -> bool:
        """Whether the context of the word allows it to be an economy."""
        tokens, word = self._tokens, self._tokens[at]
        before = tokens[at - 1] if at else ""
        after = tokens[at + 1] if at + 1 < len(tokens) else ""
        if word in _NEVER:
            return word not in {"can", "and"} and at in self._codes_at
        if word in _SYMBOLS and at != self._first_end:
            return at in self._codes_at or "->" in {before, after}
        if _is_small(word):
            return at in self._codes_at or "->" in {before, after}
        if word in _UNITS and before.isdigit():
            return False
        if before in _NOT_AFTER.get(word, ()):
            return False
        if word in _OIL_NAMES and after == "oil" and tokens[at + 2 : at + 3] in _OIL_DUTIES:
            return False
        if after in _NOT_BEFORE.get(word, ()):
            return not (word in _ALWAYS_GOODS or self._has_other_origin(at + 1))
        if word in FOOD_NAMES and after == "from":
            return not self._has_other_origin(at)
        is_kind = _DEMONYMS_OF_GOODS.fullmatch(word) and after not in NOISE and after
        return not (is_kind and self._has_other_origin(at + 1))

    def _has_other_origin(self, at: int) -> bool:
        """Whether `from` or `made in` with an economy follows within the next words."""
        tokens = self._tokens
        for here in range(at, min(at + 6, len(tokens) - 1)):
            made_in = tokens[here] == "in" and tokens[here - 1] in _MADE
            if tokens[here] == "from" or made_in:
                name = tokens[here + 1]
                return self._parties.find(name) is not None or self._parties.may_begin(name)
        return False


def _names_origin_before(before: Sequence[str]) -> bool:
    """Whether the words before an economy make it an origin: `from`, `made in`."""
    made_in = before[-1:] == ["in"] and not _MADE.isdisjoint(before)
    return made_in or before[-1:] == ["from"] or before[-2:] == ["from", "the"]


def names_origin(words: TokenizedQuestion) -> bool:
    """Whether words make the question's first economy the origin of the goods."""
    before = words.words_before[0]
    made_in = before[-1:] == ["in"] and not _MADE.isdisjoint(before)
    return (
        words.has_adjective
        or words.is_origin_later
        or made_in
        or not _OF_ORIGIN.isdisjoint(before[-1:])
    )


def names_importer(words: TokenizedQuestion) -> bool:
    """Whether words make the question's only economy the one that charges."""
    before, after = words.words_before[0], words.words_after
    made_in = before[-1:] == ["in"] and not _MADE.isdisjoint(before)
    if before[-1:] == ["to"] and not _APPLIES.isdisjoint(before[-2:-1]):
        # 'does column 2 apply to russian goods'
        return False
    if before[-1:] == ["to"] and any(map(_MOVES.fullmatch, before)):
        # 'our supplier relocates to vietnam'
        return False
    if words.is_possessive or (before[-1:] and before[-1] in {"by", "into", "to", "in"}):
        return not made_in
    if not _RETALIATION.isdisjoint((*after, *before[-1:])):
        return True
    first = [word for word in after if word not in FILLER or word in _CHARGES][:1]
    # 'does china charge', 'china imposes', but not 'tariffs charged on china'
    return not _CHARGES.isdisjoint(first) and not _OF_ORIGIN & set(before[-1:])


def are_linked_origins(words: TokenizedQuestion, home: str, *, comparing: bool) -> bool:
    """Whether all economies of the question are origins whose duties are compared.

    That is the case if only words of a list link them, none of them is `home` (the country that is
    then assumed to import), and a word compares them or makes the first an origin.
    """
    if home in words.codes or len(words.codes) < 2:
        return False
    between = [_trim_made_in(each) for each in words.words_before[1:]]
    joins = {"and", "or", ",", "&", "vs", "versus"}
    if len(words.are_origins) == len(words.codes) and all(words.are_origins):
        # 'shoes from vietnam and on the same shoes from indonesia', 'thai rice and indian tea'
        return all(not joins.isdisjoint(each) for each in between)
    # 'french or italian wine', and 'french wine or italian wine'
    linked = all(
        set(each) <= _LINKS | _COMPARING | NOISE - _INTO - {"by"}
        or ({"or", *_VERSUS} & set(each) and _INTO.isdisjoint(each) and _ONE_WAY.isdisjoint(each))
        for each in between
    )
    listed = all(not _LINKS.isdisjoint(each) or not each for each in between)
    joined = any(not {"and", "or", ",", "&"}.isdisjoint(each) for each in between)
    charged = any("on" in each and not _DUTIES.isdisjoint(each) for each in between)
    if not linked or charged or any(not _PAYS.isdisjoint(each) for each in between):
        return False
    if any("on" in each[-1:] and not _LINKS & set(each[:-1]) for each in between):
        return False
    compares = comparing or any(not _COMPARING.isdisjoint(each) for each in between)
    # 'china, vietnam, india toys', but not 'china and india toys', which may be importer and origin
    only_listed = len(words.codes) > 2 and all(
        each and {",", "and", "or", "&", "/"}.issuperset(each) for each in between
    )
    return compares or only_listed or (joined and listed and names_origin(words))


def are_joined(words: TokenizedQuestion, home: str) -> bool:
    """Whether `and` joins the two economies of a question about goods: `china and india toys`.

    They may be two origins, or importer and origin. `home` is the assumed importer of origins.
    """
    others = {*words.words_before[0], *words.words_after}
    return (
        len(words.codes) == 2
        and home not in words.codes
        and words.words_before[1] == ["and"]
        and others.isdisjoint({"between", "by"} | _CHARGES | _PAYS | _RETALIATION | _INTO)
    )


def charge_together(words: TokenizedQuestion) -> bool:
    """Whether both economies of the question charge: `what do china and the eu charge on cars`."""
    return (
        len(words.codes) == 2
        and "and" in words.words_before[1]
        and {"and", "the", ","}.issuperset(words.words_before[1])
        and words.words_after[:1] != []
        and words.words_after[0] in _CHARGES
    )


def has_direction(words: TokenizedQuestion) -> bool:
    """Whether any word or arrow of the question may say which economy charges."""
    said = {*chain.from_iterable(words.words_before[1:]), *words.words_after[:1]}
    linking = _ONE_WAY | _INTO | _CHARGES | _PAYS | _RETALIATION | {"->", "at", "between"}
    is_origin = len(words.codes) == 2 and names_origin(words)
    return words.is_possessive or not linking.isdisjoint(said) or is_origin


def list_goods_of_each(words: TokenizedQuestion) -> tuple[list[str], list[str]]:
    """The words after each economy, and those before each: `fiji water, jamaica rum`."""
    behind = [*words.words_before[1:], words.words_after]
    after, before = (
        [" ".join(one for one in each if one not in FILLER | NOISE) for each in parts]
        for parts in (behind, words.words_before)
    )
    return after, before


class Direction(NamedTuple):
    """Imposer and partner. `is_explicit` is False if only their order states the direction."""

    imposer: str
    partner: str
    is_explicit: bool


def find_direction(words: TokenizedQuestion) -> Direction:
    """The direction between the first two economies of the question."""
    first, second = words.codes[:2]
    if _is_second_imposer(words):
        return Direction(second, first, True)
    return Direction(first, second, not _ONE_WAY.isdisjoint(words.words_before[1]))


def find_importer(words: TokenizedQuestion, home: str, *, comparing: bool) -> str | None:
    """The economy that charges all others in a question with three or more, or None.

    That is the last one after `into`, `to`, `in` or `by`, and `home` if the others are compared.
    """
    if not {"into", "to", "in", "by"}.isdisjoint(words.words_before[-1]):
        return words.codes[-1]
    between = words.words_before[1:]
    compares = comparing or any(not _COMPARING.isdisjoint(each) for each in between)
    return home if compares and home in words.codes and words.codes[0] != home else None


def list_importers(words: TokenizedQuestion) -> tuple[str, ...]:
    """The economies that all charge the last one: `eu and us tariffs on china`."""
    *between, last = words.words_before[1:]
    linked = all(not {"and", "or", "vs", "versus", ",", "&"}.isdisjoint(each) for each in between)
    charges = {"on", "against"} & set(last) and not _LINKS & set(last) - {"on", "the"}
    before = words.words_before[0]
    if charges and linked and not {"on", "from"} & set(before):
        return tuple(words.codes[:-1])
    return ()


def _is_second_imposer(words: TokenizedQuestion) -> bool:
    before, between = words.words_before[0], words.words_before[1]
    second = words.codes[1]
    into = not _INTO.isdisjoint(between)
    charged = not (_DUTIES | _CHARGES).isdisjoint(between)
    if "by" in between and "by" not in before:
        return True
    # 'goods from china to us', 'steel from india in the us', 'oil from tunisia at usa'
    is_origin = {"from", "of"} & set(before) or _names_origin_before(before)
    if is_origin and (into or {"at", "for"} & set(between)):
        return True
    # 'us goods into vietnam', 'china to us', 'us exports to vietnam', but not 'us tariffs in china'
    if {"to", "into"} & set(between) and not charged:
        return True
    if {"goods", "products", "exports", "origin"} & set(between[:1]) and into:
        return True
    # 'china pays in the us', 'india faces in the us', but not 'face masks'
    if {"pay", "pays", "paid"} & set(between) or ({"face", "faces"} & set(between) and into):
        return True
    # 'tariffs on china from us', 'on chinese goods in the us': the origin comes first
    if before[-1:] == ["on"] and (into or "from" in between):
        return True
    # 'steel from china us': the origin is named, so the other economy imports
    if before[-1:] == ["from"] and not between:
        return True
    # 'japanese cars in the us', and 'swiss watches us tariff', but not 'us tariffs in china'
    # 'irish butter tariff us': the adjective makes the first economy the origin
    if words.has_adjective and second == "US" and between[-1:] and between[-1] in _DUTIES:
        return True
    goods = bool(between) and not set(between) <= NOISE | FILLER
    return goods and not charged and (into or not _DUTIES.isdisjoint(words.words_after[:1]))


def _trim_made_in(between: Sequence[str]) -> Sequence[str]:
    """The words without the end `made in` or, after an alternative, `in`."""
    made_in = between[-1:] == ["in"] and not _MADE.isdisjoint(between)
    if made_in or (between[-1:] == ["in"] and _COMPARING | {"and"} >= {*between[:-1]} > set()):
        return between[:-1]
    return between


def _is_small(word: str) -> bool:
    """Whether the word is a common word or a unit, so that it rarely means an economy."""
    return word != "us" and (word in NOISE or word in _WORD_CODES or word in FILLER)


def _is_word(token: str) -> bool:
    return _ALNUM.search(token) is not None and _FLAG.fullmatch(token) is None
