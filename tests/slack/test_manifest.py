"""The app manifest is valid and requests exactly the scopes that the bot needs."""

import re
from typing import Any

import yaml

from bot import COMMAND
from bot.local_slack.page.pointer import SHORTCUTS
from bot.local_slack.server import EVENTS as LOCAL_EVENTS
from bot.local_slack.server import SCOPES as LOCAL_SCOPES
from bot.slack.handlers.shortcuts import ABOUT_TARIFFS, RATE_NOW
from bot.slack.scopes import SCOPES
from bot.slack.views.replies import CHECK_PRODUCT
from bot.slack.workspaces.oauth import REDIRECT_PATH
from tests.slack.samples import ROOT

TEXT = (ROOT / "config" / "slack-manifest.yaml").read_text(encoding="utf-8")
MANIFEST: dict[str, Any] = yaml.safe_load(TEXT)
NEEDED = [scope.name for scope in SCOPES if scope.needed]
OPTIONAL = [scope.name for scope in SCOPES if not scope.needed]


def test_the_manifest_requests_all_scopes_and_marks_the_optional_ones() -> None:
    """Slack requires optional scopes in `bot` and in `bot_optional` (reference/app-manifest)."""
    assert MANIFEST["oauth_config"]["scopes"] == {
        "bot": [*NEEDED, *OPTIONAL],
        "bot_optional": OPTIONAL,
    }


def test_history_joining_and_profiles_are_optional() -> None:
    assert OPTIONAL == [
        "channels:history",
        "groups:history",
        "files:read",
        "channels:join",
        "groups:read",
        "users:read",
    ]


def test_the_manifest_declares_the_slash_command() -> None:
    assert [one["command"] for one in MANIFEST["features"]["slash_commands"]] == [COMMAND]


def test_the_manifest_is_valid_with_its_http_lines_uncommented() -> None:
    http = re.sub(r"^( +)# ((?:request_)?url: \S+)$", r"\1\2", TEXT, flags=re.MULTILINE)
    manifest = yaml.safe_load(http.replace("socket_mode_enabled: true", "socket_mode_enabled: no"))
    address = "https://your.host/slack/events"
    assert manifest["features"]["slash_commands"][0]["url"] == address
    assert manifest["settings"]["event_subscriptions"]["request_url"] == address
    assert manifest["settings"]["interactivity"]["request_url"] == address
    assert manifest["settings"]["socket_mode_enabled"] is False


def test_the_manifest_is_valid_with_the_address_for_oauth() -> None:
    manifest = yaml.safe_load(TEXT.replace("# redirect_urls", "redirect_urls"))
    assert manifest["oauth_config"]["redirect_urls"] == [f"https://your.host{REDIRECT_PATH}"]
    assert len(manifest["oauth_config"]["scopes"]["bot"]) == len(SCOPES)


def test_the_manifest_respects_slacks_length_limits() -> None:
    """Source: github.com/slackapi/manifest-schema, schemas/manifest.schema.2.0.0.json."""
    shown = MANIFEST["display_information"]
    command = MANIFEST["features"]["slash_commands"][0]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert 175 <= len(shown["long_description"]) <= 4000
    assert len(command["usage_hint"]) <= 1000
    assert command["command"] == "/tariff"


def test_the_manifest_declares_the_shortcuts_that_have_listeners() -> None:
    shortcuts = MANIFEST["features"]["shortcuts"]
    declared = {(one["type"], one["callback_id"]) for one in shortcuts}
    assert declared == {
        ("message", ABOUT_TARIFFS),
        ("message", RATE_NOW),
        ("global", CHECK_PRODUCT),
    }
    assert [(one["type"], one["callback_id"], one["name"]) for one in shortcuts] == [*SHORTCUTS]


def test_the_shortcuts_respect_slacks_length_limits() -> None:
    for shortcut in MANIFEST["features"]["shortcuts"]:
        assert len(shortcut["name"]) <= 24
        assert len(shortcut["description"]) <= 150
        assert len(shortcut["callback_id"]) <= 255


def test_the_local_workspace_has_the_apps_scopes_and_events() -> None:
    scopes = set(MANIFEST["oauth_config"]["scopes"]["bot"])
    assert {*LOCAL_SCOPES, "groups:history", "groups:read"} == scopes
    assert list(LOCAL_EVENTS) == MANIFEST["settings"]["event_subscriptions"]["bot_events"]


def test_the_manifest_enables_the_events_that_the_listeners_need() -> None:
    settings, features = MANIFEST["settings"], MANIFEST["features"]
    events = [
        "app_home_opened",
        "app_mention",
        "app_uninstalled",
        "member_joined_channel",
        "message.im",
        "tokens_revoked",
    ]
    assert settings["event_subscriptions"]["bot_events"] == events
    # message.im needs im:history (reference/events/message.im).
    assert "im:history" in NEEDED
    assert settings["interactivity"]["is_enabled"] is True
    assert features["app_home"]["home_tab_enabled"] is True
    assert features["app_home"]["messages_tab_enabled"] is True
