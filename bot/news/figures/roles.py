"""Finds who charges a duty and who pays it, from the words around its rate.

The partner is the party found by the first of these rules that applies:
1. payer         "(25%) tariffs on Canadian goods", "imports from India", "Switzerland faces (39%)",
                 "Vietnam (46%)"; not "exports to Canada"
2. everyone      "on all countries", "a global tariff of (10%)": `WORLD`; not "on all cars"

The imposer is the party found by the first of these rules that applies:
3. retaliation   "Canada answers US tariffs with (30%)"; see `retaliation`. "(30%) of its own"
                 without a party that retaliates has no imposer
4. owner         "China's tariffs", "duties imposed by Washington"; not "UK bike tariffs", because
                 the UK may pay them, unless rule 1 or 2 finds another partner
5. actor         "Brussels will raise": the last party with one of a few verbs directly after it, or
                 else the first party with any verb; not "Carney says that Norway faces"
6. deal          A party that only agrees to a rate is not an imposer; see `deals`

All other parties have no role.
"""

import re
from collections.abc import Sequence

from bot.news.figures.context import (
    CONJUNCTIONS,
    DUTY,
    DUTY_AFTER,
    DUTY_WORD,
    OWN_DUTY,
    Clause,
    find_last,
)
from bot.news.figures.deals import find_agreeing, is_deal_rate, only_agrees
from bot.news.figures.retaliation import find_retaliation, is_own_rate
from bot.parties import WORLD, Mention

# Words between "on" and the name: "on nearly all steel and car imports from".
_BETWEEN = (
    r"(?:all|most|some|many|certain|any|every|everything|other|goods|imports?|imported|products?|"
    r"exports?|items|shipments|steel|aluminum|aluminium|cars?|autos?|vehicles|electric|the|a|an|"
    r"its|their|of|from|in|made|and|into|nearly|almost|foreign|new|worth|value|coming|entire|"
    r"agricultural|farm|industrial|"
    r"(?:[a-z]{1,3}\s?)?[$€£]?[\d.,]+\s?(?:bn|billion|million|m|trillion|%)?)"
)
_ONTO = re.compile(rf"\b(?:on|against|for|upon|onto)\s(?:{_BETWEEN}\s){{0,6}}$")
_OUT_OF = re.compile(
    r"\b(?:(?:imports?|goods|products?|exports?|shipments|cars|vehicles)\s(?:from|of)"
    r"|on\s(?:[a-z&-]+\s){1,5}from)\s(?:the\s)?$"
)
_BY = re.compile(r"\bby\s(?:the\s)?$")
_EXPORT_CHARGE = re.compile(r"\b(?:surcharges?|export\s(?:tax|dut|lev)\w*)\b")
_EXPORTS_TO = re.compile(r"\s(?:exporters?|exports|goods|cars|shipments)\s(?:in)?to\s$")
_WHO_EXPORTS = re.compile(r"\s(?:exporters?|exports)\s(?:in)?to\b")
_OWN_ON = re.compile(r"'s\son\b")
_POSSESSIVE = re.compile(r"'s?\b|\s(?:own|its|retaliatory)\b")
_IMPOSES = re.compile(
    r"\b(?:impos\w+|slap\w*|rais\w+|hik\w+|lower\w*|cuts?|cutting|slash\w*|doubl\w+|tripl\w+|"
    r"announc\w+|threat\w+|propos\w+|recommend\w*|want\w*|plan\w*|charg\w+|lev(?:y|ies|ied|ying)|"
    r"reduc\w+|increas\w+|appl(?:y|ies|ied|ying)|suspend\w*|delay\w*|puts?|putting|sets?|setting|"
    r"hits?\sback|strik\w+\sback|match\w*|respond\w*|answer\w*|approv\w+|retaliat\w+|"
    r"tak(?:e|es|ing)|would|will|to|says?|said|agree\w*|scrap\w*|drop\w*|eas\w+|vow\w*|mulls?|"
    r"weigh\w*|consider\w*|adopt\w*|introduc\w+|restor\w+|reimpos\w+|signs?|signed|orders?|"
    r"ordered|(?:hits?|strikes?|punish\w*|target\w*)\s(?:the\s)?[a-z.]+(?:\s[a-z.]+)?\swith)\b"
)
# The UK may pay "UK bike tariffs". In "Peru levies 5%", "levies" is a verb and Peru charges.
_NAMES_THE_DUTY = re.compile(
    rf"\s(?:(?!{_IMPOSES.pattern})[a-z-]+\s){{0,2}}(?:{DUTY})\b(?!\s(?:an?\s|\d|up\s|$))"
)
_CONJUNCTION = re.compile(rf"\b(?:{CONJUNCTIONS})\s")
# Words of speech end the search for a payer: "Trump says that foreign films face".
_NO_SPEAKER = (
    r"(?!(?:sa(?:y|ys|id)|warn\w*|tells?|told|threat\w*|vow\w*|wants?|thinks?|sees?|that)\s)"
)
# A noun for a duty or a conjunction ends the search as well: in "the US levy while Cambodia gets",
# the US does not pay.
_PAYER = re.compile(
    rf"(?:'s?)?\s(?:{_NO_SPEAKER}(?!(?:{DUTY}|{CONJUNCTIONS})\s)[a-z-]+\s){{0,3}}?(?:fac(?:e|es|ed|ing)|hit\s(?:with|by)|slapped|pays?|paid|"
    r"subject|charged|gets?|got|burdened|struck\swith|singled\sout|to\spay|to\sface)\b"
)
# In "Carney says that Norway faces", Carney's Canada charges nothing.
_FACED = re.compile(r"\s(?:faces?|faced|facing|pays?|paid|gets?|got)\s")
# "threatens Mexico with", "hits India with".
_TARGETED = re.compile(
    r"\b(?:threaten\w*|hits?|hitting|slap\w*|punish\w*|strikes?|target\w*|charg(?:e|es|ed|ing))\s(?:the\s)?$"
)
_WITH = re.compile(r"(?:\s[a-z-]+){0,3}\swith\b")
# "brace for a 100% US duty".
_JUST_DUTY = re.compile(rf"\s(?:{DUTY})\b")
# In "countries that trade with Iran face", Iran is not the partner.
_COMPANION = re.compile(r"\b(?:with|by|over|against|about)\s(?:the\s)?$")
# A name after one of these words is an object and does not act: "dumping of Chinese wire".
_OBJECT = re.compile(
    r"\b(?:of|on|in|from|with|against|for|to|over|at|by|into|between|after|about)\s(?:the\s)?$"
)
# An exception is "after" before a party that acts: "after the US hits it with".
_AFTER = re.compile(r"\bafter\s(?:the\s)?$")
_IMPOSES_NEXT = re.compile(rf"\s{_IMPOSES.pattern}")
# The party that makes a deal does not necessarily charge its rate, unless another verb follows.
_DEAL = re.compile(r"\b(?:deals?|agreements?|pacts?|accords?|truces?|talks|framework)\b")
_CLAUSE_BEGINS = re.compile(r"\b(?:as|while|when|because|amid|since|though)\s")
_VERB_NEXT = re.compile(
    r"\s(?:will|would|to|is\sto|has|raises?|cuts?|lowers?|imposes?|sets?|slaps?|doubles?)\b"
)
_SECOND_VERB = re.compile(
    r"(?:,|;|\sand)\s(?:raises?|raised|sets?|cuts?|lowers?|lowered|puts?|imposes?|imposed|slaps?|"
    r"slashe[sd]|keeps?|doubles?|doubled|will)\b"
)
_EVERYONE = re.compile(
    r"\b(?:on|for|from)\s(?:nearly\s|almost\s|virtually\s)?(?:all|every|most)\s(?:other\s)?"
    r"(?:countries|country|nations|imports|trading\spartners|partners|foreign\sgoods)\b"
    r"|\b(?:global|universal|baseline|blanket|worldwide|across-the-board)\s(?:[a-z]+\s){0,2}"
    r"(?:tariff|dut|lev)"
)


def find_roles(clause: Clause, mentions: Sequence[Mention]) -> tuple[str | None, str | None]:
    """The codes of the imposer and the partner. Each is None if the words do not name the party."""
    near = [each for each in mentions if clause.low <= each.start and each.end <= clause.high]
    partner = next((each for each in near if _is_partner(clause, each)), None)
    if partner is None and _EVERYONE.search(clause.folded, clause.low, clause.high):
        partner_code: str | None = WORLD
    else:
        partner_code = partner.code if partner else None
    if answer := find_retaliation(clause, mentions):
        imposer_code, answered_code = answer
        return imposer_code, partner_code or answered_code
    if is_own_rate(clause):
        return None, partner_code
    others = [each for each in near if each.code != partner_code]
    owners = [each for each in others if _has_duty(clause, each)]
    if partner_code is None:
        # The EU may pay an "EU duty"; the US charges "US tariffs".
        owners = [each for each in owners if each.code == "US" or _is_possessive(clause, each)]
    imposer = owners[0] if owners else _find_actor(clause, others)
    if imposer and not owners and partner_code is None and only_agrees(clause, imposer):
        imposer = None
    return (imposer.code if imposer else None), partner_code


def _is_partner(clause: Clause, mention: Mention) -> bool:
    folded = clause.folded
    before = folded[max(clause.low, mention.start - 80) : mention.start]
    after = folded[mention.end : clause.high]
    if _EXPORTS_TO.search(before):
        return False
    if mention.start >= clause.end and _JUST_DUTY.match(after):
        return False
    if _ONTO.search(before) or _OUT_OF.search(before):
        return True
    if _WHO_EXPORTS.match(after):
        return True
    if _TARGETED.search(before) and _WITH.match(after) and mention.end <= clause.start:
        return True
    if mention.end + 1 == clause.start and not DUTY_AFTER.match(clause.after):
        return True
    if _COMPANION.search(before):
        return False
    return bool(_PAYER.match(after)) and mention.end <= clause.start


def _has_duty(clause: Clause, mention: Mention) -> bool:
    """Whether the words say that the duty belongs to this party: "China's tariffs"."""
    folded = clause.folded
    before = folded[max(clause.low, mention.start - 30) : mention.start]
    if _BY.search(before):
        return True
    if _EXPORTS_TO.search(before):
        return not _EXPORT_CHARGE.search(folded, clause.low, clause.high)
    own = OWN_DUTY.match(folded, mention.end, clause.high)
    if own is None:
        return bool(_OWN_ON.match(folded, mention.end))
    after = None if clause.is_change else DUTY_AFTER.match(clause.after)
    if after is not None:
        return own.end() == clause.end + after.end()
    ahead = find_last(DUTY_WORD, folded[: clause.start])
    return ahead is not None and own.end() == ahead.end()


def _is_possessive(clause: Clause, mention: Mention) -> bool:
    """Whether the name is possessive. "Swiss tariffs" is not; Switzerland may pay these tariffs."""
    return _POSSESSIVE.match(clause.folded, mention.end) is not None


def _find_actor(clause: Clause, mentions: Sequence[Mention]) -> Mention | None:
    """The party that charges the duty by rule 5, or None."""
    if is_deal_rate(clause):
        return None
    agreeing = find_agreeing(clause, mentions)
    acting = [each for each in mentions if each not in agreeing and _acts(clause, each)]
    # "Canada retaliates after the US hits it with (25%)": parties after the last conjunction are
    # preferred.
    begun = find_last(_CONJUNCTION, clause.before)
    acting = [each for each in acting if begun and each.start >= clause.low + begun.end()] or acting
    verb_next = [each for each in acting if _VERB_NEXT.match(clause.folded, each.end)]
    return (verb_next[-1] if verb_next else None) or (acting[0] if acting else None)


def _acts(clause: Clause, mention: Mention) -> bool:
    if mention.end > clause.start:
        return False
    before = clause.folded[max(clause.low, mention.start - 20) : mention.start]
    if _OBJECT.search(before) and not (
        _AFTER.search(before) and _IMPOSES_NEXT.match(clause.folded, mention.end, clause.start)
    ):
        return False
    if _NAMES_THE_DUTY.match(clause.folded, mention.end, clause.start):
        return False
    between = clause.folded[mention.end : clause.start]
    deal = find_last(_DEAL, between)
    if deal is not None:
        return bool(_SECOND_VERB.search(between, deal.end()))
    # A verb after a conjunction such as "as" has another subject.
    verb = _IMPOSES.search(_CLAUSE_BEGINS.split(between, maxsplit=1)[0])
    return verb is not None and not _FACED.search(between)
