"""Finds what a headline says that happened: its acts, for example a cut, a delay or a ruling.

The rules, in this order. Words that one rule matched are not read again by the next rules.

1. A clause that begins with "after", "amid" or a similar word is background and has no act.
       match     "EU delays duties after talks": a delay
       no match  "EU delays duties after talks": the talks
   There is one exception. If the text before "as" has no act, and the clause that begins with "as"
   is about a court, the clause is read: "Importers win as judges void duties" is an annulment.
2. A ruling that is only expected, refused or possible is not a ruling.
       match     "Court to rule on tariffs on Friday": a court sets a day
       no match  "What happens if the court strikes down the tariffs": an annulment
3. Steps of a court case come first, then reactions, then talks, then measures. If the verb of a
   measure acts on talks or on a ruling, the act is one of talks or of a court: "pauses the ruling"
   is a stay, and "pauses talks" breaks them off.
4. An increase and talks count only if the headline has no other act, because "delays the increase"
   and "cuts the charge" name an increase too.
"""

import re
from enum import StrEnum

from bot.text.folding import fold_case

_MAX_TITLE = 400


class Act(StrEnum):
    """An act that a story reports."""

    THREATEN = "threaten"
    INVESTIGATE = "investigate"
    PROPOSE = "propose"
    IMPOSE = "impose"
    WIDEN = "widen"
    """A duty applies to more goods or countries."""
    CUT = "cut"
    DELAY = "delay"
    RETREAT = "retreat"
    """A cut or a delay; the headline does not say which."""
    TAKE_EFFECT = "take_effect"
    SUE = "sue"
    SCHEDULE = "schedule"
    """A court sets a day for a ruling, or is to rule on a day."""
    NO_RULING = "no_ruling"
    HEAR = "hear"
    ORDER = "order"
    """A court orders something, for example a refund."""
    VOID = "void"
    STAY = "stay"
    STAY_ENDED = "stay_ended"
    UPHOLD = "uphold"
    APPEAL = "appeal"
    TALK = "talk"
    BREAK_OFF = "break_off"
    RESUME = "resume"
    AGREE = "agree"
    APPROVE = "approve"
    SIGN = "sign"
    CONSIDER = "consider"
    OFFER = "offer"
    CONCLUDE = "conclude"
    """A visit or a round of talks ends as planned."""
    PROTEST = "protest"
    DENY = "deny"
    URGE = "urge"
    OPPOSE = "oppose"
    RETALIATE = "retaliate"
    FINAL = "final"
    """A final determination in a trade remedy case."""
    PRELIMINARY = "preliminary"


_BACKGROUND = re.compile(
    r"(?:,\s|\s|^)(?P<word>after|amid|amidst|following|despite|ahead\sof|in\sthe\swake\sof|since|while|but|over|before|until|once|"
    r"because|nach|apres|tras|as(?!\s(?:much|early|soon|high|low|many|part)\b))\s"
)
_COURT = re.compile(
    r"\sv\.?\s|\b(?:courts?|judges?|justices?|rulings?|tribunal|circuit|panel|cour|\w*gericht\w*|corte|"
    r"tribunale?|supremo|scotus|sc|hc)\b"
)
_DUTY = (
    r"(?:tariffs?|dut(?:y|ies)|surtax(?:es)?|surcharges?|lev(?:y|ies)|charges?|quotas?|zolle?|"
    r"aranceles?|douanes?)"
)
_RULING = r"(?:rul(?:e|es|ing|ings)|opinions?|decisions?|verdict|judgment)"
_TALKS = r"(?:talks?|negotiations?|trade\sdeal|(?:trade\s)?meetings?|dialogue|summit)"
_DEAL = r"(?:deals?|agreements?|truce|pacts?|accords?|framework|abkommen|acuerdo)"

_COURT_RULES = (
    (
        Act.NO_RULING,
        rf"\b(?:no|not|without|doesn't|don't|didn't|delays?|holds?\soff|puts?\soff|yet\sto)\b"
        rf"[^.;]{{0,40}}\b{_RULING}\b|\b{_RULING}\b[^.;]{{0,30}}\b(?:not|don't|doesn't|no)\b"
        rf"[^.;]{{0,10}}\byet\b",
    ),
    (
        Act.APPEAL,
        r"\b(?:appeals|appealed|appealing|(?:to|will|would)\sappeal)\b(?!\s(?:courts?|panel|judges?))|"
        r"\basks?\b[^.;]{0,30}\b(?:court|judges?|justices)\b",
    ),
    (
        Act.STAY_ENDED,
        r"\b(?:lifts?|ends?|removes?|dissolves?|refuses)\b[^.;]{0,20}\b(?:pause|stay|hold|freeze)\b",
    ),
    (
        Act.STAY,
        r"\b(?:paus(?:es?|ed)|stay(?:s|ed)?|suspends?|suspended|freez\w+|halts?|halted|lifts?|"
        r"blocks?|puts?\son\shold)\b[^.;]{0,30}\b(?:ruling|order|judgment|decision|injunction)\b|"
        r"\bputs?\b[^.;]{0,40}\bon\s(?:hold|ice)\b|"
        rf"\breinstat\w+\b[^.;]{{0,40}}\b{_DUTY}\b|"
        rf"\b(?:lets?|allows?|keeps?|leaves?)\b[^.;]{{0,40}}\b{_DUTY}\b[^.;]{{0,30}}"
        r"\b(?:stay|remain|stand|continue|in\s(?:place|force|effect)|for\snow|collected)\b|"
        rf"\b{_DUTY}\b[^.;]{{0,20}}\b(?:(?:can|may|to)\s(?:stay|remain|continue)|"
        r"(?:stay|remain)s?\sin\s(?:place|force|effect))\b",
    ),
    (
        Act.UPHOLD,
        r"\b(?:upholds?|upheld|affirm(?:s|ed)|sid(?:es?|ed)\swith|"
        r"rul(?:es?|ed)\s(?:for|in\sfavou?r\sof)|dismiss\w*|bestatigt|confirme)\b",
    ),
    (
        Act.VOID,
        r"\b(?:str(?:ikes?|uck|iking)\sdown|voids?|voided|annul\w*|invalidat\w+|overturn\w*|"
        r"overrul\w+|quash\w*|unlawful|illegal|unconstitutional|thr(?:ows?|ew)\sout|"
        r"rul(?:es?|ed)\sagainst|(?:does|do|did)(?:\snot|n't)\s(?:allow|authori[sz]e|permit)|"
        r"exceed(?:s|ed)|kippt|anula|blocks?|blocked|sets?\saside|strikes\s(?:\w+\s){0,3}down)\b",
    ),
    (
        Act.SCHEDULE,
        rf"\b(?:sets?|plans?|schedul\w+|expected|due|await\w*|waits?|pending|"
        rf"weighs?|poised|could|may|set\sto|to)\b[^.;]{{0,30}}\b(?:{_RULING}|decide)\b|\bdeliberat\w+",
    ),
    (
        Act.ORDER,
        r"\b(?:orders?|ordered|tells?|told|directs?|requires?|instructs?)\b|"
        r"\b(?:wins?|won|granted)\b[^.;]{0,20}\brefunds?\b",
    ),
    (Act.UPHOLD, r"\b(?:backs|backed|rejects?|refus(?:es?|ed)\sto|turns?\sdown)\b"),
    (Act.HEAR, r"\b(?:hears?|heard|hearings?|oral\sarguments?|argu(?:es?|ed|ments?))\b"),
)
_DECISIONS = frozenset({Act.STAY, Act.UPHOLD, Act.VOID})
_SUE = re.compile(
    r"\b(?:sues?|sued|suing|lawsuits?|files?\s(?:suit|a\scomplaint|a\scase|complaint)|"
    r"go(?:es)?\sto\scourt|seeks?\b[^.;]{0,30}\brefunds?\b[^.;]{0,30}\bcourt|takes?\b[^.;]{0,40}\bto\s(?:the\s)?(?:court|wto)|legal\schallenge|"
    r"klagt|verklagt|demandan?\sa)\b"
)
_REACTION_RULES = (
    (
        Act.PROTEST,
        r"\b(?:protest\w*|demonstrat\w+|rall(?:y|ies)\sagainst|march(?:es)?\s(?:on|against)|"
        r"blockad\w+)\b",
    ),
    (
        Act.DENY,
        r"\b(?:rebut\w*|refut\w*|den(?:y|ies|ied)|disputes|disputed|contradict\w*|reassur\w+|"
        r"clarif\w+|plays?\sdown|not\s(?:be\s)?affect(?:ed)?)\b",
    ),
    (
        Act.OPPOSE,
        r"\b(?:condemn\w*|slams?|blasts?|critici[sz]\w+|regrets?|deplor\w+|dig\sat|"
        r"oppos(?:es?|ed)|attacks|votes?\sagainst|reject(?:s|ed)?|complain\w*|objects|"
        r"lashes\sout|scolds?)\b",
    ),
    (
        Act.URGE,
        r"\b(?:urg(?:es?|ed)|demands|calls?\s(?:on|for)|warns?\b[^.;]{0,20}\b(?:not\sto|against)|"
        r"asks?|pleads?|appeals?\sto)\b",
    ),
)
_RULES = (
    (
        Act.RESUME,
        rf"\b(?:resum\w+|restart\w*|reviv\w+|reopen\w*|relaunch\w*|returns?\sto)\b[^.;]{{0,30}}"
        rf"\b(?:{_TALKS}|work|process|ratification)\b|\b{_TALKS}\b[^.;]{{0,30}}\b(?:resum\w+|restart\w*|back\son)\b",
    ),
    (
        Act.BREAK_OFF,
        rf"\b(?:ends?|ended|halts?|halted|br(?:eaks?|oke)\soff|suspends?|suspended|freezes?|froze|"
        rf"pauses?|paused|calls?\soff|cancel\w*|walks?\s(?:out|away)|terminat\w+|scraps?|stops?|"
        rf"abandons?|quits?)\b[^.;]{{0,40}}\b{_TALKS}\b|"
        rf"\b{_TALKS}\b[^.;]{{0,25}}\b(?:collaps\w+|fail\w*|break\sdown|broke\sdown|called\soff|slow(?:s|ed)?|"
        r"on\sice|suspended|halted)\b|\b(?:derail\w*|deadlock\w*|impasse|stall(?:s|ed)?)\b",
    ),
    (
        Act.CONCLUDE,
        r"\b(?:wraps?\sup|wrapped\sup|conclu\w+|complet\w+|finish\w*)\b[^.;]{0,40}"
        r"\b(?:talks?|rounds?|visits?|trip|meetings?|negotiations?)\b",
    ),
    (
        Act.INVESTIGATE,
        r"\b(?:probes?|investigat\w+|inquir\w+|initiat\w+|scrutin\w+|look(?:s|ed|ing)?\sinto|"
        r"examin\w+)\b",
    ),
    (
        Act.FINAL,
        r"\bfinal\s(?:\w+\s){0,2}(?:determinations?|results?|dut(?:y|ies)|rulings?)\b",
    ),
    (
        Act.PRELIMINARY,
        r"\bpreliminary\s(?:\w+\s){0,3}(?:determinations?|results?|dut(?:y|ies)|rulings?)\b",
    ),
    (
        Act.RETALIATE,
        r"\b(?:retaliat(?:es?|ed|ing)|(?:hits?|strikes?|fires?)\sback|respond(?:s|ed))\b",
    ),
    (
        Act.DELAY,
        r"\b(?:delay(?:s|ed|ing)?|postpon\w+|extend(?:s|ed|ing)?|puts?\soff|push(?:es|ed)?\sback|"
        r"defer(?:s|red)?|holds?\soff|suspend(?:s|ed|ing)?|paus(?:es?|ed|ing)|freez(?:es?|ing)|"
        r"shelv(?:es?|ed)|backtrack\w*|back(?:s|ed)?\s(?:down|off|away)|withdr(?:aws?|ew|awn)|"
        r"(?:drops?|dropped|abandons?|lifts?|rescinds?|retracts?)\b[^.;]{0,40}\b(?:threats?|plans?)|"
        r"off\sthe\stable|calls?\soff|called\soff|prolongs?|verschiebt|aplaza|"
        r"reporte|suspendiert)\b",
    ),
    (
        Act.RETREAT,
        r"\b(?:retreats?|reprieves?|relents?|soften(?:s|ed)?|eas(?:es?|ed|ing)|climbs?\sdown|"
        r"scal(?:es?|ed)\sback|roll(?:s|ed)\sback|relief)\b",
    ),
    (
        Act.CUT,
        r"\b(?:cut(?:s|ting)?|slash(?:es|ed)?|reduc(?:es?|ed|ing)|lower(?:s|ed|ing)|halv(?:es?|ed)|"
        r"scrap(?:s|ped)?|exempt(?:s|ed|ions?)?|spar(?:es?|ed)|remov(?:es?|ed)|waiv(?:es?|ed)|drop(?:s|ped)?|"
        r"abolish\w*|eliminat\w+|falls?|lifts?(?![^.;]{0,60}\bto\s(?:about\s)?\d)|"
        r"revok\w+|repeal\w*|senkt|reduit|reduce)\b",
    ),
    (
        Act.WIDEN,
        r"\b(?:(?:widen|broaden)(?:s|ed|ing)?|expands?\b[^.;]{0,30}\b(?:tariffs?|dut(?:y|ies)|lev(?:y|ies)))\b",
    ),
    (Act.OFFER, r"\b(?:offer(?:s|ed)?|sweeten\w*)\b"),
    (
        Act.APPROVE,
        r"\b(?:approv(?:es?|ed|al)|nods?|backs|backed|back\s(?!(?:to|on|from|in|into|down|off|away|at|over)\b)(?=\w)|green-?lights?|greenlit|go-?ahead|clears?|"
        r"ratif(?:y|ies|ied|ication)|endors\w+|vot(?:es?|ed)\s(?:for|to)|adopts?|passes|"
        r"pass(?:ed)?\s(?:a\s|the\s)?(?:bill|law|resolution))\b",
    ),
    (
        Act.AGREE,
        rf"\b(?:str(?:ikes?|uck|iking)|reach(?:es|ed)?|agree(?:s|d)?|seals?|clinch\w*|conclu\w+|"
        rf"shakes?\shands|secur(?:es?|ed)|announc\w+|unveil\w*|finali[sz]\w+|land(?:s|ed)?|"
        rf"einigen)\b[^.;]{{0,40}}\b{_DEAL}\b|\b{_DEAL}\b\s(?:is\s|was\s|)(?:reached|agreed|struck|"
        r"sealed|done)\b|\bagree(?:s|d)?\s(?:on|to)\b",
    ),
    (
        Act.SIGN,
        rf"\b(?:sign(?:s|ed|ing)|ink(?:s|ed)?|sign\b(?=[^.;]{{0,40}}\b{_DEAL}\b)|to\ssign)\b"
        r"(?![^.;]{0,20}\b(?:order|proclam))",
    ),
    (
        Act.TAKE_EFFECT,
        r"\b(?:t(?:akes?|ook|aking)\seffect|(?:comes?|came|coming|entry|enters?|entered)\s"
        r"(?:in)?to\s(?:force|effect)|kick(?:s|ed)?\sin|in\sforce|now\sapply|starts?\s(?:charging|"
        r"collecting|today)|goes?\sinto\s(?:force|effect)|begins?\s(?:charging|collecting|to\s"
        r"(?:charge|collect))|becomes?\seffective)\b",
    ),
    (
        Act.PROPOSE,
        r"\b(?:propos(?:es|ing)|prepar(?:es?|ing)|plans?|planning|read(?:ies|y\sto)|drafts?|"
        r"recommend\w*|seeks?|draws?\sup)\b",
    ),
    (Act.CONSIDER, r"\b(?:consider(?:s|ed|ing)?|mull(?:s|ed)?|weigh(?:s|ed)?|eyes?|eyeing)\b"),
    (
        Act.THREATEN,
        r"\b(?:threaten(?:s|ed|ing)?|(?:tariffs?|dut(?:y|ies)|trade)\sthreats?|warn(?:s|ed|ings?)?|"
        r"vow(?:s|ed)?\b[^.;]{0,20}\b(?:rais|impos|hit|retaliat|respon|doubl|tariff|dut)\w*|droht|amenaza|menace|"
        r"(?:could|may|might)\s(?:raise|increase|impose|hike|face|levy|hit|double))\b",
    ),
    (
        Act.IMPOSE,
        r"\b(?:impos(?:es?|ed|ing)|slap(?:s|ped)?|hits?\b[^.;]{0,40}\bwith|rais(?:es?|ed|ing)|hik(?:es?|ed|ing)|"
        r"doubl(?:es?|ed|ing)|tripl(?:es?|ed)|puts?|sets?(?!\sto\s[a-z])|levied|"
        r"decides(?!\sto\s(?:keep|leave|not)\b)|decrees|introduc(?:es?|ed|ing)|enact(?:s|ed)?|(?:to|will|would|and)\s(?:levy|tax|collect|target)|tax(?:es|ed)\s(?!on|and|are)|targets?\b[^.;]{0,40}\bwith|"
        r"charg(?:es?|ed)|orders?|"
        r"(?:announc\w+|unveil\w*)\b[^.;]{0,40}\b(?:tariffs?|dut(?:y|ies)|lev(?:y|ies)|quotas?|surtax)|adds?|adjusting|increas(?:es?|ed|ing)|lift(?:s|ed)?|"
        r"ris(?:es?|ing)|goes\sup|fac(?:es?|ing)\b(?=[^.;]{0,40}(?:\d|\b(?:tariffs?|dut(?:y|ies)|lev(?:y|ies)|surtax)))|"
        r"takes?\b[^.;]{0,40}\bto\s\d|erhoht|impone|hausse)\b",
    ),
    (
        Act.TALK,
        r"\b(?:talks?|negotiat\w+|meet(?:s|ings?)?|met|rounds?|discuss\w*|visits?|summit|"
        r"consult\w+|delegation|trip)\b",
    ),
)
_COURT_PATTERNS = tuple((act, re.compile(words)) for act, words in _COURT_RULES)
_REACTION_PATTERNS = tuple((act, re.compile(words)) for act, words in _REACTION_RULES)
_PATTERNS = tuple((act, re.compile(words)) for act, words in _RULES)
REACTIONS = frozenset(act for act, _ in _REACTION_RULES)
COURT_STEPS = frozenset({*(act for act, _ in _COURT_RULES), Act.SUE})
_HYPOTHESIS = re.compile(r"\b(?:if|whether|could|may|might|what\shappens|in\scase)\b")
_ONLY_ALONE = (Act.IMPOSE, Act.TALK)
_COMPATIBLE = frozenset(
    {
        frozenset({Act.RETREAT, Act.CUT}),
        frozenset({Act.RETREAT, Act.DELAY}),
        frozenset({Act.THREATEN, Act.CONSIDER}),
        frozenset({Act.PROPOSE, Act.CONSIDER}),
        frozenset({Act.CONCLUDE, Act.AGREE}),
        # A truce or a deal is often an agreement to lower duties.
        frozenset({Act.AGREE, Act.CUT}),
        frozenset({Act.AGREE, Act.RETREAT}),
        # "Sets a definitive duty" is a final determination.
        frozenset({Act.IMPOSE, Act.FINAL}),
        frozenset({Act.IMPOSE, Act.PRELIMINARY}),
    }
)
_DECIDED = frozenset(
    {Act.THREATEN, Act.CONSIDER, Act.PROPOSE, Act.PRELIMINARY, Act.IMPOSE, Act.FINAL, Act.APPROVE}
)
_BEFORE = {
    Act.TAKE_EFFECT: _DECIDED | {Act.AGREE, Act.SIGN, Act.CUT, Act.DELAY},
    Act.WIDEN: _DECIDED | {Act.TAKE_EFFECT},
    Act.DELAY: _DECIDED | {Act.TAKE_EFFECT},
    Act.CUT: _DECIDED | {Act.TAKE_EFFECT},
    Act.RETREAT: _DECIDED | {Act.TAKE_EFFECT},
    Act.IMPOSE: frozenset({Act.THREATEN, Act.PROPOSE, Act.INVESTIGATE, Act.PRELIMINARY, Act.DELAY}),
    Act.APPROVE: frozenset({Act.PROPOSE, Act.AGREE, Act.SIGN}),
    Act.SIGN: frozenset({Act.AGREE, Act.APPROVE}),
    Act.AGREE: frozenset({Act.TALK, Act.RESUME, Act.THREATEN}),
    Act.BREAK_OFF: frozenset({Act.TALK, Act.RESUME}),
    Act.RESUME: frozenset({Act.BREAK_OFF}),
    Act.CONCLUDE: frozenset({Act.TALK}),
    Act.FINAL: frozenset({Act.PRELIMINARY, Act.INVESTIGATE}),
    Act.PRELIMINARY: frozenset({Act.INVESTIGATE}),
    Act.RETALIATE: _DECIDED | {Act.TAKE_EFFECT},
    Act.OPPOSE: _DECIDED | {Act.TAKE_EFFECT},
    Act.APPEAL: frozenset({Act.VOID, Act.UPHOLD, Act.ORDER}),
    Act.STAY: frozenset({Act.VOID, Act.ORDER}),
    Act.STAY_ENDED: frozenset({Act.STAY}),
    Act.VOID: frozenset({Act.HEAR, Act.SCHEDULE}),
    Act.UPHOLD: frozenset({Act.HEAR, Act.SCHEDULE, Act.VOID}),
    Act.NO_RULING: frozenset({Act.SCHEDULE, Act.HEAR}),
}
"""The acts that usually come before an act."""
_OF_ONE_DAY = frozenset(
    frozenset(pair)
    for pair in (
        # A government plans, announces, approves, signs and charges a duty.
        (Act.IMPOSE, Act.PROPOSE),
        (Act.IMPOSE, Act.THREATEN),
        (Act.IMPOSE, Act.APPROVE),
        (Act.IMPOSE, Act.SIGN),
        (Act.IMPOSE, Act.WIDEN),
        (Act.IMPOSE, Act.AGREE),
        (Act.IMPOSE, Act.TAKE_EFFECT),
        (Act.PROPOSE, Act.THREATEN),
        (Act.PROPOSE, Act.APPROVE),
        (Act.PROPOSE, Act.INVESTIGATE),
        (Act.CUT, Act.APPROVE),
        (Act.CUT, Act.SIGN),
        (Act.CUT, Act.OFFER),
        (Act.CUT, Act.DELAY),
        (Act.CUT, Act.TAKE_EFFECT),
        # "Seal a pact" may mean either.
        (Act.SIGN, Act.AGREE),
        (Act.AGREE, Act.CONCLUDE),
        (Act.TALK, Act.CONCLUDE),
        (Act.BREAK_OFF, Act.CONCLUDE),
        (Act.BREAK_OFF, Act.TALK),
        (Act.VOID, Act.ORDER),
        (Act.VOID, Act.UPHOLD),
        (Act.STAY, Act.DELAY),
        (Act.RETALIATE, Act.IMPOSE),
        (Act.RETALIATE, Act.APPROVE),
        (Act.RETALIATE, Act.PROPOSE),
    )
)
"""Pairs of acts with which outlets describe one step on the day it happens. On different days, the
two acts are two steps.
"""


def find_acts(headline: str) -> frozenset[Act]:
    """The acts of a headline or a sentence; empty if no rule matches."""
    text = fold_case(headline[:_MAX_TITLE])
    start = _BACKGROUND.search(text)
    if not start or not start.start():
        return _find_acts(text)
    acts = _find_acts(text[: start.start()])
    rest = text[start.end() :]
    if not acts and start["word"] == "as" and _COURT.search(rest):
        return _find_acts(rest)
    return acts


def _find_acts(text: str) -> frozenset[Act]:
    found: list[Act] = []
    if _COURT.search(text):
        possible = _HYPOTHESIS.search(text) is not None
        for act, pattern in _COURT_PATTERNS:
            if possible and act in _DECISIONS:
                continue
            text, matched = _take(text, pattern)
            if matched:
                # The other steps in a headline are background: "pauses a ruling that voids duties".
                return frozenset({act})
    text, matched = _take(text, _SUE)
    found += [Act.SUE] * matched
    for act, pattern in _REACTION_PATTERNS:
        if pattern.search(text):
            return frozenset({act})
    for act, pattern in _PATTERNS:
        if act in _ONLY_ALONE and found:
            break
        text, matched = _take(text, pattern)
        found += [act] * matched
    return frozenset(found)


def have_common_act(a: frozenset[Act], b: frozenset[Act]) -> bool:
    """Whether two stories may report the same act."""
    return bool(a & b) or any(frozenset({one, other}) in _COMPATIBLE for one in a for other in b)


def follows(earlier: frozenset[Act], later: frozenset[Act]) -> bool:
    """Whether one of the later acts usually comes after one of the earlier ones."""
    return any(not earlier.isdisjoint(_BEFORE.get(act, ())) for act in later)


def may_be_one_step(a: frozenset[Act], b: frozenset[Act]) -> bool:
    """Whether two stories of one day may report one step, although they name it differently."""
    return any(frozenset({one, other}) in _OF_ONE_DAY for one in a for other in b)


def _take(text: str, pattern: re.Pattern[str]) -> tuple[str, bool]:
    """The text without the first match of the pattern, and whether there was one."""
    match = pattern.search(text)
    if match is None:
        return text, False
    return f"{text[: match.start()]}#{text[match.end() :]}", True
