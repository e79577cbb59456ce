"""Parses a product text: goods, codes, single layers, or goods in general.

The steps, in order:
1. Extract Harmonized System codes: `8507.60`, `HS 72`, `chapter 73`.
2. Find the longest known phrase at each word: goods, layers, legal bases, claims such as `under
   usmca`, and special words (`only`, `headline`, `including base`).
3. Keep the other words as unknown, except stop words.
4. Goods next to other goods or unknown words are one phrase, whose last word says what it is:
   `leather shoes` are shoes, `wooden toys` are toys, and `car wax` is no car but unknown. Plurals
   and metals are items of a list: `trucks buses`, `steel aluminum`.
5. If a text has unknown words, but no code, layer or legal basis, compare it with the names of
   goods. If it is very similar to a name, read it as a misspelling of this name. Otherwise, if
   nothing in the text is known, suggest similar names.
6. A name of several goods is read as all of them, and `meanings` has their names: `car battery`.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import chain
from typing import NamedTuple

from bot.rates.model.goods import Good, Goods
from bot.rates.model.measure import Measure, has_basis
from bot.rates.question.goods_words import (
    CHANGES_MEANING,
    HEADS,
    IGNORED,
    MATERIALS,
    NOT_ALONE,
    ONLY_ALONE,
    OWN_WORDS,
    PROCESSED,
    TAILS,
    VEHICLES,
    Item,
    ends_item,
    is_material,
    is_tail,
    split_words,
)
from bot.rates.question.stemming import respell_as_american, stem_words
from bot.rates.question.vocabulary.everyday_words import is_everyday
from bot.rates.schedule.codes import extract_codes
from bot.rates.schedule.lines import HEADING_DIGITS, TariffLines
from bot.rates.schedule.search import FoundHeading, GoodsName, find_headings, find_phrase

# Minimum similarities of a text and a name of goods, from 0 to 100. To read the text as the goods,
# the whole text is compared; to suggest the goods, its most similar part is compared.
_MIN_TO_TAKE, _MIN_TO_SUGGEST = 90, 80
_SUGGESTIONS = 4
_HEADINGS, _WORDS_SEARCHED = 4, 8
_LONG = 9
"""Length from which a word may have two wrong letters."""
_LONGEST_NAME = 10
"""Words after which the names of goods and duties are not compared further."""
_CACHE_SIZE = 500
_LONGEST_MISSPELT = 5
"""Spaces in a text that may be a misspelt name of goods, if parts of it were read."""
_KINDS_OF_LAWS = frozenset({"layer", "base", "claim"})


class ParsedProduct(NamedTuple):
    """A parsed product text."""

    text: str
    goods: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    """HS codes, digits only."""
    layers: tuple[str, ...] = ()
    """The ids of the measures that the text names."""
    bases: tuple[str, ...] = ()
    alone: bool = False
    """Whether the text asks for a layer alone and not for a sum."""
    headline: bool = False
    with_base: bool = False
    claims: tuple[str, ...] = ()
    """What the text claims for the goods, such as `usmca`, `not usmca` or `column 2`."""
    unknown: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    """The names of goods before an unknown word, which may mean other goods: `car wax`."""
    meanings: tuple[str, ...] = ()
    """The names of the goods that a name of the text may mean: `car battery`."""
    read_as: str = ""
    """The name of the goods that a misspelt text was read as."""
    suggestions: tuple[str, ...] = ()

    @property
    def is_unknown(self) -> bool:
        known = (self.goods, self.codes, self.layers, self.bases, self.headline, self.claims)
        return not any(known)


class _Phrase(NamedTuple):
    words: tuple[str, ...]
    kind: str
    key: str


class ProductReader:
    """Parses product texts with the goods, measures and legal bases of a ledger."""

    def __init__(
        self,
        goods: Goods,
        measures: Collection[Measure],
        bases: Mapping[str, Iterable[str]],
        claims: Mapping[str, Iterable[str]] | None = None,
        schedule_lines: TariffLines | None = None,
    ) -> None:
        """`bases` and `claims` have the names of each legal basis and each claim.

        Words that no goods have are searched for in `schedule_lines`.
        """
        self._schedule_lines = schedule_lines
        self._goods = goods
        self._phrases: dict[str, list[_Phrase]] = {}
        self._names: dict[str, str] = {}
        self._names_by_word: dict[str, dict[str, GoodsName]] = {}
        """By word in US spelling and heading, a name of goods that has the word."""
        for good in goods.by_id.values():
            for name in (good.name, *good.names, good.id):
                self._add_phrase(name, "goods", good.id)
                self._names.setdefault(" ".join(stem_words(name)), good.id)
                self._add_to_headings(name, good)
        self._layers = frozenset(measure.id for measure in measures)
        self._measures = {measure.id: measure for measure in measures}
        self.pairs = frozenset((one.imposer, each) for one in measures for each in one.partners)
        """The imposer and a partner of each measure."""
        self._of = {base: [one for one in measures if has_basis(one, (base,))] for base in bases}
        for measure in measures:
            for name in (measure.name, *measure.names):
                self._add_phrase(name, "layer", measure.id)
        for base, names in bases.items():
            for name in (base, *names):
                self._add_phrase(name, "base", base)
        for claim, names in (claims or {}).items():
            for name in names:
                self._add_phrase(name, "claim", claim)
        for kind, names in OWN_WORDS.items():
            for name in names.split(";"):
                self._add_phrase(name, kind, "")
        for phrases in self._phrases.values():
            phrases.sort(key=lambda phrase: -len(phrase.words))
        self.words = frozenset(
            word for phrases in self._phrases.values() for one in phrases for word in one.words
        )
        """All words of the vocabulary, as `stem_words` returns them."""
        # Cached, because a text is parsed for the question and again for each of its pairs.
        self.read: Callable[[str, frozenset[str]], ParsedProduct] = lru_cache(_CACHE_SIZE)(
            self._read
        )
        """Parses a text. The second argument has the ids of the measures that the text may name."""

    def _add_phrase(self, name: str, kind: str, key: str) -> None:
        words = stem_words(name)
        if words:
            self._phrases.setdefault(words[0], []).append(_Phrase(words, kind, key))

    def _add_to_headings(self, name: str, good: Good) -> None:
        words = [respell_as_american(word) for word in stem_words(name)]
        headings = {code[:HEADING_DIGITS] for code in good.hs if len(code) >= HEADING_DIGITS}
        for at, word in enumerate(words, 1):
            known = self._names_by_word.setdefault(word, {})
            for heading in headings:
                if heading not in known or not known[heading].is_noun:
                    known[heading] = GoodsName(name, at == len(words))

    def _read(self, text: str, allowed: frozenset[str]) -> ParsedProduct:
        codes, rest = extract_codes(text)
        words, breaks, plurals = split_words(rest)
        found: dict[str, dict[str, None]] = {}
        unknown: list[str] = []
        run: list[Item] = []
        at = 0
        while at < len(words):
            if self._is_made_of(words, at) or (at not in plurals and self._is_reversed(words, at)):
                words = self._move_material(words, at, breaks)
            matches = self._find_longest(words, at, allowed)
            size = len(matches[0].words) if matches else 1
            named = dict.fromkeys(phrase.key for phrase in matches if phrase.kind == "goods")
            goods = tuple(named)
            if (
                goods
                and (is_material(words, at) or self._is_use(words, at, breaks, matches))
                and (run or "goods" in found)
            ):
                # `cabinets made of mdf` are cabinets, and `batteries for e-bikes` are batteries.
                self._close(run, found, unknown)
                unknown.extend(words[at : at + size])
                at += size
                continue
            if len(goods) > 1:
                found.setdefault("meanings", {}).update(named)
            # With a code, the words only describe it.
            if at in breaks or (codes and run) or (goods and ends_item(run, goods)):
                self._close(run, found, unknown)
            for phrase in matches:
                if phrase.kind != "goods":
                    found.setdefault(phrase.kind, {})[phrase.key] = None
            if goods and self._is_for(words, at, unknown):
                # `screens for phones` are no phones.
                found.setdefault("doubtful", {}).update(dict.fromkeys(self.list_names(goods)))
                unknown.extend(words[at : at + size])
            elif goods and all(phrase.kind == "goods" for phrase in matches):
                run.append(Item(words[at : at + size], goods, at + size - 1 in plurals))
            elif not matches and words[at] not in IGNORED:
                run.append(Item((words[at],), is_plural=at in plurals))
            else:
                self._close(run, found, unknown)
                for good in goods:
                    found.setdefault("goods", {})[good] = None
            at += size
        self._close(run, found, unknown)
        wanted = ParsedProduct(
            text=text,
            goods=tuple(found.get("goods", ())),
            codes=codes,
            layers=tuple(found.get("layer", ())),
            bases=tuple(found.get("base", ())),
            alone="alone" in found and "sum" not in found,
            headline="headline" in found,
            with_base="with_base" in found,
            claims=tuple(found.get("claim", ())),
            unknown=tuple(unknown),
            doubtful=tuple(found.get("doubtful", ())),
            meanings=self._list_meanings(found),
        )
        if unknown and not (wanted.codes or wanted.layers or wanted.bases):
            if (moved := self._read_in_order(wanted, words, allowed)) is not None:
                return moved
            return self._find_nearest(wanted, " ".join(words)[:80])
        return self._narrow_to_codes(wanted)

    def _read_in_order(
        self, wanted: ParsedProduct, words: Sequence[str], allowed: frozenset[str]
    ) -> ParsedProduct | None:
        """The text with two neighbors exchanged that are a name then: `cars electric`.

        `t-shirts knit` are no knit shirts, which are other goods than T-shirts.
        """
        for at, name in enumerate(zip(words[1:], words, strict=False)):
            # Where both orders are names, as in `battery storage`, moving would have no end.
            known = self._is_name(name) and not self._is_name(name[::-1])
            if known and not set(wanted.unknown).isdisjoint(name):
                moved = " ".join((*words[:at], *name, *words[at + 2 :]))
                read = self._read(moved, allowed)._replace(text=wanted.text)
                is_narrower = self._is_part_of(Item((), read.goods), Item((), wanted.goods))
                if is_narrower or not self._ends_name(words, at):
                    return read
        return None

    def _is_name(self, words: tuple[str, ...]) -> bool:
        return any(one.words == words for one in self._phrases.get(words[0], ()))

    def _ends_name(self, words: Sequence[str], at: int) -> bool:
        """Whether the word at `at` ends a name of two words: `t shirt`."""
        pair = tuple(words[max(at - 1, 0) : at + 1])
        return len(pair) > 1 and self._is_name(pair)

    def _is_use(
        self, words: tuple[str, ...], at: int, breaks: frozenset[int], matches: list[_Phrase]
    ) -> bool:
        """Whether the goods at `at`, which are `matches`, are what those before them are for."""
        if any(one.kind != "goods" for one in matches):
            # 'a car for usmca'
            return False
        use = words[at : at + len(matches[0].words)]
        if words[max(at - 1, 0) : at] != ("for",) or not breaks.isdisjoint((at - 1, at)):
            return False
        before = (words[first : at - 1] for first in range(max(at - _LONGEST_NAME, 0), at - 1))
        named = [one for one in before if self._is_name(one)]
        return bool(named) and not any(self._is_name((*use, *one)) for one in named)

    def _is_for(self, words: tuple[str, ...], at: int, unknown: Sequence[str]) -> bool:
        """Whether the goods at `at` are what an article of the schedule without a name is for."""
        before = words[max(at - 2, 0) : at]
        is_for = len(before) > 1 and before[1] == "for" and before[0] != "not"
        return is_for and unknown[-1:] == [before[0]] and self._is_in_schedule(before[0])

    def _is_made_of(self, words: tuple[str, ...], at: int) -> bool:
        """Whether goods stand before their material or use: `furniture of wood`."""
        is_of = words[at + 1 : at + 2] in (("of",), ("for",))
        return is_of and self._is_reversed((words[at], *words[at + 2 : at + 3]), 0)

    def _move_material(
        self, words: tuple[str, ...], at: int, breaks: frozenset[int]
    ) -> tuple[str, ...]:
        """The words with the material that follows the goods at `at` before them."""
        end = at + 3 if words[at + 1] in ("of", "for") else at + 2
        if not breaks.isdisjoint(range(at + 1, end)):
            return words
        return (*words[:at], words[end - 1], words[at], *words[at + 1 : end - 1], *words[end:])

    def _is_reversed(self, words: tuple[str, ...], at: int) -> bool:
        """Whether the words are a name in the other order: `furniture wood`, `machine coffee`."""
        pair = words[at : at + 2]
        name = tuple(reversed(pair))
        return (
            len(pair) > 1
            and (name[0] in MATERIALS | VEHICLES or name[1] in HEADS)
            and not any(len(one.words) > 1 for one in self._find_longest(words, at, frozenset()))
            and self._is_name(name)
        )

    def _list_meanings(self, found: Mapping[str, Mapping[str, None]]) -> tuple[str, ...]:
        meant = [one for one in found.get("goods", ()) if one in found.get("meanings", ())]
        return tuple(self.list_names(meant)) if len(meant) > 1 else ()

    def _close(
        self, run: list[Item], found: dict[str, dict[str, None]], unknown: list[str]
    ) -> None:
        """Adds the goods of neighboring words, and their unknown words, and clears the run."""
        tail: list[str] = []
        while len(run) > 1 and (is_tail(*run[-2:]) or _ends_before(run)):
            tail = [*run.pop().words, *tail]
        named = [item for item in run if item.goods]
        is_toy = bool(named) and not CHANGES_MEANING.isdisjoint(named[0].words)
        ends_in_goods = bool(named) and run[-1] is named[-1]
        head = self._find_head(named, is_toy=is_toy)
        is_doubtful = not ends_in_goods or self._is_doubtful(run) or self._is_processed(run, head)
        if named and not is_toy and is_doubtful:
            unknown.extend(word for item in run for word in item.words)
            for good in head:
                found.setdefault("doubtful", {})[self._goods.by_id[good].name] = None
        else:
            others = (word for item in run if not item.goods for word in item.words)
            # `frozen shrimp` are shrimp, and `organic` is not said to be unknown.
            unknown.extend(word for word in others if word not in TAILS)
            for good in head:
                found.setdefault("goods", {})[good] = None
        unknown.extend(tail)
        run.clear()

    def _find_head(self, named: list[Item], *, is_toy: bool) -> tuple[str, ...]:
        """The goods that a phrase with these goods means: the last, or what is narrower."""
        if not named or is_toy:
            return named[0].goods if named else ()
        narrower = (item.goods for item in named[:-1] if self._is_part_of(item, named[-1]))
        return next(narrower, named[-1].goods)

    def _is_doubtful(self, run: list[Item]) -> bool:
        """Whether the last name means other goods behind the words before it: `fish oil`."""
        *others, last = run
        before = [one for one in others if one.goods or one.words[0] not in TAILS]
        alone = len(last.words) == 1 and last.words[0] in ONLY_ALONE
        related = (self._are_related(one, last) for one in before)
        return alone and bool(before) and not any(related)

    def _is_processed(self, run: list[Item], head: Iterable[str]) -> bool:
        """Whether a word makes other goods of food: `canned peaches`."""
        chapters = tuple(
            chapter for one in run if not one.goods for chapter in PROCESSED.get(one.words[0], ())
        )
        return any(code.startswith(chapters) for good in head for code in self._get_codes(good))

    def _are_related(self, one: Item, other: Item) -> bool:
        """Whether some of their goods are kinds of the same goods: `stainless steel bolts`.

        Groups without codes are too wide: `cocoa butter` is no butter, though both are farm goods.
        """
        wider = [
            frozenset[str]().union(*(self._goods.list_with_wider(good) for good in item.goods))
            for item in (one, other)
        ]
        return any(self._goods.by_id[good].hs for good in wider[0] & wider[1])

    def _is_part_of(self, item: Item, other: Item) -> bool:
        """Whether goods of the first are the other's goods, or a kind of them."""
        wider = (self._goods.list_with_wider(good) for good in item.goods)
        return any(not each.isdisjoint(other.goods) for each in wider)

    @property
    def schedule_words(self) -> frozenset[str]:
        """The words of the tariff schedule's descriptions."""
        return self._schedule_lines.words if self._schedule_lines else frozenset()

    @cached_property
    def _long_names(self) -> Sequence[str]:
        return [name for name in self._names if len(name) > 3]

    def names_law(self, word: str) -> bool:
        """Whether the word names a duty, a legal basis or a claim, or several: `301+reciprocal`."""
        words = stem_words(word)
        found = (self._find_longest(words, at, self._layers) for at in range(len(words)))
        return any(one.kind in _KINDS_OF_LAWS for each in found for one in each)

    def find_bases(self, text: str) -> tuple[str, ...]:
        """The legal bases that a text, such as a headline, names."""
        words = stem_words(text)
        named = (self._find_longest(words, at, frozenset()) for at in range(len(words)))
        bases = (one.key for found in named for one in found if one.kind == "base")
        return tuple(dict.fromkeys(bases))

    def names_goods(self, text: str) -> bool:
        """Whether the text names goods, even if they are misspelt, or a code."""
        wanted = self.read(text, frozenset())
        return bool(wanted.goods or wanted.codes)

    def list_names(self, goods: Iterable[str]) -> list[str]:
        """The names of goods with these ids."""
        return [self._goods.by_id[good].name for good in goods]

    def list_goods(self, text: str) -> tuple[str, ...]:
        """The codes in the text, or else the names of its goods."""
        wanted = self.read(text, frozenset())
        return wanted.codes or tuple(self.list_names(wanted.goods))

    def list_codes(self, text: str) -> tuple[str, ...]:
        """The codes in the text, or else those of its goods."""
        wanted = self.read(text, frozenset())
        return wanted.codes or tuple(chain(*map(self._get_codes, wanted.goods)))

    def names_any(self, text: str) -> bool:
        """Whether the text names goods, a code, a layer of any pair or a legal basis."""
        wanted = self.read_any(text)
        return bool(wanted.goods or wanted.codes or wanted.layers or wanted.bases)

    def list_imposers(self, text: str) -> frozenset[str]:
        """The economies that impose the layers or legal bases that the text names."""
        return frozenset(one.imposer for one in self.list_measures(text))

    def list_measures(self, text: str) -> tuple[Measure, ...]:
        """The layers that the text names, and those of its legal bases."""
        wanted = self.read_any(text)
        named = [self._measures[layer] for layer in wanted.layers]
        return tuple(chain(named, *(self._of[base] for base in wanted.bases)))

    def drop_everyday_words(self, words: Sequence[str]) -> list[str]:
        """The words without the ordinary ones, which name no goods.

        Ordinary words stay in a name of several words, such as `list 3`, and as the name of a duty
        or a claim.
        """
        stems = [stem_words(word) for word in words]
        kept: list[str] = []
        at = 0
        while at < len(words):
            size, is_goods = self._measure_name(stems, at)
            word = words[at].strip("-%$#")
            if (
                size > 1
                or (size and not is_goods)
                or (word and not is_everyday(word, words[at - 1] if at else ""))
            ):
                kept.extend(words[at : at + max(size, 1)])
            at += max(size, 1)
        return kept

    def starts_name(self, words: Sequence[str]) -> bool:
        """Whether the first words are a name of several words."""
        return self._measure_name([stem_words(word) for word in words], 0)[0] > 1

    def _measure_name(self, stems: Sequence[tuple[str, ...]], at: int) -> tuple[int, bool]:
        """How many words from position `at` on are a name, and whether it is one of goods."""
        run: list[str] = []
        ends: dict[int, int] = {}
        for size, each in enumerate(stems[at : at + _LONGEST_NAME], 1):
            if not each:
                break
            run.extend(each)
            ends[len(run)] = size
        found = self._find_longest(tuple(run), 0, self._layers) if run else []
        size = ends.get(len(found[0].words), 0) if found else 0
        return size, any(one.kind == "goods" for one in found)

    def read_any(self, text: str) -> ParsedProduct:
        """Parses the text, which may name the measures of all pairs."""
        return self.read(text, self._layers)

    def search_schedule(self, text: str) -> tuple[FoundHeading, ...]:
        """The headings of the tariff schedule that fit the words best.

        Names of goods may be missing in them: `car wax` finds waxes.
        """
        words = self._list_searched(text)
        if self._schedule_lines is None or NOT_ALONE.issuperset(words):
            return ()
        names = self._names_by_word
        return find_headings(self._schedule_lines, words, _HEADINGS, names, {*names, *PROCESSED})

    def find_other_headings(self, text: str) -> tuple[FoundHeading, ...]:
        """The headings that have the text as a phrase, if they are no headings of its goods.

        `caustic soda` are no soft drinks, and `vacuum pumps` no pumps for liquids.
        """
        wanted = self.read_any(text)
        words = self._list_searched(text)
        own = tuple(
            code[:HEADING_DIGITS] for good in wanted.goods for code in self._get_codes(good)
        )
        is_name = wanted.read_as or " ".join(stem_words(text)) in self._names
        more = wanted.codes or wanted.layers or wanted.bases or len(wanted.goods) > 1
        if not own or is_name or more or self._schedule_lines is None:
            return ()
        found = find_phrase(self._schedule_lines, words, _HEADINGS)
        return () if any(one.code.startswith(own) for one in found) else found

    def _list_searched(self, text: str) -> list[str]:
        """The words of a text that are searched for, in US spelling."""
        ignored = IGNORED | (TAILS - PROCESSED.keys())
        words = [one for one in stem_words(text) if one not in ignored]
        return [respell_as_american(word) for word in words[:_WORDS_SEARCHED]]

    def _get_codes(self, good: str) -> tuple[str, ...]:
        return self._goods.by_id[good].hs

    def understands(self, text: str) -> bool:
        """Whether the text names goods, a code or a duty, or has no unknown words.

        A claim is not enough: `nail polish under usmca`.
        """
        wanted = self.read_any(text)
        named = (wanted.goods, wanted.codes, wanted.layers, wanted.bases, wanted.headline)
        return any(named) or not wanted.unknown

    def _find_longest(
        self, words: tuple[str, ...], at: int, allowed: frozenset[str]
    ) -> list[_Phrase]:
        """The longest phrase that begins at word `at`, once for each thing that it names.

        Layers count only if their ids are in `allowed`.
        """
        best: list[_Phrase] = []
        for phrase in self._phrases.get(words[at], ()):
            size = len(phrase.words)
            if best and size < len(best[0].words):
                break
            if words[at : at + size] == phrase.words and (
                phrase.kind != "layer" or phrase.key in allowed
            ):
                best.append(phrase)
        return best

    def _narrow_to_codes(self, wanted: ParsedProduct) -> ParsedProduct:
        """If the text has codes, keeps only goods that are all in a code, or that have it.

        Heavy trucks are only a part of heading 8704, and tractors of them are outside of it.
        """
        if not (wanted.codes and wanted.goods):
            return wanted
        kept = [
            good
            for good in wanted.goods
            if (own := self._get_codes(good))
            and any(
                code.startswith(own) or all(one.startswith(code) for one in own)
                for code in wanted.codes
            )
        ]
        return wanted._replace(goods=tuple(kept))

    def _find_nearest(self, wanted: ParsedProduct, asked: str) -> ParsedProduct:
        """Reads a misspelt text as the most similar goods, or adds suggestions."""
        # Imported on first use, because only misspelt goods need it.
        from rapidfuzz import fuzz, process

        if not wanted.is_unknown and asked.count(" ") >= _LONGEST_MISSPELT:
            return wanted
        near = [
            name
            for name, _, _ in process.extract(
                asked,
                self._long_names,
                scorer=fuzz.WRatio,
                limit=6,
                score_cutoff=_MIN_TO_SUGGEST,
            )
        ]
        near.sort(key=lambda name: -fuzz.ratio(asked, name))
        goods = {name: self._goods.by_id[self._names[name]] for name in near}
        if (
            near
            and fuzz.ratio(asked, near[0]) >= _MIN_TO_TAKE
            and _is_misspelt(asked, near[0])
            and not any(map(self._is_in_schedule, self._list_new(wanted, near[0])))
        ):
            taken = goods[near[0]]
            return wanted._replace(goods=(taken.id,), read_as=taken.name, unknown=(), doubtful=())
        if not wanted.is_unknown:
            return wanted
        likely = dict.fromkeys(good.name for good in goods.values())
        return wanted._replace(suggestions=tuple(likely)[:_SUGGESTIONS])

    def _is_in_schedule(self, word: str) -> bool:
        known = self.schedule_words
        return word in known or f"{word}s" in known or f"{word}es" in known

    def _list_new(self, wanted: ParsedProduct, name: str) -> list[str]:
        """The unknown words that are neither in the name nor in the vocabulary."""
        return [one for one in wanted.unknown if one not in name.split() and one not in self.words]


def _ends_before(run: Sequence[Item]) -> bool:
    """Whether the last name of goods is a plural, so that the words after it are no part of it."""
    named = [item for item in run if item.goods]
    return bool(named) and named[-1].is_plural and not run[-1].goods


def _is_misspelt(asked: str, name: str) -> bool:
    """Whether the text differs from the name by spaces or by a letter or two of its words.

    `electric scooters` are no `electric cookers`, because the words begin with other letters.
    """
    from rapidfuzz.distance import OSA

    if asked.replace(" ", "") == name.replace(" ", ""):
        return True
    pairs = list(zip(asked.split(), name.split(), strict=False))
    return len(asked.split()) == len(name.split()) and all(
        one == other or (one[0] == other[0] and OSA.distance(one, other) <= 1 + (len(one) >= _LONG))
        for one, other in pairs
    )
