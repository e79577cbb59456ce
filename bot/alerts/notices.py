"""Notices to operators about problems that they have to solve. Each problem is reported once.

    feeds that are gone or have failed for a day       | notices not yet sent | outbox
    approved rates that no longer fit the rates files  |
    conversations that refuse messages                 |
    a workspace that refused messages for a while      |
    rates that were last checked long ago, once a week |

A notice's id is computed from a key of the problem, for example a feed's id and the moment its
failure began. So a restart repeats no notice, and a feed that recovers and fails again is reported
again.

A channel that refuses messages is also reported to the people who created its subscriptions.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol

from bot import COMMAND
from bot.alerts.delivery import Delivery, DeliveryKind, HeldConversation, make_delivery
from bot.alerts.sending.workspace_gate import Recovery
from bot.alerts.subscriptions.model import Subscription
from bot.feeds.model import FeedState
from bot.news.story import Story
from bot.rates.data_age import is_old
from bot.text.dates import format_day
from bot.text.plain import cut

REPORT_AFTER = timedelta(days=1)
"""A feed is reported once it has failed for this long. Shorter failures often end by themselves."""


class Trouble(NamedTuple):
    """A problem to report to operators."""

    key: str
    """Identifies the problem, usually by its subject and its start. Each key is reported once."""
    text: str = ""
    old_imposers: tuple[str, ...] = ()
    """The economies whose rates are old. Operators get a button to confirm each."""
    content: str = ""
    """A `WatchNotice` as JSON, in place of the text; otherwise empty."""


class MistakeReport(NamedTuple):
    """A person's report that a message about a story is wrong."""

    story: Story
    user: str
    conversation: str
    team: str = ""


class AnswerReport(NamedTuple):
    """A person's report that the answer to a question is wrong."""

    question: str
    answer: str
    """The answer in a sentence."""
    user: str
    conversation: str
    team: str = ""


def mistake_trouble(report: MistakeReport | AnswerReport, home: str = "") -> Trouble:
    """The problem to report about a message that a person calls wrong. `home` is the workspace of
    the operators; empty if there is only one workspace."""
    place = "a direct message" if _is_direct(report.conversation) else f"#{report.conversation}"
    if home and report.team != home:
        place += f" of workspace {report.team}"
    if isinstance(report, AnswerReport):
        return Trouble(
            f"mistake in the answer '{report.answer}' reported by {report.user}",
            f"The person {report.user} reports a mistake in an answer in {place}. "
            f"Question: {cut(report.question, 300)}. Answer: {cut(report.answer, 600)}",
        )
    story = report.story
    return Trouble(
        f"mistake in {story.id} reported by {report.user}",
        f"The person {report.user} reports a mistake in an alert in {place}: "
        f"{cut(story.title, 300)} ({story.source}, story {story.id}, event {story.event_id}). "
        f"Link: {cut(story.link, 500)}",
    )


def offline_trouble(since: datetime) -> Trouble:
    """The problem that no feed answers, found at `since`."""
    return Trouble(
        f"no feed answers since {since.isoformat()}",
        "No feed answers, so there are no alerts now. Check the network and the proxy (the "
        "variable HTTPS_PROXY), then run: tariffwire feeds list. The bot retries by itself. "
        f"{COMMAND} answers without a network. To see alerts offline, run: make demo",
    )


def old_data_trouble(
    last_checks: Mapping[str, date],
    names: Mapping[str, str],
    now: datetime,
    today_in: Callable[[str], date],
) -> Trouble | None:
    """The weekly notice that the rates of some economies are old.

    `last_checks` has the day of the last check and `names` the name of each economy, by its code.
    `today_in` returns the day in an economy. None if no rates are old.
    """
    old = {code: day for code, day in last_checks.items() if is_old(day, today_in(code))}
    if not old:
        return None
    days = (
        f"{names[code]} {format_day(day)} ({(today_in(code) - day).days} days ago)"
        for code, day in sorted(old.items(), key=lambda item: item[1], reverse=True)
    )
    year, week, _ = now.date().isocalendar()
    return Trouble(
        f"old rates in week {week} of {year}",
        f"Rates were last checked: {', '.join(days)}. Check the sources. If nothing changed, press "
        "the button; answers then show the new day and your name.",
        tuple(old),
    )


class NoticeQueue(Protocol):
    """The outbox. Queuing a delivery whose id is already in it changes nothing."""

    async def queue(self, deliveries: Collection[Delivery]) -> bool:
        """False if some were left out because their team has not installed the app."""


def plan_notices(
    failing: Iterable[FeedState],
    team: str,
    conversations: Collection[str],
    now: datetime,
    others: Iterable[Trouble] = (),
) -> tuple[Delivery, ...]:
    """The notices about failing feeds and `others`, one for each problem and conversation."""
    troubles = [trouble for state in failing if (trouble := feed_trouble(state, now))]
    return tuple(
        make_delivery(
            DeliveryKind.NOTICE,
            (team, conversation),
            trouble.key,
            trouble.text,
            now,
            content=trouble.content or " ".join(trouble.old_imposers),
        )
        for trouble in (*troubles, *others)
        for conversation in conversations
    )


def plan_hold_notices(
    held: Iterable[HeldConversation],
    subscriptions: Iterable[Subscription],
    team: str,
    operators: Collection[str],
    now: datetime,
) -> tuple[Delivery, ...]:
    """The notices about conversations that refuse messages, or whose subscriptions are paused.

    `team` is the workspace of the operators. A notice to a person stays in the workspace of the
    conversation. A conversation without paused subscriptions is reported once for each reason, not
    for each period of refusals: it may be a person who follows events, to whom each later message
    may be refused again.
    """
    paused: dict[tuple[str, str], list[Subscription]] = {}
    subscribed: set[tuple[str, str]] = set()
    for subscription in subscriptions:
        place = subscription.team, subscription.conversation
        subscribed.add(place)
        if subscription.paused_at is not None:
            paused.setdefault(place, []).append(subscription)
    found: list[Delivery] = []
    for (own_team, conversation), own in paused.items():
        since = min(each.paused_at for each in own if each.paused_at is not None)
        whose = "" if own_team == team else f" of workspace {own_team}"
        people = () if _is_direct(conversation) else (each.created_by for each in own)
        to = dict.fromkeys((team, each) for each in operators)
        makers = dict.fromkeys((own_team, each) for each in people if each)
        key = f"{conversation}{whose} refuses messages since {since.isoformat()}"
        for places, name in ((to, whose), (makers.keys() - to.keys(), "")):
            text = _hold_text(conversation, name, since, own[0].paused_reason, is_subscribed=True)
            found += _notices(key, text, sorted(places), (own_team, conversation), now)
    for each in held:
        # One with subscriptions that are not paused is about to be paused, or was resumed just now.
        refusing = each.team, each.conversation
        if refusing not in subscribed:
            whose = "" if each.team == team else f" of workspace {each.team}"
            text = _hold_text(
                each.conversation, whose, each.since, each.reason, is_subscribed=False
            )
            key = f"{each.conversation}{whose} refuses messages: {each.reason}"
            found += _notices(key, text, [(team, one) for one in operators], refusing, now)
    return tuple(found)


def _is_direct(conversation: str) -> bool:
    """Whether it is a direct message or a person, who then cannot get a notice either."""
    return conversation.startswith(("D", "U", "W"))


def _hold_text(
    conversation: str, whose: str, since: datetime, reason: str, is_subscribed: bool
) -> str:
    name = conversation if _is_direct(conversation) else f"#{conversation}"
    first = f"Slack refuses messages to {name}{whose} since {_moment(since)}: {reason}."
    kept = "Queued messages are kept for a day and sent if Slack accepts messages again"
    if not is_subscribed:
        return f"{first} {kept}."
    return (
        f"{first} The subscriptions there are paused. {kept}, which ends the pause. "
        "After that, subscribe there again."
    )


def _notices(
    key: str,
    text: str,
    places: Iterable[tuple[str, str]],
    refusing: tuple[str, str],
    now: datetime,
) -> list[Delivery]:
    """The notices to each of the places, but not to the one that refuses messages."""
    kind = DeliveryKind.NOTICE
    to = (each for each in places if each != refusing)
    return [make_delivery(kind, each, key, text, now) for each in to]


def recovery_trouble(recovery: Recovery, whose: str = "", *, is_counted: bool = True) -> Trouble:
    """The problem to report about a workspace once it accepts messages again. `whose` names it if
    there are several, such as ` of workspace T1`. Several workers send the messages, so none of
    them has counted all."""
    refusal, count = recovery.refusal, recovery.messages
    messages = "1 message was" if count == 1 else f"{count} messages were"
    if not is_counted:
        messages = "The queued messages were"
    return Trouble(
        f"workspace refused messages{whose} since {refusal.since.isoformat()}",
        f"Slack refused posts{whose} from {_moment(refusal.since)} to {_moment(recovery.at)} "
        f"({refusal.cause}). {messages} delivered afterwards.",
    )


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


class Notices:
    """Queues notices; call `look` regularly."""

    def __init__(
        self,
        outbox: NoticeQueue,
        team: str,
        conversations: Collection[str],
        clock: Callable[[], datetime],
        on_deliveries: Callable[[], None],
    ) -> None:
        self._outbox, self._team, self._conversations = outbox, team, tuple(conversations)
        self._clock, self._on_deliveries = clock, on_deliveries
        self._queued: frozenset[str] = frozenset()

    async def look(
        self,
        failing: Iterable[FeedState],
        others: Iterable[Trouble] = (),
        held: Iterable[HeldConversation] = (),
        subscriptions: Iterable[Subscription] = (),
    ) -> None:
        """Queues the notices that are not queued yet; raises StoreError.

        Before the operators' workspace has installed the app, each look tries again.
        """
        team, operators, now = self._team, self._conversations, self._clock()
        found = (
            *plan_notices(failing, team, operators, now, others),
            *plan_hold_notices(held, subscriptions, team, operators, now),
        )
        if new := [each for each in found if each.id not in self._queued]:
            if not await self._outbox.queue(new):
                return
            self._on_deliveries()
        self._queued = frozenset(each.id for each in found)

    async def report(self, trouble: Trouble, conversations: Collection[str] = ()) -> bool:
        """Queues a notice about one problem, for the operators or for these conversations; raises
        StoreError. False if their workspace has not installed the app yet."""
        now, to = self._clock(), conversations or self._conversations
        queued = await self._outbox.queue(plan_notices((), self._team, to, now, (trouble,)))
        self._on_deliveries()
        return queued


def feed_trouble(state: FeedState, now: datetime) -> Trouble | None:
    """The problem with a feed; None if there is none or it is too recent to report."""
    since = state.failing_since
    if since is None:
        return None
    if state.stopped:
        return Trouble(
            f"{state.feed_id} gone since {since.isoformat()}",
            f"The feed {state.feed_id} is gone: its server answered 410. It is no longer polled. "
            "Remove it or change its address. If it is back, type "
            f"`{COMMAND} feeds resume {state.feed_id}`.",
        )
    if now - since < REPORT_AFTER:
        return None
    return Trouble(
        f"{state.feed_id} failing since {since.isoformat()}",
        f"The feed {state.feed_id} has failed since {format_day(since)}, {since:%H:%M} UTC: "
        f"{state.error}. "
        "The bot retries it at least once a day.",
    )
