"""Splits a text into sentences, in linear time."""

import re

# A period after these does not end a sentence.
_ABBREVIATIONS = frozenset(
    str.split(
        "mr mrs ms dr prof sen rep gov gen col lt sgt capt adm st jr sr hon rev no nos sec "
        "para vs v cf etc al eg ie approx est dept fig vol pp ed co corp inc ltd llc bros plc "
        "cie gmbh jan feb mar apr jun jul aug sep sept oct nov dec tue tues wed thu thur "
        "thurs fri ave blvd mt ft lb oz pct bn mn mln tn ariz calif conn ga mich minn "
        "mo mont neb nev okla penn tenn va vt wis"
    )
)
# After an abbreviation or initials, a sentence ends only if the next word is one of these.
_OPENERS = frozenset(
    str.split(
        "A An The This That These Those It Its He She They We You I In On At As After Before "
        "But And Or So If When While Since Because For From With Without Under Over By To "
        "Both All Most Some Many Such There Here His Her Their Our Not No Yet Still However "
        "Meanwhile Also Earlier Later Now Then Last Next Officials Asked Analysts"
    )
)
_BREAK = re.compile(r"[.!?…]['\"’”)\]]*[ \t]+(?=['\"‘“(\[]?[A-Z0-9À-Þ$€£¥])")
_NEXT_WORD = re.compile(r"['\"‘“(\[]?([A-Za-z]+)")
_INITIALS = re.compile(r"(?:^|[^A-Za-z])(?:[A-Za-z]\.)*[A-Za-z]$")


def split_sentences(text: str) -> tuple[str, ...]:
    """The sentences in order, each a substring of one line of the text."""
    found: list[str] = []
    for line in text.split("\n"):
        start = 0
        for match in _BREAK.finditer(line):
            if _ends_sentence(line, start, match):
                found.append(line[start : match.end()].strip())
                start = match.end()
        found.append(line[start:].strip())
    return tuple(sentence for sentence in found if sentence)


def _ends_sentence(line: str, start: int, match: re.Match[str]) -> bool:
    if line[match.start()] != ".":
        return True
    before = line[max(start, match.start() - 24) : match.start()]
    word = before[before.rfind(" ") + 1 :].lstrip("'\"‘“([")
    following = _NEXT_WORD.match(line, match.end())
    opens = following is not None and following.group(1) in _OPENERS
    if _INITIALS.search(word):
        # "U.S. Trade Representative", "Donald J. Trump"; but "in the U.S. The court ..."
        return opens and "." in word
    return opens if word.lower() in _ABBREVIATIONS else True
