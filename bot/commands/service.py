"""Executes commands from slash commands, mentions, direct messages and buttons.

request | parse_command | permission | execute | Reply
             |-- CommandNotUnderstood, QueryError --> NotUnderstood, with suggestions
             |-- UnclearQuestion -------------------> Clarification, with options
             |-- user is not an operator -----------> OperatorsOnly
             |-- FeedError -------------------------> FeedRefused
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.alerts.subscription import Subscription, mentions, subscription_id
from bot.commands import replies
from bot.commands.answers import AnswerService
from bot.commands.grammar import (
    MAX_TEXT,
    Command,
    CommandNotUnderstood,
    Verb,
    parse_command,
    suggest_command,
)
from bot.commands.greetings import is_greeting
from bot.commands.permissions import OPERATOR_ACTIONS, OperatorAction, Permissions
from bot.commands.ports import CommandStores
from bot.commands.replies import Reply
from bot.commands.request import CommandRequest
from bot.errors import FeedError, NoEconomyNamed, QueryError, UnclearQuestion, UnknownParty
from bot.parties import Parties
from bot.proposals.approval.audit import State
from bot.proposals.approval.decisions import Decisions
from bot.text.single_line import to_single_line
from bot.values import Topic

MAX_STORIES = 5
_SEARCHED_STORIES = 1_000
"""The number of newest stories among which `latest` searches by economy and words."""
MAX_PROPOSALS = 10
MUTED_FOR = timedelta(hours=24)


class CommandService:
    """Executes commands, in the same way for every platform."""

    def __init__(
        self,
        stores: CommandStores,
        answers: AnswerService,
        decisions: Decisions,
        permissions: Permissions,
        clock: Callable[[], datetime],
        on_resume: Callable[[], None] = lambda: None,
    ) -> None:
        """`clock` returns the current time in UTC. `on_resume` is called when a pause ended."""
        self.on_resume = on_resume
        self.stores, self.answers, self.decisions = stores, answers, decisions
        self.permissions, self.clock = permissions, clock

    @property
    def parties(self) -> Parties:
        """The economies and blocs that commands can name."""
        return self.answers.ledger.parties

    async def handle(self, request: CommandRequest) -> Reply:
        """The reply to typed text, whatever it is. Raises StoreError if the database fails."""
        if is_greeting(request.text):
            return replies.Help(is_short=True)
        try:
            return await self.execute(parse_command(request.text, self.parties), request)
        except CommandNotUnderstood as error:
            return replies.NotUnderstood(error.word, error.cause, error.suggestions)

    async def execute(self, command: Command, request: CommandRequest) -> Reply:
        """The reply to a parsed command, or to the command that a button stands for."""
        act = OPERATOR_ACTIONS.get(command.verb)
        if act is not None and not self.permissions.is_allowed(request.user, act):
            return replies.OperatorsOnly(act, request.user)
        try:
            return await self._execute(command, request)
        except FeedError as error:
            return replies.FeedRefused(error)
        except UnclearQuestion as error:
            return replies.Clarification(error.question, error.options)
        except QueryError as error:
            return _build_not_understood(to_single_line(request.text)[:MAX_TEXT], error)

    async def build_overview(self, team: str, user: str) -> replies.Overview:
        """What a person sees first: the subscriptions that they created or receive, what comes
        next, the newest stories, and the health of the feeds."""
        every = await self.stores.subscriptions.every(team)
        # Subscriptions that other people created for private channels stay hidden.
        own = [one for one in every if user in (one.conversation, one.created_by)]
        return replies.Overview(
            own,
            await self.stores.feeds.summary(),
            await self.answers.find_next_changes(self.clock()),
            await self.stores.stories.latest(None, MAX_STORIES),
            await self._build_operator_overview(user),
        )

    async def _build_operator_overview(self, user: str) -> replies.OperatorOverview | None:
        if not self.permissions.is_allowed(user, OperatorAction.DECIDE_ON_RATES):
            return None
        waiting = await self.stores.proposals.every(State.PENDING)
        today = self.answers.ledger.find_duty_day(self.clock())
        return replies.OperatorOverview(self.decisions.list_last_checks(), len(waiting), today)

    async def _execute(self, command: Command, request: CommandRequest) -> Reply:
        feeds, events = self.stores.feeds, self.stores.events
        match command.verb:
            case Verb.HELP:
                return replies.Help()
            case Verb.ASK | Verb.TABLE:
                return await self._ask(command, request)
            case Verb.CALENDAR_FILE:
                return self.answers.build_calendar_file(command.text, self.clock())
            case Verb.SUBSCRIBE:
                return await self._subscribe(command, request)
            case Verb.UNSUBSCRIBE:
                place = request.team, request.conversation
                filters = command.topics, command.parties
                count = await self.stores.subscriptions.remove(*place, *filters)
                return replies.Unsubscribed(count, *filters)
            case Verb.LIST:
                return await self._list(request)
            case Verb.LATEST:
                return await self._list_latest(command)
            case Verb.REMINDERS:
                return await self._reminders(command, request)
            case Verb.FEEDS:
                may_change = self.permissions.is_allowed(request.user, OperatorAction.CHANGE_FEEDS)
                found, lag = await feeds.health(), await feeds.lag()
                shows_all = command.text == "all"
                return replies.FeedStatusList(found, lag, self.clock(), may_change, shows_all)
            case Verb.ADD_FEED:
                return replies.FeedAdded(await feeds.add(command.text))
            case Verb.REMOVE_FEED:
                await feeds.remove(command.text)
                return replies.FeedRemoved(command.text)
            case Verb.RESUME_FEED:
                await feeds.resume(command.text)
                return replies.FeedResumed(command.text)
            case Verb.PROPOSALS:
                return await self._proposals()
            case Verb.MUTE_CONVERSATION:
                until = self.clock() + MUTED_FOR
                await self.stores.subscriptions.mute(request.team, request.conversation, until)
                return replies.ConversationMuted(until)
            case Verb.UNMUTE_CONVERSATION:
                await self.stores.subscriptions.unmute(request.team, request.conversation)
                return replies.ConversationMuted(until=None)
            case Verb.FOLLOW_EVENT:
                is_new = await events.follow(request.team, request.user, command.text)
                return replies.EventFollowed(command.text, is_new)
            case Verb.UNFOLLOW_EVENT:
                await events.unfollow(request.team, request.user, command.text)
                return replies.EventUnfollowed()
            case Verb.MUTE_EVENT:
                await events.mute_event(request.team, request.conversation, command.text)
                return replies.EventMuted(command.text, muted=True)
            case Verb.UNMUTE_EVENT:
                await events.unmute_event(request.team, request.conversation, command.text)
                return replies.EventMuted(command.text, muted=False)

    async def _list_latest(self, command: Command) -> Reply:
        """A page of the latest stories with the topics, economies and words of the command."""
        topics, parties, words = command.topics, command.parties, command.words
        topic = min(topics) if len(topics) == 1 else None
        filtered = parties or words or len(topics) > 1
        limit = _SEARCHED_STORIES if filtered else command.page * MAX_STORIES + 1
        found = [
            story
            for story in await self.stores.stories.latest(topic, limit)
            if not filtered or mentions(story, topics, parties, words)
        ]
        end = command.page * MAX_STORIES
        page = tuple(found[end - MAX_STORIES : end])
        has_older = len(found) > end
        return replies.LatestStories(page, topics, parties, words, command.page, has_older)

    async def _ask(self, command: Command, request: CommandRequest) -> Reply:
        asked = await self.answers.parse_soon(command.text, self.clock())
        reply = await self.answers.answer(asked)
        if command.verb is Verb.TABLE and isinstance(reply, replies.RateAnswers):
            return replace(reply, as_table=True)
        if isinstance(reply, replies.RateCalendar):
            decides = OperatorAction.DECIDE_ON_RATES
            is_operator = self.permissions.is_allowed(request.user, decides)
            return replace(reply, shows_overdue=is_operator)
        return reply

    async def _subscribe(self, command: Command, request: CommandRequest) -> Reply:
        team, conversation = request.team, request.conversation
        subscription = Subscription(
            id=subscription_id(team, conversation, command.topics, command.parties),
            team=team,
            conversation=conversation,
            topics=command.topics,
            parties=command.parties,
            pace=command.frequency,
            created_by=request.user,
            created_at=self.clock(),
        )
        had = await self.stores.subscriptions.of(team, conversation)
        ended_pause = any(one.paused_at is not None for one in had)
        is_new = await self.stores.subscriptions.add(subscription)
        if ended_pause:
            self.on_resume()
        return replies.Subscribed(subscription, is_new, ended_pause)

    async def _list(self, request: CommandRequest) -> Reply:
        found = await self.stores.subscriptions.of(request.team, request.conversation)
        return replies.SubscriptionList(found, await self._reminders_on(request), self.clock())

    async def _reminders(self, command: Command, request: CommandRequest) -> Reply:
        found = await self.stores.subscriptions.of(request.team, request.conversation)
        has_tariffs = any(not one.topics or Topic.TARIFF in one.topics for one in found)
        if not command.text:
            on = await self._reminders_on(request)
            return replies.ReminderSwitch(on, changed=False, has_tariffs=has_tariffs)
        on = command.text == "on"
        changed = await self.stores.reminders.switch(request.team, request.conversation, on=on)
        return replies.ReminderSwitch(on, changed, has_tariffs)

    async def _reminders_on(self, request: CommandRequest) -> bool:
        return request.conversation not in await self.stores.reminders.off(request.team)

    async def _proposals(self) -> Reply:
        pending = await self.stores.proposals.every(State.PENDING)
        not_posted = await self.stores.proposals.unposted()
        held_back = sum(one.proposal.id in not_posted for one in pending)
        first = sorted(pending, key=lambda one: one.proposal.id in not_posted)[:MAX_PROPOSALS]
        current = [self.decisions.compare_with_ledger(one) for one in first]
        last_checks = self.decisions.list_last_checks()
        return replies.ProposalList(current, len(pending), held_back, last_checks)


def _build_not_understood(text: str, error: QueryError) -> replies.NotUnderstood:
    """The reply for an error. Its suggestions are the text with the likely mistake corrected."""
    corrected = suggest_command(text)
    commands = [corrected] if corrected else []
    if isinstance(error, NoEconomyNamed):
        commands += error.questions
    if isinstance(error, UnknownParty):
        commands += [_replace_word(text, error.word, name) for name in error.suggestions]
    return replies.NotUnderstood(error.thing, error.cause, tuple(commands), about_rates=True)


def _replace_word(text: str, word: str, name: str) -> str:
    start = text.casefold().find(word.casefold())
    return f"{text[:start]}{name}{text[start + len(word) :]}" if start >= 0 else name
