"""Finds what a story adds to an event: the facts that none of the event's stories states.

Except for the answer of another party, a fact counts as new only if the event has a fact of the
same kind. The first rate of an event that had none is a detail from another outlet, not a
development.
    new      "China raises the duty to 125%" after "China raises the duty to 84%"
    not new  "China raises the duty to 84%" after "China raises the duty"
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal

from bot.news.events.acts import REACTIONS, Act, have_common_act
from bot.news.events.features import Features, get_features
from bot.news.state import EventStatus, NewFact, NewFactKind
from bot.news.story import Story

_ANSWERS = REACTIONS | {Act.RETALIATE, Act.APPEAL, Act.SUE}
_STATUS_OF_ACT = {
    Act.VOID: EventStatus.UNLAWFUL,
    Act.STAY: EventStatus.STAYED,
    Act.UPHOLD: EventStatus.UPHELD,
    Act.DELAY: EventStatus.DELAYED,
    Act.TAKE_EFFECT: EventStatus.IN_FORCE,
    Act.SIGN: EventStatus.DEAL,
    Act.AGREE: EventStatus.DEAL,
    Act.FINAL: EventStatus.ANNOUNCED,
    Act.IMPOSE: EventStatus.ANNOUNCED,
    Act.PRELIMINARY: EventStatus.PROPOSED,
    Act.PROPOSE: EventStatus.PROPOSED,
    Act.CONSIDER: EventStatus.PROPOSED,
    Act.INVESTIGATE: EventStatus.INVESTIGATED,
    Act.THREATEN: EventStatus.THREATENED,
    Act.RESUME: EventStatus.TALKS,
    Act.TALK: EventStatus.TALKS,
}
"""Decided steps come before planned ones. A title with several acts has the status of the first:
`duty kicks in, further increase threatened` is in force.
"""


def find_new_facts(story: Story, earlier: Sequence[Story]) -> tuple[NewFact, ...]:
    """The facts of a story that the earlier stories of its event, oldest first, do not state."""
    if not earlier:
        return ()
    return tuple(_list_facts(story, earlier))


def _list_facts(story: Story, earlier: Sequence[Story]) -> Iterator[NewFact]:
    features = get_features(story)
    known = [get_features(each) for each in earlier]
    yield from _find_answer(story, features, earlier, known)
    yield from _find_status(story, features, earlier, known)
    yield from _find_change(story, earlier) or _find_number(
        NewFactKind.RATE, features, known, _list_rates, _list_all_rates
    )
    yield from _find_number(NewFactKind.SUM, features, known, _list_sums, _list_all_sums)
    yield from _find_state(NewFactKind.DATE, story, earlier, _get_effective)
    yield from _find_state(NewFactKind.COLLECTION, story, earlier, _get_collection)
    yield from _find_scope(features, known)


def _find_answer(
    story: Story, features: Features, earlier: Sequence[Story], known: Iterable[Features]
) -> Iterator[NewFact]:
    """A reaction, or a rate of another party than the event's first one; only if no earlier story
    reports the same act."""
    first = _get_actor(earlier[0])
    actor = _get_actor(story)
    reacts = not features.acts.isdisjoint(_ANSWERS)
    reported = any(have_common_act(features.acts, each.acts) for each in known)
    acts_back = actor and first and actor != first and features.rates and not reported
    if (reacts and not reported) or acts_back:
        yield NewFact(kind=NewFactKind.ANSWER, before=first, after=actor or "US")


def _get_actor(story: Story) -> str:
    """The party that the title names first; empty if it names none."""
    return next(iter(story.title_parties or story.parties), "")


def _find_status(
    story: Story, features: Features, earlier: Sequence[Story], known: Sequence[Features]
) -> Iterator[NewFact]:
    """The status that the story states or, if it states none, the status that its act implies."""
    after = _get_status(story, features)
    if after is None or not features.acts.isdisjoint(_ANSWERS):
        return
    before = [
        status
        for each, its in zip(earlier, known, strict=True)
        if (status := _get_status(each, its)) is not None
    ]
    reported = any(have_common_act(features.acts, each.acts) for each in known)
    if before and after not in before and not reported:
        yield NewFact(kind=NewFactKind.STATUS, before=before[-1], after=after)


def _get_status(story: Story, features: Features) -> EventStatus | None:
    if story.state.status is not None:
        return story.state.status
    return next((status for act, status in _STATUS_OF_ACT.items() if act in features.acts), None)


def _find_number(
    kind: NewFactKind,
    features: Features,
    known: Sequence[Features],
    stated: Callable[[Features], frozenset[str]],
    mentioned: Callable[[Features], frozenset[str]],
) -> Iterator[NewFact]:
    after = stated(features)
    before = [number for each in known for number in sorted(stated(each))]
    seen = {number for each in known for number in mentioned(each)}
    if after and before and after.isdisjoint(seen) and mentioned(features).isdisjoint(before):
        yield NewFact(kind=kind, before=before[-1], after=max(sorted(after), key=len))


def _find_change(story: Story, earlier: Iterable[Story]) -> tuple[NewFact, ...]:
    """A rate that the story says replaces one of the event, as in "from 84% to 125%"."""
    known = {figure.to_percent for each in earlier for figure in each.figures} - {None}
    return tuple(
        NewFact(kind=NewFactKind.RATE, before=_write(old), after=_write(new))
        for figure in story.figures
        if (old := figure.from_percent) in known
        and old is not None
        and (new := figure.to_percent) is not None
        and new not in known
    )[:1]


def _write(percent: Decimal) -> str:
    return f"{percent.normalize():f}"


def _list_rates(features: Features) -> frozenset[str]:
    return frozenset(map(_write_percent, features.rates))


def _list_all_rates(features: Features) -> frozenset[str]:
    return frozenset(map(_write_percent, features.all_rates))


def _write_percent(percent: float) -> str:
    return f"{Decimal(str(percent)).normalize():f}"


def _list_sums(features: Features) -> frozenset[str]:
    return features.amounts


def _list_all_sums(features: Features) -> frozenset[str]:
    return features.all_amounts


def _get_effective(story: Story) -> str:
    return story.state.effective.isoformat() if story.state.effective else ""


def _get_collection(story: Story) -> str:
    return story.state.collection or ""


def _find_state(
    kind: NewFactKind, story: Story, earlier: Iterable[Story], stated: Callable[[Story], str]
) -> Iterator[NewFact]:
    after = stated(story)
    before = [value for each in earlier if (value := stated(each))]
    if after and before and after not in before:
        yield NewFact(kind=kind, before=before[-1], after=after)


def _find_scope(features: Features, known: Iterable[Features]) -> Iterator[NewFact]:
    """Goods that the title names and that no story of the event names, if the event has goods."""
    before = {goods for each in known for goods in each.goods}
    added = features.title_goods - before
    if before and added:
        yield NewFact(
            kind=NewFactKind.SCOPE, before=", ".join(sorted(before)), after=", ".join(sorted(added))
        )
