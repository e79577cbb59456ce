"""Previews a subscription: the messages that it would have sent about stored stories.

The stories are replayed, oldest first, through `plan_deliveries`, which also plans what is really
sent. Two things are not stored and therefore not replayed: that a story is an edit of an earlier
one, and the limit of events of a feed that was read for the first time.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from bot.alerts.delivery import Audience, Delivery, DeliveryKind, Thread
from bot.alerts.digest import is_quiet_bundle
from bot.alerts.planning import DeliveryRules, plan_deliveries
from bot.alerts.subscriptions.criteria import Criteria
from bot.alerts.subscriptions.model import Subscription
from bot.alerts.subscriptions.timing import Timing
from bot.news.story import Story
from bot.values import Frozen

NEWEST = 5
"""Maximum stories that a preview shows."""
_POSTS = (DeliveryKind.ALERT, DeliveryKind.FOLLOW_UP)


class Preview(Frozen):
    """What a subscription would have sent."""

    messages: int
    """Alerts, developments and bundles, also a bundle that is due after the last story."""
    events: int
    stories: int
    newest: tuple[Story, ...]
    """The newest stories, newest first."""


def preview(
    criteria: Criteria,
    timing: Timing,
    stories: Iterable[Story],
    rules: DeliveryRules,
    max_age: timedelta,
    touching: Collection[str] = (),
) -> Preview:
    """What a subscription would have sent if these had been all stories, in any order.

    A story that was older than `max_age` when it was first seen sends nothing. `touching` has the
    ids of the stories that touch a line of the conversation's list, as it is now.
    """
    every = _sort(stories)
    if not every:
        return Preview(messages=0, events=0, stories=0, newest=())
    sent = _list_messages(criteria, timing, every, rules, max_age, touching)
    found = _select(every, sent)
    newest = sorted(found, key=lambda story: (story.published, story.id), reverse=True)
    return Preview(
        messages=len(sent),
        events=len({story.event_id for story in found}),
        stories=len(found),
        newest=tuple(newest[:NEWEST]),
    )


def list_sent(
    criteria: Criteria,
    timing: Timing,
    stories: Iterable[Story],
    rules: DeliveryRules,
    max_age: timedelta,
    touching: Collection[str] = (),
) -> list[Story]:
    """The stories that a subscription would have sent, oldest first; see `preview`."""
    every = _sort(stories)
    if not every:
        return []
    return _select(every, _list_messages(criteria, timing, every, rules, max_age, touching))


def _sort(stories: Iterable[Story]) -> list[Story]:
    return sorted(stories, key=lambda story: (story.seen_at, story.published, story.id))


def _select(every: Iterable[Story], sent: Mapping[str, Collection[str]]) -> list[Story]:
    ids = set[str]().union(*sent.values())
    return [story for story in every if story.id in ids]


def _list_messages(
    criteria: Criteria,
    timing: Timing,
    every: Sequence[Story],
    rules: DeliveryRules,
    max_age: timedelta,
    touching: Collection[str],
) -> dict[str, set[str]]:
    """The ids of the stories in each message, by its id."""
    subscription = Subscription(
        id="preview",
        team="",
        conversation="",
        criteria=criteria,
        timing=timing,
        created_at=every[0].seen_at,
    )
    sent: dict[str, set[str]] = {}
    for delivery in _replay(subscription, every, rules, max_age, touching):
        sent.setdefault(delivery.id, set()).update(delivery.story_ids)
    return sent


def _replay(
    subscription: Subscription,
    stories: Sequence[Story],
    rules: DeliveryRules,
    max_age: timedelta,
    touching: Collection[str],
) -> Iterator[Delivery]:
    """The messages of all stories; those that were seen at one moment are planned together."""
    alerted: set[Thread] = set()
    bundled: dict[Thread, datetime] = {}
    known: dict[str, list[Story]] = {}
    for seen_at, group in groupby(stories, key=_seen_at):
        seen = list(group)
        fresh = [story for story in seen if seen_at - story.published <= max_age]
        events = {story.event_id for story in fresh}
        threads = {Thread(event, subscription.team, subscription.conversation) for event in events}
        audience = Audience(
            subscriptions=(subscription,),
            alerted=threads & alerted,
            bundled={each: bundled[each] for each in threads if each in bundled},
            touching={(subscription.team, subscription.conversation): frozenset(touching)},
        )
        earlier = [story for event in events for story in known.get(event, ())]
        for delivery in plan_deliveries(fresh, audience, seen_at, rules, earlier=earlier):
            if delivery.kind in _POSTS:
                alerted.add(Thread(delivery.event_id, delivery.team, delivery.conversation))
            elif is_quiet_bundle(delivery):
                bundled |= _list_threads(delivery, fresh)
            if delivery.kind is not DeliveryKind.UPDATE:
                yield delivery
        for story in seen:
            known.setdefault(story.event_id, []).append(story)


def _list_threads(bundle: Delivery, stories: Iterable[Story]) -> dict[Thread, datetime]:
    """The events of a bundle, with its moment."""
    place = bundle.team, bundle.conversation
    events = {story.event_id for story in stories if story.id in bundle.story_ids}
    return {Thread(event, *place): bundle.due_at for event in events}


def _seen_at(story: Story) -> datetime:
    return story.seen_at
