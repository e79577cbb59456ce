"""Finds percentages that are duties although the sentence has no word for duties.

charged    a government charges it       "puts 10% on lumber", "answers with 15% on US coal"
                                         not "the bank puts 10% on mortgages"
owned      a government's rate           "Trump's 12% for Norway", "after Peru's 12%"
rate       "rate" with a party           "a 39% rate from Washington"; not "the Fed's 4% rate"
listed     a list of countries           "12% for Norway, 14% for Peru"
law        under a law on duties         "Section 232: bikes at 25%"
traded     a term of a deal              "cut to 12% in exchange for purchases"
at         the rate of goods             "at 270% on wine"
faced      the goods or party that pay   "Norwegian fish faces 12%"

The patterns read a sentence in which PARTY stands for a name, GOODS for a name of goods and RATE
for a percentage.
"""

import re
from collections.abc import Collection, Iterable, Sequence

from bot.news.figures.numbers import PercentRate
from bot.news.figures.tokens import cut_rate
from bot.news.figures.words import FIRMS

_WORD = r"(?:[a-z][a-z.&'-]*\s)"
_GOODS = r"(?:GOODS|goods|imports?|imported|products|exports|foreign|shipments|merchandise)\b"
_PAYER = rf"(?:PARTY|{_GOODS})"
# "$30bn of".
_WORTH = r"(?:[a-z]?\$[\d.]+\s?[a-z]*\s(?:worth\s)?of\s)?"
_ON = (
    rf"(?:on|onto|against)\s{_WORTH}{_WORD}{{0,4}}?{_PAYER}"
    rf"|for\s{_WORD}{{0,2}}?PARTY"
)
_TARGET = re.compile(rf"\s(?:more\s|extra\s|each\s)?(?:{_ON})")
_ON_THINGS = re.compile(r"\s(?:more\s)?(?:on|for)\s[a-z]")

_AGENT = re.compile(
    r"\b(?:PARTY|president|government|ministry|minister|cabinet|decree|parliament|congress|customs|"
    r"treasury|finance\sbill|budget)\b"
)
_CHARGING = re.compile(
    r"\b(?:slap|impos|put|lev[yi]|lob|charg|plac|set|appl[yi]|add|threaten|float|announc|propos|"
    r"plan|want|introduc|order|keep|kept|whack|smack|hit|collect|mull|weigh|eye|readie|ready|"
    r"decree|vow|demand|approv|confirm|tack|heap|agree|grant|fix|back|pass|assign|unveil|find|sign)[a-z]*\s"
    rf"(?:to\s)?(?:{_WORD}|PARTY(?:'s)?\s){{0,4}}$"
    r"|\b(?:answer|retaliat|respond|repl[yi]|counter|(?:hit|strike|fire)s?\sback)[a-z]*\s"
    rf"(?:{_WORD}|PARTY(?:'s)?\s){{0,6}}with\s{_WORD}{{0,2}}$"
)
_THREATENING = re.compile(
    rf"\bPARTY\s{_WORD}{{0,2}}(?:slap|threaten|float|muse|vow)s?\s(?:on\s|to\s(?:put|impose)\s)?$"
)
_WARNING = re.compile(r"\bPARTY\s(?:warn|threaten)s?\s[^,;:]*\s(?:of|with)\s$")
_PACT = re.compile(
    r"PARTY.*PARTY.*\b(?:pacts?|deals?|accords?|agreements?)\s(?:at|with|on|for)\s(?:an?\s)?$"
)
_WON = re.compile(
    rf"PARTY\s{_WORD}{{0,2}}(?:wins?|won|secures?|secured|gets?|got|lands?|nets?|clinch(?:es)?)\s"
    rf"{_WORD}{{0,2}}$"
)
_WON_AFTER = re.compile(r"\s(?:rate|deal|ceiling)\b")
_MARGIN = re.compile(rf"\s(?:final\s|preliminary\s|dumping\s)*margins?\s(?:{_ON})")
_ANSWERING = re.compile(
    r"\b(?:answer|retaliat|respond|repl[yi]|counter|match|(?:hit|strike|fire)s?\sback)[a-z]*\s"
    rf"(?:{_WORD}|PARTY(?:'s)?\s|RATE\s){{0,6}}with\s{_WORD}{{0,2}}$"
)
_OF_ITS_OWN = re.compile(r"\sof\s(?:its|their|his)\sown\b")
_GIVEN = re.compile(
    rf"PARTY\s{_WORD}{{0,2}}(?:offer|give|hand|grant|charge|slap|hit)s?\s(?:PARTY|others)\s"
    rf"(?:with\s)?{_WORD}{{0,2}}$"
)
_OWNED = re.compile(rf"\bPARTY's\s{_WORD}{{0,2}}$")
_ANSWERED = re.compile(
    rf"\b(?:after|to|against|over|for|and|as|(?:answer|match|mirror|counter)[a-z]*)\sPARTY's\s"
    rf"{_WORD}{{0,2}}$"
)
_CLAUSE_ENDS = re.compile(r"\s?(?:[,.;:!?]|$|with\b)")
_ITEM = re.compile(rf"(?:[:;,]|\band|,\sand|\bat)\s{_WORD}{{0,1}}$")
_RATE_AFTER = re.compile(rf"\s{_WORD}{{0,2}}?rates?\s(?:from|by|on|for|imposed|set)\s[^,;]*PARTY")
_RATE_BEFORE = re.compile(
    rf"\brates?\s(?:on|for)\s[^,;]{{0,60}}?{_PAYER}[^,;]{{0,40}}?(?:\s(?:to|at|is|of)|:)\s"
    rf"{_WORD}{{0,2}}$|\bPARTY(?:'s)?\s{_WORD}{{0,2}}rates?(?::|\sof|\sis|\sat|\sto)\s{_WORD}{{0,2}}$"
)
_FEE_BEFORE = re.compile(
    rf"\b(?:fees?|charges?|tax)\son\s{_WORD}{{0,2}}?PARTY\s{_WORD}{{0,1}}?{_GOODS}[^,;]{{0,30}}?"
    rf"\s(?:to|at|is|of)\s{_WORD}{{0,2}}$"
)
_RATE_OF = re.compile(rf"\brates?\sof\s{_WORD}{{0,2}}$")
_GIVER = re.compile(rf"\s(?:from|by|on|for)\s{_WORD}{{0,2}}?PARTY")
_FOR_PARTY = rf"RATE\s(?:on|for|to)\s{_WORD}{{0,2}}?PARTY"
_PARTY_AT = rf"PARTY(?:,?\s(?:at|gets?|pays?|faces?|with))?\s{_WORD}{{0,1}}RATE"
_JOIN = r"(?:\s[a-z]+){0,2}\s?(?:,|;|\sand|\s&|,\sand|\swhile)\s(?:the\s)?"
_LIST = re.compile(
    rf"{_FOR_PARTY}(?:{_JOIN}(?:{_FOR_PARTY}|RATE\s(?:on|for)\s\w+))+"
    rf"|{_PARTY_AT}(?:{_JOIN}{_PARTY_AT})+"
)
_LAW = re.compile(r"\bsection\s(?:232|301|201|122|338)\b|\bieepa\b")
_AT = re.compile(r"\b(?:at|of)\s$")
_TRADED_BEFORE = re.compile(
    r"\b(?:cut|lower|reduc|trim|slash|rais|drop|fall|bring|set|held|keep|kept|cap)[a-z]*\s"
    r"(?:[a-z]+\s){0,3}?(?:to|at)\s$"
)
_TRADED_AFTER = re.compile(r"\s(?:in\s(?:exchange|return)\b|under\s[^,;]*\b(?:deal|pact|accord)\b)")
_HIT = re.compile(
    rf"{_PAYER}(?:\s[A-Za-z]+){{0,2}}\s(?:taxed\sat|(?:hit|slapped|whacked|struck)\swith)\s{_WORD}{{0,2}}$"
)
_FACED = re.compile(
    rf"{_PAYER}(?:\s[A-Za-z]+){{0,2}}\s(?:faces?|facing|pays?|paying|gets?|accepts?|settles?\sfor|(?:stays?|remains?|"
    r"kept|left|set)\sat|go(?:es)?\sto|"
    r"(?:wins?|gets?|secures?|lands?)\s(?:an?\s)?(?:[a-z]+\s)?(?:cut|reduction|rate)\s(?:to|of))\s"
    rf"{_WORD}{{0,2}}$"
)
_BY_PARTY = re.compile(r"\s(?:in|from|under|at)\s(?:the\s)?PARTY")
_LET_IN = re.compile(r"\b(?:lets?|letting|admits?|admitting)\b[^;]*\bPARTY\b[^,;]*\sat\s$")
_REMEDY = re.compile(r"\s(?:safeguards?|anti-?dumping|countervailing|dumping)\b")
_CEILING = re.compile(r"\s(?:ceiling|baseline|cap|flat\srate|blanket)\b")
_EFFECT = re.compile(r"\s(?:will|would|could|may|is|takes?|starts?|begins?|bites?|hurts?|threat)\b")
_OWNER = re.compile(r"\bPARTY's\s$")
_RATE_IS = re.compile(
    r"\b(?:the|its|their|that)\srate\s(?:is|was|had\sbeen|stood\sat)\s(?:now\s)?$"
)
_FACED_AFTER = re.compile(
    r"\s(?:on|in|at|from|into|to|when|under|by|and|but|while|as)\b|\s?(?:[,.;:]|$)"
)

_OTHER = re.compile(
    r"\b(?:tax(?:es)?|vat|gst|excise|fees?|loans?|fed|central\sbank|interest|repo|lending|ecb|votes?|"
    r"seats?|polls?|odds|stake|debt|salar(?:y|ies)|rents?|tolls?|bets?|chance|forecasts?|expects?|"
    r"estimates?|tickets?|remittances|capital|dividends?|inflation|growth|gdp|econom\w+|shares?|"
    r"stocks?|yields?|sales|profits?|revenues?|margins?|output|deficit|surplus|discounts?|premium|"
    r"mortgages?|prices?|wages?|pensions?|unemployment|turnout|approval|target|emissions|blend\w*|"
    r"grows?|growing|shrinks?|shrank|grew|voters|"
    r"reserves?|ownership|spending|defen[cs]e|nato|royalt\w+|bonus\w*|weight|index)\b"
)
_NOT_A_LEVEL = re.compile(r"\s(?:of|more(?!\son\b)|less|higher|lower|fewer|points?|stake|chance)\b")


def find_unnamed(
    folded: str,
    parties: Iterable[tuple[int, int]],
    goods: Iterable[tuple[int, int]],
    rates: Sequence[PercentRate],
    *,
    is_trade: bool,
) -> set[int]:
    """The starts of the rates in a lower-case sentence that are duties by their grammar.

    `is_trade` is whether the story is about trade. It is needed for lists of countries and for
    those who pay, because these have no verb that says what is charged.
    """
    masked, places = _mask(folded, parties, goods, rates)
    listed = [match.span() for match in _LIST.finditer(masked)] if is_trade else []
    found: set[int] = set()
    # A rate can depend on a later one: "answers Peru's 12% with 14%".
    for rate, at in [*zip(rates, places, strict=True)] * 2:
        before, after = masked[:at], masked[at + len("RATE") :]
        if _FEE_BEFORE.search(before) or _MARGIN.match(after):
            found.add(rate.start)
            continue
        if _NOT_A_LEVEL.match(after) and not _OF_ITS_OWN.match(after):
            continue
        if _OTHER.search(before[-90:]) or _OTHER.search(after[:60]):
            continue
        if (
            any(start <= at < end for start, end in listed)
            or _is_charged(before, after)
            or _is_owned(before, after, found)
            or (is_trade and _is_paid(masked, before, after))
        ):
            found.add(rate.start)
    return found


def _is_charged(before: str, after: str) -> bool:
    """Whether a government charges the rate, or the rate is called a rate of a government."""
    if _TARGET.match(after) and _CHARGING.search(before[-120:]):
        return _AGENT.search(before) is not None and not FIRMS.intersection(before.split())
    if _THREATENING.search(before) and _ON_THINGS.match(after):
        return True
    if (_PACT.search(before) or _WARNING.search(before)) and _FACED_AFTER.match(after):
        return True
    ends = _CLAUSE_ENDS.match(after) or _TARGET.match(after) or _OF_ITS_OWN.match(after)
    if ends and (_ANSWERING.search(before) or _GIVEN.search(before)):
        return "PARTY" in before
    return bool(
        _HIT.search(before)
        or _LET_IN.search(before)
        or (_LAW.search(before) and _TARGET.match(after))
        or (_WON.search(before) and _WON_AFTER.match(after))
        or _REMEDY.match(after)
        or (_FACED.search(before) and _BY_PARTY.match(after))
        or _RATE_AFTER.match(after)
        or (_RATE_BEFORE.search(before) and "PARTY" in before)
        or (_RATE_OF.search(before) and _GIVER.match(after))
    )


def _is_owned(before: str, after: str, found: Collection[int]) -> bool:
    if _OWNED.search(before) and _TARGET.match(after):
        return True
    return bool(found and _ANSWERED.search(before) and _CLAUSE_ENDS.match(after))


def _is_paid(masked: str, before: str, after: str) -> bool:
    """Whether the rate is that of goods or of a party, in a story about trade."""
    if _AT.search(before) and (_LAW.search(before) or re.match(r"\son\s", after)):
        return bool(_LAW.search(before)) or bool(_TARGET.match(after))
    if _ITEM.search(before) and _TARGET.match(after) and "PARTY" in masked:
        return True
    if _RATE_IS.search(before) or (_OWNER.search(before) and _EFFECT.match(after)):
        return True
    if _CEILING.match(after) and "PARTY" in before:
        return True
    if _TRADED_BEFORE.search(before) and _TRADED_AFTER.match(after):
        return "PARTY" in masked or "GOODS" in masked
    return bool(_FACED.search(before) and _FACED_AFTER.match(after))


def _mask(
    folded: str,
    parties: Iterable[tuple[int, int]],
    goods: Iterable[tuple[int, int]],
    rates: Sequence[PercentRate],
) -> tuple[str, list[int]]:
    """The sentence with PARTY, GOODS and RATE in place of names and rates; where each RATE is."""
    names = [*((*span, "PARTY") for span in parties), *((*span, "GOODS") for span in goods)]
    spans = []
    for rate in rates:
        has_name = any(rate.start <= start < rate.end for start, _, _ in names)
        end = cut_rate(folded, rate.start, rate.end) if has_name else rate.end
        spans.append((rate.start, end, "RATE"))
    parts: list[str] = []
    places: list[int] = []
    at = length = 0
    for start, end, word in sorted([*spans, *names], key=lambda one: (one[0], one[2] != "RATE")):
        if start < at:
            continue
        before = folded[at:start]
        if word == "RATE":
            places.append(length + len(before))
        parts += [before, word]
        length += len(before) + len(word)
        at = end
    return "".join(parts) + folded[at:], places
