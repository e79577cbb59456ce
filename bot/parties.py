"""Countries and blocs: their codes and names, and how to find them in text.

`find` looks up a word of a question, and `suggest` returns the names most similar to a misspelled
word. `find_mentions` finds all names in a news text.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple

from pydantic import Field

from bot.errors import UnknownParty
from bot.text.folding import fold, fold_case
from bot.text.word_set import WordSet
from bot.values import Frozen

WORLD = "WORLD"

_REGIONAL_A = 0x1F1E6
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
# Initials such as "U.S." are one word. The text is folded, so letters are ASCII.
_WORD = re.compile(r"[A-Za-z0-9]+(?:(?<=\b[A-Za-z])(?:\.[A-Za-z])+\b\.?)?")
_SMALL_WORDS = frozenset({"and", "of", "the", "d", "on"})
_PLACE_PREPOSITIONS = frozenset({"in", "at", "near", "outside", "via", "around", "from"})
# Maximum distance of a veto word from a name, in characters.
_VETO_DISTANCE = 40
# Minimum similarities of a misspelled word and a name, from 0 to 1. The first is by Jaro-Winkler,
# which favors a shared beginning. The second is by edit distance: 'chnia' and 'china' score 0.8.
_MIN_PREFIX_SIMILARITY = 0.82
_MIN_SIMILARITY = 0.6
# Minimum length of a name that is found despite one wrong letter. Too many shorter words differ
# from a name by only one letter.
_MIN_NAME_LENGTH = 5


class Party(Frozen):
    """An economy or bloc. Its code is ISO 3166-1 alpha-2, `EU`, or `WORLD` for all countries."""

    code: str = Field(pattern=r"^([A-Z]{2}|WORLD)$")
    name: str = Field(min_length=1)
    alpha3: str = Field(default="", pattern=r"^([A-Z]{3})?$")
    aliases: tuple[str, ...] = ()
    """Names, demonyms, governments and people that mean the party, in questions and in news."""
    seats: tuple[str, ...] = ()
    """Capitals, which stand for the government, except after "in" or another word of place."""
    asked: tuple[str, ...] = ()
    """Words that mean the party in questions, but not in news."""
    vetoes: tuple[str, ...] = ()
    """Words that show, near a name, that the name means something else (Georgia in the US)."""
    members: tuple[str, ...] = ()
    """The codes of a bloc's members; empty for a country."""

    @property
    def flag(self) -> str:
        """The flag as an emoji; a globe for `WORLD`."""
        return "🌐" if self.code == WORLD else build_flag(self.code)


def build_flag(code: str) -> str:
    """The flag emoji of a code of two capital letters."""
    return "".join(chr(_REGIONAL_A + ord(letter) - ord("A")) for letter in code)


class Mention(NamedTuple):
    """A place where a text names a party: `words` is `text[start:end]`."""

    code: str
    start: int
    end: int
    words: str


class _Phrase(NamedTuple):
    """A phrase of `Parties._phrases`, which maps first words to phrases.

    `rest` has the words after the first. `code` is empty for a phrase that means no party.
    """

    rest: tuple[str, ...]
    code: str
    seat: bool


class Parties:
    """All economies and blocs of `config/parties.yaml`."""

    def __init__(self, parties: Iterable[Party], not_parties: Iterable[str] = ()) -> None:
        """`not_parties` are phrases that contain a name but mean no party (South China Sea)."""
        self._by_code = {party.code: party for party in parties}
        self._by_key = dict(_list_keys(self._by_code.values()))
        longer = (key for key in self._by_key if " " in key)
        # An article before a name is not part of its key.
        self._first_words = {"the", *(key.partition(" ")[0] for key in longer)}
        self._names = [
            key
            for party in self
            for key in map(_normalize, (party.name, *party.aliases))
            if len(key) >= _MIN_NAME_LENGTH
        ]
        self._phrases = _group_phrases(self._by_code.values(), not_parties)
        self._vetoes = {
            party.code: frozenset(word.lower() for word in party.vetoes)
            for party in self
            if party.vetoes
        }

    def __iter__(self) -> Iterator[Party]:
        return iter(self._by_code.values())

    def __len__(self) -> int:
        return len(self._by_code)

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def get(self, code: str) -> Party:
        """The party with this code, such as `US`.

        Raises UnknownParty with similar names if no party has the code.
        """
        try:
            return self._by_code[code]
        except KeyError:
            raise UnknownParty(code, self.suggest(code)) from None

    def find(self, word: str) -> Party | None:
        """The party that the word or phrase means in a question, or None.

        Finds codes (us, usa), names and aliases in upper or lower case, and flags. Does not find
        misspelled names.
        """
        word = word.strip()
        if not word.isascii() and _FLAG.fullmatch(word):
            word = "".join(chr(ord(sign) - _REGIONAL_A + ord("A")) for sign in word)
        return self._by_key.get(_normalize(word))

    @cached_property
    def words(self) -> WordSet:
        """The words of all names and aliases, as `find` compares them."""
        return WordSet(word for key in self._by_key for word in key.split())

    def spell_flags(self, text: str) -> str:
        """The text with names instead of flags: `United States on China steel`."""
        return _FLAG.sub(lambda flag: self._name_flag(flag[0]), text)

    def _name_flag(self, flag: str) -> str:
        party = self.find(flag)
        return party.name if party is not None else flag

    def may_begin(self, word: str) -> bool:
        """Whether a name of several words begins with this word."""
        return _normalize(word).partition(" ")[0] in self._first_words

    def suggest(self, word: str, limit: int = 3) -> tuple[str, ...]:
        """The party names most similar to a misspelled word, best first; empty if none is."""
        # Imported on first use, because it takes 2.5 MB and only misspelled names need it.
        from rapidfuzz import process
        from rapidfuzz.distance import OSA, JaroWinkler

        asked = _normalize(word)[:80]
        near = process.extract(
            asked,
            [key for key in self._by_key if len(key) > 3],
            scorer=JaroWinkler.normalized_similarity,
            limit=limit * 6,
            score_cutoff=_MIN_PREFIX_SIMILARITY,
        )
        # Jaro-Winkler favors a shared prefix; edit distance then separates Austria and Australia.
        likeness = {
            key: 1.0 if key.startswith(asked) else OSA.normalized_similarity(asked, key)
            for key, _, _ in near
        }
        best = sorted(likeness, key=lambda key: -likeness[key])
        names = dict.fromkeys(
            self._by_key[key].name for key in best if likeness[key] >= _MIN_SIMILARITY
        )
        return tuple(names)[:limit]

    def find_misspelled(self, word: str) -> Party | None:
        """The party with a name or alias that differs from the word by at most one letter, or None.

        Only names of five or more letters are compared. This is stricter than `suggest`, because
        the word may mean something else.
        """
        asked = _normalize(word)[:80]
        if len(asked) < _MIN_NAME_LENGTH:
            return None
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        near = process.extractOne(asked, self._names, scorer=OSA.distance, score_cutoff=1)
        return self._by_key[near[0]] if near else None

    def list_codes(self, code: str) -> tuple[str, ...]:
        """The code and the codes of its blocs: `DE` -> (`DE`, `EU`)."""
        return (code, *(bloc for bloc, members in self.blocs.items() if code in members))

    @cached_property
    def blocs(self) -> Mapping[str, frozenset[str]]:
        """The codes of the members of each bloc, by the bloc's code."""
        return {party.code: frozenset(party.members) for party in self if party.members}

    def find_mentions(self, text: str) -> tuple[Mention, ...]:
        """All mentions of parties in a text, in order. If names overlap, the longest is used.

        Names need a capital letter: `US` is a country, `us` is not.
        """
        matches = list(_WORD.finditer(fold(text)))
        words = [match[0].replace(".", "") for match in matches]
        found: list[Mention] = []
        after = 0
        for at in [at for at, word in enumerate(words) if word in self._phrases]:
            phrase = self._find_longest(words, matches, at, text) if at >= after else None
            if phrase is None:
                continue
            after = at + len(phrase.rest) + 1
            start, end = matches[at].start(), matches[after - 1].end()
            if phrase.code and not self._is_vetoed(phrase, words, matches, at, text):
                found.append(Mention(phrase.code, start, end, text[start:end]))
        if not text.isascii():
            found += self._find_flags(text)
            found.sort(key=lambda mention: mention.start)
        return tuple(found)

    def _find_longest(
        self, words: Sequence[str], matches: Sequence[re.Match[str]], at: int, text: str
    ) -> _Phrase | None:
        """The longest phrase that begins at this word."""
        for phrase in self._phrases[words[at]]:
            end = at + len(phrase.rest) + 1
            rest = tuple([_lower_small_word(word) for word in words[at + 1 : end]])
            if rest == phrase.rest and (not rest or _are_adjacent(matches[at:end], text)):
                return phrase
        return None

    def _is_vetoed(
        self,
        phrase: _Phrase,
        words: Sequence[str],
        matches: Sequence[re.Match[str]],
        first: int,
        text: str,
    ) -> bool:
        last = first + len(phrase.rest)
        # US$ and HK$ are currencies.
        end = matches[last].end()
        if text[end : end + 1] == "$":
            return True
        if phrase.seat and first > 0 and words[first - 1].lower() in _PLACE_PREPOSITIONS:
            return True
        vetoes = self._vetoes.get(phrase.code)
        if not vetoes:
            return False
        low, high = matches[first].start() - _VETO_DISTANCE, end + _VETO_DISTANCE
        return any(
            words[at].lower() in vetoes and low <= matches[at].start() and matches[at].end() <= high
            for at in range(max(0, first - 12), min(last + 13, len(words)))
        )

    def _find_flags(self, text: str) -> Iterator[Mention]:
        for match in _FLAG.finditer(text):
            party = self.find(match.group())
            if party is not None:
                yield Mention(party.code, *match.span(), match.group())


def _lower_small_word(word: str) -> str:
    lowered = word.lower()
    return lowered if lowered in _SMALL_WORDS else word


# Cached, because questions repeat the same words.
@lru_cache(4_000)
def _normalize(word: str) -> str:
    """The name as a lookup key: lower case, without accents, periods, article and possessive."""
    key = re.sub(r"[^a-z0-9]+", " ", fold_case(word).replace(".", "")).strip()
    return key.removeprefix("the ").removesuffix(" s") or key


def _list_keys(parties: Iterable[Party]) -> Iterator[tuple[str, Party]]:
    """All lookup keys with their parties.

    Codes come last, because the last of several equal keys is used, and codes precede aliases.
    """
    parties = tuple(parties)
    for party in parties:
        for word in (party.name, *party.aliases, *party.seats, *party.asked):
            yield _normalize(word), party
    for party in parties:
        for word in (party.alpha3, party.code):
            if word:
                yield _normalize(word), party


def _are_adjacent(words: Sequence[re.Match[str]], text: str) -> bool:
    """Whether only spaces, hyphens, apostrophes, `&` or parentheses are between the words."""
    for left, right in pairwise(words):
        gap = fold(text[left.end() : right.start()]).strip(" -'&()")
        if gap and not (gap == "." and len(left[0].replace(".", "")) <= 2):
            return False
    return True


def _group_phrases(
    parties: Iterable[Party], not_parties: Iterable[str]
) -> Mapping[str, tuple[_Phrase, ...]]:
    """Maps each first word to the phrases that begin with this word, the longest first."""
    known: dict[str, dict[_Phrase, None]] = {}

    def learn(words: str, code: str, seat: bool) -> None:
        bare = [word.replace(".", "") for word in _WORD.findall(fold(words))]
        spellings = [bare]
        if len(words) > 3:
            spellings.append([word.upper() for word in bare])
        for first, *rest in spellings:
            phrase = _Phrase(tuple(_lower_small_word(word) for word in rest), code, seat)
            known.setdefault(first, {})[phrase] = None

    for phrase in not_parties:
        learn(phrase, "", seat=False)
    for party in parties:
        if party.code == WORLD:
            continue
        for name in (party.name, *party.aliases):
            learn(name, party.code, seat=False)
        for seat in party.seats:
            learn(seat, party.code, seat=True)
    return {
        first: tuple(sorted(phrases, key=lambda phrase: -len(phrase.rest)))
        for first, phrases in known.items()
    }
