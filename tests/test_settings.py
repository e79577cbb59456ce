"""Settings: defaults that work, and one clear line for whatever is wrong."""

import os
from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import Settings, load_settings, unknown_variables, variable


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith(("TARIFFWIRE_", "SLACK_")) or name in {"DATABASE_URL", "PORT"}:
            monkeypatch.delenv(name)


def test_with_an_empty_environment_the_bot_uses_the_local_workspace_and_sqlite() -> None:
    settings = load_settings()
    assert settings.transport == "local"
    assert settings.database.startswith("sqlite+aiosqlite:///")
    assert settings.feeds_path.is_file()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TARIFFWIRE_POLL_SECONDS", "often"),
        ("TARIFFWIRE_POLL_SECONDS", "-1"),
        ("TARIFFWIRE_POLL_SECONDS", "inf"),
        ("TARIFFWIRE_MAX_AGE_HOURS", "nan"),
        ("TARIFFWIRE_ALLOWED_NETWORKS", "10.0.0.1/8"),
        ("TARIFFWIRE_TIMEZONE", "Mars/Olympus"),
        ("TARIFFWIRE_UNKNOWN_OUTCOME", "shrug"),
        ("TARIFFWIRE_SLACK_API_URL", "slack.com"),
        ("TARIFFWIRE_OPERATORS", "U024BE7LH, @anna"),
        ("TARIFFWIRE_PUBLIC_URL", "tariffwire.example"),
        ("TARIFFWIRE_PUBLIC_URL", "https://me:secret@tariffwire.example"),
        ("TARIFFWIRE_PUBLIC_URL", "https://tariffwire.example/?a=b"),
        ("PORT", "99999"),
        ("SLACK_BOT_TOKEN", "xoxp-a-users-token"),
        ("SLACK_BOT_TOKEN", "xoxb-but-no-transport"),
        ("SLACK_APP_TOKEN", "xapp-but-no-bot-token"),
    ],
)
def test_a_wrong_value_is_one_line_that_names_a_variable_and_a_cure(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    line = str(caught.value)
    assert "\n" not in line
    assert caught.value.thing in {variable(field) for field in Settings.model_fields}
    assert caught.value.cure


def test_no_error_repeats_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "hunter2-hunter2")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "hunter2" not in str(caught.value)


def test_a_misspelt_variable_is_pointed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TARIFFWIRE_POL_SECONDS", "5")
    assert unknown_variables() == (
        "TARIFFWIRE_POL_SECONDS: no such setting. Did you mean TARIFFWIRE_POLL_SECONDS?",
    )


def test_durations_may_be_fractions_and_networks_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TARIFFWIRE_POLL_SECONDS", "0.5")
    monkeypatch.setenv("TARIFFWIRE_ALLOWED_NETWORKS", "127.0.0.0/8, ::1/128")
    settings = load_settings()
    assert settings.poll_seconds == 0.5
    assert [str(network) for network in settings.allowed_networks] == ["127.0.0.0/8", "::1/128"]


def test_operators_are_a_list_and_the_public_address_has_no_slash_at_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TARIFFWIRE_OPERATORS", "U024BE7LH, W0G9QF9C6,")
    monkeypatch.setenv("TARIFFWIRE_PUBLIC_URL", "https://tariffwire.example/bot/")
    settings = load_settings()
    assert settings.operators == ("U024BE7LH", "W0G9QF9C6")
    assert settings.public_url == "https://tariffwire.example/bot"


def test_every_setting_is_in_the_example_file() -> None:
    example = (Path(__file__).parents[1] / ".env.example").read_text(encoding="utf-8")
    missing = [variable(f) for f in Settings.model_fields if f"{variable(f)}=" not in example]
    assert not missing
