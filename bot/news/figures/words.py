"""The classes of words by which a sentence about duties is read. Classes of verbs:

imposes    the subject charges the duty, or decides on it      "Canada raises", "Trump delays"
announces  like `imposes`, but other parties can do it as well "Japan confirms", "wants"
answers    the subject answers a duty with its own             "retaliates", "hits back"
agrees     the subject pays or charges the duty                 "agrees to", "signs a deal on"
pays       the subject pays the duty                           "faces", "secures", "is hit with"
pleads     the subject asks another for relief                  "urges China to drop"
reacts     the subject has an opinion of the duty of another   "criticizes", "seeks relief from"
says       the subject speaks, and does nothing else           "says", "predicts"
"""

import re
from enum import Enum

DUTY = (
    r"(?:counter-?)?tariffs?|dut(?:y|ies)|lev(?:y|ies)|surcharges?|surtax(?:es)?|import tax(?:es)?"
    r"|dumping margins?|subsidy margins?|deposits?(?=\son\b)"
)
DUTY_WORD = re.compile(rf"\b(?:{DUTY})\b")
_NOT_BETWEEN = (
    "as|after|on|in|because|if|when|while|amid|of|to|from|by|with|over|before|but|than|that|which|"
    "or|due|for|under|despite|since|until|without|at|against|is|are|was|were"
)
DUTY_AFTER = re.compile(
    rf"\s(?:(?!(?:{_NOT_BETWEEN})\b)[a-z.&'-]+\s){{0,4}}?(?:{DUTY}|tax(?:es)?\son)\b"
)


class VerbClass(Enum):
    """What a verb says about its subject."""

    IMPOSES = "imposes"
    ANNOUNCES = "announces"
    AGREES = "agrees"
    ANSWERS = "answers"
    PAYS = "pays"
    PLEADS = "pleads"
    REACTS = "reacts"
    SAYS = "says"


def _words(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _inflect(verbs: str, others: str = "") -> frozenset[str]:
    """All forms of regular verbs, and other words; `slap*` doubles its last letter."""
    forms = set(others.split())
    for written in verbs.split():
        verb = written.rstrip("*")
        stem = verb + verb[-1] if written.endswith("*") else verb
        if verb[-1] == "e":
            forms |= {verb, f"{verb}s", f"{verb}d", f"{verb[:-1]}ing"}
        elif verb[-1] == "y" and verb[-2] not in "aeou":
            forms |= {verb, f"{verb[:-1]}ies", f"{verb[:-1]}ied", f"{verb}ing"}
        else:
            plural = "es" if verb.endswith(("s", "sh", "ch", "x", "z")) else "s"
            forms |= {verb, verb + plural, f"{stem}ed", f"{stem}ing"}
    return frozenset(forms)


REDUCES = _inflect("slash lower reduce ease halve trim* soften", "cut cuts cutting")
"""In "cuts a 25% tariff", 25% is the former rate."""
COURT_VOIDS = _inflect(
    "block overturn nullify annul quash void invalidate refund kill nix* toss vacate bar* enjoin",
    "struck strike strikes",
)
"""What a court does to a duty. The rate of the duty is still the figure of the story."""
CHANGES = REDUCES | _inflect("raise hike increase double triple")
"""Verbs of those who change a rate that they charge themselves."""
LIFTS = _inflect(
    "scrap* drop* remove abolish eliminate revoke repeal rescind lift end axe waive cancel ditch"
)
"""In "scraps a 25% tariff", 25% is the former rate, and the new one is zero."""
VOIDS = (
    COURT_VOIDS | LIFTS | _inflect("", "withdraws withdrew withdrawn withdrawing halt halts halted")
)
"""The duty ends."""
MULTIPLIES = {
    **dict.fromkeys(_inflect("double"), 2),
    **dict.fromkeys(_inflect("triple treble"), 3),
    **dict.fromkeys(_inflect("quadruple"), 4),
}
"""Verbs that say how many times the old rate the new one is."""
HALVES = _inflect("halve")

PLEADS = _inflect(
    "seek urge ask request appeal negotiate plead lobby* offer press implore beg*", "sought"
)
"""The subject wants relief from a duty that it pays: "seeks talks over", "urges China to drop"."""

_VERBS = {
    VerbClass.SAYS: _inflect(
        "say tell claim think believe expect predict estimate state report",
        "said told saw see sees",
    ),
    VerbClass.REACTS: (COURT_VOIDS - {"strike", "strikes", "struck"})
    | _inflect(
        "criticize criticise attack condemn slam* blast denounce reject protest oppose decry warn "
        "welcome fear challenge sue dispute react lament regret resist defy "
        "dismiss downplay shrug* rebuff deplore question complain contest absorb survive weather "
        "offset blame cite mock call deem label rule hail praise applaud celebrate rap* lambast "
        "lambaste lash rebuke scold bemoan bristle balk deride ridicule refuse ignore await turn "
        "monitor watch scramble struggle cope grapple navigate review fume accuse object "
        "express voice mourn assail slate discuss hope investigate probe anger irk upset rile "
        "worry infuriate rattle alarm dismay irritate enrage annoy unsettle provoke",
        "fight fights fought fighting upheld",
    ),
    VerbClass.PLEADS: PLEADS,
    VerbClass.PAYS: _inflect(
        "face pay suffer escape avoid avert dodge secure endure incur brace reel owe",
        "paid get gets got getting win wins won winning subject",
    ),
    VerbClass.ANSWERS: _inflect(
        "retaliate respond reply answer counter match* reciprocate", "match matches matched"
    ),
    VerbClass.ANNOUNCES: _inflect(
        "announce propose recommend plan* want vow mull weigh consider eye prepare unveil back "
        "approve confirm float pledge declare defend study promise reveal publish advance "
        "push tout revive demand decide determine",
        "begin begins began find finds found will would could may might",
    ),
    VerbClass.AGREES: _inflect("agree settle sign reach seal clinch conclude"),
    VerbClass.IMPOSES: (REDUCES | VOIDS) - COURT_VOIDS
    | _inflect(
        "impose slap* raise hike double triple quadruple increase charge suspend delay postpone "
        "pause place punish target drop* restore reimpose reinstate introduce adopt order apply "
        "finalize finalise extend keep maintain launch boost enact add penalize penalise exempt "
        "collect escalate expand renew resume shelve threaten implement greenlight backtrack "
        "retreat grant hand lob* smack whack ratchet levy cap* peg* treble bump* jack clamp tack "
        "stack heap prolong reset pare shave assess decree gazette notify reintroduce reapply",
        "give gives gave giving hit hits hitting put puts putting set sets setting kept take takes "
        "took taking strike strikes striking ready readies readying fix fixes fixed hit-back",
    ),
}
VERBS: dict[str, VerbClass] = {word: verb for verb, words in _VERBS.items() for word in words}

PASSIVE = _words(
    "hit struck slapped threatened targeted punished charged taxed stung stunned shocked hurt "
    "battered rocked burdened squeezed smacked whacked penalized penalised levied"
)
"""Participles after which the subject pays: "Brazil hit with", "stunned by"."""
AGAINST = frozenset({"down", "out", "off", "at"})
"""Particles that turn a verb into a reaction: "strikes down", "hits out", "turns down"."""
CONJUNCTIONS = _words(
    "as while when because since though after before unless if whether but amid until that which "
    "who where despite"
)
COURTS = _words("court courts judge judges tribunal tribunals justices bench")
"""Nouns for those who decide on the duties of their own country."""
PREPOSITIONS = _words(
    "of on in from with against for to over at by into between after about amid under upon onto "
    "through during following toward towards per via despite without than as outside"
)
TARGETS = frozenset({"on", "onto", "upon", "against", "for"})
"""Prepositions before the party or the goods on which a duty is charged."""
TAIL = _words(
    "threat threats plan plans hike hikes increase increases order orders rate rates proposal "
    "proposals deadline pressure bill demand demands letter letters ultimatum cut cuts delay "
    "pause regime package list lists"
)
"""Nouns after a word for duties that stay in its phrase: "a 25% tariff threat"."""
COUNTRIES = _words(
    "countries country's nations nation partners partner buyers anyone any everyone importers "
    "companies makers those whoever businesses firms groups allies traders islands economies"
)
"""Nouns for those who pay a duty without being named: "on countries that buy its oil"."""
PRIVATE = _words(
    "firm firms company companies exporter exporters importer importers manufacturer "
    "manufacturers farmer farmers grower growers maker makers producer producers carmaker "
    "carmakers automaker automakers stock stocks share shares market markets consumer consumers "
    "retailer retailers trader traders business businesses industry industries union unions "
    "worker workers investor investors economist economists analyst analysts bank banks startup "
    "startups steelmaker steelmakers distillers winemakers brewers brand brands group groups "
    "chief-executive ceo exports export exporting goods products "
    "imports court courts judge judges households shoppers families importers' economy economies "
    "sanctions bill act deal talks war currency bonds futures equities indexes index "
    "inflation growth tariff tariffs duty duties"
)
"""Nouns for those who cannot charge a duty: "Swiss firms", "Canadian exports"."""
MARKET = (PRIVATE | {"oil", "crude", "embargo", "supreme", "confidence"}) - _words(
    "exporter exporters exports export goods products farmers growers steel sanctions bill act "
    "deal talks war"
)
"""Nouns after which a country is not named as one that pays: "European stocks"."""
_RELATIONS = _words("deal talks war bill act sanctions tariff tariffs duty duties")
FIRMS = (
    PRIVATE - _RELATIONS - _words("exports export goods products imports court courts judge judges")
)
"""Nouns for firms and markets, but not for relations of states such as "US deal"."""
FORMER = _words("previous previously former formerly earlier existing old original")
"""Words for a rate that was charged or announced before."""
DEALS = _words("deal deals agreement agreements pact pacts accord accords truce truces framework")
"""Nouns for deals, in which each party may be the one that charges the rate."""
MOVES = _words("threat threats plan plans deadline decision proposal idea bid call calls ultimatum")
"""Nouns that a party can drop while the rate stays: "drops his threat of 25%"."""
# Small sets of words for `grammar`, `roles` and `targets`.
DUTY_NOUNS = _words(
    "tariff tariffs duty duties levy levies surcharge surcharges surtax surtaxes counter-tariff "
    "counter-tariffs countertariff countertariffs"
)
SIGNS = frozenset(["-", "&", '"', "'", "(", ")", "$"])
STOPS = _words("; : . ! ? |")
ARTICLES = _words("a an the this these those new its his their her our any some such")
PRONOUNS = _words("he she it they him them")
OWN = _words("its his their own her")
BE = _words("is are was were be been being gets get getting got")
SMALL = _words(
    "to and or , not also now then again soon formally officially finally still have has had "
    "is are was were be been being it he she they set likely expected ready due about going back"
)
AUXILIARY = _words("will would could may might can should must shall")
INDIRECT = _words("over after amid about against from despite before until in without")
"""Prepositions that part a verb from the duty: "cuts its forecast over tariffs"."""
LINKS = _words("of into to as than for up")
BACK = _words("hit hits hitting strike strikes striking struck fire fires fired")
ENDED = _words("withdrawn scrapped removed lifted cut lowered reduced dropped gone")
STATES = _words("countries nations partners allies buyers those anyone whoever")
SOLD = _words("sold bought purchased consumed resold")
"""Words before "in" and the economy that imports: "phones sold in Peru"."""
GENERIC = _words(
    "all most some many certain any other goods imports import imported products exports items "
    "the a an its their of from in into made and worth value billion million trillion bn extra "
    "new more additional foreign nearly almost further at least about over"
)
RELIEF = _words("relief exemption exemptions reprieve carve-out waiver escape exclusion")
GOODS = _words(
    "goods imports exports products exporters shipments merchandise cars vehicles exporter"
)
