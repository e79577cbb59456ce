"""What the commands about subscriptions and mutes do. The slash command, buttons and forms use it.

A person may do these things in the conversation of the request only. `Permissions` decides who may
change what there.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import NamedTuple

from bot.alerts.delivery import DeliveryKind
from bot.alerts.digest import BundleKind, read_bundle
from bot.alerts.mutes import MUTED_FOR, Mute, MuteKind
from bot.alerts.planning import DeliveryRules
from bot.alerts.subscriptions.criteria import Criteria, covers, is_same
from bot.alerts.subscriptions.model import DEFAULT_LIMIT, Subscription, without
from bot.alerts.subscriptions.preview import Preview, preview
from bot.alerts.subscriptions.timing import Timing, find_zone
from bot.commands import replies
from bot.commands.grammar import Command, CommandNotUnderstood, Verb, suggest_corrections
from bot.commands.permissions import Permissions
from bot.commands.ports import CommandStores
from bot.commands.replies import Reply
from bot.commands.request import CommandRequest
from bot.commands.subscriptions.days import read_day
from bot.commands.subscriptions.goods import resolve_goods
from bot.commands.subscriptions.grammar import SubscriptionNotUnderstood
from bot.errors import TooManySubscriptions
from bot.rates.ledger import Ledger
from bot.values import to_utc


@dataclass(frozen=True)
class SubscriptionRules:
    """The settings of subscriptions."""

    limit: int = DEFAULT_LIMIT
    """Maximum subscriptions of a conversation."""
    delivery: DeliveryRules = field(default_factory=DeliveryRules)
    max_age: timedelta = timedelta(hours=48)
    """A story that is older than this when it is first seen causes no message."""


class SubscriptionPreview(NamedTuple):
    """What a subscription would have sent, and the subscriptions here that cover it."""

    sent: Preview
    covered_by: tuple[Subscription, ...]


class Overlaps(NamedTuple):
    """The other subscriptions of a conversation that match all stories of one, or fewer."""

    wider: tuple[Subscription, ...]
    narrower: tuple[Subscription, ...]


PREVIEWED = timedelta(days=7)
"""The time of which stories are previewed."""


class SubscriptionService:
    """Adds, changes and removes the subscriptions and mutes of a conversation."""

    def __init__(
        self,
        stores: CommandStores,
        ledger: Callable[[], Ledger],
        permissions: Permissions,
        clock: Callable[[], datetime],
        on_due: Callable[[], None],
        rules: SubscriptionRules,
    ) -> None:
        """`on_due` is called when messages became due: when a pause or a mute ended."""
        self._stores, self._ledger, self._permissions = stores, ledger, permissions
        self._clock, self._on_due, self._rules = clock, on_due, rules

    async def execute(self, command: Command, request: CommandRequest) -> Reply:
        """The reply to a command about subscriptions or mutes."""
        match command.verb:
            case Verb.SUBSCRIBE:
                criteria = self._resolve(command) or Criteria()
                return await self.subscribe(criteria, command.timing or Timing(), request)
            case Verb.UNSUBSCRIBE if not command.confirmed:
                return await self._ask_to_confirm(command, request)
            case Verb.UNSUBSCRIBE if command.text:
                return await self.remove(command.text, request)
            case Verb.UNSUBSCRIBE:
                criteria = self._resolve(command) or Criteria()
                return await self.unsubscribe(criteria, request)
            case Verb.EDIT:
                criteria_or_none = self._resolve(command)
                return await self.edit(command.text, criteria_or_none, command.timing, request)
            case Verb.PAUSE:
                return await self._pause(command, request)
            case Verb.RESUME:
                return await self.pause(command.text, None, request)
            case Verb.SHOW_MISSED:
                delivery_id, _, page = command.text.partition(" ")
                number = int(page) if page.isdecimal() else 1
                return await self.show_missed(delivery_id, request, number)
            case Verb.MUTE_EVENT | Verb.MUTE_TOPIC | Verb.MUTE_CONVERSATION:
                return await self.mute(_KINDS[command.verb], command.text, request)
            case _:
                return await self.unmute(_KINDS[command.verb], command.text, request)

    async def subscribe(self, criteria: Criteria, timing: Timing, request: CommandRequest) -> Reply:
        """Adds a subscription, or changes the timing of the one with the same criteria."""
        if not self._permissions.may_add_subscription(request.user, request.conversation):
            return self._refuse()
        had = await self._stores.subscriptions.of(request.team, request.conversation)
        known = next((each for each in had if is_same(each.criteria, criteria)), None)
        if known is not None and not self._may_change(known, request):
            return self._refuse(known)
        subscription = Subscription(
            id=known.id if known is not None else "",
            team=request.team,
            conversation=request.conversation,
            criteria=criteria,
            timing=timing,
            created_by=request.user,
            created_at=self._clock(),
        )
        try:
            is_new = await self._stores.subscriptions.add(subscription, self._rules.limit)
        except TooManySubscriptions as error:
            return replies.TooManyHere(error.limit)
        ended_pause = any(each.paused_at is not None for each in had)
        if ended_pause:
            self._on_due()
        covering = self._list_covering(had, criteria)
        return replies.Subscribed(
            await self._find_saved(subscription), is_new, ended_pause, covering
        )

    async def preview(
        self, criteria: Criteria, timing: Timing, request: CommandRequest
    ) -> SubscriptionPreview:
        """What a subscription would have sent in the last days, and what covers it already."""
        stories = await self._stores.stories.recent(self._clock() - PREVIEWED)
        rules = self._rules.delivery, self._rules.max_age
        found = await asyncio.to_thread(preview, criteria, timing, stories, *rules)
        had = await self._stores.subscriptions.of(request.team, request.conversation)
        return SubscriptionPreview(found, self._list_covering(had, criteria))

    async def find_overlaps(
        self, criteria: Criteria, request: CommandRequest, own_id: str = ""
    ) -> Overlaps:
        """The other subscriptions here that cover criteria, or that the criteria cover.

        `own_id` is the id of the subscription with the criteria, if it is saved.
        """
        had = await self._stores.subscriptions.of(request.team, request.conversation)
        others = [each for each in had if each.id != own_id]
        blocs = self._rules.delivery.blocs
        wider = self._list_covering(others, criteria)
        narrower = tuple(
            each
            for each in others
            if each not in wider
            and not is_same(each.criteria, criteria)
            and covers(criteria, each.criteria, blocs)
        )
        return Overlaps(wider, narrower)

    async def unsubscribe(self, criteria: Criteria, request: CommandRequest) -> Reply:
        """Removes topics on economies from the conversation's subscriptions.

        Criteria with more filters remove the subscription with the same criteria.
        """
        had = await self._stores.subscriptions.of(request.team, request.conversation)
        same = next((each for each in had if is_same(each.criteria, criteria)), None)
        if same is not None and criteria != Criteria():
            return await self.remove(same.id, request)
        plain = Criteria(topics=criteria.topics, economies=criteria.economies)
        if not is_same(plain, criteria):
            return replies.Unsubscribed(0, criteria)
        others = [each for each in had if not self._may_change(each, request)]
        if others and len(others) == len(had):
            return self._refuse(others[0])
        count = await self._stores.subscriptions.remove(
            request.team,
            request.conversation,
            criteria.topics,
            criteria.economies,
            only_by=request.user if others else None,
        )
        return replies.Unsubscribed(count, criteria, kept=len(others))

    async def edit(
        self,
        subscription_id: str,
        criteria: Criteria | None,
        timing: Timing | None,
        request: CommandRequest,
    ) -> Reply:
        """Changes what a subscription is about or when its stories come; None changes nothing."""
        found = await self.find(subscription_id, request)
        if not isinstance(found, Subscription):
            return found
        changes: dict[str, object] = {
            name: value
            for name, value in (("criteria", criteria), ("timing", timing))
            if value is not None
        }
        edited = found.model_copy(update=changes)
        own = await self._stores.subscriptions.of(request.team, found.conversation)
        if any(each.id != found.id and is_same(each.criteria, edited.criteria) for each in own):
            return replies.Subscribed(edited, is_new=False, ended_pause=False)
        if changes:
            await self._stores.subscriptions.change(request.team, found.id, **changes)
        return replies.SubscriptionChanged(edited)

    async def remove(self, subscription_id: str, request: CommandRequest) -> Reply:
        """Removes a subscription."""
        found = await self.find(subscription_id, request)
        if not isinstance(found, Subscription):
            return found
        await self._stores.subscriptions.remove_one(request.team, found.id)
        return replies.SubscriptionRemoved(found)

    async def pause(
        self, subscription_id: str, until: datetime | None, request: CommandRequest
    ) -> Reply:
        """Pauses a subscription until a moment, or ends its pause (None)."""
        found = await self.find(subscription_id, request)
        if not isinstance(found, Subscription):
            return found
        await self._stores.subscriptions.change(request.team, found.id, paused_until=until)
        return replies.SubscriptionChanged(found.model_copy(update={"paused_until": until}))

    async def find(self, subscription_id: str, request: CommandRequest) -> Subscription | Reply:
        """The subscription with this id that the person may change, or the reply that says why not.

        It must belong to the conversation of the request, or be the person's own.
        """
        found = None
        if subscription_id:
            found = await self._stores.subscriptions.get(request.team, subscription_id)
        if found is None or not (
            found.conversation == request.conversation
            or request.user in (found.conversation, found.created_by)
        ):
            return replies.NoSuchSubscription(subscription_id)
        return found if self._may_change(found, request) else self._refuse(found)

    async def mute(
        self,
        kind: MuteKind,
        subject: str,
        request: CommandRequest,
        until: datetime | None = None,
    ) -> Reply:
        """Mutes something in the conversation; what is missed is offered at the end."""
        if not self._permissions.may_add_subscription(request.user, request.conversation):
            return self._refuse()
        until = until or self._clock() + MUTED_FOR[kind]
        mute = _make_mute(kind, subject, request, until)
        await self._stores.mutes.add(mute)
        return replies.Muted(mute)

    async def unmute(self, kind: MuteKind, subject: str, request: CommandRequest) -> Reply:
        """Ends a mute; what was missed is offered at once."""
        if not self._permissions.may_add_subscription(request.user, request.conversation):
            return self._refuse()
        mute = _make_mute(kind, subject, request, None)
        await self._stores.mutes.remove(mute, self._clock())
        self._on_due()
        return replies.Unmuted(mute)

    async def show_missed(self, delivery_id: str, request: CommandRequest, page: int = 1) -> Reply:
        """A page of the stories that a message of this conversation offers."""
        found = await self._stores.outbox.get(delivery_id)
        if (
            found is None
            or found.kind is not DeliveryKind.DIGEST
            or (found.team, found.conversation) != (request.team, request.conversation)
            or read_bundle(found.content).kind is not BundleKind.MISSED
        ):
            return replies.MissedStories(())
        stories = await self._stores.outbox.stories(found)
        return replies.MissedStories(stories, delivery_id, page)

    async def _ask_to_confirm(self, command: Command, request: CommandRequest) -> Reply:
        """Asks the person to confirm an unsubscribe, or says that it would change nothing."""
        if command.text:
            found = await self.find(command.text, request)
            if not isinstance(found, Subscription):
                return found
            return replies.ConfirmUnsubscribe((found,), f"#{found.id}")
        criteria = self._resolve(command) or Criteria()
        had = await self._stores.subscriptions.of(request.team, request.conversation)
        ended = [each for each in had if is_same(each.criteria, criteria)]
        plain = Criteria(topics=criteria.topics, economies=criteria.economies)
        if (not ended or criteria == Criteria()) and is_same(plain, criteria):
            named = criteria.topics, criteria.economies
            ended = [each for each in had if without(each.criteria, *named) != (each.criteria,)]
        allowed = tuple(each for each in ended if self._may_change(each, request))
        if not ended:
            return replies.Unsubscribed(0, criteria)
        if not allowed:
            return self._refuse(ended[0])
        return replies.ConfirmUnsubscribe(allowed, command.arguments)

    async def _pause(self, command: Command, request: CommandRequest) -> Reply:
        found = await self.find(command.text, request)
        if not isinstance(found, Subscription):
            return found
        zone = find_zone(found.timing.zone) or self._rules.delivery.server.zone
        today = self._clock().astimezone(zone).date()
        day = read_day(command.until, today)
        if day is None:
            tomorrow = today + timedelta(days=1)
            suggestion = f"{Verb.PAUSE} #{command.text} until {tomorrow.isoformat()}"
            cause = "the pause needs a day to come"
            raise CommandNotUnderstood(command.until or Verb.PAUSE, cause, [suggestion])
        until = to_utc(datetime.combine(day, time(), zone))
        return await self.pause(command.text, until, request)

    def _resolve(self, command: Command) -> Criteria | None:
        """The criteria of the command with goods from the ledger."""
        if command.criteria is None:
            return None
        ledger = self._ledger()
        try:
            return resolve_goods(
                command.criteria, ledger, lambda text: bool(_correct(command, text, ledger))
            )
        except SubscriptionNotUnderstood as error:
            commands = _correct(command, error.word, ledger)
            for each in () if commands else error.suggestions:
                commands.append(f"{command.verb} {command.arguments.replace(error.word, each)}")
            raise CommandNotUnderstood(error.word, error.cause, commands) from error

    def _list_covering(
        self, had: Iterable[Subscription], criteria: Criteria
    ) -> tuple[Subscription, ...]:
        """The subscriptions that match all stories of other criteria."""
        blocs = self._rules.delivery.blocs
        return tuple(
            each
            for each in had
            if not is_same(each.criteria, criteria) and covers(each.criteria, criteria, blocs)
        )

    async def _find_saved(self, subscription: Subscription) -> Subscription:
        """The subscription as it is saved, with its id."""
        own = await self._stores.subscriptions.of(subscription.team, subscription.conversation)
        same = (each for each in own if is_same(each.criteria, subscription.criteria))
        return next(same, subscription)

    def _may_change(self, subscription: Subscription, request: CommandRequest) -> bool:
        return self._permissions.may_change_subscription(request.user, subscription)

    def _refuse(self, subscription: Subscription | None = None) -> Reply:
        maker = subscription.created_by if subscription is not None else ""
        return replies.SubscriptionRefused(self._permissions.subscriptions_by, maker)


def _correct(command: Command, text: str, ledger: Ledger) -> list[str]:
    """The command with similar topics and economies in place of the text."""
    return suggest_corrections(command.verb, text, command.arguments, ledger.parties)


_KINDS = {
    Verb.MUTE_EVENT: MuteKind.EVENT,
    Verb.UNMUTE_EVENT: MuteKind.EVENT,
    Verb.MUTE_TOPIC: MuteKind.TOPIC,
    Verb.UNMUTE_TOPIC: MuteKind.TOPIC,
    Verb.MUTE_CONVERSATION: MuteKind.CONVERSATION,
    Verb.UNMUTE_CONVERSATION: MuteKind.CONVERSATION,
}
SUBSCRIPTION_VERBS = frozenset(
    {
        Verb.SUBSCRIBE,
        Verb.UNSUBSCRIBE,
        Verb.EDIT,
        Verb.PAUSE,
        Verb.RESUME,
        Verb.SHOW_MISSED,
        *_KINDS,
    }
)
"""The commands that this service executes."""


def _make_mute(
    kind: MuteKind, subject: str, request: CommandRequest, until: datetime | None
) -> Mute:
    return Mute(
        kind=kind,
        subject="" if kind is MuteKind.CONVERSATION else subject,
        team=request.team,
        conversation=request.conversation,
        until=until,
    )
