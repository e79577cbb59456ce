"""Executes the commands about subscriptions, for the slash command, buttons and forms.

A person may do these things in the conversation of the request, and to what they made in other
conversations that they are still in. `Permissions` decides who may change what there.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import NamedTuple

from bot.alerts.planning import DeliveryRules
from bot.alerts.subscriptions.criteria import Criteria, covers, is_same
from bot.alerts.subscriptions.model import DEFAULT_LIMIT, Subscription, without
from bot.alerts.subscriptions.preview import Preview
from bot.alerts.subscriptions.timing import Timing, find_zone
from bot.commands import replies
from bot.commands.grammar import Command, CommandNotUnderstood, Verb, suggest_corrections
from bot.commands.membership import MemberCheck
from bot.commands.permissions import Permissions
from bot.commands.ports import CommandStores
from bot.commands.request import CommandRequest, Reply
from bot.commands.subscriptions.days import read_day
from bot.commands.subscriptions.goods import resolve_goods
from bot.commands.subscriptions.grammar import SubscriptionNotUnderstood
from bot.commands.subscriptions.own_lines import OwnLines
from bot.commands.subscriptions.previews import PreviewService
from bot.errors import TooManySubscriptions
from bot.lines.model import ListOwner
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


class Overlaps(NamedTuple):
    """The other subscriptions of a conversation that match all stories of one, or fewer."""

    wider: tuple[Subscription, ...]
    narrower: tuple[Subscription, ...]


class SubscriptionService:
    """Adds, changes and removes the subscriptions of a conversation."""

    def __init__(
        self,
        stores: CommandStores,
        ledger: Callable[[], Ledger],
        permissions: Permissions,
        members: MemberCheck,
        clock: Callable[[], datetime],
        on_due: Callable[[], None],
        rules: SubscriptionRules,
        lines: OwnLines,
    ) -> None:
        """`on_due` is called when messages become due because a pause ended."""
        self._stores, self._ledger, self._permissions = stores, ledger, permissions
        self._members, self._clock = members, clock
        self._on_due, self._rules, self.own_lines = on_due, rules, lines
        self.previews = PreviewService(stores.stories, clock, rules.delivery, rules.max_age, lines)

    async def execute(self, command: Command, request: CommandRequest) -> Reply:
        """The reply to a command about subscriptions."""
        match command.verb:
            case Verb.SUBSCRIBE:
                criteria = self._resolve(command) or Criteria()
                timing = command.timing
                if timing is not None:
                    timing = await self._add_zone(timing, request)
                return await self.subscribe(criteria, timing, request)
            case Verb.UNSUBSCRIBE if not command.confirmed:
                return await self._ask_to_confirm(command, request)
            case Verb.UNSUBSCRIBE if command.text:
                return await self.remove(command.text, request)
            case Verb.UNSUBSCRIBE:
                criteria = self._resolve(command) or Criteria()
                return await self.unsubscribe(criteria, request, command.confirmed)
            case Verb.EDIT:
                criteria_or_none = self._resolve(command)
                return await self.edit(command.text, criteria_or_none, command.timing, request)
            case Verb.PAUSE:
                return await self._pause(command, request)
            case _:
                return await self.pause(command.text, None, request)

    async def subscribe(
        self, criteria: Criteria, timing: Timing | None, request: CommandRequest
    ) -> Reply:
        """Adds a subscription, or changes the timing of the one with the same criteria.

        Without a timing, that one keeps its own.
        """
        if not self._permissions.may_add_subscription(
            request.user, request.conversation, request.team
        ):
            return self._refuse()
        had = await self._stores.subscriptions.of(request.team, request.conversation)
        known = next((each for each in had if is_same(each.criteria, criteria)), None)
        if known is not None and not self._may_change(known, request):
            return self._refuse(known)
        owner = ListOwner(request.team, request.conversation)
        missing = await self.own_lines.find_missing(criteria, owner, [known] if known else ())
        if missing is not None:
            return missing
        if timing is None:
            timing = known.timing if known is not None else Timing()
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
        saved = self.show(await self._find_saved(subscription))
        return replies.Subscribed(saved, is_new, ended_pause, covering)

    async def save(
        self,
        criteria: Criteria,
        timing: Timing,
        request: CommandRequest,
        replaced: Sequence[str] = (),
    ) -> Reply:
        """Adds a subscription, or replaces the subscriptions with these ids by it.

        The first of them keeps its id. Either all of it is saved, or nothing.
        """
        refused = await self._members.find_outsider(request.conversation, request)
        if refused is not None:
            return refused
        inside = replace(request, opened_in="", opened_at=None)
        if not replaced:
            return await self.subscribe(criteria, timing, inside)
        for each in replaced:
            found = await self.find(each, inside)
            if not isinstance(found, Subscription):
                return found
            if found.conversation != request.conversation:
                return replies.NoSuchSubscription(each)
        return await self._replace(replaced, criteria, timing, inside)

    async def preview(
        self, criteria: Criteria, timing: Timing, request: CommandRequest
    ) -> Preview | Reply:
        """What a subscription here would have sent in the last days. With *only my lines*, it shows
        what the list of lines is about, so only people in the conversation see it."""
        outside = None
        if criteria.only_my_lines:
            outside = await self._members.find_outsider(request.conversation, request)
        owner = ListOwner(request.team, request.conversation)
        return outside or await self.previews.preview(criteria, timing, owner)

    async def find_overlaps(
        self, criteria: Criteria, request: CommandRequest, own_id: str = ""
    ) -> Overlaps:
        """The other subscriptions here that cover criteria, or that the criteria cover.

        `own_id` is the id of the subscription with the criteria, if it is saved. People who are not
        in the conversation learn nothing.
        """
        if await self._members.find_outsider(request.conversation, request) is not None:
            return Overlaps((), ())
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

    async def unsubscribe(
        self, criteria: Criteria, request: CommandRequest, confirmed: Collection[str]
    ) -> Reply:
        """Removes topics on economies from those subscriptions that the person has confirmed.

        Criteria with more filters remove the subscription with the same criteria.
        """
        every = await self._stores.subscriptions.of(request.team, request.conversation)
        had = [each for each in every if each.id in confirmed]
        same = next((each for each in had if is_same(each.criteria, criteria)), None)
        if same is not None and criteria != Criteria():
            return await self.remove(same.id, request)
        plain = Criteria(topics=criteria.topics, economies=criteria.economies)
        if not is_same(plain, criteria):
            return replies.Unsubscribed(0, criteria)
        kept = [each for each in every if not self._may_change(each, request)]
        count = await self._stores.subscriptions.remove(
            request.team,
            request.conversation,
            criteria.topics,
            criteria.economies,
            only=[each.id for each in had if each not in kept],
        )
        return replies.Unsubscribed(count, criteria, kept=len(kept))

    async def edit(
        self,
        subscription_id: str,
        criteria: Criteria | None,
        timing: Timing | None,
        request: CommandRequest,
    ) -> Reply:
        """Changes what a subscription is about or when its stories come; None changes nothing.

        A timing changes only the values that it states.
        """
        found = await self.find(subscription_id, request)
        if not isinstance(found, Subscription):
            return found
        wanted = (
            found.criteria if criteria is None else criteria,
            found.timing
            if timing is None
            else await self._add_zone(found.timing.change(timing), request),
        )
        return await self._replace([found.id], *wanted, request)

    async def remove(self, subscription_id: str, request: CommandRequest) -> Reply:
        """Removes a subscription."""
        found = await self.find(subscription_id, request)
        if not isinstance(found, Subscription):
            return found
        await self._stores.subscriptions.remove_one(request.team, found.id)
        return replies.SubscriptionRemoved(self.show(found))

    async def pause(
        self, subscription_id: str, until: datetime | None, request: CommandRequest
    ) -> Reply:
        """Pauses a subscription until a moment, or ends its pause (None).

        If it is paused because the platform refused its messages, that pause of the conversation
        ends too.
        """
        found = await self.find(subscription_id, request)
        if not isinstance(found, Subscription):
            return found
        return await self._set_pause(found, until, request)

    async def find(self, subscription_id: str, request: CommandRequest) -> Subscription | Reply:
        """The subscription with this id that the person may change, or the reply that says why not.

        It must belong to the conversation of the request. In their own messages and the Home tab,
        people also find what they made in other conversations that they are still in; elsewhere,
        the reply would show it to others.
        """
        own = request.user if request.place == request.user else ""
        store, where = self._stores.subscriptions, (request.conversation, own)
        found = None
        if subscription_id:
            found = await store.get(request.team, subscription_id, *where)
        if found is None:
            return replies.NoSuchSubscription(subscription_id)
        refused = await self._members.find_outsider(found.conversation, request)
        if refused is not None:
            return refused
        return found if self._may_change(found, request) else self._refuse(found)

    def show(self, subscription: Subscription) -> Subscription:
        """The subscription as people read it: with the hour and the time zone in effect."""
        timing = subscription.timing.in_effect(self._rules.delivery.server)
        return subscription.model_copy(update={"timing": timing})

    async def list_own(self, team: str, user: str) -> tuple[list[Subscription], int]:
        """The subscriptions that the person gets or made, as people read them.

        Those in channels in which the platform does not show the person are only counted.
        """
        every = await self._stores.subscriptions.every(team)
        own = [one for one in every if user in (one.conversation, one.created_by)]
        places: Collection[str] = {user}
        if any(one.conversation != user for one in own):
            places = {user, *(await self._stores.people.list_channels(team, user) or ())}
        seen = [one for one in own if one.conversation in places]
        return [self.show(one) for one in seen], len(own) - len(seen)

    async def _ask_to_confirm(self, command: Command, request: CommandRequest) -> Reply:
        """Asks the person to confirm an unsubscribe, or says that it would change nothing."""
        if command.text:
            found = await self.find(command.text, request)
            if not isinstance(found, Subscription):
                return found
            return replies.ConfirmUnsubscribe((self.show(found),), f"#{found.id}")
        criteria = self._resolve(command) or Criteria()
        had = await self._stores.subscriptions.of(request.team, request.conversation)
        ended = [each for each in had if is_same(each.criteria, criteria)]
        plain = Criteria(topics=criteria.topics, economies=criteria.economies)
        if (not ended or criteria == Criteria()) and is_same(plain, criteria):
            named = criteria.topics, criteria.economies
            ended = [each for each in had if without(each.criteria, *named) != (each.criteria,)]
        allowed = tuple(self.show(each) for each in ended if self._may_change(each, request))
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
            cause = "the pause must end on a future day"
            raise CommandNotUnderstood(command.until or Verb.PAUSE, cause, [suggestion])
        until = to_utc(datetime.combine(day, time(), zone))
        return await self._set_pause(found, until, request)

    async def _set_pause(
        self, found: Subscription, until: datetime | None, request: CommandRequest
    ) -> Reply:
        """Sets or ends the pause of a subscription that the person may change."""
        await self._stores.subscriptions.change(request.team, found.id, paused_until=until)
        changed = found.model_copy(update={"paused_until": until})
        if until is None and found.paused_at is not None:
            now = self._clock()
            await self._stores.subscriptions.resume(request.team, found.conversation, now)
            self._on_due()
            changed = changed.model_copy(update={"paused_at": None, "paused_reason": ""})
        kind = (
            replies.SubscriptionChangeKind.RESUMED
            if until is None
            else replies.SubscriptionChangeKind.PAUSED
        )
        return replies.SubscriptionChanged(self.show(changed), kind)

    async def _replace(
        self, ids: Sequence[str], criteria: Criteria, timing: Timing, request: CommandRequest
    ) -> Reply:
        """Changes the first of the subscriptions and removes the others, if nothing prevents it."""
        store = self._stores.subscriptions
        first = await store.get(request.team, ids[0], request.conversation, request.user)
        if first is not None:
            owner = ListOwner(first.team, first.conversation)
            missing = await self.own_lines.find_missing(criteria, owner, [first])
            if missing is not None:
                return missing
        saved = await store.replace(request.team, ids, criteria, timing)
        if saved is not None:
            return replies.SubscriptionChanged(self.show(saved))
        had = await store.of(request.team, first.conversation) if first is not None else ()
        same = (each for each in had if each.id not in ids and is_same(each.criteria, criteria))
        other = next(same, None)
        if other is None:
            return replies.NoSuchSubscription(ids[0])
        return replies.AlreadySubscribed(self.show(other))

    async def _add_zone(self, timing: Timing, request: CommandRequest) -> Timing:
        """A typed timing with a time zone, by default that of the person."""
        if timing.zone or not timing.depends_on_clock:
            return timing
        zone = await self._stores.people.find_zone(request.team, request.user)
        return timing.model_copy(update={"zone": zone})

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


SUBSCRIPTION_VERBS = frozenset(
    {Verb.SUBSCRIBE, Verb.UNSUBSCRIBE, Verb.EDIT, Verb.PAUSE, Verb.RESUME}
)
"""The commands that this service executes."""
