"""Recognizes what a question asks for by its words: a comparison, a history, changes, a percentage.

Rules, in running order:
1. `correct_grammar_words` corrects misspelled words of the grammar: `tarrif`, `histroy`, `comapre`.
2. `find_intent` reads the kind of question and its tense: `what changed in july` is about past
   changes, `what changes next month` and `when do sofas go up` about upcoming ones. Then
   `remove_empty_phrases` removes phrases without meaning here: `no longer`, `in force`.
3. `take_percent` takes a percentage: `is the 10% still on`.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from operator import ne
from typing import NamedTuple

from bot.rates.question.times.spans import Tense

FILLER = frozenset(
    str.split(
        "we you they he she your our my me hi hello hey pls plz please thanks thank could can "
        "should would might must shall will get got getting need needs want wants know see "
        "check ask tell give send let lets let's still currently really actually also even yet "
        "already go goes status bring bringing buy buys bought buying sell order owe owed owes did "
        "do does was were been being had has have having am "
        "who whom whose which where why how when "
        "what that's these those this they're i'm we're there's what's whats it's so anyone "
        "someone something happens happen happening going mean means me's many if think "
        "thinking wonder wondering quick question folks team guys morning afternoon evening "
        "good-morning ok okay again look looking up-to-date latest whether sure understand "
        "explain exactly much most cheapest cheaper lowest lower highest least more better "
        "best worst worse expensive eff diff compare comparing comparison compared versus vs "
        "vs. difference "
        "differ kindly roughly today's exempt exempted selling sold anything high cost "
        "costs costing situation info information details overview summary news amount "
        "you'd i'd we'd don't doesn't isn't aren't won't someone's heard read "
        "says said saying talking talk use using used between among yes "
        "well btw fyi asap urgent urgently client clients customer boss colleague how's who's "
        "same whos covered advise confirm advice wat wot mutch u ur r im ive i've dont doesnt "
        "yo lol haha nah nope yep yeah hmm"
    )
)
"""Words that never are part of the name of goods, a duty or a claim."""

NOISE = frozenset(
    str.split(
        "a about additional all an and applied are as at between be by for from give goods has "
        "have how i import imports in is it me much of on product products rate rates show that "
        "the there to under what which with against vs versus faces made produced grown "
        "imported importing export exports exported exporting shipping now today right effect "
        "force when since into do does charge charged charges currently current customs duties "
        "duty imposed imposes impose levies levy pay paid pays tariff tariffs tell & / + x -> , "
        "or than compared compare paying charging imposing originating origin country countries "
        "place collected applies apply applicable being if after before during until per its "
        "going up down rise raised raise hit hits affect affects affected impact tariffed taxed "
        "dutiable subject tax taxes any new higher exemption exemptions help price work works "
        "shipped coming arriving sourced sourcing importer importers exporter exporters trade "
        "business company shipment shipments number treat treats treated carry carries carried "
        "special extra punitive every each hike hikes"
    )
)
"""Words that name nothing at the edges of a product."""
SMALL_WORDS = FILLER | NOISE
GRAMMAR_WORDS = (
    *("tariff", "tariffs", "duties", "history", "timeline", "upcoming", "calendar", "changes"),
    *("changed", "compare", "versus", "section", "imports", "imported", "chapter", "refund"),
    *("refunds", "yesterday", "tomorrow", "please", "country", "coming", "before", "expires"),
    *("exclusion", "exclusions", "retaliation", "scheduled", "currently", "january", "february"),
    *("august", "september", "october", "november", "december", "increase", "increases"),
)
_SHORT_WORDS = (
    *("how", "from", "what", "with", "when", "which", "than", "does", "much", "today", "taxes"),
    *("cheapest", "lowest", "highest", "goods", "tariff", "rates"),
)
"""Words whose misspellings may be short: `frm`, `hw`, `todya`."""
PROGRAM = r"(?:usmca|cusma|t-?mec|korus)"
"""The programs of origin whose claim a question may name."""
_SHORT_FORMS = {
    re.compile(r"(?<![\w/])w/o(?:ut)?\b"): "without",
    re.compile(r"(?<![\w/])w/\s?(?=\w)"): "with ",
    # 'nothing on usmca, just what's left on canada without it'
    re.compile(rf"\b({PROGRAM})\b(.*\bwithout )it\b"): r"\1\2\1",
    re.compile(rf"\b(?:nothing|not) (?:on|about) {PROGRAM}\b(?=.*\bwithout {PROGRAM}\b)"): "",
    re.compile(
        r"\b(?:just |only )?(?:what's|whats|what is) (?:still )?left (?=(?:on|for|of)\b)"
    ): "",
    re.compile(r"(?<=[a-z] )n(?= [a-z])"): "and",
    re.compile(r"\bderivs?\b\.?"): "derivatives",
    re.compile(r"\balu\b"): "aluminum",
    re.compile(r"\bstl\b(?= |$)"): "steel",
    re.compile(r"\bcdn\b"): "canadian",
    re.compile(r"\bger\b"): "germany",
    re.compile(r"\bde[ -]?minim(?:us|as|um)\b"): "de minimis",
    re.compile(r"\bdutyfree\b"): "duty free",
    re.compile(r"\bshpmts?\b"): "shipments",
    # 'is the tariff for korea finish' does not name Finnish goods
    re.compile(
        r"(?<!surface )\bfinish(?:es)?\b(?= (?:or|and) (?:continue|start|stay|go)|\s*\?*$)"
    ): "end",
}
_SHORTEST_TYPO = 5
_WORD = re.compile(r"[a-z]+")
_DOUBLED = re.compile(r"([a-z])\1+")
_VOWELS, _MAY_HAVE_VOWELS = frozenset("aeiouy"), 4
_FITTING = r"(?:qualif(?:ying|ied|ies)|compliant|originating|eligible|claimed|origin)"
_BOTH_CLAIMS = re.compile(
    r"\b(?:both )?(?:(?:with|under)\s*(?:and|or|vs\.?|versus|/|&)\s*"
    r"(?:without|outside|not under|not)|without\s*(?:and|or|vs\.?|versus|/|&)\s*with)"
    rf"\s+(?:the\s+|an?\s+)?{PROGRAM}\b(?:\s+(?:claim|origin|preference|treatment))?"
    rf"|\b(?:with|under)?\s*{PROGRAM}\b[\s-]*{_FITTING}?\s*(?:,|and|or|vs\.?|versus|/|&)+\s*"
    rf"(?:not|non|without|no|outside)\b[\s-]*{PROGRAM}?[\s-]*{_FITTING}?"
    rf"|\b(?:with|under)?\s*{PROGRAM}\s*(?:or|vs\.?|versus|/)+\s*"
    r"(?:mfn|(?:the )?(?:normal|regular|general) (?:rate|duty))\b"
    rf"|\b{_FITTING}\s*(?:and|or|vs\.?|versus|/|&)\s*(?:not|non)[\s-]*{_FITTING}?\s*"
    rf"(?:(?:for|under)\s+)?{PROGRAM}\b"
)
"""A claim and its opposite: `with and without usmca`. An answer without a claim has both totals."""
_AS_WELL_AS = re.compile(r"\b(?:as well as|in addition to|together with|along with)\b")
_OF_ECONOMY = (
    r"(?:american|us|uk|eu|thai|dutch|french|greek|polish|swiss|czech|german"
    r"|[a-z]+(?:ese|ians?|eans?|icans?|ish|ani|eli|ino))"
)
"""An adjective that may name an economy."""
_WRITING = (
    r"(?:(?:i'm|i am|we're|we are|am|im) )?(?:writing|preparing|working on|drafting|finishing) "
    r"(?:an?|my|our|the|some) (?:\w+ )?(?:story|article|piece|report|memo|note|brief|briefing|post"
    r"|column|presentation|slides?|paper|thesis|newsletter|speech)"
    r"(?: (?:(?:due|for|by|on) )?(?:tomorrow|today|tonight|this week|next week"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day))?"
)
"""What the person writes, with its deadline, which is not a day of a duty."""
_EMPTY_PHRASES = re.compile(
    r"\b(?:may|might|can|could|shall|should) (?:i|we|one|you)\b"
    r"|(?<=\bpays )less\b|(?<=\bpay )less\b|(?<=\bis )less\b"
    r"|\b(?:no longer|not yet|not any ?more|any ?more|good (?:morning|afternoon|evening|day)"
    r"|(?:still |currently )?(?:not )?(?:in (?:force|effect|place)|valid|active|on hold)"
    r"|at the moment|at present|right now|these days|as of now|as we speak|thank you(?: very much)?"
    r"|thanks(?: a lot| in advance)?|how (?:much|many|come|far|often)|a lot|would like to"
    r"|i'd like to|i would like|want to|need to|have to|has to|is it true that|do you know"
    r"|can you|could you|quick one"
    r"|per ?cent ?age points?|so far|as well|any idea|subject to|such as|for example|e\.g\.|i\.e\."
    r"|as regards|with regard to|in terms of|on top(?: of)?|(?:worse|better) off|what about"
    r"|how about|when it comes to"
    r"|(?:is|was|did|does|will|has) it(?! (?:products|equipment|hardware|goods)\b)"
    r"|where (?:do |does )?(?:we|things|it|they) (?:now |currently )?stands?"
    r"|stands? (?:now|today|at)|(?<=tariffs )stand|(?<=duties )stand|(?<=rates )stand"
    r"|(?:in|as) (?:a|one|an) (?:(?:single|simple|short|small|quick|nice|clear) )?"
    r"(?:table|list|chart|graph|overview|bullet points)(?=\s*(?:$|[?.!,;:]|please|pls|thanks))"
    rf"|{_WRITING}"
    r"|(?:an? )?(?:(?:very )?(?:small|little|tiny|big|large|medium|mid-?sized?|family|young) )+"
    r"(?:firm|company|business|importer|shop|store|retailer|brand|enterprise|startup|trader)\b"
    r"|(?:matte?|glossy?|satin|polished|brushed|chrome|surface|mirror) finish(?:es)?"
    r"|hearing (?:that|about|of)|still (?:on(?! top)|due|there|apply|applies|applying)"
    r"|lead[- ]times?|leads? to|in the works|double[- ]check(?:ing)?)\b"
    rf"|\bfor (?:our|my|the|a|an|your|their) (?:(?!{_OF_ECONOMY}\b)\w+ ){{0,2}}"
    r"(?:business|company|shop|store|factory)\b"
    r"|(?<=\bdoes )apple(?= pay\b)"
    r"|(?<!\bon )(?<!\bof )(?<!\bfor )(?<!,)(?<!, )(?<!\band )(?<!\bor )(?<!cruise )(?<!cargo )"
    r"\bships\b(?= (?!(?:from|to|of|and|or|built|made|between|imported|in|at|on|by|under)\b)[a-z])"
    r"|\bnot (?=(?:apply|appl|charge|pay|cover|include|hit|affect|have|get|be|also|even|yet|still"
    r"|already|just|really|any|on|dut|tariff|tax|subject|exempt|free|covered|affected)[a-z]*\b)"
    r"|\bno (?=(?:more |extra |additional |special |import |us )*(?:tariffs?|dut(?:y|ies))\b)"
    r"|(?<=tariff )(?:cuts?|reductions?)\b|(?<=duty )(?:cuts?|reductions?)\b"
    r"|\bstatus of\b|(?<=[a-z] )last(?=\s*[?.!]*$)"
    # Verbs that are goods too, or a word before goods: `switch origin of bicycles`.
    r"|\b(?:switch|change|move|shift)(?:ing|ed)? (?:(?:the|our|my) )?"
    r"(?:(?:country of )?origins?|suppliers?|sourcing)(?: of)?\b"
    r"|\b(?:to|we|i|they|you) source\b(?! of\b)|\bsource (?=from\b)"
)
_COMPARISON = re.compile(
    r"\b(?:compare|comparing|comparison|compared|versus|vs|cheap(?:er|est)|low(?:er|est)"
    r"|high(?:er|est)|(?:who|which)\b[^,;:]{0,40}\b(?:more|less|least|most|better)"
    r"|best|better|worse|difference between|pays? (?:more|less))\b"
)
_HISTORY = re.compile(
    r"\b(?:history|timeline|chart|over time|evolution|over the years|historical(?:ly)?"
    r"|(?:every|each)(?: single)? change\b(?: (?:to|in|of))?|all (?:the )?changes (?:to|of)\b"
    r"(?=[^?.;]{0,60}\bsince\b)|(?:oldest|newest|latest|earliest) first"
    r"|evolv(?:es?|ed|ing)|(?:the )?(?:development|course|progression|trajectory|trend)s? of\b"
    r"(?=[^?.;]{0,30}\b(?:dut(?:y|ies)|tariffs?|rates?)\b)|how (?:did|has|have)\b(?=[^?.;]{0,60}"
    r"\b(?:develop|developed|move|moved|evolve|evolved)\b)"
    r"|(?<!what )(?<!what has )(?<!which tariffs )(?:went|gone) (?:up|down)"
    r"|when (?:did|was|were|have|has)\b|since when\b|how long\b"
    r"|when\b(?=[^?.;]{0,60}\b(?:ended|expired|lapsed|started|began|stopped|lifted|removed"
    r"|dropped|went|came|took effect|kicked in|rose|fell|increased|doubled)\b))"
)
_EVERY_CHANGE = re.compile(
    r"\b(?:(?:every|each)(?: single)? change|all (?:the )?changes (?:to|of))\b"
)
"""All changes of a rate, and not those of a calendar."""
_CHANGES_OF_GOODS = re.compile(
    r"\b(?:every|each)(?: single)? change (?:that|which|affecting|hitting|for|on)\b"
)
"""All changes that concern goods, and not those of one rate: `every change that affected sofas`."""
_COURSE_VERBS = re.compile(r"\b(?:develop(?:ed)?|moved?|evolved?)\b")
_UPCOMING = re.compile(
    r"\b(?:upcoming|calendar|coming (?:up|soon)|(?:what|anything|what's)(?: is)? (?:new )?coming"
    r"|scheduled|on the horizon|in the pipeline|what's next|what is next"
    r"|will (?:(?:it|they|this|that) )?(?:change|start|end|rise|begin|increase|expire)"
    r"|will (?:it|they|this|that) go (?:up|down)|(?:end|expiry|expiration|sunset) dates?\b"
    r"|(?:is|are) (?:changing|starting|ending)|going to change|ahead"
    r"|when (?:will|does|do|is|are)\b|next (?:change|deadline|step|hike)s?)"
)
_CHANGES = re.compile(
    r"\b(?:changes|changed|what(?: has| is|'s| has been)? new|whats new|what changed"
    r"|what(?: has)? happened(?! (?:to|with)\b))\b"
)
_CHANGE_ALONE = re.compile(r"\bchange\b")
_PAST = re.compile(
    r"\b(?:did|was|were|went|gone|rose|fell|expired|lapsed|changed|had|been|ended|started|began"
    r"|history|used to|ago)\b"
)
_FUTURE = re.compile(r"\b(?:will|upcoming|calendar|scheduled|going to|expected|planned|coming)\b")
_ANNOUNCE = r"\b(?:announc(?:e|es|ed|ing|ements?)|unveil(?:s|ed|ing)?)\b"
_ANNOUNCED = (
    r"\b(?:what|anything|something|news|new|which|was there|were there|did|has)\b[^?.;]{0,30}"
    rf"{_ANNOUNCE}|\b(?:tariff|trade|duty) announcements?\b"
)
"""What was announced: with a period, a question for the changes in it."""
_ANNOUNCING = re.compile(_ANNOUNCE)
_EVENTS = re.compile(
    r"\b(?:starts?|starting|begins?|beginning|ends?|ending|expires?|expiring|takes? effect"
    r"|kicks? in|happens?|happening|deadlines?|new tariffs|new duties|dates|events?"
    r"|anything new|(?:tariff|duty|rate) changes?"
    r"|go(?:es)? up|rises?|increases?|terminates?|lapses?|run(?:s)? out"
    r"|ended|expired|lapsed|started|began|kicked in|took effect|terminated|went up|went down)\b"
    rf"|{_ANNOUNCED}"
)
"""Verbs and nouns of changes. With a period, they ask for a calendar: `what ends in december`."""
_HOW = re.compile(
    r"\bhow (?:much |far |often |many times )?(?:has|have|did|do|does)\b.*\bchanged?\b"
    r"|\b(?:did|has|have)\b[^?.;]{0,60}\bchanged? since\b"
    r"|\bwhen (?:did|was|has|have)\b[^?.;]{0,60}\bchanged?(?: last| most recently)?\b"
    r"|\b(?:last|latest|most recent) changed?\b|\bchanged? last(?=\s*(?:[?.!,]|$))"
)
"""How or when something changed: a question about the history of a rate."""
_LAST_CHANGE = re.compile(
    r"\b(?:that |the |it )?(?:(?:last|latest|most recent) )?changed?(?: last(?=\s*(?:[?.!,]|$)))?\b"
)
_WHEN = re.compile(r"\bwhen\b")
_WHEN_WORDS = re.compile(
    r"\b(?:(?:go|goes|went|gone|going) (?:away|up|down|off|on|into (?:effect|force))"
    r"|(?:come|comes|came) (?:off|in|into (?:effect|force))|most recently|last time"
    r"|start|starts|started|begin|begins|began|end|ends|ended|expire|expires|expired|rise|rises"
    r"|go|went|increase|increases|increased|kick in|kicked in|take effect|takes effect|took effect"
    r"|change|changes|lifted|removed|lift|stop|stops|stopped|due|introduced|imposed|effective"
    r"|run out|happen|lapsed?|lapses|rose|fell|drop|drops|dropped|doubled)\b"
)
_PERCENT = re.compile(
    r"(?<![\w.,$-])(\d{1,4}(?:\.\d{1,3})?)\s?(?:%|percent\b|per cent\b|pct\b)"
    r"(?!\s*(?:or|of|by|points))(?: (?:all-in )?(?:cap|ceiling|limit|maximum)\b)?"
)
_TWO_PERCENTS = re.compile(
    r"(?<![\w.,$-])\d{1,3}(?:\.\d+)?\s?(?:%|percent\b|pct\b)?\s*(?:or|/)(?: is it| still| the)*\s*"
    r"\d{1,3}(?:\.\d+)?\s?(?:%|percent\b|pct\b)"
)
"""Two percentages of which a question asks for the right one."""
_ANY_SURCHARGE = re.compile(
    r"(?<!import )(?<!global )(?<!122 )(?<!temporary )(?<!payments )(?<!% )(?<!percent )"
    r"\bsurcharges?\b"
)
_ASKS_PAST = re.compile(
    r"\b(?:what|how (?:much|high|many percent)) (?:(?:tariff|duty|duties|rate|tariffs) )?"
    r"(?:did|was|were)\b"
)


class Intent(NamedTuple):
    """What a question asks for besides the rate."""

    compares: bool = False
    history: bool = False
    upcoming: bool = False
    changes: bool = False
    tense: Tense = Tense.UNKNOWN
    asks_when: bool = False
    """Whether the question asks when or how something changed."""

    every_change: bool = False
    """Whether the question asks for every change that concerns goods: a list, and no rate."""

    @property
    def is_calendar(self) -> bool:
        return self.upcoming or self.changes


def correct_grammar_words(text: str, is_known: Callable[[str], bool] = lambda _: False) -> str:
    """The text, in lower case, with its grammar words corrected and written in full.

    Words of which `is_known` is true stay.
    """
    for pattern, full in _SHORT_FORMS.items():
        text = pattern.sub(full, text)
    return _WORD.sub(lambda word: _correct(word.group(), is_known), text)


def remove_empty_phrases(text: str) -> str:
    """The text without greetings and phrases that mean nothing for a rate."""
    text = _BOTH_CLAIMS.sub(" ", _AS_WELL_AS.sub("and", text))
    return _EMPTY_PHRASES.sub(" ", text)


def _correct(word: str, is_known: Callable[[str], bool]) -> str:
    if word in SMALL_WORDS or word in GRAMMAR_WORDS or is_known(word):
        return word
    long = _find_grammar_word(word[:20]) if len(word) >= _SHORTEST_TYPO else None
    return long or _find_short_word(word[:20]) or word


@lru_cache(2_000)
def _find_short_word(word: str) -> str | None:
    """The word that this is if a letter is missing or two neighbors are exchanged: `hw`."""
    if len(word) < _MAY_HAVE_VOWELS and not _VOWELS.isdisjoint(word):
        return None
    for each in _SHORT_WORDS:
        exchanged = len(word) == len(each) and sorted(word) == sorted(each)
        missing = len(word) == len(each) - 1 and any(
            each[:at] + each[at + 1 :] == word for at in range(1, len(each))
        )
        if missing or (exchanged and word[0] == each[0] and sum(map(ne, word, each)) == 2):
            return each
    return None


@lru_cache(2_000)
def _find_grammar_word(word: str) -> str | None:
    """The grammar word that differs by doubled letters and at most one other letter."""
    from rapidfuzz.distance import OSA

    squeezed = _DOUBLED.sub(r"\1", word)
    for each in GRAMMAR_WORDS:
        if abs(len(each) - len(word)) > 2 or each[0] != word[0]:
            continue
        if each.rstrip("s") == word.rstrip("s"):
            return None
        target = _DOUBLED.sub(r"\1", each)
        # One letter of five may turn a word into another; long words are safer.
        near = OSA.distance(squeezed, target, score_cutoff=1)
        if squeezed == target or (len(target) > 5 and near <= 1):
            return each
    return None


def find_intent(text: str) -> Intent:
    """What the text asks for. It must be in lower case."""
    asks_when = _WHEN.search(text) is not None
    when = asks_when and _WHEN_WORDS.search(text) is not None
    past = _PAST.search(text) is not None
    future = _FUTURE.search(text) is not None
    upcoming = bool(_UPCOMING.search(text)) and (when or not asks_when)
    how = _HOW.search(text) is not None
    changes = bool(_CHANGES.search(text) or (_CHANGE_ALONE.search(text) and (when or future)))
    changes = changes and not how and not _EVERY_CHANGE.search(text)
    history = how or (bool(_HISTORY.search(text)) and not changes)
    tense = Tense.PAST if past and not future else Tense.FUTURE if future and not past else None
    if tense is None:
        tense = Tense.FUTURE if upcoming else Tense.UNKNOWN
    return Intent(
        compares=_COMPARISON.search(text) is not None,
        history=history,
        upcoming=upcoming and not (history and past),
        changes=changes,
        tense=tense,
        asks_when=asks_when or how,
        every_change=_CHANGES_OF_GOODS.search(text) is not None,
    )


def asks_for_past(text: str) -> bool:
    """Whether the text asks what a duty was: `what did we pay before`."""
    return _ASKS_PAST.search(text) is not None


def read_surcharges(text: str) -> str:
    """The text of a question about a day with `duties` for `surcharge`, which means all of them.

    The name of one surcharge stays: `the 10% surcharge`, `section 122 surcharge`.
    """
    return _ANY_SURCHARGE.sub("duties", text)


def names_event(text: str) -> bool:
    """Whether the text has a verb or noun of changes, so that with a period it asks for changes."""
    return _EVENTS.search(text) is not None


def remove_intent(text: str) -> str:
    """The text without the words that `find_intent` reads, except those of comparisons."""
    for pattern in (_HISTORY, _UPCOMING, _CHANGES, _COURSE_VERBS):
        text = pattern.sub(" ", text)
    return text


def remove_when_words(text: str) -> str:
    """The text without the verbs and nouns of changes."""
    text = _LAST_CHANGE.sub(" ", text)
    text = _ANNOUNCING.sub(" ", text)
    return _CHANGE_ALONE.sub(" ", _WHEN_WORDS.sub(" ", _EVENTS.sub(" ", text)))


def take_percent(text: str) -> tuple[Decimal | None, str]:
    """The first percentage in the text, and the text without it."""
    if _TWO_PERCENTS.search(text):
        # 'is it 18% or 25%' asks for the rate
        return None, _TWO_PERCENTS.sub(" ", text)
    match = _PERCENT.search(text)
    if match is None:
        return None, text
    return Decimal(match[1]), f"{text[: match.start()]} {text[match.end() :]}"
