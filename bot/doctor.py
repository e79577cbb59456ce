"""Looks at everything the bot needs and says what is wrong, and the cure."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.util import find_spec

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SlackError, TariffwireError
from bot.feeds.health import Health
from bot.runtime.config_folder import ConfigFolder
from bot.runtime.settings import Settings, load_settings, unknown_variables
from bot.runtime.wiring import clock, feed_health, fetch_limits, open_store, revealed
from bot.slack.api.channels import find_channel
from bot.slack.api.errors import code, status
from bot.slack.app import open_session, web_client
from bot.slack.setup_check import check_slack
from bot.sources.registry import SourceRegistry
from bot.values import Frozen

ENOUGH_BYTES = 200_000_000
"""Free space under which the operator is warned."""
CLOCK_SLACK_S = 120.0
"""Slack refuses requests that are five minutes off; this leaves room."""

_NETWORK = "Check TARIFFWIRE_SLACK_API_URL, the network and its proxy"

MANY_ALIKE = 5
"""So many feeds with one trouble are told in one line."""


class CheckResult(Frozen):
    """One line: what was looked at, whether it is well, what was seen, and the cure if not."""

    subject: str
    ok: bool
    says: str
    cure: str = ""


async def examine() -> AsyncIterator[CheckResult]:
    """Every finding, as it is made; never raises for what it finds."""
    for line in unknown_variables():
        yield CheckResult(subject="settings", ok=False, says=line, cure="Rename or remove it")
    try:
        settings = load_settings()
    except TariffwireError as error:
        yield _bad("settings", error)
        return
    yield CheckResult(
        subject="settings", ok=True, says=f"Slack by {_TRANSPORTS[settings.transport]}"
    )
    config = _config(ConfigFolder(settings))
    yield config
    for finding in _disk(settings):
        yield finding
    readable = config.ok
    async for finding in _database(settings):
        readable = readable and (finding.ok or finding.subject != "database")
        yield finding
    async for finding in _slack(settings):
        yield finding
    yield _pictures()
    if config.ok:
        async for finding in _live_sources(settings):
            yield finding
    if readable:
        for finding in await _feeds(settings):
            yield finding


_TRANSPORTS = {"local": "the local workspace", "socket": "Socket Mode", "http": "HTTP"}


def _bad(subject: str, error: TariffwireError) -> CheckResult:
    return CheckResult(
        subject=subject, ok=False, says=f"{error.thing}: {error.cause}", cure=error.cure
    )


def _config(library: ConfigFolder) -> CheckResult:
    try:
        library.read_all()
    except TariffwireError as error:
        return _bad("config", error)
    on = sum(feed.enabled for feed in library.feeds)
    return CheckResult(
        subject="config", ok=True, says=f"{len(library.feeds)} feeds, {on} of them on; rates read"
    )


async def _database(settings: Settings) -> AsyncIterator[CheckResult]:
    try:
        async with open_store(settings) as store:
            counts = await store.outbox.counts()
            failed = await store.outbox.failed(limit=3)
            name = store.database.name
    except TariffwireError as error:
        yield _bad("database", error)
        return
    says = ", ".join(f"{number} {state}" for state, number in counts.items()) or "nothing owed yet"
    yield CheckResult(subject="database", ok=True, says=f"{name}: {says}")
    for delivery in failed:
        yield CheckResult(
            subject=f"delivery {delivery.id[:8]}",
            ok=False,
            says=f"given up: {delivery.error}",
            cure=f"Check the bot's access to {delivery.conversation}",
        )


def _disk(settings: Settings) -> Iterator[CheckResult]:
    """Whether the data folder can be written, or made where it is not there yet; and the room."""
    folder = settings.data_dir
    cure = "Set TARIFFWIRE_DATA_DIR to a folder that can be written"
    try:
        while not folder.exists():
            folder = folder.parent
        with tempfile.TemporaryFile(dir=folder):
            free = shutil.disk_usage(folder).free
    except OSError as error:
        says = f"{folder} cannot be written: {error.strerror or 'refused'}"
        yield CheckResult(subject="data folder", ok=False, says=says, cure=cure)
        return
    made = "" if folder == settings.data_dir else f"; it will be made in {folder}"
    yield CheckResult(subject="data folder", ok=True, says=f"{settings.data_dir}{made}")
    says = f"{free / 1e9:.1f} GB free at {folder}"
    ok = free >= ENOUGH_BYTES
    yield CheckResult(subject="disk", ok=ok, says=says, cure="" if ok else "Free some space")


def _pictures() -> CheckResult:
    says = "matplotlib is installed, for a picture where Slack refuses a chart"
    if find_spec("matplotlib") is None:
        says = (
            "no matplotlib; optional, for a picture where Slack refuses a chart: tariffwire[chart]"
        )
    return CheckResult(subject="pictures", ok=True, says=says)


async def _slack(settings: Settings) -> AsyncIterator[CheckResult]:
    if settings.slack_bot_token is None:
        yield CheckResult(subject="Slack", ok=True, says="no tokens; the local workspace is used")
        says = (
            f"{datetime.now(UTC):%Y-%m-%d %H:%M}Z; the local workspace is used, so it was compared "
        )
        yield CheckResult(subject="clock", ok=True, says=f"{says}with nobody's")
        return
    async with open_session() as session:
        client = web_client(revealed(settings.slack_bot_token), settings.slack_api_url, session)
        found = await check_slack(client)
        for each in found:
            yield CheckResult(subject=each.thing, ok=each.ok, says=each.says, cure=each.cure)
        if settings.slack_app_token is not None:
            yield await _app_token(client, revealed(settings.slack_app_token))
        # Without a token that is taken, every other call says the same once more.
        if found[0].ok:
            yield await _channel(client, settings.channel, "TARIFFWIRE_CHANNEL")
            if settings.operators_channel:
                name = "TARIFFWIRE_OPERATORS_CHANNEL"
                yield await _channel(client, settings.operators_channel, name)
        clock = await _clock(settings.slack_api_url, session)
        if clock is not None:
            yield clock


async def _app_token(client: AsyncWebClient, token: str) -> CheckResult:
    """Whether Slack would open a socket; the address that it names is not used."""
    subject = "Slack app token"
    try:
        await client.apps_connections_open(app_token=token)
    except SlackApiError as error:
        cure = "Make an app-level token with connections:write and set SLACK_APP_TOKEN to it"
        return CheckResult(subject=subject, ok=False, says=_said(error), cure=cure)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return _silent(subject, error)
    return CheckResult(subject=subject, ok=True, says="valid for Socket Mode")


async def _channel(client: AsyncWebClient, name: str, subject: str) -> CheckResult:
    try:
        found = await find_channel(client, name, subject)
    except SlackError as error:
        return _bad(subject, error)
    except SlackApiError as error:
        return CheckResult(subject=subject, ok=False, says=_said(error), cure="Try again later")
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return _silent(subject, error)
    if found == name:
        return CheckResult(subject=subject, ok=True, says=f"{name} is an id, and was not looked up")
    if found.startswith("#"):
        says = f"{found} could not be looked up; the app may not list channels"
        return CheckResult(subject=subject, ok=True, says=says)
    return CheckResult(subject=subject, ok=True, says=f"#{name.removeprefix('#')} is {found}")


def _said(error: SlackApiError) -> str:
    return code(error) or f"HTTP {status(error)}"


def _silent(subject: str, error: Exception) -> CheckResult:
    says = f"no answer from Slack ({type(error).__name__})"
    return CheckResult(subject=subject, ok=False, says=says, cure=_NETWORK)


async def _clock(api_url: str, session: aiohttp.ClientSession) -> CheckResult | None:
    """How far this machine's clock is from Slack's; None where Slack does not answer."""
    try:
        async with session.post(f"{api_url}api.test") as answer:
            told = parsedate_to_datetime(answer.headers["Date"])
    except (aiohttp.ClientError, TimeoutError, OSError, KeyError, ValueError):
        return None
    return _compared(datetime.now(UTC), told)


def _compared(now: datetime, told: datetime) -> CheckResult:
    # A date in "-0000", which is UTC too, comes without a zone.
    off_s = (now - (told if told.tzinfo else told.replace(tzinfo=UTC))).total_seconds()
    if abs(off_s) <= CLOCK_SLACK_S:
        return CheckResult(subject="clock", ok=True, says=f"{abs(off_s):.0f} s from Slack's")
    return CheckResult(
        subject="clock",
        ok=False,
        says=f"{abs(off_s):.0f} s {'ahead of' if off_s > 0 else 'behind'} Slack's",
        cure="Set the clock, for example with NTP: Slack's signatures are refused otherwise",
    )


async def _live_sources(settings: Settings) -> AsyncIterator[CheckResult]:
    """Which live sources are on, and whether each answers as documented."""
    if not settings.live_sources:
        yield CheckResult(subject="live sources", ok=True, says="none is on")
        return
    parties = ConfigFolder(settings).parties
    sources = SourceRegistry(settings, fetch_limits(settings), parties, clock)
    cure = "Check the network and the source's address, or take it out of TARIFFWIRE_LIVE_SOURCES"
    try:
        async for probe in sources.probes():
            subject = f"live source {probe.name}"
            yield CheckResult(
                subject=subject, ok=probe.ok, says=probe.says, cure="" if probe.ok else cure
            )
    finally:
        await sources.close()


async def _feeds(settings: Settings) -> list[CheckResult]:
    try:
        feeds = [feed for feed in await feed_health(settings) if feed.enabled]
    except TariffwireError as error:
        return [_bad("feeds", error)]
    unwell = [feed for feed in feeds if feed.unwell]
    well = sum(feed.status == "ok" for feed in feeds)
    never = sum(feed.status == "new" for feed in feeds)
    says = f"{well} well, {len(unwell)} failing, {never} never polled"
    return [CheckResult(subject="feeds", ok=not unwell, says=says), *_unwell(unwell)]


def _unwell(feeds: Sequence[Health]) -> Iterator[CheckResult]:
    """What ails the feeds; what many have in common is one finding, most likely the network's."""
    by_trouble: dict[str, list[Health]] = {}
    for feed in feeds:
        by_trouble.setdefault(feed.error or feed.status, []).append(feed)
    for trouble, alike in by_trouble.items():
        if len(alike) < MANY_ALIKE:
            yield from map(_feed, alike)
            continue
        cure = "Check this machine's network, DNS and firewall; `tariffwire feeds list` names them"
        yield CheckResult(subject=f"{len(alike)} feeds", ok=False, says=trouble, cure=cure)


def _feed(feed: Health) -> CheckResult:
    cure = f"Open {feed.url}; correct or disable it in feeds.yaml if it is gone for good"
    if feed.is_gone:
        cure += f", or have it asked again: tariffwire feeds resume {feed.id}"
    return CheckResult(
        subject=f"feed {feed.id}", ok=False, says=feed.error or feed.status, cure=cure
    )
