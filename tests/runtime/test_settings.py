"""Settings have working defaults. An error names the variable and the fix in one line."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.runtime.settings import Settings, find_variable, list_unknown_variables, load_settings


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith(("TARIFFWIRE_", "SLACK_")) or name in {"DATABASE_URL", "PORT"}:
            monkeypatch.delenv(name)


def test_without_settings_the_bot_uses_the_local_workspace_and_sqlite() -> None:
    settings = load_settings()
    assert settings.transport == "local"
    assert settings.database.startswith("sqlite:///")
    assert settings.feeds_path.is_file()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TARIFFWIRE_POLL_SECONDS", "often"),
        ("TARIFFWIRE_POLL_SECONDS", "-1"),
        ("TARIFFWIRE_POLL_SECONDS", "inf"),
        ("TARIFFWIRE_POLL_SECONDS", "1e13"),
        ("TARIFFWIRE_BACKOFF_SECONDS", "1e13"),
        ("TARIFFWIRE_FETCH_DEADLINE_SECONDS", "1e6"),
        ("TARIFFWIRE_MAX_BODY_BYTES", "1000000000000"),
        ("TARIFFWIRE_FETCHES_PER_HOST", "1000"),
        ("TARIFFWIRE_MAX_AGE_HOURS", "nan"),
        ("TARIFFWIRE_MAX_AGE_HOURS", "1e15"),
        ("TARIFFWIRE_DATA_DIR", "~no-user-of-this-name/x"),
        ("TARIFFWIRE_ALLOWED_NETWORKS", "10.0.0.1/8"),
        ("TARIFFWIRE_TIMEZONE", "Mars/Olympus"),
        ("TARIFFWIRE_POSTS_PER_SECOND", "0"),
        ("TARIFFWIRE_UNKNOWN_OUTCOME", "shrug"),
        ("TARIFFWIRE_SLACK_API_URL", "slack.com"),
        ("TARIFFWIRE_OPERATORS", "U024BE7LH, @anna"),
        ("TARIFFWIRE_LIVE_SOURCES", "usitc-hts, wdi"),
        ("TARIFFWIRE_LIVE_SOURCES", "wto"),
        ("TARIFFWIRE_WITS_URL", "wits.worldbank.org"),
        ("TARIFFWIRE_USITC_HTS_URL", "https://hts.usitc.gov/search?keyword="),
        ("TARIFFWIRE_PUBLIC_URL", "tariffwire.example"),
        ("TARIFFWIRE_PUBLIC_URL", "https://me:secret@tariffwire.example"),
        ("TARIFFWIRE_PUBLIC_URL", "https://tariffwire.example/?a=b"),
        ("TARIFFWIRE_ALERT_WEBHOOK", "hooks.example/services/secret"),
        ("TARIFFWIRE_ALERT_WEBHOOK", "http://hooks.example/services/secret"),
        ("TARIFFWIRE_ALERT_WEBHOOK", "http://127.0.0.1/secret"),
        ("TARIFFWIRE_ALERT_WEBHOOK", "https://127.0.0.1/secret"),
        ("TARIFFWIRE_ALERT_WEBHOOK", "https://[::1]/secret"),
        ("TARIFFWIRE_ALERT_WEBHOOK", "https://[bad/secret"),
        ("TARIFFWIRE_ALERT_WEBHOOK", "https://hooks.example:99999/secret"),
        ("TARIFFWIRE_ALERT_WEBHOOK", "https:///secret"),
        ("PORT", "99999"),
        ("SLACK_BOT_TOKEN", "xoxp-a-users-token"),
        ("SLACK_BOT_TOKEN", "xoxb-but-no-transport"),
        ("SLACK_APP_TOKEN", "xapp-but-no-bot-token"),
    ],
)
def test_the_error_for_a_wrong_value_is_one_line_with_variable_and_cure(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    line = str(caught.value)
    assert "\n" not in line
    assert "/secret" not in line
    assert caught.value.thing in {find_variable(field) for field in Settings.model_fields}
    assert caught.value.cure


def test_no_error_contains_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "hunter2-hunter2")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example/x7q",
        "http://127.0.0.1:9/x7q",
        "https://127.0.0.1:9/x7q",
        " https://a.example/x7q\n",
    ],
)
def test_a_webhook_needs_https_or_an_allowed_network(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("TARIFFWIRE_ALLOWED_NETWORKS", "127.0.0.0/8")
    monkeypatch.setenv("TARIFFWIRE_ALERT_WEBHOOK", url)
    settings = load_settings()
    assert settings.alert_webhook is not None
    assert "x7q" not in repr(settings)


def test_a_blank_webhook_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TARIFFWIRE_ALERT_WEBHOOK", " ")
    assert load_settings().alert_webhook is None


def test_a_misspelled_variable_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TARIFFWIRE_POL_SECONDS", "5")
    assert list_unknown_variables() == (
        "TARIFFWIRE_POL_SECONDS: no such setting. Did you mean TARIFFWIRE_POLL_SECONDS?",
    )


def test_a_misspelled_variable_in_the_env_file_is_reported(tmp_path: Path) -> None:
    text = "TARIFFWIRE_CHANEL=news\nTARIFFWIRE_DIGEST_HOUR=9\nOTHER=1\n"
    (tmp_path / ".env").write_text(text, encoding="utf-8")
    assert list_unknown_variables() == (
        "TARIFFWIRE_CHANEL: no such setting. Did you mean TARIFFWIRE_CHANNEL?",
    )
    assert load_settings().digest_hour == 9


def test_an_env_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"TARIFFWIRE_CHANNEL=caf\xe9\n")
    assert list_unknown_variables() == ()
    with pytest.raises(SettingsError, match=r"^\.env: not UTF-8 text\. "):
        load_settings()


def test_a_tilde_is_expanded_to_the_home_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TARIFFWIRE_DATA_DIR", "TARIFFWIRE_CONFIG_DIR", "TARIFFWIRE_FEEDS_FILE"):
        monkeypatch.setenv(name, "~/x")
    settings = load_settings()
    found = {settings.data_dir, settings.config_dir, settings.feeds_path}
    assert found == {Path.home() / "x"}


def test_the_longest_allowed_durations_cause_no_overflow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TARIFFWIRE_POLL_SECONDS", "31536000")
    monkeypatch.setenv("TARIFFWIRE_MAX_AGE_HOURS", "876000")
    settings = load_settings()
    now = datetime(2025, 5, 12, tzinfo=UTC)
    assert now + timedelta(seconds=settings.poll_seconds) > now
    assert now - timedelta(hours=settings.max_age_hours) < now


def test_durations_can_be_fractions_and_networks_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TARIFFWIRE_POLL_SECONDS", "0.5")
    monkeypatch.setenv("TARIFFWIRE_ALLOWED_NETWORKS", "127.0.0.0/8, ::1/128")
    settings = load_settings()
    assert settings.poll_seconds == 0.5
    assert [str(network) for network in settings.allowed_networks] == ["127.0.0.0/8", "::1/128"]


def test_operators_are_a_list_and_the_public_address_loses_its_final_slash(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TARIFFWIRE_OPERATORS", "U024BE7LH, W0G9QF9C6,")
    monkeypatch.setenv("TARIFFWIRE_PUBLIC_URL", "https://tariffwire.example/bot/")
    settings = load_settings()
    assert settings.operators == ("U024BE7LH", "W0G9QF9C6")
    assert settings.public_url == "https://tariffwire.example/bot"


@pytest.mark.parametrize(
    ("operators", "sources", "expected"),
    [
        ("", "", ()),
        ("U024BE7LH", "", ("federal-register",)),
        ("U024BE7LH", "none", ()),
        ("U024BE7LH", "wits", ("wits",)),
    ],
)
def test_the_federal_register_is_on_if_there_are_operators(
    operators: str, sources: str, expected: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TARIFFWIRE_OPERATORS", operators)
    monkeypatch.setenv("TARIFFWIRE_LIVE_SOURCES", sources)
    assert load_settings().live_sources == expected


def test_secrets_are_read_from_files_and_the_environment_comes_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "SLACK_BOT_TOKEN").write_text("xoxb-from-a-file\n")
    (secrets / "slack_signing_secret").write_text("signs")
    (secrets / "DATABASE_URL").write_text("postgresql://from-a-file")
    (secrets / "tariffwire_wto_key").write_text("key")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(secrets))
    monkeypatch.setenv("DATABASE_URL", "postgresql://from-the-environment")
    settings = load_settings()
    assert settings.slack_bot_token is not None
    assert settings.slack_bot_token.get_secret_value() == "xoxb-from-a-file"
    assert settings.slack_signing_secret is not None
    assert settings.slack_signing_secret.get_secret_value() == "signs"
    assert settings.wto_key is not None
    assert settings.wto_key.get_secret_value() == "key"
    assert settings.database_url == "postgresql://from-the-environment"


def test_an_empty_file_of_a_secret_counts_as_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    without = load_settings()
    for name in ("slack_bot_token", "slack_client_secret", "database_url", "tariffwire_timezone"):
        (tmp_path / name).write_text("\n")
    (tmp_path / "tariffwire_operators_token").touch()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert load_settings() == without


def test_a_secret_file_that_cannot_be_read_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "secrets"))
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "slack_bot_token").write_bytes(b"xoxb-\xff")
    with pytest.raises(SettingsError, match=f"{tmp_path / 'secrets'}: not UTF-8 text"):
        load_settings()


def test_a_folder_of_secrets_that_does_not_exist_is_ignored(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "missing"))
    assert load_settings().slack_bot_token is None


def test_every_setting_is_in_the_example_file() -> None:
    example = (Path(__file__).parents[2] / ".env.example").read_text(encoding="utf-8")
    missing = [
        find_variable(f) for f in Settings.model_fields if f"{find_variable(f)}=" not in example
    ]
    assert not missing


def test_live_sources_are_off_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().live_sources == ()
    monkeypatch.setenv("TARIFFWIRE_LIVE_SOURCES", " WITS, usitc-hts,,wits ")
    monkeypatch.setenv("TARIFFWIRE_WITS_URL", "http://127.0.0.1:8000/wits")
    settings = load_settings()
    assert settings.live_sources == ("wits", "usitc-hts")
    assert settings.wits_url == "http://127.0.0.1:8000/wits/"


@pytest.mark.parametrize(
    ("name", "value", "cause"),
    [
        ("TARIFFWIRE_REMINDERS", "perhaps", "must be true or false"),
        ("TARIFFWIRE_OPERATORS_TOKEN", "short", "must have at least 16 characters"),
        ("TARIFFWIRE_DIGEST_HOUR", "noon", "must be a whole number"),
        ("TARIFFWIRE_POLL_SECONDS", "often", "must be a number"),
    ],
)
def test_a_wrong_value_is_described_in_plain_words(
    name: str, value: str, cause: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match=f"{name}: {cause}"):
        load_settings()


def test_a_token_in_the_wrong_variable_is_recognized(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xapp-1")
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert refused.value.thing == "SLACK_BOT_TOKEN"
    assert "SLACK_APP_TOKEN" in refused.value.cure


def test_all_secrets_are_listed_for_the_log() -> None:
    settings = load_settings(
        slack_bot_token="xoxb-1",
        slack_signing_secret="signing secret",
        token_keys="first key,second key",
        metrics_token="a-token-for-prometheus",
        database_url="postgresql://bot:p%40ssword@db.example/bot",
    )
    expected = {
        *("xoxb-1", "signing secret", "first key,second key", "first key", "second key"),
        *("a-token-for-prometheus", "p%40ssword", "p@ssword"),
    }
    assert set(settings.list_secrets()) == expected


def test_a_short_token_for_a_page_is_refused() -> None:
    with pytest.raises(SettingsError, match="TARIFFWIRE_OPERATORS_TOKEN"):
        load_settings(operators_token="guess")


MANY = {
    "SLACK_CLIENT_ID": "111.222",
    "SLACK_CLIENT_SECRET": "secret-of-the-app",
    "SLACK_SIGNING_SECRET": "signs",
    "TARIFFWIRE_TOKEN_KEYS": " first-key , second-key",
}


def _set(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def test_the_id_of_the_app_switches_to_many_workspaces(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, **MANY)
    settings = load_settings()
    assert (settings.serves_many, settings.transport) == (True, "http")
    assert settings.list_token_keys() == ("first-key", "second-key")
    assert {"first-key", "second-key"} <= set(settings.list_secrets())
    assert "secret-of-the-app" not in repr(settings)


@pytest.mark.parametrize("name", list(MANY))
def test_many_workspaces_need_all_their_settings(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    _set(monkeypatch, **{each: value for each, value in MANY.items() if each != name})
    with pytest.raises(SettingsError, match=name):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value"), [("SLACK_BOT_TOKEN", "xoxb-1"), ("SLACK_APP_TOKEN", "xapp-1")]
)
def test_many_workspaces_have_no_token_in_the_settings(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    _set(monkeypatch, **MANY, **{name: value})
    with pytest.raises(SettingsError, match=f"^{name}: set together with SLACK_CLIENT_ID"):
        load_settings()


def test_operators_of_many_workspaces_are_in_one_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, **MANY, TARIFFWIRE_OPERATORS="U024BE7LH")
    with pytest.raises(SettingsError, match="TARIFFWIRE_HOME_TEAM"):
        load_settings()
    _set(monkeypatch, TARIFFWIRE_HOME_TEAM="T024BE7LH")
    assert load_settings().home_team == "T024BE7LH"
    _set(monkeypatch, TARIFFWIRE_OPERATORS_CHANNEL="operators")
    with pytest.raises(SettingsError, match="TARIFFWIRE_OPERATORS_CHANNEL"):
        load_settings()
    _set(monkeypatch, TARIFFWIRE_OPERATORS_CHANNEL="C024BE7LR")
    assert load_settings().operators_channel == "C024BE7LR"


def test_one_workspace_needs_no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, TARIFFWIRE_HOME_TEAM="T024BE7LH")
    with pytest.raises(SettingsError, match="TARIFFWIRE_HOME_TEAM"):
        load_settings()
