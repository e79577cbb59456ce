"""Picks the best sentences of a text, unchanged. The rules, in this order:

1. Remove a dateline and a label.
       matches    "GENEVA, May 12 (Reuters) - Talks began"; "SUMMARY: Talks began"
       does not   "Geneva hosts the talks (for the third time)"
2. Drop boilerplate and bylines (`_BOILERPLATE_BEGINS`).
       matches    "Read more on our website."; "Reporting by Ana Diaz"
       does not   "Readers of the treaty find a clause on steel."
3. Drop pieces of fewer than four words, headings (if there are sentences), and sentences that
   repeat the title.
4. Take the two sentences with the most points. Early sentences have points, and each wanted word in
   a sentence gives points; numbers give double. A sentence that refers to the one before it loses a
   point, unless the one before it is also taken.
       matches    "He added that the duty stays."
       does not   "Brussels added that the duty stays."

Nothing is rephrased, so each number of a summary is in its source.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bot.text.folding import fold, fold_case
from bot.text.plain import cut

# Most feeds have a few sentences, and an article begins with its news.
_MOST_SENTENCES = 16
_MOST_WANTED = 40
_FEWEST_WORDS = 4
_LONG_SENTENCE = 350
# Minimum characters that must be left for the second sentence. A shorter piece would be useless.
_LEAST_ROOM = 80
# Maximum share of new words in a sentence that repeats the title. It is higher for headings, which
# often end with the name of their source.
_NEW_WORDS = 0.2
_NEW_WORDS_OF_HEADING = 0.4

_AGENCY = (
    r"(?:Reuters|AP|AFP|AAP|ANI|ANSA|BBC|Bloomberg|CBS|CNN|CNBC|dpa|DPA|EFE|IANS|JIJI|KCNA|Kyodo"
    r"(?: News)?|NHK|PTI|RIA|TASS|UPI|VOA|Xinhua|Yonhap|The [A-Z][a-z]+(?: [A-Z][a-z]+)?)"
)
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?"
_DAY = rf"(?:{_MONTH} \d{{1,2}}|\d{{1,2}} {_MONTH})(?:,? \d{{4}})?"
_PLACE = r"[A-Z][A-Za-z.'/ -]{2,30}(?:, [A-Z][A-Za-z. ]{1,20})?"
_PREFIXES = (
    re.compile(rf"(?:{_PLACE},? )?(?:{_DAY},? )?\({_AGENCY}\)(?: ?--? ?|: | )"),
    re.compile(rf"[A-Z][A-Z.'/ -]{{4,30}}(?:, {_DAY})?(?: --? |: )"),
    re.compile(r"(?:Summary|Abstract|Update|Breaking|Watch|Listen|Explainer): ", re.IGNORECASE),
)
_BOILERPLATE_BEGINS = (
    r"(?:please )?(?:subscribe|sign (?:up|in)|log in|register (?:now|here|for free)|follow us)\b",
    r"(?:click|tap) (?:here|on|to)\b|download (?:the|our)\b|join (?:us|our)\b|contact us\b",
    r"advertisement\b|sponsored\b|share this\b|listen to (?:this|our)\b|watch (?:the|this)\b",
    r"get (?:the latest|our|unlimited)\b|(?:to|you can) (?:read|view|see|hear)\b",
    r"(?:also )?read (?:more|also|the full|full|our|this)\b|also read|see also|read ?[:|>]",
    r"(?:continue|keep) reading|(?:view|read) (?:the )?original|more (?:on|from)\b",
    r"related(?: \w+)?:|for (?:further information|more (?:information|news|on))\b",
    r"the post .{0,200} appeared first|(?:originally|first) published\b",
    r"this (?:article|story|post) (?:was|is|has|first|originally)\b",
    r"(?:published|updated|last updated|last modified) ?(?:on|at|:|\d)|\d+ \w+ (?:read|ago)\b",
    r"(?:file )?(?:photo|image|picture|video|credit|source|tag|topic)s?(?: credit| by)? ?:",
    r"(?:filed under|categor(?:y|ies)|disclaimer|agency|action|dates?|contact|by line) ?:",
    r"copyright\b|\(c\) ?\d{4}|©|our standards\b",
    r"\(?(?:additional )?(?:reporting|writing|editing|compiled)(?: and \w+)? by\b",
    r"by (?:[a-z.'-]+ ){1,4}?[a-z.'-]+(?:$| ?[,|] ?(?:[a-z]+ ?){0,4}$)",
)
_BEGINS_BOILERPLATE = re.compile("|".join(_BOILERPLATE_BEGINS))
_BOILERPLATE_ENDS = (
    *("read more", "continue reading", "click here", "full story", "learn more"),
    *("subscribe", "subscribe now"),
)
# Each alternative begins with a letter, not with `\b`, so that a search skips other letters.
_HAS_BOILERPLATE = re.compile(
    r"all rights reserved|privacy policy|cookies\b(?<=\bcookies)|our newsletters?\b|"
    r"enable javascript"
)
_REFERS_BACK = re.compile(
    r"['\"(]?(?:he|she|they|it|this|that|these|those|but|and|or|so|yet|however|meanwhile|instead|"
    r"still|such|both|also|there|his|her|their|its)\b"
)
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+(?:[.,]\d+)*")
_STOP_WORDS = frozenset(
    str.split(
        "a an the of on in at to for from by with and or as is are was were be been has have had "
        "will would its it that this their his her after before over into up said says"
    )
)
_ENDS = re.compile(r"[.!?][\"')\]]*$")


class _Sentence(NamedTuple):
    place: int
    """The index of the sentence among the candidates."""
    text: str
    cased: str
    """The folded text with its capital letters; `folded` is in lower case."""
    folded: str
    words: frozenset[str]
    whole: bool
    """Whether it ends with a period, `!` or `?`. Headings and truncated sentences do not."""


def summarize(
    title: str, sentences: Sequence[str], wanted: Sequence[str] = (), limit: int = 600
) -> str:
    """The best one or two of the sentences of a text, in their order; empty if there are none.

    A sentence gets points for each of the `wanted` words in it: numbers of figures, words of
    evidence and names of parties. Words with a digit count double. `limit` is the maximum length in
    characters; a longer summary is cut at a word and ends with an ellipsis.
    """
    candidates = _find_candidates(title, sentences[:_MOST_SENTENCES])
    if not candidates:
        return ""
    if len(candidates) == 1:
        return _cut(candidates[0].text, limit)
    looked_for = dict.fromkeys(fold(word).strip() for word in wanted if word.strip())
    points = {word: _count_points(word) for word in list(looked_for)[:_MOST_WANTED]}
    values = [_score(one, points) for one in candidates]
    first = max(candidates, key=lambda one: values[one.place] - _score_reference(one, None))
    worth = {
        one.place: values[one.place] - _score_reference(one, first)
        for one in candidates
        if one is not first and not _is_repetition(one, first.words)
    }
    second = max(worth, key=lambda place: worth[place], default=None)
    if second is None or worth[second] <= 0:
        return _cut(first.text, limit)
    return _join(first, candidates[second], limit)


def _find_candidates(title: str, sentences: Sequence[str]) -> list[_Sentence]:
    of_title = _split_words(fold_case(title))
    found = [
        one
        for one in map(_read_sentence, map(_remove_prefixes, sentences))
        if len(one.folded.split()) >= _FEWEST_WORDS
        and not _is_boilerplate(one.folded)
        and not _is_repetition(one, of_title)
    ]
    found = [one for one in found if one.whole] or found
    return [one._replace(place=place) for place, one in enumerate(found)]


def _is_boilerplate(folded: str) -> bool:
    return bool(
        _BEGINS_BOILERPLATE.match(folded)
        or folded.rstrip(" .!>»→").endswith(_BOILERPLATE_ENDS)
        or _HAS_BOILERPLATE.search(folded)
    )


def _remove_prefixes(sentence: str) -> str:
    for prefix in _PREFIXES:
        match = prefix.match(fold(sentence))
        if match:
            sentence = sentence[match.end() :].lstrip()
    return sentence


def _read_sentence(text: str) -> _Sentence:
    cased = fold(text)
    folded = cased.lower()
    return _Sentence(
        0, text, cased, folded, _split_words(folded), _ENDS.search(folded[-8:]) is not None
    )


def _split_words(folded: str) -> frozenset[str]:
    """The words without stop words; numbers count as words."""
    return frozenset(_WORD.findall(folded)) - _STOP_WORDS


def _is_repetition(sentence: _Sentence, known: frozenset[str]) -> bool:
    """Whether nearly all words of the sentence, and all its numbers, are in `known`."""
    new = sentence.words - known
    share = _NEW_WORDS if sentence.whole else _NEW_WORDS_OF_HEADING
    few = len(new) <= share * len(sentence.words)
    return few and not any(word[0].isdigit() for word in new)


def _count_points(word: str) -> float:
    return 2.0 if any(map(str.isdigit, word)) else 1.0


def _score(sentence: _Sentence, wanted: Mapping[str, float]) -> float:
    """The points of a sentence; `wanted` maps words to points."""
    value = max(2 - 0.5 * sentence.place, 0.0)
    hits = [points for word, points in wanted.items() if _contains(sentence, word)]
    value += sum(hits[:6])
    if len(sentence.text) > _LONG_SENTENCE:
        value -= 1
    if sentence.text.endswith("?"):
        value -= 1
    return value


def _contains(sentence: _Sentence, word: str) -> bool:
    """Whether the sentence contains the folded word. Case matters for words in capitals (US)."""
    where, word = (sentence.cased, word) if word.isupper() else (sentence.folded, word.lower())
    at = where.find(word)
    while at >= 0:
        end = at + len(word)
        if not (where[at - 1 : at].isalnum() or where[end : end + 1].isalnum()):
            return True
        at = where.find(word, at + 1)
    return False


def _score_reference(sentence: _Sentence, taken: _Sentence | None) -> float:
    """The points that a sentence loses if it refers to the one before it and this is not taken."""
    if sentence.place == 0 or not _REFERS_BACK.match(sentence.folded):
        return 0.0
    return 0.0 if taken is not None and taken.place == sentence.place - 1 else 1.0


def _join(first: _Sentence, second: _Sentence, limit: int) -> str:
    early, late = sorted((first, second))
    both = f"{early.text} {late.text}"
    if len(both) <= limit:
        return both
    if len(early.text) + _LEAST_ROOM > limit or first is late:
        return _cut(first.text, limit)
    return _cut(both, limit)


def _cut(text: str, limit: int) -> str:
    """The text cut to the limit, not after a number, because the number's unit might be missing."""
    if len(text) <= limit:
        return text
    short = cut(text, limit)
    head, _, last = short.rpartition(" ")
    while any(sign.isdigit() for sign in last):
        short = f"{head}…" if head else ""
        head, _, last = head.rpartition(" ")
    return short
