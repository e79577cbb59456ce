"""Who may use which command on a conversation, and what a reply may show outside of it.

Each command has a row. For each role and each value of the setting, the test uses it by the door
through which text and buttons come, then looks at what the conversation has.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import pytest

from bot.alerts.subscriptions.criteria import Criteria, EconomyFilter
from bot.alerts.subscriptions.timing import Frequency, Timing
from bot.commands import replies
from bot.commands.grammar import Command, Verb, parse_command
from bot.commands.lines.grammar import LinesAct, LinesRequest
from bot.commands.permissions import ACCESS, OperatorAction, SubscriptionPolicy
from bot.commands.request import CommandRequest, Reply
from bot.commands.subscriptions.service import SubscriptionService
from bot.values import Topic
from tests.commands.conftest import (
    Commands,
    commands,
    server,
)
from tests.commands.guarded import (
    ANYONE,
    BY_OPERATORS,
    IN_OTHER_TEAM,
    INSIDE,
    MAKER,
    NO_ONE,
    ON_CONVERSATION,
    ON_SUBSCRIPTION,
    ON_SUBSCRIPTIONS_HERE,
    OPERATORS,
    OUTSIDE,
    OWN_LABEL,
    TEAM,
    USERS,
    Allowed,
    Guarded,
    Prepared,
    Role,
    form_request,
    governed,
    prepared,
    restore,
    snapshot,
)
from tests.conftest import store
from tests.slack.samples import PARTIES

__all__ = ["commands", "prepared", "server", "store"]

MINE = Criteria(only_my_lines=True)
JAPAN = Criteria(topics=frozenset({Topic.TARIFF}), economies=(EconomyFilter(first="JP"),))


@dataclass(frozen=True)
class Row:
    """One way to use a command."""

    changes: Allowed
    """Who changes the conversation."""
    make: Callable[[Guarded], dict[str, Any]] = lambda _: {}
    """The fields of the command."""
    secret: Callable[[Guarded], str] = lambda each: each.word
    """What only people in `seen_by` may find in the reply."""
    seen_by: frozenset[Role] | None = None
    """None if only people outside the conversation are tested."""


def _text(read: Callable[[Guarded], str]) -> Callable[[Guarded], dict[str, Any]]:
    return lambda guarded: {"text": read(guarded)}


def _lines(**fields: Any) -> Callable[[Guarded], dict[str, Any]]:
    return lambda _: {"lines": LinesRequest(**fields)}


def _secret_id(guarded: Guarded) -> str:
    return guarded.secret.id


def _wide_id(guarded: Guarded) -> str:
    return guarded.wide.id


def _event(guarded: Guarded) -> str:
    return guarded.event


def _topic(_: Guarded) -> str:
    return Topic.TARIFF.value


def _exclusion(guarded: Guarded) -> str:
    return f"{guarded.secret.id} word steel"


HOURLY = Timing(frequency=Frequency.HOURLY)
OWN = frozenset(role for role in Role if USERS[role] == MAKER) - IN_OTHER_TEAM
READS = Row(NO_ONE)
ROWS: dict[Verb, tuple[Row, ...]] = {
    Verb.HELP: (READS,),
    Verb.ASK: (Row(NO_ONE, _text(lambda _: "us china")),),
    Verb.TABLE: (Row(NO_ONE, _text(lambda _: "us china")),),
    Verb.CALENDAR_FILE: (Row(NO_ONE, _text(lambda _: "upcoming")),),
    Verb.DEADLINE_FILE: (Row(NO_ONE, _text(_event)),),
    Verb.FEEDS: (READS,),
    Verb.LIST: (Row(NO_ONE, seen_by=INSIDE),),
    Verb.LATEST: (Row(NO_ONE, secret=lambda each: each.alert, seen_by=INSIDE),),
    Verb.FOLLOWING: (Row(NO_ONE, secret=_event, seen_by=OWN),),
    Verb.FOLLOW_EVENT: (Row(NO_ONE, _text(_event)),),
    Verb.UNFOLLOW_EVENT: (Row(NO_ONE, _text(_event)),),
    Verb.NOT_RELEVANT: (Row(NO_ONE, _text(_event)),),
    Verb.SHOW_MISSED: (
        Row(
            NO_ONE,
            _text(lambda each: each.missed),
            lambda each: each.kept_back,
            seen_by=INSIDE,
        ),
    ),
    Verb.FEWER: (Row(NO_ONE, _text(_event), _wide_id, seen_by=INSIDE),),
    Verb.PREVIEW_EXCLUSION: (Row(NO_ONE, _text(_exclusion)),),
    Verb.EXCLUDE: (Row(ON_SUBSCRIPTION, _text(_exclusion)),),
    Verb.SUBSCRIBE: (
        Row(ON_CONVERSATION, lambda _: {"criteria": JAPAN}, _wide_id),
        Row(ON_CONVERSATION, lambda _: {"criteria": MINE}, _wide_id),
        Row(ON_SUBSCRIPTIONS_HERE, lambda each: {"criteria": each.wide.criteria, "timing": HOURLY}),
    ),
    Verb.UNSUBSCRIBE: (
        Row(NO_ONE),
        Row(NO_ONE, _text(_secret_id)),
        Row(
            ON_SUBSCRIPTION,
            lambda each: {"text": each.secret.id, "confirmed": (each.secret.id,)},
        ),
        Row(
            ON_SUBSCRIPTIONS_HERE,
            lambda each: {"confirmed": (each.secret.id, each.wide.id)},
        ),
        Row(
            ON_SUBSCRIPTIONS_HERE,
            lambda each: {"criteria": each.wide.criteria, "confirmed": (each.wide.id,)},
        ),
    ),
    Verb.EDIT: (
        Row(ON_SUBSCRIPTION, lambda each: {"text": each.secret.id, "timing": HOURLY}),
        Row(ON_SUBSCRIPTION, lambda each: {"text": each.secret.id[:6], "criteria": JAPAN}),
        Row(ON_SUBSCRIPTION, lambda each: {"text": each.secret.id, "criteria": MINE}),
    ),
    Verb.PAUSE: (Row(ON_SUBSCRIPTION, lambda each: {"text": each.secret.id, "until": "5 dec"}),),
    Verb.RESUME: (Row(ON_SUBSCRIPTION, _text(_secret_id)),),
    Verb.REMINDERS: (READS, Row(ON_CONVERSATION, _text(lambda _: "off"))),
    Verb.QUIET_WEEKS: (READS, Row(ON_CONVERSATION, _text(lambda _: "on"))),
    Verb.MUTE_EVENT: (Row(ON_CONVERSATION, _text(_event)),),
    Verb.UNMUTE_EVENT: (Row(ON_CONVERSATION, _text(_event)),),
    Verb.MUTE_TOPIC: (Row(ON_CONVERSATION, _text(_topic)),),
    Verb.UNMUTE_TOPIC: (Row(ON_CONVERSATION, _text(_topic)),),
    Verb.MUTE_CONVERSATION: (Row(ON_CONVERSATION),),
    Verb.UNMUTE_CONVERSATION: (Row(ON_CONVERSATION),),
    Verb.MY: (
        Row(NO_ONE, _lines(for_channel=True), seen_by=INSIDE),
        Row(NO_ONE, secret=lambda _: OWN_LABEL, seen_by=OWN),
    ),
    Verb.MY_FILE: (
        Row(NO_ONE, _lines(act=LinesAct.FILE, for_channel=True), seen_by=INSIDE),
        Row(NO_ONE, _lines(act=LinesAct.FILE), lambda _: OWN_LABEL, seen_by=OWN),
    ),
    Verb.MY_UPLOAD: (Row(NO_ONE), Row(NO_ONE, _lines(act=LinesAct.UPLOAD, for_channel=True))),
    Verb.MY_REMOVE: (
        Row(NO_ONE),
        Row(NO_ONE, _lines(act=LinesAct.REMOVE, is_confirmed=True)),
        Row(NO_ONE, _lines(act=LinesAct.REMOVE, for_channel=True)),
        Row(
            ON_CONVERSATION,
            _lines(act=LinesAct.REMOVE, for_channel=True, is_confirmed=True),
        ),
    ),
    Verb.ADD_FEED: (Row(NO_ONE, _text(lambda _: "http://localhost/")),),
    Verb.REMOVE_FEED: (Row(NO_ONE, _text(lambda _: "wire")),),
    Verb.RESUME_FEED: (Row(NO_ONE, _text(lambda _: "wire")),),
    Verb.PROPOSALS: (READS,),
}
OPERATORS_ONLY = {Verb.ADD_FEED, Verb.REMOVE_FEED, Verb.RESUME_FEED, Verb.PROPOSALS}
CASES = [
    pytest.param(verb, row, policy, id=f"{verb} {number} {policy}")
    for verb, rows in ROWS.items()
    for number, row in enumerate(rows)
    # What changes nothing does not depend on the setting; its strictest value is enough.
    for policy in (SubscriptionPolicy if row.changes is not NO_ONE else [BY_OPERATORS])
]


def test_every_command_has_a_row_and_an_access() -> None:
    assert set(ROWS) == set(Verb)
    assert set(ACCESS) == set(Verb)


@pytest.mark.parametrize(("verb", "row", "policy"), CASES)
async def test_a_command_changes_and_shows_a_conversation_only_to_those_who_may(
    commands: Commands,
    prepared: list[Prepared],
    verb: Verb,
    row: Row,
    policy: SubscriptionPolicy,
) -> None:
    service = governed(commands, policy)
    for each in prepared:
        await restore(commands, each)
        role, guarded = each.role, each.guarded
        command = Command(verb=verb, **row.make(guarded))
        reply = await service.execute(command, guarded.request(role))
        after = await snapshot(commands.store, guarded.conversation)
        assert (after != each.before) is (role in row.changes[policy]), (role, reply)
        is_shown = row.secret(guarded) in _read(reply)
        if row.seen_by is not None:
            assert is_shown is (role in row.seen_by), (role, reply)
        elif role in OUTSIDE:
            assert not is_shown, (role, reply)
        if role in OUTSIDE:
            assert guarded.word not in _read(reply), (role, reply)
        is_operator = role in OPERATORS
        may = verb not in OPERATORS_ONLY or is_operator
        assert isinstance(reply, replies.OperatorsOnly) is not may, (role, reply)


def _read(reply: Reply) -> str:
    """All that a reply carries, except for what the person has typed."""
    if isinstance(reply, replies.NoSuchSubscription):
        return ""
    return repr(reply)


Act = Callable[[SubscriptionService, Guarded, CommandRequest], Coroutine[Any, Any, object]]
AT_HOME = frozenset({Role.MAKER_AT_HOME})
FORM_ACTS: dict[str, tuple[Allowed, Act]] = {
    "a new subscription": (
        {
            **dict.fromkeys(SubscriptionPolicy, INSIDE | AT_HOME),
            BY_OPERATORS: frozenset({Role.OPERATOR}),
        },
        lambda service, _, request: service.save(JAPAN, Timing(), request),
    ),
    "a new subscription with only my lines": (
        {
            **dict.fromkeys(SubscriptionPolicy, INSIDE | AT_HOME),
            BY_OPERATORS: frozenset({Role.OPERATOR}),
        },
        lambda service, _, request: service.save(MINE, Timing(), request),
    ),
    "an edited subscription": (
        ON_SUBSCRIPTION,
        lambda service, each, request: service.save(JAPAN, HOURLY, request, [each.secret.id]),
    ),
    "a subscription in place of others": (
        ON_SUBSCRIPTION,
        lambda service, each, request: service.save(
            JAPAN, HOURLY, request, [each.secret.id, each.wide.id]
        ),
    ),
    "a new subscription in place of another": (
        ON_SUBSCRIPTION,
        lambda service, each, request: service.save(Criteria(), HOURLY, request, [each.wide.id]),
    ),
}


@pytest.mark.parametrize("policy", list(SubscriptionPolicy))
@pytest.mark.parametrize("name", list(FORM_ACTS))
async def test_a_form_changes_a_conversation_only_for_those_who_may(
    commands: Commands, prepared: list[Prepared], name: str, policy: SubscriptionPolicy
) -> None:
    service = governed(commands, policy).subscriptions
    allowed, act = FORM_ACTS[name]
    for each in prepared:
        await restore(commands, each)
        role, guarded = each.role, each.guarded
        reply = await act(service, guarded, form_request(guarded, role))
        after = await snapshot(commands.store, guarded.conversation)
        assert (after != each.before) is (role in allowed[policy]), (role, reply)
        assert role not in OUTSIDE or guarded.word not in repr(reply), role


async def test_a_form_shows_other_subscriptions_only_to_members(
    commands: Commands, prepared: list[Prepared]
) -> None:
    service = governed(commands, ANYONE).subscriptions
    for each in prepared:
        await restore(commands, each)
        role, guarded = each.role, each.guarded
        found = await service.find_overlaps(Criteria(), form_request(guarded, role))
        assert bool(found.narrower) is (role not in OUTSIDE), role
        found = await service.find_overlaps(JAPAN, form_request(guarded, role))
        assert bool(found.wider) is (role not in OUTSIDE), role


async def test_the_home_tab_shows_own_subscriptions_only_in_current_conversations(
    commands: Commands, prepared: list[Prepared]
) -> None:
    service = governed(commands, ANYONE)
    for each in prepared:
        await restore(commands, each)
        role, guarded = each.role, each.guarded
        request = guarded.request(role)
        overview = await service.build_overview(request.team, request.user)
        seen = {one.conversation for one in overview.subscriptions}
        is_shown = role in {Role.MAKER, Role.MAKER_AT_HOME, Role.MAKER_ELSEWHERE}
        assert (guarded.conversation in seen) is is_shown, role
        is_operator = role in OPERATORS
        assert (overview.operator is not None) is is_operator


@pytest.mark.parametrize(
    "text", ["export", "forget UMAKER", "feedback", "outbox drop all", "retention", "db backup"]
)
async def test_what_operators_do_at_the_terminal_cannot_be_typed(
    commands: Commands, prepared: list[Prepared], text: str
) -> None:
    assert parse_command(text, PARTIES).verb is Verb.ASK
    for each in prepared:
        await restore(commands, each)
        reply = await commands.service.handle(each.guarded.request(each.role, text))
        assert each.guarded.word not in repr(reply)
        assert await snapshot(commands.store, each.guarded.conversation) == each.before
        assert await commands.store.follows.followed(TEAM, MAKER)


def test_only_operators_change_feeds_and_decide_on_rates() -> None:
    assert {verb for verb, access in ACCESS.items() if isinstance(access, OperatorAction)} == (
        OPERATORS_ONLY
    )
