"""Hostile HTML to plain text. Every step is linear in the text's length."""

import re
import unicodedata

from bot.text.html import seen_simply, unpacked, without_openings

# Feeds escape markup once, twice and, where one reader feeds another, three times.
_ROUNDS = 4

# Controls, soft hyphens, zero-width, bidirectional and tag characters, fillers and surrogates:
# nobody sees them, but they split words, reorder digits and reach past a terminal's or a
# database's guard. Tab and line feed stay for the folding of blanks.
INVISIBLE = (
    "\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u115f\u1160"
    "\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff"
    "\uffa0\ufff0-\uffff\U0001d173-\U0001d17a\U000e0000-\U000e0fff\ud800-\udfff"
)
"""As a class of characters for a pattern, without its brackets."""
_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_MARKS = r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_STACKED_MARKS = re.compile(f"({_MARKS}{{2}}){_MARKS}+")
_LINE_ENDS = re.compile("[\n\x85\u2028\u2029]")


def plain(markup: str, limit: int, *, lone_tags: bool = False) -> str:
    """The text that a reader of `markup` would see: no tags, at most `limit` characters.

    Entities are resolved, escaped markup is unpacked and dropped, scripts and styles vanish with
    their content, blocks are separated by a newline, blanks are folded, invisible and reordering
    characters removed, letters composed (NFC). What was cut off ends with an ellipsis.

    With `lone_tags`, a bare formatting tag without its counterpart that was escaped in the markup
    stays, as text: its author wrote of it. Pairs are markup that was escaped once too often.
    """
    if len(markup) <= limit and markup.isascii() and _is_plain(markup):
        return " ".join(markup.split())
    text = _seen(markup[: limit * 8 + 1000])
    simple = seen_simply(text)
    text = text if simple is None else simple
    if "<" in text or "&" in text:
        text = _unpacked(text, 0 if simple is None else 1, lone_tags)
    if not text.isascii():
        text = _STACKED_MARKS.sub(r"\1", unicodedata.normalize("NFC", text))
    if "<" in text:
        text = without_openings(text, lone_tags=lone_tags)
    return cut(_folded_blanks(text), limit)


def _unpacked(text: str, rounds: int, lone_tags: bool) -> str:
    """The text, unpacked `rounds` times before, after as many more as find something to unpack."""
    for turn in range(rounds, _ROUNDS):
        decoded = unpacked(text, lone_tags=lone_tags and turn > 0)
        if decoded == text:
            break
        text = _seen(decoded)
    return text


def _is_plain(ascii_text: str) -> bool:
    """Whether there is nothing to do but to fold blanks."""
    return "<" not in ascii_text and "&" not in ascii_text and ascii_text.isprintable()


def _seen(text: str) -> str:
    """The text without characters that nobody sees; printable ASCII has none."""
    if text.isascii() and text.replace("\n", " ").isprintable():
        return text
    return _INVISIBLE.sub("", text)


def cut(text: str, limit: int) -> str:
    """The text in at most `limit` characters, cut at a word and ended with an ellipsis."""
    if len(text) <= limit:
        return text
    end = max(limit - 1, 0)
    blank = max(text.rfind(" ", 0, end + 1), text.rfind("\n", 0, end + 1))
    if blank > end * 2 // 3:
        end = blank
    # Half a number would be another number, and half a letter another letter.
    while end > 0 and (unicodedata.combining(text[end]) or _in_number(text, end)):
        end -= 1
    return (text[:end].rstrip(" \n,;:-–—") + "…")[:limit]


def _in_number(text: str, at: int) -> bool:
    return text[at - 1].isdigit() and (text[at].isdigit() or text[at] in ".,%")


def _folded_blanks(text: str) -> str:
    broken = text.split("\n") if text.isascii() else _LINE_ENDS.split(text)
    lines = [" ".join(line.split()) for line in broken]
    return "\n".join([line for line in lines if line])
