"""Executes commands from slash commands, mentions, direct messages and buttons.

request | limit | parse_command | permission | execute | Reply
             |-- too many in a minute --------------> TooManyRequests
             |-- CommandNotUnderstood, QueryError --> NotUnderstood, with suggestions
             |-- UnclearQuestion -------------------> Clarification, with options
             |-- user is not an operator -----------> OperatorsOnly
             |-- FeedError -------------------------> FeedRefused
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from bot.alerts.feedback import Feedback, FeedbackKind
from bot.alerts.subscriptions.criteria import Criteria
from bot.alerts.subscriptions.own_lines import StoryTouches
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
from bot.commands.greetings import asks_about_use, is_greeting
from bot.commands.lines.commands import LinesCommands
from bot.commands.lines.grammar import LinesAct, LinesRequest
from bot.commands.lines.service import LineListService
from bot.commands.lines.touching import TouchFinder
from bot.commands.membership import MemberCheck
from bot.commands.permissions import Access, OperatorAction, Permissions, find_access
from bot.commands.ports import AnswerLog, CommandStores
from bot.commands.rates.replies import CalendarFile, RateAnswers, RateCalendar
from bot.commands.request import CommandRequest, Reply, RequestLimit
from bot.commands.story_search import build_search
from bot.commands.subscriptions.exclusions import EXCLUSION_VERBS, ExclusionService
from bot.commands.subscriptions.mutes import MUTE_VERBS, MuteService
from bot.commands.subscriptions.own_lines import OwnLines
from bot.commands.subscriptions.service import (
    SUBSCRIPTION_VERBS,
    SubscriptionRules,
    SubscriptionService,
)
from bot.errors import (
    FeedError,
    NoEconomyNamed,
    QueryError,
    UnclearQuestion,
    UnknownParty,
)
from bot.news.deadlines.events import list_deadlines
from bot.news.story import Story
from bot.parties import Parties
from bot.proposals.approval.audit import State
from bot.proposals.approval.decisions import Decisions
from bot.rates.question.query import QueryKind, RateQuery
from bot.text.single_line import to_single_line
from bot.values import Topic

MAX_STORIES = 5
MAX_PROPOSALS = 10


_DEFAULT_RULES = SubscriptionRules()


class CommandService:
    """Executes commands, in the same way for every platform."""

    def __init__(
        self,
        stores: CommandStores,
        answers: AnswerService,
        decisions: Decisions,
        permissions: Permissions,
        clock: Callable[[], datetime],
        on_due: Callable[[], None] = lambda: None,
        rules: SubscriptionRules = _DEFAULT_RULES,
        answer_log: AnswerLog | None = None,
        lines: LineListService | None = None,
        touches: StoryTouches | None = None,
        limit: RequestLimit | None = None,
    ) -> None:
        """`clock` returns the current time in UTC. `on_due` is called when messages became due
        because a pause or a mute ended. `answer_log` keeps the answers; None if they are not kept.
        `lines` and `touches` share what they know with other users of line lists; None for services
        of their own. `limit` limits the requests of each person; None for no limit.
        """
        self._answer_log, self._limit = answer_log, limit
        self.stores, self.answers, self.decisions = stores, answers, decisions
        self.permissions, self.clock = permissions, clock
        members = MemberCheck(stores.people, clock)
        lists = lines or LineListService(stores.lines, lambda: answers.ledger, clock)
        touches = touches or TouchFinder(stores.lines, lists.duties, decisions)
        own_lines = OwnLines(stores.lines, touches, stores.subscriptions, members)
        self.subscriptions = SubscriptionService(
            stores, lambda: answers.ledger, permissions, members, clock, on_due, rules, own_lines
        )
        self._mutes = MuteService(stores.mutes, stores.outbox, clock, on_due)
        self.lines = LinesCommands(lists, permissions, members, clock, stores.subscriptions)
        self._exclusions = ExclusionService(
            stores, self.subscriptions, lambda: self.parties, clock, rules
        )

    @property
    def parties(self) -> Parties:
        """The economies and blocs that commands can name."""
        return self.answers.ledger.parties

    async def handle(self, request: CommandRequest) -> Reply:
        """The reply to typed text, whatever it is; counts it as a request. Raises StoreError if the
        database fails."""
        return self.find_overuse(request) or await self.read(request)

    async def read(self, request: CommandRequest) -> Reply:
        """The reply to text that is already counted as a request, such as that of a button. Raises
        StoreError if the database fails."""
        if is_greeting(request.text):
            return replies.Help(is_short=True)
        try:
            reply = await self.execute(parse_command(request.text, self.parties), request)
        except CommandNotUnderstood as error:
            return replies.NotUnderstood(error.word, error.cause, error.suggestions)
        is_help = isinstance(reply, replies.NotUnderstood) and asks_about_use(request.text)
        return replies.Help() if is_help else reply

    def find_overuse(self, request: CommandRequest) -> replies.TooManyRequests | None:
        """Counts a request, and refuses it if the person sent too many."""
        if self._limit is None:
            return None
        wait_s = self._limit.find_wait(request.team, request.user, self.clock())
        return replies.TooManyRequests(self._limit.per_minute, wait_s) if wait_s else None

    async def execute(self, command: Command, request: CommandRequest) -> Reply:
        """The reply to a parsed command, or to the command that a button stands for."""
        refused = self._find_refusal(command, request)
        if refused is not None:
            return refused
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
        own, hidden = await self.subscriptions.list_own(team, user)
        return replies.Overview(
            own,
            await self.stores.feeds.summary(),
            await self.answers.find_next_changes(self.clock()),
            await self.answers.find_next_deadlines(self.clock()),
            await self.stores.stories.latest(None, MAX_STORIES),
            await self._build_operator_overview(user, team),
            hidden,
            await self.subscriptions.own_lines.list_silent(own),
        )

    def _find_refusal(self, command: Command, request: CommandRequest) -> Reply | None:
        """Why the person may not use the command, except for one that changes subscriptions:
        whether they may change each is checked when it is found."""
        access, user = find_access(command), request.user
        if isinstance(access, OperatorAction):
            if not self.permissions.is_allowed(user, access, request.team):
                return replies.OperatorsOnly(access, user)
        elif access is Access.CHANGE_CONVERSATION and not self.permissions.may_add_subscription(
            user, request.conversation, request.team
        ):
            return replies.SubscriptionRefused(self.permissions.subscriptions_by, "")
        return None

    async def _build_operator_overview(
        self, user: str, team: str
    ) -> replies.OperatorOverview | None:
        if not self.permissions.is_allowed(user, OperatorAction.DECIDE_ON_RATES, team):
            return None
        waiting = await self.stores.proposals.every(State.PENDING)
        today = self.answers.ledger.find_duty_day(self.clock())
        return replies.OperatorOverview(self.decisions.list_last_checks(), len(waiting), today)

    async def _execute(self, command: Command, request: CommandRequest) -> Reply:
        feeds, follows = self.stores.feeds, self.stores.follows
        if command.verb in SUBSCRIPTION_VERBS:
            return await self.subscriptions.execute(command, request)
        if command.verb in MUTE_VERBS:
            return await self._mutes.execute(command, request)
        if command.verb in EXCLUSION_VERBS:
            return await self._exclusions.execute(command, request)
        match command.verb:
            case Verb.HELP:
                return replies.Help()
            case Verb.MY | Verb.MY_UPLOAD | Verb.MY_FILE | Verb.MY_REMOVE:
                wanted = command.lines or LinesRequest(act=LinesAct(command.verb.value))
                return await self.lines.execute(wanted, request)
            case Verb.ASK | Verb.TABLE:
                return await self._ask(command, request)
            case Verb.CALENDAR_FILE:
                return await self.answers.build_calendar_file(command.text, self.clock())
            case Verb.DEADLINE_FILE:
                return await self._build_deadline_file(command)
            case Verb.LIST:
                return await self._list(request)
            case Verb.LATEST:
                return await self._list_latest(command, request)
            case Verb.REMINDERS:
                return await self._reminders(command, request)
            case Verb.QUIET_WEEKS:
                return await self._switch_quiet_weeks(command, request)
            case Verb.FEEDS:
                changes = OperatorAction.CHANGE_FEEDS
                may_change = self.permissions.is_allowed(request.user, changes, request.team)
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
            case Verb.FOLLOW_EVENT:
                is_new = await follows.follow(request.team, request.user, command.text)
                return replies.EventFollowed(command.text, is_new)
            case Verb.FOLLOWING:
                return await self._list_following(command, request)
            case Verb.NOT_RELEVANT:
                return await self._mark_not_relevant(command.text, request)
            case _:
                await follows.unfollow(request.team, request.user, command.text)
                return replies.EventUnfollowed()

    async def _list_latest(self, command: Command, request: CommandRequest) -> Reply:
        """A page of the latest stories that the command searches for. Alerts that are posted in
        other conversations stay hidden."""
        wanted = build_search(command, self.answers.ledger.goods)
        before = (command.page - 1) * MAX_STORIES
        found = await self.stores.stories.search(wanted, MAX_STORIES + 1, before)
        page = tuple(found[:MAX_STORIES])
        place, events = (request.team, request.conversation), {each.event_id for each in page}
        return replies.LatestStories(
            stories=page,
            topics=command.topics,
            economies=command.economies,
            words=command.words,
            page=command.page,
            has_older=len(found) > MAX_STORIES,
            alerts=await self.stores.alerts.posted(*place, events) if events else {},
        )

    async def _ask(self, command: Command, request: CommandRequest) -> Reply:
        asked = await self.answers.parse_soon(command.text, self.clock())
        reply = await self.answers.answer(asked)
        await self.keep_answer(command.text, reply, request)
        if command.verb is Verb.TABLE and isinstance(reply, RateAnswers):
            return replace(reply, as_table=True)
        if isinstance(reply, RateCalendar):
            decides = OperatorAction.DECIDE_ON_RATES
            is_operator = self.permissions.is_allowed(request.user, decides, request.team)
            return replace(reply, shows_overdue=is_operator)
        return reply

    async def keep_answer(self, question: str, reply: Reply, request: CommandRequest) -> None:
        """Saves the answer to a question if answers are kept. Flags, which buttons have in their
        questions, become names."""
        if self._answer_log is not None:
            await self._answer_log.keep(self.parties.spell_flags(question), reply, request)

    async def _build_deadline_file(self, command: Command) -> Reply:
        """A calendar file with the deadlines of the event with the id `command.text`."""
        stories = await self.stores.stories.of_event(command.text)
        query = RateQuery(kind=QueryKind.UPCOMING)
        title = stories[0].title if stories else ""
        return CalendarFile(query, (), None, list_deadlines(stories), title)

    async def _list(self, request: CommandRequest) -> Reply:
        saved = await self.stores.subscriptions.of(request.team, request.conversation)
        found = [self.subscriptions.show(each) for each in saved]
        now, reminders_on = self.clock(), await self._reminders_on(request)
        mutes = await self.stores.mutes.of(request.team, request.conversation, now)
        silent = await self.subscriptions.own_lines.list_silent(found)
        return replies.SubscriptionList(found, reminders_on, now, mutes, silent)

    async def _list_following(self, command: Command, request: CommandRequest) -> Reply:
        """A page of the events that the person follows, those that began last first."""
        stories = self.stores.stories
        ids = await self.stores.follows.followed(request.team, request.user)
        firsts = {each: await stories.get(each) for each in ids}
        newest = sorted(ids, key=lambda each: _began(firsts[each]), reverse=True)
        pages = max(-(-len(newest) // MAX_STORIES), 1)
        page = min(command.page, pages)
        shown = newest[(page - 1) * MAX_STORIES : page * MAX_STORIES]
        found = [(each, await stories.of_event(each)) for each in shown]
        return replies.FollowedEvents(found, page, pages)

    async def _reminders(self, command: Command, request: CommandRequest) -> Reply:
        found = await self.stores.subscriptions.of(request.team, request.conversation)
        has_tariffs = any(_includes_tariffs(one.criteria) for one in found)
        if not command.text:
            on = await self._reminders_on(request)
            return replies.ReminderSwitch(on, changed=False, has_tariffs=has_tariffs)
        on = command.text == "on"
        changed = await self.stores.reminders.switch(request.team, request.conversation, on=on)
        return replies.ReminderSwitch(on, changed, has_tariffs)

    async def _mark_not_relevant(self, story_id: str, request: CommandRequest) -> Reply:
        story = await self.stores.stories.get(story_id)
        if story is None:
            return replies.MarkedNotRelevant("", is_new=False)
        said = Feedback(
            team=request.team,
            conversation=request.conversation,
            user=request.user,
            story_id=story_id,
            kind=FeedbackKind.NOT_RELEVANT,
            at=self.clock(),
        )
        is_new = await self.stores.feedback.add(said)
        return replies.MarkedNotRelevant(story.title, is_new, story.event_id)

    async def _switch_quiet_weeks(self, command: Command, request: CommandRequest) -> Reply:
        store = self.stores.quiet_weeks
        found = await self.stores.subscriptions.of(request.team, request.conversation)
        if not command.text:
            on = request.conversation in await store.quiet_weeks_on(request.team)
            return replies.QuietWeekSwitch(on, changed=False, has_subscriptions=bool(found))
        on = command.text == "on"
        changed = await store.switch_quiet_weeks(request.team, request.conversation, on=on)
        return replies.QuietWeekSwitch(on, changed, bool(found))

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


def _began(story: Story | None) -> datetime:
    return story.published if story is not None else datetime.min.replace(tzinfo=UTC)


def _includes_tariffs(criteria: Criteria) -> bool:
    return not criteria.topics or Topic.TARIFF in criteria.topics


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
