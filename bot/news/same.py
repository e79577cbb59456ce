"""Do two stories report one event? A score from 0 to 1, from what two accounts share:

    words       names and rare words weigh most, the common words of the field little
    parties     who is in it; the United States, which is in nearly everything, counts for little
    figures     the same percentages

What contradicts lowers it: other partners, goods, firms, topics, another court, up against down. Two
stories more than three days apart are two events. Courts are slower: a ruling, the appeal
against it and its stay make one thread for a week, when they are about the same duties.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from math import sqrt
from typing import NamedTuple

from bot.folding import fold
from bot.news.story import Story
from bot.news.topic import Topic

SAME_FROM = 0.5
_APART = timedelta(hours=72)
_APART_IN_COURT = timedelta(days=7)
_TEXT_READ = 400

_WORD = re.compile(r"[A-Za-z]+|\d+(?:\.\d+)?%?")
_SUM = re.compile(r"\b(\d[\d.,]*)[\s-]?(?:bn|billion|million|m|trillion)\b")
_CAPITAL = re.compile(r"\b[A-Z][A-Za-z]+")
_ENDINGS = re.compile(r"(?:'s|ies|es|s|ed|ing)$")

# Two reporters say one thing in different words.
_CONCEPTS = {
    "duty": "tariff tariffs duty duties levy levies surcharge surcharges tax taxes",
    "talk": "talk talks negotiation negotiations negotiate meeting meet meets met round discuss "
    "discussions consultations dialogue summit delegation negotiator",
    "deal": "deal deals agreement agreements agree agrees agreed pact pacts accord truce framework "
    "ceasefire",
    "court": "court courts judge judges justices tribunal panel bench circuit",
    "ruling": "ruling rulings rule rules ruled verdict judgment decision opinion holds held",
    "void": "void voids voided annul annuls annulled strike strikes struck block blocks blocked "
    "throws threw invalid unlawful illegal invalidates overturns bars quashes",
    "stay": "stay stays stayed pause pauses paused reinstates reinstate suspends hold keeps",
    "appeal": "appeal appeals appealed appellate",
    "raise": "raise raises raised raising hike hikes hiked increase increases double doubles "
    "doubled doubling impose imposes imposed imposing slap slaps slapped higher",
    "cut": "cut cuts cutting lower lowers lowered reduce reduces reduced slash slashes slashed "
    "halve halves fall falls drop drops ease eases scrap scraps scrapped remove removes exempt "
    "exempts exempted lifts lifted",
    "delay": "delay delays delayed postpone postpones postponed extend extends extended extension "
    "puts off putting moves until",
    "threat": "threaten threatens threatened threat warns vows recommend recommends wants calls",
    "charge": "sets set puts put charge charges announces announced",
    "answer": "retaliate retaliates retaliation retaliatory countermeasures counter respond answer",
    "stall": "stall stalled stalls slow slowed slows deadlock deadlocked",
    "end": "end ends halt halts break breaks stop stops close closes terminate terminates",
}
_GOODS = {
    "vehicles": "car cars auto autos vehicle vehicles automobiles ev evs carmakers automakers",
    "trucks": "truck trucks",
    "steel": "steel steelmakers",
    "aluminium": "aluminium aluminum",
    "copper": "copper",
    "gold": "gold",
    "medicines": "pharma pharmaceuticals drugs drugmakers medicines",
    "chips": "chips chipmakers semiconductors semiconductor polysilicon",
    "phones": "phones smartphones iphones iphone",
    "drink": "wine wines whiskey whisky bourbon spirits champagne",
    "dairy": "dairy milk cheese butter",
    "meat": "beef pork poultry chicken",
    "fish": "fish seafood shrimp salmon lobster",
    "soy": "soybeans soybean soy soyabeans",
    "canola": "canola rapeseed",
    "grain": "corn wheat barley rice",
    "wood": "lumber timber softwood furniture cabinets",
    "solar": "solar",
    "energy": "oil gas lng coal energy electricity",
    "clothes": "clothes clothing apparel textiles garments garment footwear shoes",
    "toys": "toys toy toymaker",
    "parcels": "parcel parcels package packages minimis",
    "tyres": "tyres tires",
    "aircraft": "aircraft planes jets airbus boeing",
    "films": "films movies film",
    "cotton": "cotton",
    "sugar": "sugar",
    "nickel": "nickel",
    "tomatoes": "tomatoes",
    "drones": "drones",
    "glue": "glue",
    "paper": "paper newsprint",
    "fertiliser": "fertiliser fertilizer fertilisers fertilizers potash",
    "coffee": "coffee cocoa bananas",
}
_STEPS = frozenset({"court", "ruling", "void", "stay", "appeal", "emergency", "refund", "ieepa"})
_PACTS = frozenset({"mercosur", "nafta", "usmca", "cptpp", "rcep", "brexit", "afcfta"})


def _by_word(classes: Mapping[str, str]) -> dict[str, str]:
    return {word: name for name, words in classes.items() for word in words.split()}


_GOODS_OF = _by_word(_GOODS)
_CONCEPT_OF = _by_word(_CONCEPTS) | _GOODS_OF

# What half the stories of the field say weighs little.
_LIGHT = dict.fromkeys(("duty", "deal", "talk", "charge", "threat", "court", "ruling"), 0.35)
_LIGHT |= dict.fromkeys(
    str.split(
        "trade trump president import export good goods government country countries economy "
        "economic global world state minister official american america united china chinese beijing "
        "eu european europe brussels canada canadian ottawa mexico mexican japan japanese tokyo "
        "korea korean seoul india indian delhi britain british uk london germany german france "
        "french swiss switzerland brazil brazilian vietnam indonesia thailand taiwan australia "
        "turkey russia russian south north "
        "new year week day month monday tuesday wednesday thursday friday saturday sunday percent "
        "washington house white administration expects effect take takes free section"
    ),
    0.25,
)
_NAME, _PLAIN = 1.0, 0.6
_STOP = frozenset(
    str.split(
        "a an the and or but of in on at to for from by with as is are was were be been will would "
        "could may might has have had it its that this these those he she they his her their them "
        "not no after before over under into than then what which who whom when how why said say "
        "says told tell more most less up down out about against if so also all both some any can "
        "do does did us s t u per because while where there one two three first last next"
    )
)


class _Account(NamedTuple):
    """What a story is compared by."""

    words: Mapping[str, float]
    names: frozenset[str]
    """Words of the title with a capital, lower-cased."""
    goods: frozenset[str]
    parties: frozenset[str]
    percents: frozenset[Decimal]
    sums: frozenset[str]
    """Billions and millions in the title, as written."""


def score(a: Story, b: Story) -> float:
    """How sure it is that both report one event, from 0 to 1."""
    return 0.0 if _far_apart(a, b) else _likeness(a, b, _account(a), _account(b))


def same(a: Story, b: Story) -> bool:
    """Whether both report one event."""
    return score(a, b) >= SAME_FROM


def join(story: Story, recent: Sequence[Story]) -> str:
    """The id of the event that the story belongs to: that of the most alike, or its own."""
    account = _account(story)
    best, event = SAME_FROM, story.id
    for other in recent:
        if other.id == story.id or _far_apart(story, other) or _unlike_at_sight(story, other):
            continue
        likeness = _likeness(story, other, account, _account(other))
        if likeness >= best:
            best, event = likeness, other.event_id or other.id
    return event


def _far_apart(a: Story, b: Story) -> bool:
    bound = _APART_IN_COURT if _in_court(a) and _in_court(b) else _APART
    return abs(a.published - b.published) > bound


def _unlike_at_sight(a: Story, b: Story) -> bool:
    """A cheap look that rules out most pairs before their words are compared."""
    if a.topics and b.topics and not set(a.topics) & set(b.topics):
        return True
    return bool(a.parties and b.parties and not set(a.parties) & set(b.parties))


def _in_court(story: Story) -> bool:
    return Topic.COURT_RULING in story.topics


def _likeness(a: Story, b: Story, of_a: _Account, of_b: _Account) -> float:
    parts = [
        (0.55, _shared_words(of_a.words, of_b.words)),
        (0.25, _shared_parties(of_a.parties, of_b.parties)),
    ]
    if of_a.percents and of_b.percents:
        parts.append((0.15, 1.0 if of_a.percents & of_b.percents else 0.0))
    total = sum(weight * value for weight, value in parts) / sum(weight for weight, _ in parts)
    if _in_court(a) and _in_court(b):
        total = _one_case(total, of_a, of_b)
    elif _in_court(a) != _in_court(b) or _other_names(of_a, of_b):
        total *= 0.75
    if a.topics and b.topics and not set(a.topics) & set(b.topics):
        total *= 0.8
    for factor in _contradictions(of_a, of_b):
        total *= factor
    return round(min(1.0, total), 4)


def _one_case(total: float, a: _Account, b: _Account) -> float:
    """Steps of one case are told in different words; those of the trade body are other cases."""
    if ("wto" in a.words) != ("wto" in b.words):
        return total * 0.6
    steps = a.words.keys() & b.words.keys() & _STEPS
    return total + 0.05 * min(len(steps), 3) if a.parties == b.parties else total


def _other_names(a: _Account, b: _Account) -> bool:
    """Whether, with no country to go by, the titles name different firms or people."""
    abroad = (a.parties | b.parties) - {"US"}
    return not abroad and bool(a.names and b.names) and not a.names & b.names


def _contradictions(a: _Account, b: _Account) -> Iterator[float]:
    """Factors below 1, one for each sign that two accounts are of different events."""
    others_a, others_b = a.parties - {"US"}, b.parties - {"US"}
    if others_a and others_b and not others_a & others_b:
        yield 0.5
    if a.goods and b.goods and not a.goods & b.goods:
        yield 0.4
    if (a.goods and not b.goods and others_b and not others_a) or (
        b.goods and not a.goods and others_a and not others_b
    ):
        yield 0.6
    if a.sums and b.sums and not a.sums & b.sums:
        yield 0.8
    if (a.words.keys() & _PACTS) != (b.words.keys() & _PACTS):
        yield 0.65
    if _turn(a) * _turn(b) < 0:
        yield 0.75


def _turn(account: _Account) -> int:
    """1 where duties go up, -1 where they go down, 0 where both or neither is said."""
    return ("raise" in account.words) - ("cut" in account.words)


def _shared_words(a: Mapping[str, float], b: Mapping[str, float]) -> float:
    common = sum(min(weight, b[word]) for word, weight in a.items() if word in b)
    size = sqrt(sum(a.values()) * sum(b.values()))
    return min(1.0, 1.8 * common / size) if size else 0.0


def _shared_parties(a: frozenset[str], b: frozenset[str]) -> float:
    if not a or not b:
        return 0.5
    weight = {"US": 0.3}
    both = sum(weight.get(code, 1.0) for code in a & b)
    return both / sum(weight.get(code, 1.0) for code in a | b)


def _account(story: Story) -> _Account:
    words: dict[str, float] = {}
    for text, share in ((story.title, 1.0), (story.text[:_TEXT_READ], 0.6)):
        for word, weight in _weighed(text):
            words[word] = max(words.get(word, 0.0), share * weight)
    percents = (
        percent
        for figure in story.figures
        for percent in (figure.from_percent, figure.to_percent)
        if percent is not None
    )
    folded = fold(story.title)
    return _Account(
        words=words,
        names=frozenset(
            word.lower()
            for word in _CAPITAL.findall(folded)
            if word.lower() not in _STOP and word.lower() not in _LIGHT
        ),
        goods=frozenset(
            _GOODS_OF[word] for word in _WORD.findall(folded.lower()) if word in _GOODS_OF
        ),
        parties=frozenset(story.parties),
        percents=frozenset(percents),
        sums=frozenset(_SUM.findall(folded.lower())),
    )


def _weighed(text: str) -> Iterator[tuple[str, float]]:
    for spelt in _WORD.findall(fold(text)):
        word = spelt.lower()
        if word in _STOP:
            continue
        concept = _CONCEPT_OF.get(word)
        if concept is None:
            concept = _ENDINGS.sub("", word) if len(word) > 4 else word
        known = _LIGHT.get(concept, _LIGHT.get(word))
        yield concept, known or (_PLAIN if spelt.islower() else _NAME)
