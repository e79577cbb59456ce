"""In-memory fakes of the stores, and requests and services built on them."""

import hashlib
import hmac
import time
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from slack_sdk.web.async_client import AsyncWebClient

from bot.alerts.delivery import Delivery
from bot.alerts.feedback import Feedback
from bot.alerts.mutes import Mute
from bot.alerts.subscriptions.criteria import Criteria, EconomyFilter, is_same
from bot.alerts.subscriptions.model import Subscription, make_id, without
from bot.alerts.subscriptions.timing import Timing
from bot.commands.answers import AnswerService
from bot.commands.message_reading import MessageService
from bot.commands.permissions import Permissions
from bot.commands.ports import CommandStores
from bot.commands.request import CommandRequest
from bot.commands.service import CommandService
from bot.errors import FeedError, NotAFeed
from bot.feeds.health import FeedSummary, Health, Lag
from bot.feeds.model import Feed
from bot.lines.model import LineList, ListedLine, ListOwner
from bot.news.search import StorySearch
from bot.news.story import Story
from bot.rates.ledger import Ledger
from bot.slack.api.people import SlackPeople
from bot.slack.blockkit.blocks import Message
from bot.slack.context import SlackContext
from bot.slack.handlers.commands import answer
from bot.slack.workspaces.parts import WorkspacePeople
from bot.slack.workspaces.registry import OneWorkspace
from bot.values import Topic
from tests.shipped import book as book
from tests.shipped import ledger as ledger
from tests.shipped import reader as reader
from tests.slack.samples import NOW, story

TODAY = NOW.date()
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


class FakePeople:
    """Knows one time zone, and the conversations that each person is in. If `team` is set, no
    person of another workspace is in one of them."""

    def __init__(self, zone: str = "", members: Collection[tuple[str, str]] = ()) -> None:
        self.zone, self.members = zone, set(members)
        self.team: str | None = None

    async def find_zone(self, _team: str, _user: str) -> str:
        return self.zone

    async def list_channels(self, team: str, user: str) -> set[str]:
        if self.team not in (None, team):
            return set()
        return {conversation for conversation, member in self.members if member == user}

    async def is_member(self, team: str, conversation: str, user: str) -> bool | None:
        return self.team in (None, team) and (conversation, user) in self.members


class FakeSubscriptions:
    def __init__(self) -> None:
        self.kept: list[Subscription] = []

    async def add(self, subscription: Subscription, limit: int) -> bool:
        known = [
            s
            for s in await self.of(subscription.team, subscription.conversation)
            if is_same(s.criteria, subscription.criteria)
        ]
        if any(s.timing == subscription.timing for s in known):
            return False
        new = subscription.model_copy(update={"id": subscription.id or make_id(subscription)})
        self.kept = [s for s in self.kept if s not in known] + [new]
        return True

    async def get(
        self, team: str, subscription_id: str, conversation: str, user: str
    ) -> Subscription | None:
        own = [
            s
            for s in self.kept
            if s.conversation == conversation or (user and user in (s.conversation, s.created_by))
        ]
        return next((s for s in own if s.id.startswith(subscription_id)), None)

    async def change(self, team: str, subscription_id: str, **changes: object) -> None:
        self.kept = [
            s.model_copy(update=changes) if s.id == subscription_id else s for s in self.kept
        ]

    async def replace(
        self, team: str, ids: Sequence[str], criteria: Criteria, timing: Timing
    ) -> Subscription | None:
        old = [s for s in self.kept if s.id in ids]
        same = [s for s in self.kept if is_same(s.criteria, criteria) and s.id not in ids]
        first = next((s for s in old if s.id == ids[0]), None)
        if first is None or any(s.conversation == first.conversation for s in same):
            return None
        changed = first.model_copy(update={"criteria": criteria, "timing": timing})
        self.kept = [changed if s == first else s for s in self.kept if s == first or s not in old]
        return changed

    async def resume(self, team: str, conversation: str, now: datetime) -> None:
        ended = {"paused_at": None, "paused_reason": ""}
        self.kept = [
            s.model_copy(update=ended) if s.conversation == conversation else s for s in self.kept
        ]

    async def remove_one(self, team: str, subscription_id: str) -> None:
        self.kept = [s for s in self.kept if s.id != subscription_id]

    async def remove(
        self,
        team: str,
        conversation: str,
        topics: Collection[Topic] = (),
        economies: Collection[EconomyFilter] = (),
        only: Collection[str] | None = None,
    ) -> int:
        changed = 0
        for one in await self.of(team, conversation):
            left = without(one.criteria, topics, economies)
            if left != (one.criteria,) and (only is None or one.id in only):
                changed += 1
                self.kept.remove(one)
                self.kept += [one.model_copy(update={"criteria": each}) for each in left]
        return changed

    async def of(self, team: str, conversation: str) -> Sequence[Subscription]:
        return [s for s in self.kept if (s.team, s.conversation) == (team, conversation)]

    async def every(self, team: str) -> Sequence[Subscription]:
        return [s for s in self.kept if s.team == team]


class FakeMutes:
    def __init__(self) -> None:
        self.kept: list[Mute] = []

    async def add(self, mute: Mute) -> None:
        self.kept.append(mute)

    async def remove(self, mute: Mute, now: datetime) -> None:
        self.kept = [
            each for each in self.kept if (each.kind, each.subject) != (mute.kind, mute.subject)
        ]

    async def of(self, team: str, conversation: str, now: datetime) -> Sequence[Mute]:
        return [m for m in self.kept if (m.team, m.conversation) == (team, conversation)]


class FakeOutbox:
    """Has one delivery and its stories."""

    def __init__(self, delivery: Delivery | None = None, *stories: Story) -> None:
        self.delivery, self.own = delivery, stories

    async def get(self, delivery_id: str) -> Delivery | None:
        found = self.delivery
        return found if found is not None and found.id == delivery_id else None

    async def stories(self, delivery: Delivery) -> Sequence[Story]:
        return self.own


class FakeStories:
    def __init__(self, *stories: Story) -> None:
        self.kept = list(stories)

    async def latest(self, topic: Topic | None, limit: int) -> Sequence[Story]:
        return [s for s in self.kept if topic is None or topic in s.topics][:limit]

    async def of_events_about(
        self,
        since: datetime,
        topics: Collection[Topic],
        economies: Collection[Sequence[Collection[str]]],
    ) -> Sequence[Story]:
        return [s for s in self.kept if s.seen_at >= since]

    async def search(self, wanted: StorySearch, limit: int, offset: int) -> Sequence[Story]:
        return [s for s in self.kept if wanted.matches(s)][offset : offset + limit]

    async def get(self, story_id: str) -> Story | None:
        return next((s for s in self.kept if s.id == story_id), None)

    async def of_event(self, event_id: str) -> Sequence[Story]:
        return [s for s in self.kept if s.event_id == event_id]


class FakePostedAlerts:
    """Stores the ts of each alert by team, conversation and event."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str, str], str] = {}

    async def posted(
        self, team: str, conversation: str, event_ids: Collection[str]
    ) -> dict[str, str]:
        found = {event: self.kept.get((team, conversation, event)) for event in event_ids}
        return {event: ts for event, ts in found.items() if ts}


class FakeFollows:
    def __init__(self) -> None:
        self.follows: set[tuple[str, str, str]] = set()

    async def follow(self, team: str, user: str, event_id: str) -> bool:
        new = (team, user, event_id) not in self.follows
        self.follows.add((team, user, event_id))
        return new

    async def unfollow(self, team: str, user: str, event_id: str) -> bool:
        self.follows.discard((team, user, event_id))
        return True

    async def followed(self, team: str, user: str) -> list[str]:
        return [event for *person, event in self.follows if person == [team, user]]


class FakeFeedback:
    """Keeps feedback in the order in which it was given."""

    def __init__(self) -> None:
        self.kept: list[Feedback] = []

    async def add(self, feedback: Feedback) -> bool:
        said = feedback.model_copy(update={"at": NOW})
        is_new = said not in self.kept
        self.kept += [said] if is_new else []
        return is_new


class FakeReminderSwitches:
    """Stores the conversations in which reminders are off; ignores the team id."""

    def __init__(self) -> None:
        self.kept: set[str] = set()

    async def off(self, team: str) -> set[str]:
        return self.kept

    async def switch(self, team: str, conversation: str, *, on: bool) -> bool:
        changed = on == (conversation in self.kept)
        self.kept ^= {conversation} if changed else set()
        return changed


class FakeQuietWeeks:
    """Stores the conversations that want a line about quiet weeks; ignores the team id."""

    def __init__(self) -> None:
        self.kept: set[str] = set()

    async def quiet_weeks_on(self, team: str) -> set[str]:
        return self.kept

    async def switch_quiet_weeks(self, team: str, conversation: str, *, on: bool) -> bool:
        changed = on != (conversation in self.kept)
        self.kept ^= {conversation} if changed else set()
        return changed


class FakeLineLists:
    """Stores line lists; ignores what their owners know."""

    def __init__(self) -> None:
        self.kept: dict[ListOwner, LineList] = {}

    async def get(self, owner: ListOwner) -> LineList:
        return self.kept.get(owner, LineList(owner))

    async def revision(self, owner: ListOwner) -> int:
        return (await self.get(owner)).revision

    async def count(self, owner: ListOwner) -> int:
        return len((await self.get(owner)).lines)

    async def save(self, before: LineList, lines: Sequence[ListedLine], *_: Any) -> int:
        owner = before.owner
        if (await self.get(owner)).revision != before.revision:
            return 0
        self.kept[owner] = LineList(owner, tuple(lines), before.revision + 1)
        return before.revision + 1

    async def remove(self, owner: ListOwner) -> int:
        return len(self.kept.pop(owner, LineList(owner)).lines)

    async def remove_team(self, team: str) -> int:
        gone = [one for one in self.kept if one.team == team]
        for one in gone:
            del self.kept[one]
        return len(gone)


class FakeFeeds:
    """Accepts any feed address except one with "page"; removes any feed except "unknown"."""

    def __init__(self, *healths: Health) -> None:
        self.healths = list(healths)
        self.added: list[str] = []
        self.removed: list[str] = []
        self.resumed: list[str] = []

    async def summary(self) -> FeedSummary:
        return FeedSummary(feeds=40, failing=2, last_poll_at=NOW)

    async def health(self) -> Sequence[Health]:
        return self.healths

    async def lag(self) -> Lag | None:
        return Lag(median_s=240, p95_s=1500, entries=1234)

    async def add(self, url: str) -> Feed:
        if "page" in url:
            raise NotAFeed(url, "the body is a web page, not a feed", "Give the address of a feed")
        self.added.append(url)
        return Feed(id="new_wire", title="New *Wire*", url=url)

    async def remove(self, feed_id: str) -> None:
        if feed_id == "unknown":
            raise FeedError(feed_id, "no such feed", "See their ids in: tariffwire feeds list")
        self.removed.append(feed_id)

    async def resume(self, feed_id: str) -> None:
        if feed_id == "unknown":
            raise FeedError(feed_id, "no such feed", "See their ids in: tariffwire feeds list")
        self.resumed.append(feed_id)


class FailingStore:
    """A store in which every method fails."""

    def __getattr__(self, name: str) -> Any:
        async def fail(*_: Any) -> Any:
            raise RuntimeError(f"the database is gone ({name})")

        return fail


def service(**changes: Any) -> CommandService:
    """The command service on fake stores; a test can replace any of them."""
    stores: dict[str, Any] = {
        "people": FakePeople(),
        "subscriptions": FakeSubscriptions(),
        "mutes": FakeMutes(),
        "outbox": FakeOutbox(),
        "stories": FakeStories(story()),
        "alerts": FakePostedAlerts(),
        "follows": FakeFollows(),
        "feedback": FakeFeedback(),
        "reminders": FakeReminderSwitches(),
        "quiet_weeks": FakeQuietWeeks(),
        "proposals": FailingStore(),
        "feeds": FakeFeeds(),
        "lines": FakeLineLists(),
    }
    stores |= {name: changes.pop(name) for name in stores.keys() & changes.keys()}
    given: dict[str, Any] = {
        "stores": CommandStores(**stores),
        "answers": AnswerService(ledger()),
        "decisions": FailingStore(),
        "permissions": Permissions({"U1"}),
        "clock": lambda: NOW,
    }
    return CommandService(**{**given, **changes})


def slack_context(client: AsyncWebClient, secret: str = SECRET, **changes: Any) -> SlackContext:
    own = {
        name: changes.pop(name)
        for name in ("background", "answer_within_s", "touches")
        if name in changes
    }
    changes.setdefault("people", WorkspacePeople(OneWorkspace(client, "T1"), SlackPeople))
    made = service(**changes)
    return SlackContext(client, secret, made, MessageService(reader(), made.answers), **own)


async def answer_message(
    text: str,
    today: date = TODAY,
    of: Ledger | None = None,
    live: Any = None,
    user: str = "U1",
) -> Message:
    """The message with the bot's answer to a question that is asked at noon of a day."""
    answers = AnswerService(of or ledger(), live)
    given = slack_context(
        AsyncWebClient("xoxb-unused"),
        answers=answers,
        clock=lambda: datetime.combine(today, datetime.min.time(), UTC) + timedelta(hours=12),
    )
    return await answer(given, CommandRequest(text, "T1", "C1", user))


def signed(body: str, secret: str = SECRET, age_s: float = 0) -> dict[str, str]:
    """The headers of a request that Slack signed."""
    timestamp = str(int(time.time() - age_s))
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256)
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": f"v0={digest.hexdigest()}",
    }


def slash(text: str, **changes: str) -> str:
    """The form body of a slash command."""
    given = {
        "command": "/tariff",
        "text": text,
        "team_id": "T1",
        "channel_id": "C1",
        "channel_name": "trade-news",
        "user_id": "U1",
        "response_url": "http://127.0.0.1:9/respond",
        "trigger_id": "1.2",
    }
    return urlencode({**given, **changes})
