"""All settings. They are read once, at the start, from the environment, `.env` and secret files.

All names begin with `TARIFFWIRE_`, except those of Slack's tokens and secret, `DATABASE_URL` and
`PORT`. Durations may have fractions.
"""

import os
import re
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import platformdirs
from pydantic import (
    AliasChoices,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    NoDecode,
    SettingsConfigDict,
)
from pydantic_settings import SettingsError as UnreadableSource

from bot import PAGE, __version__
from bot.errors import SettingsError
from bot.feeds.http.address_guard import find_url_refusal
from bot.sources.settings import SourceSettings
from bot.text.validation_messages import describe_error

PREFIX = "TARIFFWIRE_"
DAY_S = 86_400.0
YEAR_S = 365 * DAY_S
CENTURY_H = 100 * 365 * 24.0
ENV_FILE = ".env"
SECRETS_FOLDER = Path("/run/secrets")
"""Where Docker and other engines put the files of secrets."""
SHORTEST_TOKEN = 16
"""Minimum characters of a token for a page, so that it cannot be guessed."""
_USER_ID = re.compile(r"[UW][A-Z0-9]{4,30}")
_CHANNEL_ID = re.compile(r"[CG][A-Z0-9]{8,30}")


def find_bundled_config() -> Path:
    """The config folder that comes with the bot: inside an installed package, or next to the
    package in a checkout."""
    package = Path(__file__).parents[1]
    inside = package / "config"
    return inside if inside.is_dir() else package.parent / "config"


def _name_variable(name: str) -> Any:
    """A field whose value comes from the variable `name`, which has no prefix."""
    return AliasChoices(name)


class Settings(SourceSettings, BaseSettings):
    """The settings. The text below each is its description in the documentation and in
    `.env.example`, where `scripts.reference` writes it."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        allow_inf_nan=False,
        frozen=True,
    )

    slack_bot_token: SecretStr | None = Field(
        None, validation_alias=_name_variable("SLACK_BOT_TOKEN")
    )
    """The Bot User OAuth Token, xoxb-... Without it, the bot starts a local workspace and prints
    its address."""
    slack_app_token: SecretStr | None = Field(
        None, validation_alias=_name_variable("SLACK_APP_TOKEN")
    )
    """The app-level token, xapp-..., for Socket Mode, which needs no public address."""
    slack_signing_secret: SecretStr | None = Field(
        None, validation_alias=_name_variable("SLACK_SIGNING_SECRET")
    )
    """The signing secret, for HTTP instead of Socket Mode: Slack calls
    https://your.host/slack/events."""
    slack_client_id: str = Field(
        "", max_length=100, validation_alias=_name_variable("SLACK_CLIENT_ID")
    )
    """The id of the app, if many workspaces install it by OAuth. The id and the secret of
    the app replace the bot token. This needs Slack over HTTP."""
    slack_client_secret: SecretStr | None = Field(
        None, validation_alias=_name_variable("SLACK_CLIENT_SECRET")
    )
    """The secret of the app, for many workspaces."""
    token_keys: SecretStr | None = None
    """The keys that encrypt the tokens of many workspaces in the database, with commas between
    them: the first one encrypts, all of them decrypt. `tariffwire workspaces new-key` makes one."""
    home_team: str = Field("", pattern=r"^(T[A-Z0-9]{4,30})?$")
    """With many workspaces, the id of the operators' workspace, such as T024BE7LH."""

    port: int = Field(8765, ge=0, le=65535, validation_alias=_name_variable("PORT"))
    """The port of the local workspace, or of the HTTP endpoint that Slack calls."""
    database_url: str = Field("", validation_alias=_name_variable("DATABASE_URL"))
    """The database: sqlite:///... or postgresql://... Empty means SQLite in the data folder."""
    data_dir: Path = Path(platformdirs.user_data_dir("tariffwire", appauthor=False))
    """The data folder, by default in the user's data folder of the platform."""
    config_dir: Path = Field(default_factory=find_bundled_config)
    """The config folder, by default that of the program."""
    feeds_file: Path | None = None
    """The list of feeds, by default feeds.yaml in the config folder."""
    slack_api_url: str = Field("https://slack.com/api/", pattern=r"^https?://[^\s]+$")
    """The address of Slack's Web API."""

    channel: str = Field("trade-news", min_length=1, max_length=80)
    """The channel that gets all topics at first. `/tariff list` there changes that."""
    max_age_hours: float = Field(48, gt=0, le=CENTURY_H)
    """Entries that are older than this when first seen cause no alert."""
    keep_days: float = Field(400, ge=30, le=36_500)
    """Days after which stories and their messages are deleted. Unsent messages are never
    deleted."""
    keep_evidence_days: float | None = Field(None, ge=30, le=36_500)
    """Days for which stories, sent messages and kept answers are kept as evidence, if that is more
    than TARIFFWIRE_KEEP_DAYS. US customs records must be kept for five years, 1827 days (19 CFR
    163.4)."""
    keep_answers: bool = False
    """Whether the answers to questions in Slack are saved, with the person who asked.
    `tariffwire export` writes them."""
    digest_hour: int = Field(8, ge=0, le=23)
    """The hour at which daily digests and reminders are sent."""
    timezone: str = "UTC"
    """The time zone of that hour, such as Europe/Berlin."""
    reminders: bool = True
    """Whether subscribers to tariffs get a reminder a week and a day before a duty takes effect or
    ends."""
    subscriptions_by: Literal["anyone", "maker", "operators"] = "anyone"
    """Who may change the subscriptions of a channel and mute it: anyone, maker (the person who made
    a subscription, and operators) or operators. Everyone may change their own direct messages."""
    subscription_limit: int = Field(25, ge=1, le=1000)
    """The maximum number of subscriptions of a channel or a person."""
    requests_per_minute: int = Field(60, ge=1, le=1_000_000)
    """How many requests of one person are answered in a minute: commands, mentions, direct
    messages, clicks and shortcuts."""
    posts_per_second: float | None = Field(None, gt=0, le=100)
    """How many messages per second the bot first tries to post in the workspace. It then adapts to
    Slack's limit, which Slack does not publish. Empty means: start with 5 per second and learn.
    Each channel gets at most one."""
    unknown_outcome: Literal["may_repeat", "may_miss"] = "may_repeat"
    """If Slack did not respond to a post, and the bot may not read the history to check: may_repeat
    (post again, marked as a possible repetition) or may_miss (log it and do not post again)."""

    operators: Annotated[tuple[str, ...], NoDecode] = ()
    """Slack ids of the people who may add and remove feeds and approve rates, such as
    U024BE7LH,U0G9QF9C6. To find one: open the person's profile in Slack, then the menu, then Copy
    member ID."""
    operators_channel: str = Field("", max_length=80)
    """The channel for messages to operators (failed feeds, rates to approve): the name of a public
    channel, or the id of a private one. Empty means a direct message to each operator."""
    alert_webhook: SecretStr | None = None
    """If Slack refuses all messages (for example, because the app was uninstalled), {"text": "..."}
    is posted to this address, and again when Slack accepts messages. It needs https, or an IP
    address in TARIFFWIRE_ALLOWED_NETWORKS. Empty means the log and /readyz only."""

    poll_seconds: float = Field(300, gt=0, le=YEAR_S)
    """The minimum time between two polls of a feed."""
    backoff_seconds: float = Field(60, gt=0, le=YEAR_S)
    """The backoff after an error, if it is longer than the feed's interval. It doubles with each
    further error."""
    fetch_deadline_seconds: float = Field(30, gt=0, le=DAY_S)
    """The timeout of a whole fetch, including redirects."""
    max_body_bytes: int = Field(5_000_000, gt=0, le=1_000_000_000)
    """The maximum size of a feed, after decompression."""
    fetches_per_host: int = Field(1, ge=1, le=100)
    """The maximum number of concurrent requests to one host."""
    public_url: str = Field("", max_length=500)
    """The public address of the HTTP endpoint, such as https://tariffwire.example. WebSub hubs push
    new entries to it. Only used with HTTP, not with Socket Mode."""
    contact: str = Field(PAGE, pattern=r"^[\x21-\x7e]{1,200}$")
    """A web page or mailto: address where publishers can reach you. It is sent in the User-Agent
    header."""
    allowed_networks: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = ()
    """Private networks from which feeds may be fetched, such as 10.1.0.0/16,127.0.0.0/8. Empty
    means none."""

    mcp: bool = False
    """Whether the running bot also serves the MCP tools over HTTP, at http://127.0.0.1:8766/mcp.
    `tariffwire mcp` serves them over stdio without this."""
    mcp_port: int = Field(8766, ge=0, le=65535)
    """The port for MCP, on 127.0.0.1 only."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """What is logged: messages of this level and above."""
    log_format: Literal["auto", "text", "json"] = "auto"
    """text, json (one object per line) or auto: text on a terminal, otherwise json."""
    status_host: str = Field("127.0.0.1", max_length=255)
    """The address for /healthz, /readyz, /metrics and /operators in Socket Mode and in workers, on
    PORT. 0.0.0.0 lets other machines read them."""
    operators_token: SecretStr | None = Field(None, min_length=SHORTEST_TOKEN)
    """Turns the operators' page at /operators on, which asks for this token."""
    metrics_token: SecretStr | None = Field(None, min_length=SHORTEST_TOKEN)
    """Turns /metrics on, for Prometheus. Clients send it as Authorization: Bearer TOKEN."""

    @model_validator(mode="before")
    @classmethod
    def _turn_on_journal(cls, values: object) -> object:
        """If there are operators, the Federal Register is on unless the live sources are given."""
        if isinstance(values, dict) and values.get("operators") and "live_sources" not in values:
            return {**values, "live_sources": ("federal-register",)}
        return values

    @model_validator(mode="before")
    @classmethod
    def _ignore_empty(cls, values: object) -> object:
        """Removes empty values, which come from secret files; `env_ignore_empty` covers only
        variables. This runs before the validator above."""
        if isinstance(values, dict):
            return {name: value for name, value in values.items() if value != ""}
        return values

    @field_validator("data_dir", "config_dir", "feeds_file")
    @classmethod
    def _expand_home(cls, value: Path | None) -> Path | None:
        """Expands `~`. In a command line the shell does this, but not in `.env` or a unit file."""
        try:
            return value.expanduser() if value else value
        except RuntimeError as error:
            raise ValueError(
                f"{value.parts[0] if value else ''} is not a known home directory"
            ) from error

    @field_validator("alert_webhook", mode="before")
    @classmethod
    def _read_webhook(cls, value: object) -> object:
        return value.strip() or None if isinstance(value, str) else value

    @field_validator("allowed_networks", mode="before")
    @classmethod
    def _split_networks(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(ip_network(part.strip()) for part in value.split(",") if part.strip())

    @field_validator("operators", mode="before")
    @classmethod
    def _split_people(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        people = tuple(part.strip() for part in value.split(",") if part.strip())
        for person in people:
            if not _USER_ID.fullmatch(person):
                raise ValueError(f"{person[:40]!r} is not a Slack user id, such as U024BE7LH")
        return people

    @field_validator("timezone")
    @classmethod
    def _check_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("not a time zone; use a name like Europe/Berlin") from error
        return value

    @field_validator("public_url")
    @classmethod
    def _check_public_url(cls, value: str) -> str:
        parts = urlsplit(value)
        bare = not (parts.query or parts.fragment or "@" in parts.netloc)
        sendable = value.isascii() and value.isprintable() and " " not in value
        if value and not (
            parts.scheme in ("http", "https") and parts.hostname and bare and sendable
        ):
            raise ValueError("not a server address, such as https://tariffwire.example")
        return value.rstrip("/")

    @field_validator("slack_api_url")
    @classmethod
    def _add_slash(cls, value: str) -> str:
        return value if value.endswith("/") else value + "/"

    @property
    def feeds_path(self) -> Path:
        """The path of the feed list in use."""
        return self.feeds_file or self.config_dir / "feeds.yaml"

    @property
    def user_agent(self) -> str:
        """The User-Agent of requests: product, version and contact."""
        return f"Tariffwire/{__version__} (+{self.contact})"

    @property
    def database(self) -> str:
        """The SQLAlchemy address of the database; by default, an SQLite file in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir / 'tariffwire.db'}"

    def list_secrets(self) -> tuple[str, ...]:
        """All secret values: tokens, keys (each of a list too), the address of the webhook and the
        database's password."""
        secrets = [value.get_secret_value() for _, value in self if isinstance(value, SecretStr)]
        secrets += [part for secret in secrets for part in secret.split(",")]
        with suppress(ValueError):
            password = urlsplit(self.database_url).password or ""
            secrets += [password, unquote(password)]
        return tuple(dict.fromkeys(filter(None, map(str.strip, secrets))))

    @property
    def transport(self) -> Literal["local", "socket", "http"]:
        """The way to reach Slack. It is the local workspace if there is neither a bot token nor an
        app for many workspaces."""
        if self.serves_many:
            return "http"
        if self.slack_bot_token is None:
            return "local"
        return "socket" if self.slack_app_token is not None else "http"

    @property
    def serves_many(self) -> bool:
        """Whether the bot serves all workspaces in which the app is installed by OAuth."""
        return bool(self.slack_client_id)

    def list_token_keys(self) -> tuple[str, ...]:
        """The keys of TARIFFWIRE_TOKEN_KEYS; the first one encrypts."""
        keys = self.token_keys.get_secret_value() if self.token_keys is not None else ""
        return tuple(part.strip() for part in keys.split(",") if part.strip())


def load_settings(**given: Any) -> Settings:
    """The settings from `given`, the environment, `.env` and files named like the variables in the
    secret folders. Of these, the first that has a value decides.

    Raises SettingsError with the variable and the cure for the first wrong value.
    """
    try:
        settings = Settings(_secrets_dir=list_secret_folders(), **given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = find_variable(str(first["loc"][0]))
        cause = describe_error(first)
        cure = f"Set {name} to a valid value or remove it to use the default"
        raise SettingsError(name, f"{cause[0].lower()}{cause[1:]}", cure) from error
    except (OSError, UnicodeDecodeError) as error:
        raise _refuse_file(error, ENV_FILE) from error
    except UnreadableSource as error:
        # The error of a secret file. Its cause says what is wrong with the file.
        folders = " or ".join(map(str, list_secret_folders()))
        raise _refuse_file(error.__cause__, folders or ENV_FILE) from error
    _check_together(settings)
    return settings


def _refuse_file(error: BaseException | None, place: str) -> SettingsError:
    """The error about a file with settings. `place` names it if the error does not."""
    if isinstance(error, OSError):
        cause = error.strerror or "cannot be read"
        cure = "Let the user of the bot read it, or move it away"
        return SettingsError(str(error.filename or place), cause, cure)
    return SettingsError(place, "not UTF-8 text", "Correct it or move it away")


def list_secret_folders() -> list[Path]:
    """The folders with a file for each secret: that of container engines, and that of systemd."""
    credentials = os.environ.get("CREDENTIALS_DIRECTORY", "")
    folders = [SECRETS_FOLDER, *([Path(credentials)] if credentials else [])]
    return [folder for folder in folders if folder.is_dir()]


def _check_together(settings: Settings) -> None:
    tokens = {
        "SLACK_BOT_TOKEN": (settings.slack_bot_token, "xoxb-"),
        "SLACK_APP_TOKEN": (settings.slack_app_token, "xapp-"),
    }
    for name, (token, start) in tokens.items():
        if token is not None and not token.get_secret_value().startswith(start):
            cure = "Copy it again from your app's page on Slack"
            for other, (_, its_start) in tokens.items():
                if token.get_secret_value().startswith(its_start):
                    cure = f"This is the value of {other}. {cure}"
            raise SettingsError(name, f"does not start with {start}", cure)
    _check_webhook(settings)
    if "wto" in settings.live_sources and settings.wto_key is None:
        raise SettingsError(
            "TARIFFWIRE_WTO_KEY",
            "missing although TARIFFWIRE_LIVE_SOURCES names wto",
            "Get one at apiportal.wto.org, or remove wto from TARIFFWIRE_LIVE_SOURCES",
        )
    if settings.serves_many or settings.slack_client_secret is not None:
        _check_many(settings)
    elif settings.home_team:
        cure = "Remove it, or set SLACK_CLIENT_ID to serve many workspaces"
        raise SettingsError("TARIFFWIRE_HOME_TEAM", "set, but the bot serves one workspace", cure)
    elif settings.slack_bot_token is None:
        for name in ("SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"):
            if getattr(settings, name.lower()) is not None:
                raise SettingsError(
                    "SLACK_BOT_TOKEN",
                    f"missing although {name} is set",
                    f"Set SLACK_BOT_TOKEN too, or remove {name} to use the local workspace",
                )
    elif settings.slack_app_token is None and settings.slack_signing_secret is None:
        raise SettingsError(
            "SLACK_APP_TOKEN",
            "neither it nor SLACK_SIGNING_SECRET is set",
            "Set SLACK_APP_TOKEN for Socket Mode or SLACK_SIGNING_SECRET for HTTP",
        )


_MANY = ("slack_client_id", "slack_client_secret", "slack_signing_secret", "token_keys")
"""The settings that many workspaces need."""


def _check_many(settings: Settings) -> None:
    """Checks the settings of a bot for many workspaces."""
    for field in ("slack_bot_token", "slack_app_token"):
        if getattr(settings, field) is not None:
            cause = "set together with SLACK_CLIENT_ID or SLACK_CLIENT_SECRET"
            cure = "Remove it to serve many workspaces over HTTP, or the others to serve one"
            raise SettingsError(find_variable(field), cause, cure)
    for field in _MANY:
        if not getattr(settings, field):
            cause = "missing, but many workspaces need it"
            raise SettingsError(find_variable(field), cause, "See docs/operating.md")
    if (settings.operators or settings.operators_channel) and not settings.home_team:
        cause = "missing, but it says in which workspace the operators are"
        cure = "Set it to the id of that workspace, such as T024BE7LH"
        raise SettingsError("TARIFFWIRE_HOME_TEAM", cause, cure)
    if settings.operators_channel and not _CHANNEL_ID.fullmatch(settings.operators_channel):
        cause = "not a channel's id, which many workspaces need"
        cure = "Copy the id from the channel's details in Slack, such as C024BE7LR"
        raise SettingsError("TARIFFWIRE_OPERATORS_CHANNEL", cause, cure)


def _check_webhook(settings: Settings) -> None:
    if settings.alert_webhook is None:
        return
    refusal = _find_webhook_refusal(
        settings.alert_webhook.get_secret_value(), settings.allowed_networks
    )
    if refusal:
        raise SettingsError(
            "TARIFFWIRE_ALERT_WEBHOOK",
            refusal,
            "Use https and a public host, or an IP address within TARIFFWIRE_ALLOWED_NETWORKS",
        )


def _find_webhook_refusal(url: str, networks: Sequence[IPv4Network | IPv6Network]) -> str:
    """Why the address cannot be used, without quoting it; empty if it can."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    if not host or port == 0:
        return "not an address with a valid host and port"
    allowed = parts.scheme == "https"
    if parts.scheme == "http":
        with suppress(ValueError):
            allowed = any(ip_address(host) in network for network in networks)
    if not allowed:
        return "neither an https address nor an http address in an allowed network"
    if refusal := find_url_refusal(url, networks):
        return f"its host is {refusal}"
    return ""


def find_variable(field: str) -> str:
    """The environment variable from which a field of Settings is read."""
    info = Settings.model_fields.get(field)
    if info is None:
        return field
    alias = info.validation_alias
    return str(alias.choices[0]) if isinstance(alias, AliasChoices) else PREFIX + field.upper()


def list_unknown_variables() -> tuple[str, ...]:
    """One line for each unknown TARIFFWIRE_ variable in the environment or `.env`.

    The line suggests the most similar name. If `.env` cannot be read, there are no lines for it,
    because `load_settings` reports that error.
    """
    known = [find_variable(name) for name in Settings.model_fields]
    names = sorted({name.upper() for name in os.environ} | _read_env_names())
    unknown = [name for name in names if name.startswith(PREFIX) and name not in known]
    if not unknown:
        return ()
    # Imported on first use, because only unknown names need it.
    from rapidfuzz import process

    nearest = [process.extractOne(name, known)[0] for name in unknown]
    return tuple(
        f"{name}: no such setting. Did you mean {other}?"
        for name, other in zip(unknown, nearest, strict=True)
    )


def _read_env_names() -> set[str]:
    try:
        return {name.upper() for name in DotEnvSettingsSource(Settings).env_vars}
    except (OSError, UnicodeDecodeError):
        return set()
