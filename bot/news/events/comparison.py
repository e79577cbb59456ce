"""Compares two stories: do they report one state of an event, two states of it, or two events?

1. Signals measure what two stories share, each from 0 to 1 (`Signals`).
2. Two sums of weighted signals give two probabilities: that both report one state, and that both
   belong to one matter (a measure, a case or talks). `bot.news.events.weights` has the weights;
   `python -m bench.train_pairs` learns them from labeled pairs.
3. Vetoes are facts in which two reports of one state never differ. They overrule the probabilities.
   An identity veto, for example other goods, makes two events. A state veto, for example another
   rate, makes a development at most.
       same       "Trump sets tariffs of 39% on Swiss goods" and "Switzerland faces tariffs of 39%"
       follow-up  "Trump sets tariffs of 39% on Swiss goods" and "Switzerland faces tariffs of 15%"
       different  "India raises its duty on gold" and "Turkey raises its duty on gold"
4. Reports of one state are at most three days apart, developments seven days. The steps of a court
   case may be reported for seven days.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from enum import StrEnum
from math import exp
from operator import mul
from typing import NamedTuple

from bot.news.events import weights
from bot.news.events.acts import REACTIONS, Act, follows, have_common_act, may_be_one_step
from bot.news.events.features import Features, get_features
from bot.news.state import Relation
from bot.news.story import Story
from bot.values import Frozen

SAME_SCORE = 0.42
"""The lowest score of two reports of one state. It is below one half, because vetoes keep most
different stories apart, and the weights were learned without vetoes.
"""
_MATTER_SCORE = 0.45
"""The lowest matter score of a development. It is lower than one half, because a wrong development
is still shown in the channel, and two stories of one matter in two threads are not found again.
"""
_DAY_S = 86_400
_SURE_MATTER_SCORE = 0.7
_NEAR_SCORE = 0.35
"""Two stories without a veto report one state even with a score below `SAME_SCORE`, if their matter
score is at least `_SURE_MATTER_SCORE`, and if they are of one day, or have a common act and at
least this score.
"""
_CONCESSIONS = frozenset(
    {Act.CUT, Act.DELAY, Act.RETREAT, Act.OFFER, Act.AGREE, Act.TALK, Act.DENY}
)
_STARTS = frozenset({Act.INVESTIGATE, Act.THREATEN, Act.SUE})
_DAYS_OF_STEP = 0.75
"""Stories further apart that name different acts report two steps."""
_MAX_DAYS, _MAX_DAYS_OF_MATTER = 3.0, 7.0
_MAX_APART = timedelta(days=_MAX_DAYS_OF_MATTER)


class Likeness(StrEnum):
    """What two stories share. The values appear in JSON."""

    WORDS = "words"
    NAMES = "names"
    PARTNER = "partner"
    GOODS = "goods"
    ACT = "act"
    CASE = "case"
    RATE = "rate"
    SUM = "sum"


class Difference(StrEnum):
    """A sign, but no proof, that two stories report different things. The values appear in JSON."""

    GOODS_IN_ONE = "goods_in_one"
    OTHER_NAMES = "other_names"
    OTHER_OBJECT = "other_object"
    COMMENT = "comment"
    DAYS_APART = "days_apart"


class Veto(StrEnum):
    """A fact in which two reports of one state never differ. The values appear in JSON."""

    OTHER_PARTIES = "other_parties"
    OTHER_GOODS = "other_goods"
    OTHER_OBJECT = "other_object"
    OTHER_FIRM = "other_firm"
    OTHER_LAW = "other_law"
    OTHER_REMEDY = "other_remedy"
    OTHER_COUNT = "other_count"
    OTHER_FORUM = "other_forum"
    FAR_APART = "far_apart"
    OTHER_ACT = "other_act"
    OTHER_RATE = "other_rate"
    OTHER_SUM = "other_sum"
    OTHER_COURT = "other_court"
    OTHER_CHAMBER = "other_chamber"
    OTHER_IMPOSER = "other_imposer"
    COMMENT = "comment"


_STATE_VETOES = frozenset(
    {
        Veto.OTHER_ACT,
        Veto.OTHER_RATE,
        Veto.OTHER_SUM,
        Veto.OTHER_COURT,
        Veto.OTHER_CHAMBER,
        Veto.OTHER_IMPOSER,
        Veto.COMMENT,
    }
)
"""Vetoes that two states of one event may have. A duty of another imposer, for example, can be an
answer to the first duty.
"""


class Signals(NamedTuple):
    """What two stories share, or what only one of them has; each from 0 to 1."""

    contained: float
    """The share of each title's words that the other story has."""
    names: float
    partners: float
    goods: float
    goods_in_one: float
    """Only one title names goods."""
    court: float
    """Both report a step of a court case."""
    act: float
    """Both report one act, and share a partner, goods, a name, a court or a law."""
    other_act: float
    rate: float
    amount: float
    comment: float
    """Only one story is a commentary."""
    days: float
    """The days between the stories, of at most four."""
    other_names: float
    other_object: float
    next_step: float
    """The acts of one story usually come after those of the other."""
    no_partner: float
    """Neither story names a partner, so their partners cannot be compared."""


class Weights(NamedTuple):
    """The weights of one probability. `signals` has the order of `Signals`."""

    bias: float
    signals: tuple[float, ...]


class Comparison(Frozen):
    """The relation of two stories, with scores and reasons."""

    relation: Relation
    """NEW if the stories report two events."""
    score: float
    """The probability, from 0 to 1, that both report one state; below `SAME_SCORE` with a veto."""
    matter_score: float
    """The probability, from 0 to 1, that both belong to one measure, case or talks."""
    reasons: tuple[Likeness, ...] = ()
    differences: tuple[Difference, ...] = ()
    vetoes: tuple[Veto, ...] = ()


class Verdict(NamedTuple):
    """A comparison without its reasons."""

    relation: Relation
    score: float
    matter_score: float
    vetoes: tuple[Veto, ...]


def compare(a: Story, b: Story) -> Comparison:
    """The comparison of two stories; their order makes no difference."""
    return compare_by(_SAME, _MATTER, a, b)


def compare_by(same: Weights, matter: Weights, a: Story, b: Story) -> Comparison:
    """Like `compare`, with other weights."""
    of_a, of_b, days = get_features(a), get_features(b), _count_days(a, b)
    signals = measure_signals(of_a, of_b, days)
    if b.published < a.published:
        of_a, of_b = of_b, of_a
    verdict = _judge(of_a, of_b, days, _weigh(signals, same), _weigh(signals, matter))
    return Comparison(
        relation=verdict.relation,
        score=verdict.score,
        matter_score=verdict.matter_score,
        reasons=tuple(_list_reasons(signals)),
        differences=tuple(_list_differences(signals)),
        vetoes=verdict.vetoes,
    )


def judge_all(story: Story, others: Iterable[Story]) -> Iterator[tuple[Story, Verdict]]:
    """The verdicts on a story and each of the others that may belong to the same matter.

    Stories that are too far apart, share no party or no distinctive word, or have an identity veto,
    are left out.
    """
    features, parties = get_features(story), frozenset(story.parties)
    first, last = (story.published + sign * _MAX_APART for sign in (-1, 1))
    for other in others:
        if not first <= other.published <= last:
            continue
        if parties and other.parties and parties.isdisjoint(other.parties):
            continue
        its = get_features(other)
        if features.anchors.isdisjoint(its.anchors):
            continue
        if any(_list_identity_vetoes(features, its)):
            continue
        days = _count_days(story, other)
        signals = measure_signals(features, its, days)
        matter = _weigh(signals, _MATTER)
        score = _weigh(signals, _SAME)
        if matter >= _MATTER_SCORE or score >= SAME_SCORE:
            pair = (its, features) if other.published <= story.published else (features, its)
            yield other, _judge(*pair, days, score, matter)


def measure_pair(a: Story, b: Story) -> Signals:
    """The signals of two stories."""
    return measure_signals(get_features(a), get_features(b), _count_days(a, b))


def measure_signals(a: Features, b: Features, days: float) -> Signals:
    """The signals of two stories that are `days` apart."""
    partners = a.partners | b.partners
    common_partners = len(a.partners & b.partners)
    shared_names = len((a.names & b.spelled) | (b.names & a.spelled))
    goods = not a.goods.isdisjoint(b.goods)
    same_act = _report_one_act(a, b, days)
    connected = (
        common_partners
        or goods
        or shared_names
        or (a.in_court and b.in_court)
        or not a.laws.isdisjoint(b.laws)
    )
    return Signals(
        contained=(_contain(a, b.words) + _contain(b, a.words)) / 2,
        names=min(2, shared_names) / 2,
        partners=common_partners / len(partners) if partners else 0.0,
        goods=float(goods),
        goods_in_one=float(bool(a.title_goods) != bool(b.title_goods)),
        court=float(a.in_court and b.in_court),
        act=float(bool(same_act and connected)),
        other_act=float(bool(a.acts and b.acts and not same_act)),
        rate=float(not (a.rates.isdisjoint(b.all_rates) and b.rates.isdisjoint(a.all_rates))),
        amount=float(
            not (a.amounts.isdisjoint(b.all_amounts) and b.amounts.isdisjoint(a.all_amounts))
        ),
        comment=float(a.comment != b.comment),
        days=min(days, 4.0) / 4,
        other_names=float(
            bool(a.mixed_case and b.mixed_case and a.names and b.names and not shared_names)
        ),
        other_object=float(_have_other_objects(a, b)),
        next_step=float(not same_act and (follows(a.acts, b.acts) or follows(b.acts, a.acts))),
        no_partner=float(not partners),
    )


def _judge(a: Features, b: Features, days: float, score: float, matter: float) -> Verdict:
    """The verdict on a story `a` and a story `b` that is not older."""
    vetoes = tuple(_find_vetoes(a, b, days))
    if vetoes:
        score = min(score, SAME_SCORE - 0.01)
    elif a.title == b.title and a.words == b.words:
        score = matter = 1.0
    if score >= SAME_SCORE:
        relation = Relation.REPORT
    elif matter < _MATTER_SCORE or not _STATE_VETOES.issuperset(vetoes):
        relation = Relation.NEW
    elif vetoes:
        starts = days > 0 and _starts_matter(a, b)
        relation = Relation.NEW if starts or _react_apart(a, b) else Relation.DEVELOPMENT
    elif matter >= _SURE_MATTER_SCORE and (
        days <= _DAYS_OF_STEP
        or (score >= _NEAR_SCORE and have_common_act(a.acts, b.acts) and not a.comment)
    ):
        relation, score = Relation.REPORT, SAME_SCORE
    elif days > 0 and b.acts_in_title and not a.acts:
        relation = Relation.DEVELOPMENT
    else:
        relation = Relation.NEW
    return Verdict(relation, round(score, 4), round(matter, 4), vetoes)


def _starts_matter(earlier: Features, later: Features) -> bool:
    """Whether the later story starts a matter of its own, although both have one subject.

    If the earlier story reports only reactions, the later one does so with any act that is neither
    a reaction nor a concession. If not, it does so with a new threat, probe or suit of the same
    party, if the goods and rates differ.
    """
    if earlier.acts and earlier.acts <= REACTIONS:
        return bool(later.acts) and later.acts.isdisjoint(_CONCESSIONS | REACTIONS | earlier.acts)
    return (
        bool(later.acts)
        and later.acts <= _STARTS
        and earlier.acts.isdisjoint(_STARTS)
        and earlier.actor == later.actor
        and earlier.goods.isdisjoint(later.goods)
        and earlier.rates.isdisjoint(later.all_rates)
    )


def _react_apart(a: Features, b: Features) -> bool:
    """Whether both stories report only reactions, and those of different parties."""
    return bool(a.acts and b.acts) and a.acts | b.acts <= REACTIONS and a.actor != b.actor


def _find_vetoes(a: Features, b: Features, days: float) -> list[Veto]:
    """The vetoes on a story `a` and a story `b` that is not older."""
    vetoes = [*_list_identity_vetoes(a, b), *_list_state_vetoes(a, b, days)]
    if days > _MAX_DAYS_OF_MATTER or (
        days > _MAX_DAYS
        and not vetoes
        and not (a.in_court and b.in_court)
        and not (b.acts_in_title and not a.acts)
    ):
        vetoes.append(Veto.FAR_APART)
    return vetoes


def _list_identity_vetoes(a: Features, b: Features) -> Iterator[Veto]:
    """The vetoes of two events; the order of the stories makes no difference."""
    if _have_other_parties(a, b):
        yield Veto.OTHER_PARTIES
    if _have_other_goods(a, b):
        yield Veto.OTHER_GOODS
    if _are_cases(a, b) and _have_other_objects(a, b):
        yield Veto.OTHER_OBJECT
    if _differ(a.plaintiff, b.plaintiff) or _name_other_firms(a, b):
        yield Veto.OTHER_FIRM
    if _differ(a.laws, b.laws):
        yield Veto.OTHER_LAW
    if _differ(a.remedies, b.remedies):
        yield Veto.OTHER_REMEDY
    if _differ(a.counts, b.counts):
        yield Veto.OTHER_COUNT
    if _are_in_other_forums(a, b):
        yield Veto.OTHER_FORUM


def _list_state_vetoes(a: Features, b: Features, days: float) -> Iterator[Veto]:
    """The vetoes of two states that one event may have."""
    if _differ(a.courts, b.courts) and not _are_in_other_forums(a, b):
        yield Veto.OTHER_COURT
    if _differ(a.chambers, b.chambers):
        yield Veto.OTHER_CHAMBER
    if a.acts and b.acts and not _report_one_act(a, b, days):
        yield Veto.OTHER_ACT
    if (
        _differ(a.rates, b.rates)
        and _differ(a.rates, b.all_rates)
        and _differ(b.rates, a.all_rates)
    ):
        yield Veto.OTHER_RATE
    if _have_other_sums(a, b):
        yield Veto.OTHER_SUM
    if _differ(a.imposers, b.imposers):
        yield Veto.OTHER_IMPOSER
    if a.comment != b.comment and days > _DAYS_OF_STEP:
        yield Veto.COMMENT


def _have_other_parties(a: Features, b: Features) -> bool:
    """Whether both stories name partners and share none, or each has a party that the other lacks.

    A reaction is identified by the party that reacts. So if both report the same reaction, a party
    that only the text of the other story names counts as lacking.
    """
    if _differ(a.partners, b.partners):
        return True
    only_a, only_b = a.parties - b.parties, b.parties - a.parties
    if not only_a or not only_b:
        return False
    if not a.acts.isdisjoint(b.acts & REACTIONS):
        return True
    return not (only_a <= b.partners or only_b <= a.partners)


def _have_other_goods(a: Features, b: Features) -> bool:
    return (
        _differ(a.title_goods, b.title_goods)
        and a.goods.isdisjoint(b.title_goods)
        and a.title_goods.isdisjoint(b.goods)
    )


def _have_other_objects(a: Features, b: Features) -> bool:
    return (
        _differ(a.objects, b.objects)
        and a.objects.isdisjoint(b.words)
        and b.objects.isdisjoint(a.words)
    )


def _are_in_other_forums(a: Features, b: Features) -> bool:
    """Whether one story is about the WTO and the other one about the courts of a country."""
    return bool(a.courts and b.courts) and ("wto" in a.courts) != ("wto" in b.courts)


def _report_one_act(a: Features, b: Features, days: float) -> bool:
    """Whether two stories may report one act."""
    if have_common_act(a.acts, b.acts):
        return True
    if days > _DAYS_OF_STEP or not may_be_one_step(a.acts, b.acts):
        return False
    # A duty of the other side is an answer, not the same act.
    return Act.RETALIATE not in a.acts ^ b.acts or a.actor == b.actor


def _are_cases(a: Features, b: Features) -> bool:
    """Whether both stories report investigations or trade remedies. Each is about one product."""
    return bool(
        (Act.INVESTIGATE in a.acts and Act.INVESTIGATE in b.acts) or (a.remedies and b.remedies)
    )


def _name_other_firms(a: Features, b: Features) -> bool:
    """Whether the titles name different firms or people, and share no partner, goods or case."""
    return (
        a.mixed_case
        and b.mixed_case
        and not (a.in_court or b.in_court)
        and _differ(a.names, b.names)
        and a.names.isdisjoint(b.spelled)
        and b.names.isdisjoint(a.spelled)
        and a.partners.isdisjoint(b.partners)
        and a.goods.isdisjoint(b.goods)
    )


def _have_other_sums(a: Features, b: Features) -> bool:
    """Whether the titles state different sums in one currency, or without a currency."""
    if not _differ(a.amounts, b.all_amounts) or not _differ(b.amounts, a.all_amounts):
        return False
    return any(
        not one.currency or not other.currency or one.currency == other.currency
        for one in a.sums
        for other in b.sums
    )


def _differ(a: frozenset[str] | frozenset[float], b: frozenset[str] | frozenset[float]) -> bool:
    return bool(a and b) and a.isdisjoint(b)


def _contain(a: Features, words: Mapping[str, float]) -> float:
    """The share of the words of a title, by weight, that another story has."""
    if not a.title_weight:
        return 0.0
    return sum(map(a.title.__getitem__, a.title.keys() & words.keys())) / a.title_weight


def _list_reasons(signals: Signals) -> list[Likeness]:
    shown = (
        (Likeness.WORDS, signals.contained >= 0.4),
        (Likeness.NAMES, signals.names > 0),
        (Likeness.PARTNER, signals.partners > 0),
        (Likeness.GOODS, signals.goods > 0),
        (Likeness.ACT, signals.act > 0),
        (Likeness.CASE, signals.court > 0),
        (Likeness.RATE, signals.rate > 0),
        (Likeness.SUM, signals.amount > 0),
    )
    return [reason for reason, holds in shown if holds]


def _list_differences(signals: Signals) -> list[Difference]:
    shown = (
        (Difference.GOODS_IN_ONE, signals.goods_in_one > 0),
        (Difference.OTHER_NAMES, signals.other_names > 0),
        (Difference.OTHER_OBJECT, signals.other_object > 0),
        (Difference.COMMENT, signals.comment > 0),
        (Difference.DAYS_APART, signals.days >= 0.25),
    )
    return [difference for difference, holds in shown if holds]


def _count_days(a: Story, b: Story) -> float:
    return abs((a.published - b.published).total_seconds()) / _DAY_S


def _order(given: Mapping[str, float]) -> Weights:
    """The weights in the order of `Signals`; a signal without a weight does not count."""
    return Weights(given["bias"], tuple(given.get(name, 0.0) for name in Signals._fields))


_SAME, _MATTER = _order(weights.SAME), _order(weights.MATTER)


def _weigh(signals: Signals, by: Weights) -> float:
    return 1 / (1 + exp(-by.bias - sum(map(mul, by.signals, signals))))
