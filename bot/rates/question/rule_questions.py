"""Recognizes questions about a rule, although they name goods: their card answers, not a rate.

how is steel content valued                            the card of the metals
do i pay both the auto parts and the steel tariff on it    the card about stacking
who pays the tariff on steel                           the card about the importer of record
send me only court rulings                             the card about alerts
where does your data come from                         the card about the last checks
is it still of chinese origin                          the card about the origin of goods
who are you                                            the card about the bot
nintendo case                                          no case of our data, so it offers those
"""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from bot.errors import UnclearQuestion
from bot.rates.question.parties import TokenizedQuestion
from bot.rates.question.query import HOME
from bot.rates.question.reading.question import Vocabulary
from bot.rates.question.stemming import stem_words

_METAL = r"(?:steel|alumin(?:i)?um|copper|metals?|derivatives?)"
_PAID = r"\b(?:ieepa|tariffs?|dut(?:y|ies)|money|fentanyl|reciprocal)\b"
_WITHOUT_ECONOMY = (
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
            r"|\bpays? (?:both )?the \w+ (?:tariff|duty)"
            r" (?:as well as|and(?: also)?|on top of|plus|in addition to) the \w+ (?:tariff|duty)\b"
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
    (
        re.compile(
            r"\b(?:who|what) (?:are you|is this bot)\b|\bwhat is this(?: bot| app)?\W*$"
            r"|\bwho (?:made|built|created|owns|runs|wrote|programmed|operates|maintains"
            r"|is behind) (?:you|this|it|the bot|tariffwire)\b"
            r"|\bare you (?:a|an) (?:bot|ai|human|person|robot|chatbot)\b"
            r"|\b(?:do|are) you (?:use|using|based on|run on|an?) "
            r"(?:ai|chatgpt|gpt|an? (?:ai|llm|model)|llm)\b"
        ),
        "tariffwire",
    ),
    (
        re.compile(
            r"\b(?:classify|classified under|classification (?:for|of)|classifying)\b"
            r"|\b(?:what|which|find|need|give me|get|know)\b[^.;]{0,20}\b(?:hs|hts|htsus|tariff) "
            r"(?:code|number|heading|classification)s?\b(?: (?:is|are|do i use|should i use))?"
            r" (?:for|of|applies to|covers)\b"
        ),
        "classification",
    ),
    (
        re.compile(
            r"\b(?:who|customers?|consumers?|buyers?|consignees?|brokers?|ups|fedex|dhl|parent"
            r"|owner|end users?|retailers?)\b[^?;]{0,80}\b(?:claim|file|gets?|receives?"
            r"|entitled|eligible|keep|keeps|apply|share|demand|sue)\b[^?;]{0,40}"
            r"\b(?:refund\w*|money back)\b"
            r"|\b(?:refund\w*|money back)\b[^?;]{0,40}\b(?:go|goes|paid|belongs?|due|owed)\b"
            r"[^?;]{0,10}\b(?:to|by)\b[^?;]{0,20}\b(?:me|us|whom?|customers?|consumers?|buyers?"
            r"|importers?|brokers?)\b"
        ),
        "refund-claimants",
    ),
)
_REFUNDS = re.compile(
    # 'how do i get back the ieepa duties', 'recover the tariffs we paid'
    r"^(?!.*\b(?:drawback|re-?export\w*|export(?:s|ed|ing)?|301|232|201|338)\b)(?:"
    rf".*\b(?:get|getting|claim\w*|want|have|receive)\b[^?;]{{0,15}}{_PAID}[^?;]{{0,40}}"
    r"\b(?:back|refunded|returned|reimbursed)\b"
    rf"|.*\b(?:get|getting|got|claim\w*|pay|paid|give|want) back\b[^?;]{{0,40}}{_PAID}"
    rf"|.*\b(?:recover|reclaim|recoup)\w*\b[^?;]{{0,40}}{_PAID}"
    # 'do refunds come with interest, and how long does it take'
    r"|.*\brefund\w*\b.*\b(?:how long|when will|takes?)\b|.*\bhow long\b.*\brefund\w*\b)"
)
_SUSPENDED = re.compile(
    r"\bsuspen\w+\b[^?.;]{0,40}\b(?:countermeasures?|retaliat\w+)\b"
    r"|\b(?:countermeasures?|retaliat\w+)\b[^?.;]{0,80}\bsuspen\w+\b"
)
_WHO_PAYS = re.compile(
    r"^\W*(?:(?:so|and|but|then) )?who (?:actually |really |ultimately |legally )?"
    r"(?:pays?|paying|has to pay|must pay) "
    r"(?:for )?(?:(?:the|these|those|this|us|import|customs|additional|extra) )*"
    r"(?:tariffs?|dut(?:y|ies)|customs|bill|it|them)\b"
)
_OF_US = (
    r"(?<!non-)(?<!non )(?:🇺🇸|\b(?:us|u\.s\.?|american))(?:[- ]origin)? "
    r"(?:content|components|inputs?)\b"
)
_RELIEF = (
    r"(?:\b\d+ ?(?:%|percent\b|per cent\b|pct\b)|\b(?:exempt|relief|threshold|reduc|deduct)\w*)"
)
_CONTENT_RULE = re.compile(rf"{_OF_US}.*{_RELIEF}|{_RELIEF}.*{_OF_US}")
_DEMONYM = r"(?:[a-z]+(?:ese|ians?|eans?|icans?|ish|ani|eli|ino)|thai|german|us|american)"
_COUNTS_AS = (
    r"\b(?:counts?|counted|considered|treated|regarded|deemed|qualif(?:y|ies)|classed|seen|becomes?"
    r"|declared?|still|remains?|stays?|confers?|changes?|lose|loses)\b"
)
_ORIGIN_RULE = re.compile(
    # 'does it count as chinese origin', 'is it still made in china'
    rf"{_COUNTS_AS}[^?;,]{{0,40}}\b(?:origin|made in|product of|goods of)\b"
    rf"|{_COUNTS_AS} (?:as |to be )?(?:an? )?{_DEMONYM}\s*(?:$|[?,;]|for (?:the )?"
    r"(?:dut\w+|tariffs?|301|section|us|customs|purposes))"
    # 'what is the origin', 'is the origin china or hong kong', 'which origin do we declare'
    r"|\b(?:what|which|whose)(?:'s| is| are| would be| will be)? (?:the |our |its )?"
    r"(?:country of |customs )?origin\b(?! (?:of|is) (?:the )?(?:cheap|best|low))"
    r"|\borigin (?:is|be|would be|will be)\b[^?;,]{1,40}\bor\b"
    r"|\b(?:is|would|will|does) (?:the |our |its )?(?:country of |customs )?origin\b"
    r"[^?;,]{0,40}\bor\b"
    r"|\borigin rules?\b|\brules? of origin\b"
    rf"|\b(?:is|are) (?:it|they|this|these) (?:still )?{_DEMONYM} (?:if|when)\b"
    # 'does the duty follow the country of export'
    r"|\b(?:dut(?:y|ies)|tariffs?|rates?|it)\b[^?;]{0,40}\b(?:follows?|depends?|based|go(?:es)? by"
    r"|determined|decided|linked|tied)\b[^?;]{0,40}\b(?:country|place|port|origin|where)\b"
    r"(?=[^?;]*\b(?:origin|export\w*|ship\w*|dispatch\w*|made|manufactur\w*)\b)"
    # 'is it the country of export or of origin'
    r"|\bcountry of (?:export|shipment|dispatch|departure|origin)\b[^?;]{0,15}\bor\b[^?;]{0,25}"
    r"\b(?:origin|export\w*|shipment|shipping|dispatch|departure|ships?|shipped)\b"
    # 'can we avoid 301 if we assemble in mexico'
    r"|\b(?:avoid|escape|get around|circumvent|bypass|dodge|evade)\w*\b[^?;]{0,60}\b(?:assembl\w*"
    r"|finish\w*|packag\w*|repack\w*|label\w*|rout\w*|shipp?\w*|process\w*)\b[^?;]{0,30}"
    r"\b(?:in|via|through|from)\b"
)
_WORKED = (
    r"(?:melted|poured|smelted|cast|rolled|extruded|drawn|forged|machined|assembled|finished|processed"
    r"|refined|packed|packaged|roasted|milled|grown|raised|caught|made|produced|manufactured|built)"
)
_TWO_PLACES = re.compile(
    rf"\b(?P<one>{_WORKED}) in\b[^?;]{{1,50}}?\b(?!(?P=one)\b){_WORKED} in\b"
    rf"|\b(?:uses?|using|contains?|containing) {_DEMONYM}\b"
    rf"|\b{_DEMONYM} (?:(?!tariff|dut|retaliat|counter|import|export|surtax|rate|goods|and\b"
    r"|or\b|vs)[a-z-]+ ){1,2}from (?!(?:the )?(?:us|usa|united)\b|🇺🇸)"
)
"""Goods that were worked in one economy after another: `smelted in canada, extruded in mexico`."""
_OTHER_RULES = re.compile(
    r"\b(?:usmca|cusma|textiles?|apparel|cloth\w*|fabrics?|yarns?|t-?shirts?|sewn|knit\w*)\b"
)
"""Goods and programs with rules of origin of their own."""
_LEFT = (
    r"\b(?:left|leaves?|leaving|depart(?:s|ed|ing)?|sail(?:s|ed|ing)?|shipped|ships|dispatched|loaded"
    r"|exported|sent|was on board|set sail)\b"
)
_ARRIVES = (
    r"\b(?:arriv(?:es?|ed|ing|al)|land(?:s|ed|ing)?|enter(?:s|ed|ing)?|clear(?:s|ed|ing)?|docks?"
    r"|docked|(?:get|gets|got|reach|reaches|reached) (?:here|there|the|to|us|🇺🇸))\b"
)
_CHANGED = (
    r"\b(?:chang\w+|increas\w+|ros?e|rises?|went up|goes up|effect|in force|effective|start\w*"
    r"|beg[aiu]n\w*|hike|tariffs?|dut(?:y|ies)|rates?)\b"
)
_STEP = (
    r"(?:shipment|shipping|export|loading|sailing|departure|entry|arrival|landing|order|purchase)"
)
_IN_TRANSIT = re.compile(
    r"\b(?:which|what) (?:tariff|rate|duty|date|day)s?\b[^?;]{0,20}\b"
    r"(?:appl(?:y|ies)|counts?|decides?|matters?|do (?:we|i) pay)\b[^?;]*"
    r"\b(?:loaded|sailed|departed|on the water|afloat|in transit)\b"
    # 'if goods left the port before the rate changed but arrive after, which rate counts'
    rf"|{_LEFT}[^?;]{{0,50}}\b(?:before|prior to|ahead of)\b[^?;]*{_ARRIVES}[^?;]*"
    r"\bafter(?:wards)?\b"
    rf"|{_LEFT}[^?;]{{0,60}}\b(?:before|prior to)\b[^?;]*{_CHANGED}[^?;]*{_ARRIVES}"
    rf"|{_ARRIVES}[^?;]{{0,30}}\bafter\b[^?;]*{_CHANGED}[^?;]*{_LEFT}[^?;]*\b(?:before|earlier)\b"
    # 'is it the day of shipment or the day of arrival that counts'
    rf"|\b(?:date|day) of (?:the )?{_STEP}\b[^?;]{{0,20}}\bor\b[^?;]{{0,25}}\b{_STEP}\b"
)
_CASE = re.compile(
    r"\b(?P<name>(?!the\b|a\b|this\b|that\b)[a-z0-9][\w.&'-]+)(?:'s)? "
    r"(?P<kind>lawsuits?|court cases?|cases?|litigation|suits?(?= (?:against|over|about|on|at)\b))"
    r"(?! of\b| with\b)"
)
_CASE_GOODS = frozenset({"in", "which", "any", "each", "what", "what's", "no", "tariff", "trade"})
_GROUP_OF_CASES, _MOST_CASES = "Refunds and courts", 4


class _Rule(NamedTuple):
    """A rule, and the questions about it."""

    pattern: re.Pattern[str]
    card: str
    fits: Callable[[Sequence[str]], bool] = lambda _: True
    """Whether a question about the rule may name these economies."""
    is_general: bool = False
    """Whether textiles and USMCA have rules of their own instead."""


def _are_two_abroad(codes: Sequence[str]) -> bool:
    return len(codes) > 1 and HOME not in codes


_RULES = (
    _Rule(_WHO_PAYS, "importer-of-record"),
    _Rule(_IN_TRANSIT, "in-transit"),
    _Rule(_CONTENT_RULE, "us-content", is_general=True),
    _Rule(_ORIGIN_RULE, "origin-rules", is_general=True),
    _Rule(_REFUNDS, "refunds"),
    _Rule(_SUSPENDED, "eu-countermeasures", lambda codes: "EU" in codes),
    *(_Rule(pattern, card, lambda codes: not codes) for pattern, card in _WITHOUT_ECONOMY),
    _Rule(_TWO_PLACES, "origin-rules", _are_two_abroad, is_general=True),
)
"""In the order in which they are tried."""


def find_rule(text: str, vocabulary: Vocabulary) -> str | None:
    """The id of the card about the rule that the text asks for, or None."""
    parties, _, cards, _ = vocabulary
    if cards is None:
        return None
    found = [one for one in _RULES if one.card in cards.by_id and one.pattern.search(text)]
    if found and _OTHER_RULES.search(text):
        found = [one for one in found if not one.is_general]
    if not found:
        return None
    codes = TokenizedQuestion(text, parties).codes
    return next((one.card for one in found if one.fits(codes)), None)


def refuse_unknown_case(text: str, vocabulary: Vocabulary) -> None:
    """Raises UnclearQuestion for a court case that no card is about, with the cases of the cards.

    `phone case` and `gift cases` are goods.
    """
    parties, reader, cards, _ = vocabulary
    found = _CASE.search(text)
    if found is None or cards is None or reader is None:
        return
    name, stems = found["name"], set(stem_words(found["name"]))
    known = [cards.words, _CASE_GOODS]
    if found["kind"].startswith(("case", "suit")):
        known += [reader.names.words, reader.headings.words]
    if (
        not stems
        or not all(map(stems.isdisjoint, known))
        or parties.find(name) is not None
        or not name.isascii()
    ):
        return
    named = [one for one in cards.all if one.group == _GROUP_OF_CASES and one.events]
    options = [(one.title, f"card {one.id}") for one in named[:_MOST_CASES]]
    name = name.removesuffix("'s")
    asked = f"{name} {found['kind']}"
    raise UnclearQuestion(asked, f"No case named “{name}” is in our data. These are:", options)
