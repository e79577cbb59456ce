"""Who may click and submit what on a conversation, and what a click may show outside of it.

Every listener of the app has rows. For each role and each value of the setting, the test sends the
payload to the app, then looks at what the conversation has and at all that the app has sent.
"""

import importlib
import json
import pkgutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot import COMMAND
from bot.commands.message_reading import MessageService
from bot.commands.permissions import SubscriptionPolicy
from bot.local_slack.server import Workspace
from bot.slack import handlers
from bot.slack.app import build_app
from bot.slack.context import SlackContext
from bot.slack.handlers.buttons import BUTTONS
from bot.slack.handlers.menus import ALERT_CHOICES, ANSWER_CHOICES
from bot.slack.handlers.shortcuts import ABOUT_TARIFFS, RATE_NOW
from bot.slack.views import alerts, approval_form, data_checks, proposals
from bot.slack.views.entry import check_product, home
from bot.slack.views.events import exclusions
from bot.slack.views.events.digest import SHOW_MISSED
from bot.slack.views.events.touched import SHOW_TOUCHED
from bot.slack.views.lines import importing, table
from bot.slack.views.rates import short
from bot.slack.views.rates.details import PAGE
from bot.slack.views.replies import CHECK_PRODUCT, DETAILS, RUN
from bot.slack.views.subscriptions import form as forms
from bot.slack.views.subscriptions import list as rows
from bot.slack.views.subscriptions import outcomes
from bot.slack.views.subscriptions.form import FormState
from tests.commands.conftest import (
    NOW,
    Commands,
    commands,
    server,
)
from tests.commands.guarded import (
    ANYONE,
    BY_MAKER,
    BY_OPERATORS,
    IN_OTHER_TEAM,
    INSIDE,
    NO_ONE,
    ON_CONVERSATION,
    ON_SUBSCRIPTION,
    ON_SUBSCRIPTIONS_HERE,
    OPERATORS,
    OUTSIDE,
    Allowed,
    Guarded,
    Prepared,
    Role,
    governed,
    prepared,
    restore,
    snapshot,
)
from tests.conftest import store
from tests.slack.fakes import SECRET, reader
from tests.store.examples import subscription

__all__ = ["commands", "prepared", "server", "store"]

OPERATORS_ONLY = "Only operators decide on rates"
FROM_HOME: Allowed = {
    ANYONE: INSIDE | {Role.MAKER_AT_HOME},
    BY_MAKER: INSIDE | {Role.MAKER_AT_HOME},
    BY_OPERATORS: frozenset({Role.OPERATOR}),
}
"""Forms that add something to the conversation, which the maker has opened in the Home tab."""

OF_THE_WORKSPACE: Allowed = dict.fromkeys(SubscriptionPolicy, frozenset(Role) - IN_OTHER_TEAM)
"""Slack's own event about the workspace, which names no person."""


@dataclass(frozen=True)
class Row:
    """One payload for a listener."""

    kind: str
    """`action`, `view`, `command`, `event`, or `shortcut`."""
    key: str
    """What the listener listens to: an id, or a pattern."""
    name: str
    """The id in the payload."""
    value: Callable[[Guarded], str] = lambda _: ""
    """The value of a button, the text of a command or message, or the metadata of a view."""
    changes: Allowed = field(default_factory=lambda: NO_ONE)
    """Who changes the conversation; no one by default."""
    seen_by: frozenset[Role] | None = None
    """Who may read the word of the secret subscription; None if only outsiders are tested."""
    for_operators: bool = False


def _secret(guarded: Guarded) -> str:
    return guarded.secret.id


def _event(guarded: Guarded) -> str:
    return guarded.event


def _say(text: str) -> Callable[[Guarded], str]:
    return lambda _: text


def _exclusion(guarded: Guarded) -> str:
    return f"{guarded.secret.id} word steel"


def _click(key: str, *given: Any, name: str = "", **more: Any) -> Row:
    return Row("action", key, name or key, *given, **more)


def _metadata(**fields: Callable[[Guarded], Any]) -> Callable[[Guarded], str]:
    """The metadata of a form about the conversation."""

    def make(guarded: Guarded) -> str:
        given = {name: read(guarded) for name, read in fields.items()}
        state = FormState(conversation=guarded.conversation, opened_at=NOW, **given)
        return state.model_dump_json(exclude_defaults=True)

    return make


def _choices() -> Iterator[Row]:
    """The menus of alerts and answers. Each choice has a row."""
    for choice, value, changes in (
        (alerts.MUTE_EVENT_CHOICE, _event, ON_CONVERSATION),
        (alerts.MUTE_TOPIC_CHOICE, _say("tariff"), ON_CONVERSATION),
        (alerts.MUTE_DAY_CHOICE, _say(""), ON_CONVERSATION),
        (alerts.WHY_CHOICE, _event, NO_ONE),
        (alerts.NOT_RELEVANT_CHOICE, _event, NO_ONE),
        (alerts.COPY_CHOICE, _event, NO_ONE),
        (alerts.REPORT_CHOICE, _event, NO_ONE),
    ):
        yield _click(alerts.MORE, _add_choice(choice, value), changes)
    for choice, changes in (
        (short.SHARE_CHOICE, NO_ONE),
        (short.TABLE_CHOICE, NO_ONE),
        (short.WATCH_CHOICE, ON_CONVERSATION),
        (short.REPORT_CHOICE, NO_ONE),
    ):
        yield _click(short.MORE, _add_choice(choice, _say("us japan")), changes)


def _add_choice(choice: str, value: Callable[[Guarded], str]) -> Callable[[Guarded], str]:
    return lambda guarded: f"{choice} {value(guarded)}".strip()


OPERATOR_BUTTONS = (
    home.PROPOSALS,
    proposals.APPROVE,
    proposals.EDIT,
    proposals.REJECT,
    proposals.UNDO,
    data_checks.UNDO_CONFIRM,
)
ROWS: tuple[Row, ...] = (
    *_choices(),
    *(_click(each, _say("p1"), for_operators=True) for each in OPERATOR_BUTTONS),
    _click(
        rf"^{data_checks.CONFIRM}_[a-z]{{2}}$",
        _say("XX"),
        name=f"{data_checks.CONFIRM}_us",
        for_operators=True,
    ),
    _click(alerts.FOLLOW, _event),
    _click(alerts.UNFOLLOW, _event),
    _click(alerts.DEADLINES, _event),
    _click(alerts.UNMUTE_EVENT, _event, ON_CONVERSATION),
    _click(alerts.UNMUTE, changes=ON_CONVERSATION),
    _click(
        rf"^{outcomes.UNMUTE_TOPIC}_",
        _say("tariff"),
        ON_CONVERSATION,
        name=f"{outcomes.UNMUTE_TOPIC}_tariff",
    ),
    _click(
        rf"^{alerts.MUTE_TOPIC}_",
        _say("tariff"),
        ON_CONVERSATION,
        name=f"{alerts.MUTE_TOPIC}_tariff",
    ),
    _click(rf"^{SHOW_MISSED}(?:_\d+)?$", lambda each: each.missed, name=SHOW_MISSED),
    _click(SHOW_TOUCHED, lambda each: each.missed),
    _click(alerts.FEWER, _event),
    _click(rf"^{exclusions.PREVIEW}_\d+$", _exclusion, name=f"{exclusions.PREVIEW}_0"),
    _click(exclusions.APPLY, _exclusion, ON_SUBSCRIPTION),
    _click(alerts.COPY, _event),
    _click(alerts.REPORT, _event),
    _click(alerts.LEAVE),
    _click("alert_open"),
    _click("alert_mute", _event, ON_CONVERSATION),
    _click("alert_why", _event),
    _click(
        outcomes.UNSUBSCRIBE, lambda each: f"{each.secret.id} | #{each.secret.id}", ON_SUBSCRIPTION
    ),
    _click(
        outcomes.UNSUBSCRIBE,
        lambda each: f"{each.secret.id} {each.wide.id} | ",
        ON_SUBSCRIPTIONS_HERE,
    ),
    _click(outcomes.UNSUBSCRIBE, lambda each: f"#{each.secret.id}"),
    _click(rows.ADD),
    _click(rows.EDIT, _secret),
    _click(rows.PAUSE, lambda each: f"week {each.secret.id}", ON_SUBSCRIPTION),
    _click(rows.PAUSE, lambda each: f"until {each.secret.id}"),
    _click(rows.RESUME, _secret, ON_SUBSCRIPTION),
    _click(rows.REMOVE, lambda each: f"{each.secret.id} 2", ON_SUBSCRIPTION),
    _click(rows.MORE, _say("1"), seen_by=INSIDE),
    _click(rf"^{rows.UNMUTE}_\d+$", _say("1"), ON_CONVERSATION, name=f"{rows.UNMUTE}_0"),
    _click(rf"^{rows.UNMUTE}_\d+$", _say("1 tariff"), ON_CONVERSATION, name=f"{rows.UNMUTE}_1"),
    _click(forms.PREVIEW, _metadata(subscription=_secret)),
    _click(rf"^{RUN}_\d+$", _say("list"), name=f"{RUN}_0", seen_by=INSIDE),
    _click(rf"^{RUN}_\d+$", _say("reminders off"), ON_CONVERSATION, name=f"{RUN}_0"),
    _click(CHECK_PRODUCT, _say("us japan")),
    _click(table.UPLOAD_LINES, _say("channel")),
    _click(table.REMOVE_LINES, _say("channel"), ON_CONVERSATION),
    _click(rf"^{importing.OPEN}_[a-z]+$", _say("unknown add"), name=f"{importing.OPEN}_add"),
    _click(home.IMPOSER),
    _click(home.PARTNER),
    _click(home.ASK),
    _click(short.SHARE, _say("us japan")),
    _click(DETAILS, _say("us japan")),
    _click(rf"^{PAGE}_\d+$", _say("1"), name=f"{PAGE}_1"),
    Row("view", forms.FORM, forms.FORM, _metadata(), FROM_HOME),
    Row("view", forms.FORM, forms.FORM, _metadata(subscription=_secret), ON_SUBSCRIPTION),
    Row(
        "view",
        forms.QUESTION,
        forms.QUESTION,
        _metadata(others=lambda each: (each.secret.id, each.wide.id)),
        ON_SUBSCRIPTION,
    ),
    Row("view", forms.RESULT, forms.RESULT, _metadata(subscription=_secret)),
    Row(
        "view", forms.PAUSE_FORM, forms.PAUSE_FORM, _metadata(subscription=_secret), ON_SUBSCRIPTION
    ),
    Row(
        "view",
        importing.FORM,
        importing.FORM,
        lambda each: importing.LinesFormState(
            conversation=each.conversation, opened_at=NOW, for_channel=True
        ).model_dump_json(),
        # A member may not change the list, so the difference is not shown either.
        seen_by=frozenset({Role.OPERATOR}),
    ),
    Row("view", importing.REVIEW, importing.REVIEW, _say("unknown")),
    Row("view", approval_form.TERMS, approval_form.TERMS, _say("p1"), for_operators=True),
    Row("view", check_product.FORM, check_product.FORM),
    Row("view", check_product.ANSWER, check_product.ANSWER),
    Row("command", COMMAND, COMMAND, _say("list"), seen_by=INSIDE),
    Row("command", COMMAND, COMMAND, _say("my channel"), seen_by=INSIDE),
    Row("command", COMMAND, COMMAND, _say("my channel upload")),
    Row("command", COMMAND, COMMAND, _say("my channel remove")),
    Row("command", COMMAND, COMMAND, _say("subscribe")),
    Row("command", COMMAND, COMMAND, _say("quiet-weeks on"), ON_CONVERSATION),
    Row(
        "command", COMMAND, COMMAND, lambda each: f"edit #{each.secret.id} hourly", ON_SUBSCRIPTION
    ),
    Row("event", "app_mention", "app_mention", _say("list"), seen_by=INSIDE),
    Row("event", "app_mention", "app_mention", _say("my channel"), seen_by=INSIDE),
    Row("event", "app_uninstalled", "app_uninstalled", changes=OF_THE_WORKSPACE),
    Row("event", "tokens_revoked", "tokens_revoked"),
    Row("event", "app_mention", "app_mention", _say("reminders off"), ON_CONVERSATION),
    Row("event", "message", "message", _say("list")),
    Row("event", "message", "message", lambda each: f"resume #{each.secret.id}"),
    Row(
        "event",
        "app_home_opened",
        "app_home_opened",
        seen_by=frozenset({Role.MAKER, Role.MAKER_AT_HOME, Role.MAKER_ELSEWHERE}),
    ),
    Row("event", "member_joined_channel", "member_joined_channel"),
    Row("shortcut", ABOUT_TARIFFS, ABOUT_TARIFFS, _say("Duty on steel")),
    Row("shortcut", RATE_NOW, RATE_NOW, _say("The US duty on Japan is 30%")),
    Row("shortcut", CHECK_PRODUCT, CHECK_PRODUCT),
)
_MADE = subscription("C0")
PLACEHOLDER = Guarded("C0", _MADE, _MADE, "event", "missed")
CASES = [
    pytest.param(row, policy, id=f"{row.key} {number} {policy}")
    for number, row in enumerate(ROWS)
    # What changes nothing does not depend on the setting; its strictest value is enough.
    for policy in (SubscriptionPolicy if row.changes is not NO_ONE else [BY_OPERATORS])
]


class Registrations:
    """Stands for the app while listeners are registered, and notes what they listen to."""

    def __init__(self) -> None:
        self.found: set[tuple[str, str]] = set()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        kind = "shortcut" if name.endswith("_shortcut") else name

        def listen(key: Any) -> Callable[[Any], Any]:
            self.found.add((kind, getattr(key, "pattern", key)))
            return lambda listener: listener

        return listen


def test_every_listener_and_every_choice_of_a_menu_has_a_row(client: AsyncWebClient) -> None:
    app: Any = Registrations()
    context: Any = None
    for each in pkgutil.iter_modules(handlers.__path__):
        module = importlib.import_module(f"{handlers.__name__}.{each.name}")
        if hasattr(module, "register"):
            module.register(app, context)
    assert {(row.kind, row.key) for row in ROWS} == app.found
    chosen = {row.value(PLACEHOLDER).split()[0] for row in ROWS if row.key == alerts.MORE}
    assert chosen == set(ALERT_CHOICES)
    chosen = {row.value(PLACEHOLDER).split()[0] for row in ROWS if row.key == short.MORE}
    assert chosen == set(ANSWER_CHOICES)
    acts = {row.key: row.for_operators for row in ROWS if row.kind == "action"}
    for key, route in BUTTONS.items():
        name = key if isinstance(key, str) else key.pattern
        assert acts[name] is (route.act is not None), name


class Door:
    """The app, to which payloads come, and all that it sends."""

    def __init__(self, commands: Commands, context: SlackContext, workspace: Workspace) -> None:
        self.commands, self.context, self._workspace = commands, context, workspace
        self.app: AsyncApp = build_app(context)
        self.response_url = ""
        self.sent: list[Any] = []

    async def receive(self, payload: dict[str, Any]) -> str:
        """All that the app sends because of the payload, as text."""
        before = len(self._workspace.calls())
        self.sent.clear()
        request = AsyncBoltRequest(body=payload, mode="socket_mode")
        response = await self.app.async_dispatch(request)
        await self.context.background.finish()
        called = self._workspace.calls()[before:]
        assert response.status == 200, response
        return json.dumps([response.body, self.sent, list(map(repr, called))], default=str)

    def make_payload(self, row: Row, guarded: Guarded, role: Role) -> dict[str, Any]:
        """What Slack sends when a person in this role uses the row's listener."""
        place = guarded.request(role)
        is_at_home = place.conversation == place.user
        channel = "D0HOME" if is_at_home else place.conversation
        value = row.value(guarded)
        person = {"id": place.user, "name": place.user, "team_id": place.team}
        base: dict[str, Any] = {
            "type": "block_actions",
            "team": {"id": place.team},
            "user": person,
            "response_url": self.response_url,
            "trigger_id": self._workspace.team.triggers.new(),
        }
        match row.kind:
            case "action":
                return self._click(base, row, value, channel, is_at_home=is_at_home)
            case "view":
                view = _make_view(row.name, _open_in(value, guarded.find_place_of_form(role)))
                return {**base, "type": "view_submission", "view": view}
            case "shortcut":
                kind = "shortcut" if row.name == CHECK_PRODUCT else "message_action"
                fields = {"callback_id": row.name, "channel": {"id": channel}}
                return {**base, **fields, "type": kind, "message": {"text": value, "ts": "1.1"}}
            case "command":
                return {
                    **base,
                    "type": None,
                    "command": COMMAND,
                    "text": value,
                    "team_id": place.team,
                    "channel_id": channel,
                    "user_id": place.user,
                }
        event = {"type": row.name, "user": place.user, "text": value, "ts": "1.1", "tab": "home"}
        channels = {"channel": channel, "channel_type": "im"}
        if row.name == "message":
            channels["channel"] = "D0HOME"
        envelope = {"type": "event_callback", "team_id": place.team, "event_id": value + channel}
        return {**envelope, "event": {**event, **channels}}

    def _click(
        self, base: dict[str, Any], row: Row, value: str, channel: str, *, is_at_home: bool
    ) -> dict[str, Any]:
        chosen = {"selected_option": {"value": value}}
        is_menu = row.key in (rows.PAUSE, alerts.MORE, short.MORE)
        action: dict[str, Any] = {
            "action_id": row.name,
            "block_id": "b",
            "type": "button",
            "action_ts": "1",
        }
        action |= chosen if is_menu else {"value": value}
        if row.name == forms.PREVIEW:
            view = _make_view(forms.FORM, _open_in(value, channel))
            return {**base, "view": view, "actions": [action]}
        if is_at_home:
            view = {"id": "V0HOME", "type": "home", "blocks": [], "hash": "1"}
            return {**base, "view": view, "actions": [action]}
        container = {"type": "message", "channel_id": channel, "message_ts": "1.1"}
        container["is_ephemeral"] = "1"
        return {**base, "channel": {"id": channel}, "container": container, "actions": [action]}


def _open_in(metadata: str, conversation: str) -> str:
    """The metadata of a form that the person has opened where they are."""
    if not metadata.startswith("{"):
        return metadata
    given = json.loads(metadata)
    if given["conversation"] != conversation:
        given["opened_in"] = conversation
    return json.dumps(given)


def _make_view(callback_id: str, metadata: str) -> dict[str, Any]:
    values = {
        "lines": {"field": {"type": "plain_text_input", "value": "7208.39.00 DE steel"}},
        "mode": {"field": {"type": "radio_buttons", "selected_option": {"value": "replace"}}},
        "limits": {"field": {"type": "checkboxes", "selected_options": [{"value": "lines"}]}},
        "economies": {"field": {"type": "plain_text_input", "value": "japan"}},
        "answer": {"field": {"type": "radio_buttons", "selected_option": {"value": "replace"}}},
        "until": {"field": {"type": "datepicker", "selected_date": "2026-12-05"}},
    }
    return {
        "id": "V0MODAL",
        "type": "modal",
        "callback_id": callback_id,
        "private_metadata": metadata,
        "blocks": [],
        "state": {"values": values},
    }


@asynccontextmanager
async def open_door(
    commands: Commands, policy: SubscriptionPolicy, client: AsyncWebClient, workspace: Workspace
) -> AsyncIterator[Door]:
    """The app with another value of the setting, and a server for its answers."""
    service = governed(commands, policy)
    context = SlackContext(client, SECRET, service, MessageService(reader(), service.answers))
    door = Door(commands, context, workspace)

    async def receive(request: web.Request) -> web.Response:
        door.sent.append(await request.json())
        return web.Response(text="ok")

    application = web.Application()
    application.add_routes([web.post("/respond", receive)])
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    door.response_url = f"http://127.0.0.1:{runner.addresses[0][1]}/respond"
    try:
        yield door
    finally:
        await context.background.finish()
        await runner.cleanup()


@pytest.mark.parametrize(("row", "policy"), CASES)
async def test_a_listener_changes_and_shows_a_conversation_only_to_those_who_may(
    commands: Commands,
    prepared: list[Prepared],
    workspace: Workspace,
    client: AsyncWebClient,
    row: Row,
    policy: SubscriptionPolicy,
) -> None:
    async with open_door(commands, policy, client, workspace) as door:
        for each in prepared:
            await restore(commands, each)
            role, guarded = each.role, each.guarded
            said = await door.receive(door.make_payload(row, guarded, role))
            after = await snapshot(commands.store, guarded.conversation)
            assert (after != each.before) is (role in row.changes[policy]), (role, said)
            if row.seen_by is not None:
                assert (guarded.word in said) is (role in row.seen_by), (role, said)
            elif role in OUTSIDE:
                assert guarded.word not in said, (role, said)
            is_refused = row.for_operators and role not in OPERATORS
            assert (OPERATORS_ONLY in said) is is_refused, (role, said)
