"""Plans deliveries: which messages a story causes, and when.

    story | subscriptions that match  | timing: at once, or in which bundle | mute: missed?
          | followers, if it is a development                               |

1. Each conversation gets a story once. Of several reasons, the one that is due first counts.
2. The first story of an event that a conversation gets makes its alert, and a development makes a
   follow-up. Another report makes none.
3. A story that is too early, or that a mute keeps back, is added to a bundle (`alerts/digest.py`).
4. A bundle is not a thread. Reports of an event in a bundle of the quiet time are added to the
   bundle until its planned moment, even if the quiet hours were shortened since. Afterwards only a
   development makes the alert.
5. Followers get developments at once, or at the end of the quiet time of their own subscriptions.
6. Developments and other reports make one update of each earlier alert, even where something is
   muted, because Slack notifies no one of an edit.
7. A subscription with *only my lines* gets the stories that touch the conversation's lines. The
   developments of such a story's event follow, whatever goods they name, as with other filters.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from bot.alerts.delivery import Audience, Delivery, DeliveryKind, Thread, make_delivery
from bot.alerts.digest import (
    Bundle,
    BundleKind,
    bundle_of_frequency,
    bundle_of_mute,
    make_bundle,
)
from bot.alerts.mutes import Mute, find_mute
from bot.alerts.subscriptions.criteria import Blocs, describe_reason
from bot.alerts.subscriptions.model import Subscription, timing_of
from bot.alerts.subscriptions.timing import Frequency, ServerTime, Timing, next_send
from bot.news.state import Relation, Severity
from bot.news.story import Story
from bot.values import Topic

UPDATE_DELAY = timedelta(seconds=5)
"""Time between a story and the edit of its event's first message. Several feeds often report the
same event within seconds, and one edit then covers their stories. Slack allows about one
`chat.update` a second in a workspace, so fewer edits also arrive sooner.
"""

Place = tuple[str, str]
"""A team and a conversation."""


@dataclass(frozen=True)
class DeliveryRules:
    """What planning needs to know, apart from stories and subscriptions."""

    server: ServerTime = field(default_factory=ServerTime)
    blocs: Blocs = field(default_factory=dict)


_DEFAULT_RULES = DeliveryRules()


_FOLLOWS = "you follow this event"
_AT_ONCE = datetime.min.replace(tzinfo=UTC)


class _Recipient(NamedTuple):
    """Why and when a conversation gets a story. `due_at` is None for at once."""

    reason: str
    topics: tuple[Topic, ...]
    due_at: datetime | None = None
    bundle: Bundle = Bundle(kind=BundleKind.QUIET)
    follows: bool = False
    may_wait: bool = False
    """Whether the story would wait for the end of a quiet time that covers it."""

    @property
    def rank(self) -> tuple[datetime, bool]:
        """Of several recipients with the same conversation, the one with the lowest rank counts."""
        return self.due_at or _AT_ONCE, self.may_wait


class _Bundled(NamedTuple):
    """A bundle of one conversation."""

    place: Place
    bundle: Bundle
    due_at: datetime


def plan_deliveries(
    stories: Iterable[Story],
    audience: Audience,
    now: datetime,
    rules: DeliveryRules = _DEFAULT_RULES,
    corrections: Collection[str] = (),
    earlier: Iterable[Story] = (),
) -> tuple[Delivery, ...]:
    """The deliveries that these stories cause, in the order in which to send them.

    A development need not match the subscription if one of the `earlier` stories of its event
    does: a pause of all duties may not name the economy whose duty the alert is about. A story
    whose id is in `corrections` is a development where the alert is, and makes no alert elsewhere.
    The `event_id` of each story must be set.
    """
    plan = _Plan(audience, now, rules, corrections)
    for story in earlier:
        plan.known.setdefault(story.event_id, []).append(story)
    for story in stories:
        plan.add(story)
    return plan.list_deliveries()


class _Plan:
    """The deliveries of one poll, story by story."""

    def __init__(
        self,
        audience: Audience,
        now: datetime,
        rules: DeliveryRules,
        corrections: Collection[str],
    ) -> None:
        self._audience, self._now, self._rules = audience, now, rules
        self._corrections, self._alerted = corrections, set(audience.alerted)
        self._bundled = dict(audience.bundled)
        self._threads = _by_event(audience.alerted)
        self._timings: dict[Place, Timing] | None = None
        self._mutes: dict[Place, list[Mute]] = {}
        for mute in audience.mutes:
            self._mutes.setdefault((mute.team, mute.conversation), []).append(mute)
        self._due: dict[tuple[Timing, bool], datetime | None] = {}
        self._messages: list[Delivery] = []
        self._updates: dict[Thread, list[Story]] = {}
        self._bundles: dict[_Bundled, list[Story]] = {}
        self.known: dict[str, list[Story]] = {}
        """The stories of each event before the next one."""

    def add(self, story: Story) -> None:
        """Plans the deliveries of the next story."""
        for thread in self._threads.get(story.event_id, ()):
            self._updates.setdefault(thread, []).append(story)
        is_development = story.id in self._corrections or story.relation is not Relation.REPORT
        before = self.known.setdefault(story.event_id, [])
        recipients = self._find_recipients(story, is_development)
        if is_development and before:
            self._add_earlier_recipients(recipients, before, story)
        before.append(story)
        for thread, recipient in recipients.items():
            self._deliver(story, thread, recipient, is_development)

    def list_deliveries(self) -> tuple[Delivery, ...]:
        """The messages first, then the updates and the bundles."""
        return (
            *self._messages,
            *(_update(thread, listed, self._now) for thread, listed in self._updates.items()),
            *(_bundle(bundled, listed) for bundled, listed in self._bundles.items()),
        )

    def _find_recipients(self, story: Story, is_development: bool) -> dict[Thread, _Recipient]:
        """The recipients of the story, each conversation once; the earliest moment counts."""
        found: dict[Thread, _Recipient] = {}
        for subscription in self._audience.subscriptions:
            recipient = self._match(subscription, story, story)
            if recipient is not None:
                _choose(found, _thread(story, subscription), recipient)
        for thread in self._audience.followers if is_development else ():
            if thread.event_id == story.event_id:
                _choose(found, thread, self._follow(thread, story))
        return found

    def _follow(self, thread: Thread, story: Story) -> _Recipient:
        if self._timings is None:
            self._timings = _list_timings(self._audience.subscriptions)
        due_at = self._find_due(self._timings.get(thread[1:], Timing()), story)
        return _Recipient(_FOLLOWS, story.topics, due_at, follows=True)

    def _add_earlier_recipients(
        self, found: dict[Thread, _Recipient], before: Sequence[Story], story: Story
    ) -> None:
        """Adds the conversations that got the event, and have an instant subscription that matches
        one of the stories `before`."""
        for subscription in self._audience.subscriptions:
            thread = _thread(story, subscription)
            is_instant = subscription.timing.frequency is Frequency.INSTANT
            if not is_instant or not (thread in self._alerted or thread in self._bundled):
                continue
            matches = (self._match(subscription, each, story) for each in before)
            recipient = next(filter(None, matches), None)
            if recipient is not None:
                _choose(found, thread, recipient)

    def _match(self, subscription: Subscription, matched: Story, story: Story) -> _Recipient | None:
        """Why and when the subscription gets `story`, if it matches the story `matched`."""
        touching = self._audience.touching.get((subscription.team, subscription.conversation), ())
        reason = subscription.match(matched, self._now, self._rules.blocs, touching)
        if reason is None:
            return None
        timing = subscription.timing
        return _Recipient(
            describe_reason(reason),
            reason.topics,
            self._find_due(timing, story),
            bundle_of_frequency(timing.frequency),
            may_wait=timing.has_quiet_time and not (_is_breaking(story) and timing.breaking_passes),
        )

    def _find_due(self, timing: Timing, story: Story) -> datetime | None:
        is_breaking = _is_breaking(story)
        if (timing, is_breaking) not in self._due:
            due_at = next_send(timing, self._now, self._rules.server, is_breaking=is_breaking)
            self._due[timing, is_breaking] = due_at
        return self._due[timing, is_breaking]

    def _deliver(
        self, story: Story, thread: Thread, recipient: _Recipient, is_development: bool
    ) -> None:
        place, due_at = thread[1:], recipient.due_at
        is_alerted = recipient.follows or thread in self._alerted
        waits_until = self._find_waiting(thread)
        if due_at is None and recipient.may_wait and not is_development:
            due_at = waits_until
        is_quiet = due_at is not None and recipient.bundle.kind is BundleKind.QUIET
        if is_alerted:
            is_news = is_development
        elif thread in self._bundled:
            is_news = is_development or waits_until is not None
        else:
            is_news = story.id not in self._corrections
        if not (is_news or (due_at is not None and not is_quiet)):
            return
        mutes = self._mutes.get(place, ())
        mute = find_mute(mutes, story.event_id, recipient.topics, self._now)
        if mute is not None:
            if mute.until is not None:
                self._add_to_bundle(_Bundled(place, bundle_of_mute(mute), mute.until), story)
        elif due_at is not None:
            if is_quiet:
                due_at = self._bundled[thread] = waits_until or due_at
            self._add_to_bundle(_Bundled(place, recipient.bundle, due_at), story)
        else:
            kind = DeliveryKind.FOLLOW_UP if is_alerted else DeliveryKind.ALERT
            if kind is DeliveryKind.ALERT:
                self._alerted.add(thread)
            self._messages.append(_message(kind, story, thread, recipient, self._now))

    def _find_waiting(self, thread: Thread) -> datetime | None:
        """The moment of the bundle in which the event waits for the end of the quiet time."""
        due_at = self._bundled.get(thread)
        return due_at if due_at is not None and due_at > self._now else None

    def _add_to_bundle(self, bundled: _Bundled, story: Story) -> None:
        self._bundles.setdefault(bundled, []).append(story)


def _choose(found: dict[Thread, _Recipient], thread: Thread, recipient: _Recipient) -> None:
    """Notes a recipient unless the conversation gets the story as early for another reason."""
    known = found.get(thread)
    if known is None or recipient.rank < known.rank:
        found[thread] = recipient


def _is_breaking(story: Story) -> bool:
    return story.state.severity is Severity.BREAKING


def _thread(story: Story, subscription: Subscription) -> Thread:
    return Thread(story.event_id, subscription.team, subscription.conversation)


def _by_event(threads: Iterable[Thread]) -> Mapping[str, Sequence[Thread]]:
    found: dict[str, list[Thread]] = {}
    for thread in sorted(threads):
        found.setdefault(thread.event_id, []).append(thread)
    return found


def _message(
    kind: DeliveryKind, story: Story, thread: Thread, recipient: _Recipient, now: datetime
) -> Delivery:
    # The delivery's id is computed from the story's id, not the event's. Otherwise an event whose
    # alert failed could not get a new alert from its next story.
    return make_delivery(
        kind,
        thread[1:],
        story.id,
        recipient.reason,
        now,
        story_ids=(story.id,),
        event_id=story.event_id,
        for_follower=recipient.follows,
    )


def _update(thread: Thread, stories: Sequence[Story], now: datetime) -> Delivery:
    return make_delivery(
        DeliveryKind.UPDATE,
        thread[1:],
        stories[0].id,
        "",
        now + UPDATE_DELAY,
        story_ids=tuple(story.id for story in stories),
        event_id=thread.event_id,
    )


def _bundle(bundled: _Bundled, stories: Sequence[Story]) -> Delivery:
    story_ids = tuple(story.id for story in stories)
    return make_bundle(bundled.bundle, bundled.place, story_ids, bundled.due_at)


def _list_timings(subscriptions: Iterable[Subscription]) -> dict[Place, Timing]:
    """When each conversation gets the developments that it follows."""
    own: dict[Place, list[Subscription]] = {}
    for each in subscriptions:
        own.setdefault((each.team, each.conversation), []).append(each)
    return {place: timing_of(found) for place, found in own.items()}
