"""Finds the economies in a question.

Which words are economies:
1. Codes in capitals next to lower-case text: `CAN`, `US`; names and flags.
2. Codes that are also English words (`in`, `no`, `my`) only as one of two economies (`us in`),
   next to an arrow, or compared with another economy (`cn vs in vs jp`, `cn vs in toys`). Codes
   that are symbols (`li`, `cu`) also directly after the first economy. `can` is never Canada.
3. Names of goods (`turkey meat`, `bone china`) and the pronoun in `tell us` are no economies.
"""

import re
from collections.abc import Sequence
from itertools import chain

from bot.parties import Parties
from bot.rates.question.tokens import EDGES
from bot.rates.question.wording import FILLER, NOISE, SMALL_WORDS
from bot.text.folding import fold

_MAX_NAME_WORDS = 6
_TOKEN = re.compile(r"[\U0001f1e6-\U0001f1ff]{2}|->|,|[^\s,;?!()\[\]\"]+")
_ENDS_OF_PARTS = re.compile(r"[;?!]+(?=\s*[a-z0-9])")
"""Between parts of a question, which list things as commas do: `lumber? furniture? trucks`."""
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
_AFTER_GERMAN_FROM = frozenset(
    str.split("deutschland der den dem indien china japan italien frankreich taiwan europa")
)
"""Words after which `aus` is no code of Australia: `maschinen aus deutschland`."""
_NOT_AFTER = {
    "china": {"bone", "fine", "vintage", "porcelain"},
    "turkey": {"frozen", "whole", "ground", "smoked", "roast", "roasted", "live", "raw", "fresh"},
    "mfn": {"with", "incl", "including", "plus", "include", "includes", "the", "normal", "than"},
    "polish": {"nail", "shoe", "furniture", "floor", "car", "metal"},
    "jordan": {"air"},
    "jersey": {"new"},
    "mexico": {"new"},
    "england": {"new"},
    "america": {"latin", "central"},
    "american": {"latin", "central", "south", "north"},
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
DUTIES = frozenset({"tariff", "tariffs", "duty", "duties", "levy", "levies", "rate", "rates"})
MADE = frozenset(
    str.split(
        "made produced grown manufactured assembled printed sewn woven knitted brewed bottled "
        "distilled originating originated originates sourced farmed raised"
    )
)
_OF_DUTIES = frozenset(
    str.split(
        "new own latest recent current present planned proposed import customs additional extra "
        "retaliatory higher general applied punitive counter"
    )
)
_MAX_ADJECTIVES = 3
VERSUS = frozenset({"vs", "versus", "vs."})
_AFTER_COMPARED = VERSUS | {",", ""}
_TRAILING = frozenset(
    str.split(
        "from of on to into in by against for the vs versus or and between , made & / + x "
        "-> than with at a an v vs. within produced manufactured grown imported origin "
        "compared goods exports imports products pays pay does is are do"
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
        text = _ENDS_OF_PARTS.sub(" , ", text)
        bare = (run if run in {"->", ","} else run.strip(EDGES) for run in _TOKEN.findall(text))
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
                if tokens[at] in VERSUS:
                    self.other_words.append(",")
                elif self._is_number_apart(tokens, at):
                    self.other_words += [",", tokens[at]]
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
                    duties = _skip_adjectives(tokens[at + size :])
                    self.is_possessive = possessive and not DUTIES.isdisjoint(duties[:1])
            of_goods = adjective and bool(after) and after[0] not in SMALL_WORDS
            if joined and of_goods and self.other_words:
                # 'french wine and italian cheese' names two kinds of goods.
                self.other_words.append("and")
            if len(self.are_origins) < len(self.codes):
                self.are_origins.append(of_goods or is_origin_next(between))
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

    def _is_number_apart(self, tokens: Sequence[str], at: int) -> bool:
        """Whether the number is no part of the code before it, as other words stand between."""
        if not tokens[at].isdigit() or not self.other_words:
            return False
        last = self.other_words[-1]
        is_code = last[:4].isdigit() and _HS_CODE.fullmatch(last) is not None
        return is_code and tokens[at - 1] != last

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
        self._codes_at = frozenset(named) if self._are_codes(named) else frozenset[int]()
        self._first_end = -1
        """The position after the first economy, if the question begins with it."""

    def _are_codes(self, named: Sequence[int]) -> bool:
        """Whether the tokens at these two positions are the codes or names of a pair."""
        if len(named) != 2:
            return False
        found = [at for at in named if self._parties.find(self._tokens[at]) is not None]
        is_short = len(self._tokens) == 2
        return len(found) == 2 or (
            is_short and any(not _is_small(self._tokens[at]) for at in found)
        )

    def find(self, at: int) -> tuple[int, str | None]:
        """The number of tokens and the code of the longest name at `at`; (1, None) if none."""
        size, code = self._find_longer(at)
        if code is None:
            party = self._parties.find(self._tokens[at])
            code = party.code if party is not None and self._may_be_economy(at) else None
        if code is not None and at == 0:
            self._first_end = size
        return size, code

    def _find_longer(self, at: int) -> tuple[int, str | None]:
        """The same for names of several tokens."""
        tokens = self._tokens
        longest = _MAX_NAME_WORDS if self._parties.may_begin(tokens[at]) else 1
        for size in range(min(longest, len(tokens) - at), 1, -1):
            run = tokens[at : at + size]
            # `Parties.find` ignores flags, and punctuation at the ends of a run.
            if any(map(_FLAG.fullmatch, run)) or not (
                _has_letter_or_digit(run[0]) and _has_letter_or_digit(run[-1])
            ):
                continue
            if size == 2 and run[0] == "the" and not self._may_be_economy(at + 1):
                continue
            party = self._parties.find(" ".join(run))
            if party is not None:
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
        if self._is_compared(at, before, after):
            return True
        if word in _SYMBOLS and at != self._first_end:
            return at in self._codes_at or "->" in {before, after}
        if _is_small(word):
            return at in self._codes_at or "->" in {before, after}
        if word in _UNITS and before.isdigit():
            return False
        if word == "aus" and after in _AFTER_GERMAN_FROM:
            return False
        if before in _NOT_AFTER.get(word, ()):
            return False
        if word in _OIL_NAMES and after == "oil":
            is_duty = tokens[at + 2 : at + 3] in _OIL_DUTIES
            return not (is_duty or self._has_buyer())
        if after in _NOT_BEFORE.get(word, ()):
            return not (word in _ALWAYS_GOODS or self._has_other_origin(at + 1))
        if word in FOOD_NAMES and after == "from":
            return not self._has_other_origin(at)
        is_kind = _DEMONYMS_OF_GOODS.fullmatch(word) and after not in NOISE and after
        return not (is_kind and self._has_other_origin(at + 1))

    def _is_compared(self, at: int, before: str, after: str) -> bool:
        """Whether the word is compared with an economy by `vs`: `cn vs in vs jp`."""
        tokens = self._tokens
        if at == 0:
            return after in VERSUS and self._parties.find("".join(tokens[2:3])) is not None
        if before not in VERSUS or at < 2 or self._parties.find(tokens[at - 2]) is None:
            return False
        # Goods follow: 'cn vs vn vs in toys', but not 'us vs in the past'.
        is_code = len(tokens[at - 2]) == 2 and tokens[at - 2] != "us"
        return after in _AFTER_COMPARED or (is_code and after not in SMALL_WORDS)

    def _has_buyer(self) -> bool:
        """Whether the question names an economy that may buy oil of Russia: `india`."""
        found = (self._parties.find(token) for token in self._tokens if not _is_small(token))
        return any(party is not None and party.code not in {"RU", "US"} for party in found)

    def _has_other_origin(self, at: int) -> bool:
        """Whether `from` or `made in` with an economy follows within the next words."""
        tokens = self._tokens
        for here in range(at, min(at + 6, len(tokens) - 1)):
            made_in = tokens[here] == "in" and tokens[here - 1] in MADE
            if tokens[here] == "from" or made_in:
                name = tokens[here + 1]
                if _is_small(name):
                    return False
                return self._parties.find(name) is not None or self._parties.may_begin(name)
        return False


def is_origin_next(before: Sequence[str]) -> bool:
    """Whether the words before an economy make it an origin: `from`, `made in`, `origin is`."""
    if "origin" in before[-2:] and {"origin", "is"}.issuperset(before[-1:]):
        return True
    made_in = before[-1:] == ["in"] and not MADE.isdisjoint(before)
    return made_in or before[-1:] == ["from"] or before[-2:] == ["from", "the"]


def _skip_adjectives(words: Sequence[str]) -> Sequence[str]:
    """The words without those before `tariffs` that leave their meaning: `new`, `retaliatory`."""
    at = 0
    while at < min(len(words), _MAX_ADJECTIVES) and words[at] in _OF_DUTIES:
        at += 1
    return words[at:]


def _is_small(word: str) -> bool:
    """Whether the word is a common word or a unit, so that it rarely means an economy."""
    return word != "us" and (word in SMALL_WORDS or word in _WORD_CODES)


def _has_letter_or_digit(token: str) -> bool:
    return _ALNUM.search(token) is not None
