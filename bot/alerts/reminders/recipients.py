"""Who is reminded of which changes and deadlines."""

from collections.abc import Collection, Iterable
from datetime import datetime

from bot.alerts.dated_events import DatedEvent
from bot.alerts.deadlines import DatedEvents
from bot.alerts.delivery import Thread
from bot.alerts.mutes import Mute, find_mute, is_silent
from bot.alerts.reminders.model import Place
from bot.alerts.subscriptions.criteria import (
    Blocs,
    Criteria,
    EconomyFilter,
    match,
    names_goods_in,
)
from bot.alerts.subscriptions.model import Subscription
from bot.alerts.subscriptions.own_lines import TouchingAhead
from bot.rates.calendar.entries import affects
from bot.rates.ledger import Ledger
from bot.rates.model.changes import Upcoming
from bot.text.folding import fold_case
from bot.values import Topic


def group_by_place(
    subscriptions: Iterable[Subscription],
    followers: Iterable[Thread],
    off: Collection[Place],
    now: datetime,
) -> dict[Place, list[Subscription]]:
    """The subscriptions that are not paused, by conversation, and the people who follow an
    event."""
    found: dict[Place, list[Subscription]] = {}
    for subscription in subscriptions:
        place = Place(subscription.team, subscription.conversation)
        if place not in off and not subscription.is_paused(now):
            found.setdefault(place, []).append(subscription)
    for thread in followers:
        place = Place(thread.team, thread.conversation)
        if place not in off:
            found.setdefault(place, [])
    return found


def list_on_tariffs(subscriptions: Iterable[Subscription]) -> list[Subscription]:
    """The subscriptions that include the topic tariffs."""
    return [
        each
        for each in subscriptions
        if not each.criteria.topics or Topic.TARIFF in each.criteria.topics
    ]


def wants_change(ledger: Ledger, subscription: Subscription, item: Upcoming) -> bool:
    """Whether a change concerns the economies, goods and words of a subscription to tariffs."""
    criteria = subscription.criteria
    if criteria.economies and not any(
        _is_between(ledger, item, each) for each in criteria.economies
    ):
        return False
    text = fold_case(f"{item.measure}\n{item.change.text}")
    if any(fold_case(word) in text for word in criteria.without_words):
        return False
    if criteria.goods and not any(names_goods_in(each, text) for each in criteria.goods):
        return False
    return not criteria.words or any(fold_case(word) in text for word in criteria.words)


def _is_between(ledger: Ledger, item: Upcoming, economies: EconomyFilter) -> bool:
    """Whether a change affects the economy or, for a pair, trade between the two economies."""
    if not all(affects(ledger, item, [code]) for code in economies.codes):
        return False
    return not economies.directed or item.imposer in ledger.list_codes(economies.first)


class Recipients:
    """Decides which conversations are reminded of an event's deadlines, except where muted."""

    def __init__(
        self,
        dated: DatedEvents,
        mutes: Iterable[Mute],
        blocs: Blocs,
        now: datetime,
        touching: TouchingAhead,
    ) -> None:
        self._dated, self._blocs, self._now = dated, blocs, now
        self._touching = touching.stories
        self._mutes: dict[Place, list[Mute]] = {}
        for mute in mutes:
            self._mutes.setdefault(Place(mute.team, mute.conversation), []).append(mute)
        # Many subscriptions are equal, so equal ones are compared with an event only once.
        self._known: dict[tuple[Criteria, Collection[str], str], frozenset[Topic]] = {}

    def are_tariffs_muted(self, place: Place) -> bool:
        """Whether the conversation gets no reminder of a change of duties now."""
        return is_silent(self._mutes.get(place, ()), Topic.TARIFF, self._now)

    def includes(self, place: Place, held: Iterable[Subscription], event: DatedEvent) -> bool:
        """Whether a conversation with these subscriptions is reminded."""
        wanted = [self.find_topics(each, event) for each in held]
        if self.follows(place, event):
            wanted.append(frozenset(topic for story in event.stories for topic in story.topics))
        mutes = self._mutes.get(place, ())
        return any(
            find_mute(mutes, event.id, topics, self._now) is None for topics in wanted if topics
        )

    def follows(self, place: Place, event: DatedEvent) -> bool:
        """Whether the conversation is a person who follows the event."""
        return Thread(event.id, *place) in self._dated.followers

    def find_topics(self, subscription: Subscription, event: DatedEvent) -> frozenset[Topic]:
        """The topics for which the subscription gets stories of the event; empty if it gets
        none."""
        place = subscription.team, subscription.conversation
        touching = self._touching.get(place, frozenset())
        key = subscription.criteria, touching, event.id
        if key not in self._known:
            reasons = (match(key[0], story, self._blocs, touching) for story in event.stories)
            self._known[key] = frozenset(
                topic for reason in reasons if reason is not None for topic in reason.topics
            )
        return self._known[key]
