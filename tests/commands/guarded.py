"""A conversation with what belongs to it, and the people who act on it from inside and outside."""

import asyncio
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.alerts.delivery import DeliveryKind, make_delivery
from bot.alerts.digest import Bundle, BundleKind
from bot.alerts.mutes import Mute, MuteKind
from bot.alerts.subscriptions.criteria import Criteria
from bot.alerts.subscriptions.model import Subscription
from bot.commands.permissions import Permissions, SubscriptionPolicy
from bot.commands.request import CommandRequest
from bot.commands.service import CommandService
from bot.lines.model import LineList, ListedLine, ListOwner
from bot.values import Topic
from tests.commands.conftest import NOW, OPERATOR, Commands
from tests.slack.fakes import FakePeople
from tests.store import examples
from tests.store.opened import Store, open_store

TEAM, OTHER_TEAM = "T1", "T2"
MAKER, MEMBER, STRANGER = "UMAKER", "UMEMBER", "USTRANGER"
ELSEWHERE = "C0ELSEWHERE"
OWN_LABEL = "parts of the maker"
"""The label of the line in the maker's own list."""


class Role(StrEnum):
    """Who acts, and where."""

    MEMBER = "a member"
    MAKER = "the maker"
    OPERATOR = "an operator"
    MAKER_AT_HOME = "the maker, in the Home tab"
    FORMER_MAKER = "the maker, in the Home tab, after leaving"
    OLD_FORM = "the maker, after leaving, with a form that they opened in the conversation"
    MAKER_ELSEWHERE = "the maker, in another conversation"
    STRANGER = "a person in another conversation"
    OPERATOR_ELSEWHERE = "an operator in another conversation"
    OTHER_TEAM = "a person in another workspace, in a conversation with the same id"
    TWIN_OF_MAKER = "a person with the maker's id in another workspace"
    TWIN_AT_HOME = "a person with the maker's id in the Home tab of another workspace"
    TWIN_OF_OPERATOR = "a person with an operator's id in another workspace"


INSIDE = frozenset({Role.MEMBER, Role.MAKER, Role.OPERATOR})
OUTSIDE = frozenset(Role) - INSIDE - {Role.MAKER_AT_HOME}
IN_OTHER_TEAM = frozenset(
    {Role.OTHER_TEAM, Role.TWIN_OF_MAKER, Role.TWIN_AT_HOME, Role.TWIN_OF_OPERATOR}
)
"""The people of another workspace, which has conversations and people with the same ids."""
USERS = {
    Role.MEMBER: MEMBER,
    Role.MAKER: MAKER,
    Role.OPERATOR: OPERATOR,
    Role.MAKER_AT_HOME: MAKER,
    Role.FORMER_MAKER: MAKER,
    Role.OLD_FORM: MAKER,
    Role.MAKER_ELSEWHERE: MAKER,
    Role.STRANGER: STRANGER,
    Role.OPERATOR_ELSEWHERE: OPERATOR,
    Role.OTHER_TEAM: MEMBER,
    Role.TWIN_OF_MAKER: MAKER,
    Role.TWIN_AT_HOME: MAKER,
    Role.TWIN_OF_OPERATOR: OPERATOR,
}
OPERATORS = frozenset({Role.OPERATOR, Role.OPERATOR_ELSEWHERE})

ANYONE, BY_MAKER, BY_OPERATORS = SubscriptionPolicy
Allowed = dict[SubscriptionPolicy, frozenset[Role]]
NO_ONE: Allowed = dict.fromkeys(SubscriptionPolicy, frozenset())
"""No one changes the conversation, because the act only reads or is about the person."""
ON_CONVERSATION: Allowed = {
    ANYONE: INSIDE,
    BY_MAKER: INSIDE,
    BY_OPERATORS: frozenset({Role.OPERATOR}),
}
"""Acts that add something to the conversation, or mute something in it."""
ON_SUBSCRIPTION: Allowed = {
    ANYONE: INSIDE | {Role.MAKER_AT_HOME},
    BY_MAKER: frozenset({Role.MAKER, Role.OPERATOR, Role.MAKER_AT_HOME}),
    BY_OPERATORS: frozenset({Role.OPERATOR}),
}
"""Acts on one subscription, which its maker can also do in the Home tab."""
ON_SUBSCRIPTIONS_HERE: Allowed = {
    policy: roles - {Role.MAKER_AT_HOME} for policy, roles in ON_SUBSCRIPTION.items()
}
"""Acts on all subscriptions of the conversation in which the person acts."""


@dataclass(frozen=True)
class Guarded:
    """A conversation with two subscriptions, three mutes, an alert and a message with missed
    stories."""

    conversation: str
    secret: Subscription
    """About a word that only people in the conversation may read."""
    wide: Subscription
    """About all stories on tariffs, as that of the event is."""
    event: str
    missed: str
    """The id of the message with missed stories."""

    @property
    def word(self) -> str:
        """The word of the secret subscription."""
        return self.secret.criteria.words[0]

    @property
    def alert(self) -> str:
        """The platform's id of the event's alert in the conversation."""
        return f"1700000000.{self.conversation}"

    @property
    def kept_back(self) -> str:
        """The id of the story that a mute kept back."""
        return f"kept back in {self.conversation}"

    def request(self, role: Role, text: str = "") -> CommandRequest:
        """The request of a person for an act in the place where they are."""
        user = USERS[role]
        match role:
            case Role.MAKER_AT_HOME | Role.FORMER_MAKER | Role.OLD_FORM:
                return CommandRequest(text, TEAM, user, user)
            case Role.MAKER_ELSEWHERE | Role.STRANGER | Role.OPERATOR_ELSEWHERE:
                return CommandRequest(text, TEAM, ELSEWHERE, user)
            case Role.TWIN_AT_HOME:
                return CommandRequest(text, OTHER_TEAM, user, user)
            case Role.OTHER_TEAM | Role.TWIN_OF_MAKER | Role.TWIN_OF_OPERATOR:
                return CommandRequest(text, OTHER_TEAM, self.conversation, user)
            case _:
                return CommandRequest(text, TEAM, self.conversation, user)

    def find_place_of_form(self, role: Role) -> str:
        """The conversation in which the person has opened a form about this conversation."""
        return self.conversation if role is Role.OLD_FORM else self.request(role).conversation


def form_request(guarded: Guarded, role: Role) -> CommandRequest:
    """The request of a form about the conversation that the person has opened where they are."""
    given = guarded.request(role)
    place = guarded.find_place_of_form(role)
    return replace(given, conversation=guarded.conversation, opened_in=place, opened_at=NOW)


async def guard(commands: Commands, role: Role) -> Guarded:
    """A new conversation of which the maker is a member, unless the role says that they left, and
    so is the person in the role if they act there."""
    _admit(commands.people, role)
    return await _add_conversation(commands.store, role)


def _place(role: Role) -> str:
    return f"C0{role.name}"


def _admit(people: FakePeople, role: Role) -> None:
    people.team = TEAM
    if role not in (Role.FORMER_MAKER, Role.OLD_FORM):
        people.members.add((_place(role), MAKER))
    if role in INSIDE:
        people.members.add((_place(role), USERS[role]))


async def _add_conversation(store: Store, role: Role) -> Guarded:
    place = _place(role)
    made = {"team": TEAM, "conversation": place, "created_by": MAKER, "created_at": NOW}
    paused = NOW + timedelta(days=30)
    word = f"merger{list(Role).index(role)}"
    secret = Subscription(id="", criteria=Criteria(words=(word,)), paused_until=paused, **made)
    wide = Subscription(id="", criteria=Criteria(topics=frozenset({Topic.TARIFF})), **made)
    for each in (secret, wide):
        await store.subscriptions.add(each)
    saved = await store.subscriptions.of(TEAM, place)
    event = f"event of {place}"
    kept_back = examples.story(f"kept back in {place}", seen_at=NOW, published=NOW)
    story = examples.story(event, title="Duty on steel", seen_at=NOW, published=NOW)
    await store.add_stories(story, kept_back)
    await _post_alert(store, event, place)
    for kind, subject in (
        (MuteKind.EVENT, event),
        (MuteKind.TOPIC, Topic.TARIFF.value),
        (MuteKind.CONVERSATION, ""),
    ):
        until = NOW + timedelta(hours=1)
        mute = Mute(kind=kind, subject=subject, team=TEAM, conversation=place, until=until)
        await store.mutes.add(mute)
    content = Bundle(kind=BundleKind.MISSED, mute=MuteKind.CONVERSATION).model_dump_json()
    missed = make_delivery(
        DeliveryKind.DIGEST,
        (TEAM, place),
        BundleKind.MISSED,
        "",
        NOW,
        story_ids=(kept_back.id,),
        content=content,
    )
    await store.queue(missed)
    await store.follows.follow(TEAM, MAKER, event)
    await _save_list(store, place, word)
    await store.lines.remove(ListOwner(TEAM, MAKER))
    await _save_list(store, MAKER, OWN_LABEL)
    return Guarded(
        place,
        next(each for each in saved if each.criteria.words),
        next(each for each in saved if not each.criteria.words),
        event,
        missed.id,
    )


@dataclass(frozen=True)
class Prepared:
    """An SQLite file with one conversation, prepared for a role."""

    role: Role
    file: Path
    guarded: Guarded
    before: tuple[object, ...]
    """The rows of the conversation."""


@pytest.fixture(scope="session")
def prepared(blank_file: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Prepared]:
    """A file for each role. They are created once, because this takes longer than a test.

    The services check permissions, so one database is enough for these tests. The tests of
    `tests/store` run on PostgreSQL too.
    """
    folder = tmp_path_factory.mktemp("guarded")
    files = [shutil.copyfile(blank_file, folder / f"{role.name}.db") for role in Role]
    return [asyncio.run(_prepare(file, role)) for file, role in zip(files, Role, strict=True)]


async def _prepare(file: Path, role: Role) -> Prepared:
    store = open_store(f"sqlite:///{file}")
    guarded = await _add_conversation(store, role)
    before = await snapshot(store, guarded.conversation)
    await store.database.close()
    return Prepared(role, file, guarded, before)


async def restore(commands: Commands, prepared: Prepared) -> None:
    """Replaces the content of the store, an SQLite database, and of the people."""
    commands.people.members.clear()
    _admit(commands.people, prepared.role)

    def copy(engine: Engine) -> None:
        with closing(sqlite3.connect(prepared.file)) as source, engine.connect() as connection:
            target = connection.connection.driver_connection
            assert isinstance(target, sqlite3.Connection)
            source.backup(target)

    await commands.store.database.with_engine(copy)


def governed(commands: Commands, policy: SubscriptionPolicy) -> CommandService:
    """The same stores with another value of the setting."""
    old = commands.service
    permissions = Permissions({OPERATOR}, policy, home=TEAM)
    return CommandService(old.stores, old.answers, old.decisions, permissions, old.clock)


async def snapshot(store: Store, place: str) -> tuple[object, ...]:
    """What belongs to a conversation."""
    return (
        await store.subscriptions.of(TEAM, place),
        sorted(await store.mutes.of(TEAM, place, NOW), key=repr),
        place in await store.reminders.off(TEAM),
        place in await store.watch.quiet_weeks_on(TEAM),
        await store.lines.get(ListOwner(TEAM, place)),
    )


async def _save_list(store: Store, place: str, label: str) -> None:
    line = ListedLine(code="85076000", origin="CN", label=label)
    await store.lines.save(LineList(ListOwner(TEAM, place)), [line], {}, MAKER, NOW)


async def _post_alert(store: Store, event_id: str, conversation: str) -> None:
    delivery = examples.delivery(event_id, conversation=conversation, event_id=event_id)
    await store.queue(delivery)
    claimed = next(
        each for each in await store.outbox.claim(NOW, 9, 60) if each.event_id == event_id
    )
    await store.outbox.start_sending(claimed.id, claimed.claimed_at)
    await store.outbox.confirm(claimed.id, f"1700000000.{conversation}", NOW)
