"""The app manifest is valid and requests exactly the scopes that the bot needs."""

import re
from typing import Any

import yaml

from bot import COMMAND
from bot.slack.scopes import SCOPES
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


def test_history_and_joining_are_optional() -> None:
    assert OPTIONAL == ["channels:history", "groups:history", "im:history", "channels:join"]


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


def test_the_manifest_respects_slacks_length_limits() -> None:
    """Source: github.com/slackapi/manifest-schema, schemas/manifest.schema.2.0.0.json."""
    shown = MANIFEST["display_information"]
    command = MANIFEST["features"]["slash_commands"][0]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert 175 <= len(shown["long_description"]) <= 4000
    assert len(command["usage_hint"]) <= 1000
    assert command["command"] == "/tariff"


def test_the_manifest_enables_the_events_that_the_listeners_need() -> None:
    settings, features = MANIFEST["settings"], MANIFEST["features"]
    assert settings["event_subscriptions"]["bot_events"] == ["app_home_opened", "app_mention"]
    assert settings["interactivity"]["is_enabled"] is True
    assert features["app_home"]["home_tab_enabled"] is True
    assert features["app_home"]["messages_tab_enabled"] is True
