"""Recognizes questions about a rule, although they name goods: their card answers, not a rate.

how is steel content valued                            the card of the metals
do i pay both the auto parts and the steel tariff on it    the card about stacking
who pays the tariff on steel                           the card about the importer of record
send me only court rulings                             the card about alerts
where does your data come from                         the card about the last checks
nintendo case                                          no case of our data, so it offers those
"""

import re

from bot.errors import UnclearQuestion
from bot.rates.question.reading.question import Vocabulary
from bot.rates.question.stemming import stem_words

_METAL = r"(?:steel|alumin(?:i)?um|copper|metals?|derivatives?)"
_RULES = (
    (
        re.compile(
            rf"\bhow\b(?=.*\b{_METAL}\b)(?=.*\b(?:content|value|weight)\b|.*\bvalued\b).*"
            r"\b(?:valued|calculat\w+|determin\w+|measured|assessed|comput\w+|declared?|report\w*"
            r"|work(?:s|ed)?)\b"
        ),
        "section-232-metals",
    ),
    (
        re.compile(
            r"\bboth\b.*\b(?:tariffs?|dut(?:y|ies)|232|301|rates?)\b.*"
            r"\b(?:on|to|for|with) (?:the |a |an |one )?(?:same|single|one)\b"
            r"|\b(?:tariffs?|dut(?:y|ies))\b.*\bboth (?:apply|charged|due|owed)\b"
            r".*\b(?:to|on|for) (?:the )?(?:same|one|a|an)\b"
            r"|\b(?:pay|charged|owe|taxed) (?:twice|double|two times)\b"
        ),
        "stacking",
    ),
    (
        re.compile(
            r"\b(?:send|post|push|deliver|forward|alert|notify|ping|email)\b.*\b(?:news|rulings?"
            r"|stories|headlines|alerts?|updates|messages)\b.*\b(?:channel|dm|inbox|me|us|daily)\b"
            r"|\b(?:send|give|get|receive|alert|notify|ping|email|post|show) "
            r"(?:me |us )?(?:only|just)\b.*\b(?:news|alerts?|stories|updates|headlines)\b"
            r"|\b(?:mute|unmute|unsubscribe|silence|snooze|opt out)\b"
            r"|\b(?:stop|pause|turn off|switch off|fewer|less|too many) "
            r"(?:sending |posting |getting )?(?:me |us )?(?:the |these |those |this |your |all )*"
            r"(?:alerts?|messages|notifications?|news|posts|spam|posting|sending)\b"
        ),
        "alerts",
    ),
    (
        re.compile(
            r"\b(?:your|the bot'?s?|bot'?s?) (?:own )?(?:\w+ )?(?:data|information|news|figures"
            r"|numbers|rates|sources?|feeds?)\b.*\b(?:come|comes|from|get|source|based|break|breaks"
            r"|stops?|fails?|down|reliable|old|fresh)\b"
            r"|\b(?:where|how) (?:do|does) (?:you|the bot|this bot|tariffwire) "
            r"(?:get|take|find|pull)\b"
            r"|\b(?:(?:news|data) )?(?:sources?|feeds?) (?:stops?|fails?|breaks?|goes? down|is down"
            r"|dies|disappears?)\b"
            r"|\bwhat (?:are )?(?:your|the bot's) (?:\w+ )?sources\b"
            r"|\b(?:what|which) (?:\w+ )?(?:sources|feeds) (?:do|does) (?:you|the bot|it)\b"
            r"|\b(?:do|did) you (?:last )?(?:update|refresh)\b"
            r"|\b(?:is|are|was|were) (?:your|the|this|these) (?:data|rates?|numbers|figures) "
            r"(?:last )?(?:updated|refreshed)\b"
        ),
        "last-checks",
    ),
)
_PAYER = "importer-of-record"
_WHO_PAYS = re.compile(
    r"\W*(?:(?:so|and|but|then) )?who (?:actually |really |ultimately |legally )?"
    r"(?:pays?|paying|has to pay|must pay) "
    r"(?:for )?(?:(?:the|these|those|this|us|import|customs|additional|extra) )*"
    r"(?:tariffs?|dut(?:y|ies)|customs|bill)\b"
)
_CASE = re.compile(
    r"\b(?P<name>(?!the\b|a\b|this\b|that\b)[a-z0-9][\w.&'-]+)(?:'s)? "
    r"(?P<kind>lawsuits?|court cases?|cases?|litigation|suits?(?= (?:against|over|about|on|at)\b))"
    r"(?! of\b| with\b)"
)
_CASE_GOODS = frozenset({"in", "which", "any", "each", "what", "what's", "no", "tariff", "trade"})
_GROUP_OF_CASES, _MOST_CASES = "Refunds and courts", 4


def find_rule(text: str, vocabulary: Vocabulary) -> str | None:
    """The id of the card about the rule that the text asks for, or None."""
    cards = vocabulary.cards
    if cards is None:
        return None
    return next(
        (card for pattern, card in _RULES if card in cards.by_id and pattern.search(text)), None
    )


def find_payer_rule(text: str, vocabulary: Vocabulary) -> str | None:
    """The id of the card about who pays, if the text begins with this question, or None.

    It answers a question that names an economy too.
    """
    cards = vocabulary.cards
    is_asked = cards is not None and _PAYER in cards.by_id and _WHO_PAYS.match(text)
    return _PAYER if is_asked else None


def refuse_unknown_case(text: str, vocabulary: Vocabulary) -> None:
    """Raises UnclearQuestion for a court case that no card is about, with the cases of the cards.

    `phone case` and `gift cases` are goods.
    """
    parties, reader, cards, _ = vocabulary
    found = _CASE.search(text)
    if found is None or cards is None or reader is None:
        return
    name, stems = found["name"], set(stem_words(found["name"]))
    known = cards.words | _CASE_GOODS
    if found["kind"].startswith(("case", "suit")):
        known |= reader.words | reader.schedule_words
    if not stems or stems & known or parties.find(name) is not None or not name.isascii():
        return
    named = [one for one in cards.all if one.group == _GROUP_OF_CASES and one.events]
    options = [(one.title, f"card {one.id}") for one in named[:_MOST_CASES]]
    name = name.removesuffix("'s")
    asked = f"{name} {found['kind']}"
    raise UnclearQuestion(asked, f"No case named “{name}” is in our data. These are:", options)
