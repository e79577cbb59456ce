"""Recognizes lines that only greet or thank the bot."""

import re

_WORDS = re.compile(r"[^\W\d_]+")
_LONGEST = 40
_OPENINGS = frozenset(
    {"bye", "cheers", "goodbye", "hallo", "hello", "hey", "hi", "ok", "okay", "start", "thank"}
    | {"thanks", "thx", "good", "howdy"}
)
_OTHER_WORDS = frozenset(
    {"afternoon", "again", "all", "bot", "day", "evening", "everyone", "morning", "so"}
    | {"tariffwire", "there", "very", "much", "you"}
)
"""Words that are part of a greeting but are none alone."""


def is_greeting(text: str) -> bool:
    """Whether a short line has only words of greeting or thanks, beginning with one of these."""
    if len(text) > _LONGEST:
        return False
    words = _WORDS.findall(text.lower())
    return bool(words) and words[0] in _OPENINGS and set(words) <= _OPENINGS | _OTHER_WORDS
