"""Recognizes lines that only greet or thank the bot, and questions about its use."""

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

_ABOUT_USE = re.compile(
    r"\b(?:what (?:can|could|should|do|may) (?:you|i|we) (?:do|ask|type|say|find)"
    r"|how (?:do|can|should) (?:i|we) (?:use|ask|search|look up|compare several"
    r"|compare (?:three|more|two|many|multiple))"
    r"|do you (?:speak|understand|support|have an api)|is there an? (?:api|manual|guide|help)"
    r"|through the bot|with (?:this|the) bot|using (?:this|the) bot|wrong channel"
    r"|(?:upload|paste|import) (?:a |my |our )?(?:list|file|spreadsheet|csv|excel)"
    r"|(?:compare|check|ask|enter) (?:two|three|four|five|several|many|multiple|more) "
    r"(?:tariff )?(?:lines|codes|products|goods|items|questions)|at once\W*$|to excel"
    r"|stop (?:the )?(?:messages|alerts)|what does (?:\W|not )*read\W* mean"
    r"|is (?:this|it) free(?: to use)?\W*$|which countries (?:do you|are) cover(?:ed)?"
    r"|what (?:data|countries|topics) do you (?:have|cover|know))\b"
)
_LONGEST_ABOUT_USE = 150


def asks_about_use(text: str) -> bool:
    """Whether a line asks how to use the bot or what it can do."""
    return len(text) <= _LONGEST_ABOUT_USE and _ABOUT_USE.search(text.lower()) is not None


def is_greeting(text: str) -> bool:
    """Whether a short line has only words of greeting or thanks, beginning with one of these."""
    if len(text) > _LONGEST:
        return False
    words = _WORDS.findall(text.lower())
    return bool(words) and words[0] in _OPENINGS and set(words) <= _OPENINGS | _OTHER_WORDS
