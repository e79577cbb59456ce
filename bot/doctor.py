"""Checks everything that the bot needs. Each problem is reported with its cure.

There is one function for each check. `examine` runs them in order. If a check fails, later checks
that depend on it are skipped.
"""

import asyncio
import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.alerts.delivery import DeliveryState
from bot.errors import SlackError, SourceError, StoreError, TariffwireError
from bot.feeds.health import Health
from bot.installation import Installation
from bot.proposals.approval.data_checks import apply_checks, find_last_checks
from bot.rates.data_age import is_old
from bot.rates.ledger import Ledger
from bot.render.freshness import describe_check
from bot.runtime.config.folder import ConfigFolder
from bot.runtime.settings import Settings, list_unknown_variables, load_settings
from bot.runtime.wiring.basics import make_fetch_limits, open_store, read_clock, reveal_secret
from bot.runtime.wiring.polling import open_feed_registry
from bot.runtime.wiring.slack import open_installations
from bot.slack.api.channels import find_channel
from bot.slack.api.errors import code, status
from bot.slack.app import build_client, open_session
from bot.slack.blockkit.blocks import Message
from bot.slack.blockkit.forms import View
from bot.slack.sample_messages import build_samples
from bot.slack.scopes import SCOPES, OAuthScope
from bot.slack.startup import refuse_organization
from bot.slack.workspaces.oauth import INSTALL_PATH
from bot.sources.registry import SourceRegistry
from bot.store.installations import list_installations
from bot.store.read_only import data_checks
from bot.text.languages import get_primary_language
from bot.values import Frozen

ENOUGH_BYTES = 200_000_000
"""Minimum free disk space. With less, the operator gets a warning."""
CLOCK_TOLERANCE_S = 120.0
"""Maximum difference to Slack's clock. Slack refuses requests whose time is five minutes off."""
SAME_PROBLEM = 5
"""If this number of feeds or more have the same problem, they become one result, because the cause
is probably the network."""

_NETWORK = "Check TARIFFWIRE_SLACK_API_URL, the network and its proxy"
_NO_TOKENS = (
    "no tokens; the local workspace is used. To connect to Slack, set SLACK_BOT_TOKEN and "
    "SLACK_APP_TOKEN"
)
_TRANSPORTS = {"local": "the local workspace", "socket": "Socket Mode", "http": "HTTP"}


class CheckResult(Frozen):
    """The result of one check: its subject, whether it is good, the finding, and the cure
    if it is not good. A good result with a cure is a warning: the bot works, but needs attention.
    """

    subject: str
    ok: bool
    says: str
    cure: str = ""


_COPY_AGAIN = "Copy SLACK_BOT_TOKEN again from the app's page on Slack"


async def examine(
    open_config: Callable[[Settings], ConfigFolder] = ConfigFolder,
) -> AsyncIterator[CheckResult]:
    """Yields each result as soon as it is known. Problems are results, not exceptions."""
    for line in list_unknown_variables():
        yield _bad("settings", line, "Rename or remove it")
    try:
        settings = load_settings()
    except TariffwireError as error:
        yield _failed("settings", error)
        return
    yield _good("settings", f"Slack via {_TRANSPORTS[settings.transport]}")
    config = open_config(settings)
    readable = check_config(config)
    yield readable
    for result in check_disk(settings):
        yield result
    database_ok = True
    async for result in check_database(settings):
        database_ok = database_ok and (result.ok or result.subject != "database")
        yield result
    ledger = config.ledger if readable.ok else None
    async for result in check_slack_setup(settings, ledger):
        yield result
    if readable.ok:
        yield await check_data_age(config, read_clock())
        async for result in check_live_sources(config):
            yield result
    if readable.ok and database_ok:
        for result in await check_feeds(settings):
            yield result


def check_config(config: ConfigFolder) -> CheckResult:
    """Whether every file of the config folder can be read."""
    try:
        config.read_all()
    except TariffwireError as error:
        return _failed("config", error)
    enabled = sum(feed.enabled for feed in config.feeds)
    return _good("config", f"{len(config.feeds)} feeds, {enabled} of them on; rates read")


async def check_data_age(config: ConfigFolder, now: datetime) -> CheckResult:
    """The number of days since each economy's rates were last checked. It is a warning if answers
    mark some of them as old."""
    try:
        checks = await asyncio.to_thread(data_checks, config.settings.database)
    except TariffwireError:
        checks = ()  # Another check reports the database.
    last = find_last_checks(apply_checks(config.book, checks))
    today = {code: config.ledger.find_duty_day(now, code) for code in last}
    texts = (
        f"{config.parties.get(code).name} {describe_check(day, (today[code] - day).days)}"
        for code, day in sorted(last.items(), key=lambda item: item[1], reverse=True)
    )
    are_old = any(is_old(day, today[code]) for code, day in last.items())
    cure = "Check the sources, then press *Nothing changed* in Slack or edit config/rates"
    return CheckResult(
        subject="rates", ok=True, says="; ".join(texts), cure=cure if are_old else ""
    )


def check_disk(settings: Settings) -> Iterator[CheckResult]:
    """Whether the data folder exists or can be created, whether it can be written, and the free
    space on its disk."""
    folder = settings.data_dir
    try:
        while not folder.exists():
            folder = folder.parent
        with tempfile.TemporaryFile(dir=folder):
            free = shutil.disk_usage(folder).free
    except OSError as error:
        says = f"{folder} cannot be written: {error.strerror or 'refused'}"
        yield _bad("data folder", says, "Set TARIFFWIRE_DATA_DIR to a folder that can be written")
        return
    created = "" if folder == settings.data_dir else f"; it will be created in {folder}"
    yield _good("data folder", f"{settings.data_dir}{created}")
    says = f"{free / 1e9:.1f} GB free at {folder}"
    yield (_good("disk", says) if free >= ENOUGH_BYTES else _bad("disk", says, "Free some space"))


async def check_database(settings: Settings) -> AsyncIterator[CheckResult]:
    """Whether the database can be upgraded and read, then a result for each of its last three
    failed deliveries."""
    try:
        async with open_store(settings) as store:
            counts = await store.outbox.counts()
            failed = await store.outbox.failed(limit=3)
            name = store.database.name
    except TariffwireError as error:
        yield _failed("database", error)
        return
    yield _good("database", f"{name}: {_describe_counts(counts)}")
    for delivery in failed:
        cure = f"Check the bot's access to {delivery.conversation}"
        yield _bad(f"delivery {delivery.id[:8]}", f"given up: {delivery.error}", cure)


async def check_slack_setup(
    settings: Settings, ledger: Ledger | None = None
) -> AsyncIterator[CheckResult]:
    """Checks the tokens, the scopes of the bot token, the channels in the settings, the clock, and
    with a ledger whether Slack accepts the bot's messages."""
    if settings.serves_many:
        async for each in check_workspaces(settings):
            yield each
        return
    if settings.slack_bot_token is None:
        yield _good("Slack", _NO_TOKENS)
        now = f"{read_clock():%Y-%m-%d %H:%M}Z"
        yield _good("clock", f"{now}; not compared, because the local workspace is used")
        return
    async with open_session() as session:
        token = reveal_secret(settings.slack_bot_token)
        client = build_client(token, settings.slack_api_url, session)
        found = await check_token(client)
        for each in found:
            yield each
        if settings.slack_app_token is not None:
            yield await check_app_token(client, reveal_secret(settings.slack_app_token))
        # If the token is refused, every other call fails in the same way.
        if found[0].ok:
            if ledger is not None:
                samples = await build_samples(ledger, read_clock())
                async for checked in check_messages(client, samples):
                    yield checked
            yield await check_channel(client, settings.channel, "TARIFFWIRE_CHANNEL")
            if settings.operators_channel:
                name = "TARIFFWIRE_OPERATORS_CHANNEL"
                yield await check_channel(client, settings.operators_channel, name)
        clock = await check_clock(settings.slack_api_url, session)
        if clock is not None:
            yield clock


async def check_workspaces(settings: Settings) -> AsyncIterator[CheckResult]:
    """Whether Slack accepts the token of each workspace that has installed the app, and whether the
    operators' workspace is one of them."""
    found: list[Installation] = []
    try:
        async with open_store(settings) as store:
            installations = open_installations(settings, store.database)
            listed = await list_installations(store.database)
            for each in listed:
                try:
                    found += filter(None, [await installations.find(each.team)])
                except StoreError as error:
                    yield _failed(f"workspace {each.team}", error)
    except TariffwireError as error:
        yield _failed("workspaces", error)
        return
    if settings.home_team and settings.home_team not in {each.team for each in listed}:
        cause = f"the app is not installed in {settings.home_team}, so operators get no notices"
        yield _bad("TARIFFWIRE_HOME_TEAM", cause, f"Open {INSTALL_PATH} at the bot's address")
    async with open_session() as session:
        for one in found:
            token = one.token.get_secret_value()
            client = build_client(token, settings.slack_api_url, session)
            for checked in await check_token(client):
                if not checked.ok:
                    subject = f"workspace {one.team}: {checked.subject}"
                    cure = checked.cure.replace(_COPY_AGAIN, "Install the app there again")
                    yield checked.model_copy(update={"subject": subject, "cure": cure})
        yield _good("workspaces", f"{len(listed)} have installed the app")
        clock = await check_clock(settings.slack_api_url, session)
        if clock is not None:
            yield clock


async def check_token(client: AsyncWebClient) -> tuple[CheckResult, ...]:
    """The results of one call of auth.test: whether the token is valid, and whether each scope is
    granted."""
    subject = "Slack token"
    try:
        answer = await client.auth_test()
        refuse_organization(answer)
    except SlackError as error:
        return (_bad(subject, error.cause, error.cure),)
    except SlackApiError as error:
        return (_bad(subject, _slack_code(error), _COPY_AGAIN),)
    except (aiohttp.ClientError, TimeoutError, OSError, AttributeError) as error:
        # slack_sdk raises AttributeError if the response is not JSON.
        return (_no_answer(subject, error),)
    token = _good(subject, f"valid in {answer.get('team')} as {answer.get('user')}")
    given = next((v for k, v in answer.headers.items() if k.lower() == "x-oauth-scopes"), None)
    if given is None:
        return token, _good("Slack scopes", "not reported by this server")
    granted = {scope.strip() for scope in given.split(",")}
    return token, *(_scope(scope, scope.name in granted) for scope in SCOPES)


def _scope(scope: OAuthScope, granted: bool) -> CheckResult:
    subject = f"Slack scope {scope.name}"
    if granted:
        return _good(subject, f"granted, for {scope.why}")
    if not scope.needed:
        return _good(
            subject, f"optional and not granted. It is for {scope.why}. Without it: {scope.without}"
        )
    cure = "Add it under OAuth & Permissions, then install the app to the workspace again"
    return _bad(subject, f"missing, for {scope.why}", cure)


async def check_messages(
    client: AsyncWebClient, samples: Mapping[str, Message | View]
) -> AsyncIterator[CheckResult]:
    """Whether Slack accepts each of the bot's messages and views. Nothing is posted.

    blocks.validate has a rate limit of its own, for which Slack states no figure
    (docs.slack.dev/reference/methods/blocks.validate). If it applies, the rest is not checked.
    """
    subject = "Slack messages"
    accepted = 0
    for name, sample in samples.items():
        kind = "message" if isinstance(sample, Message) else "view"
        content = sample.payload() if isinstance(sample, Message) else sample
        try:
            # `client.blocks_validate` of slack_sdk 3.48 would put the content into the address,
            # which is limited to a few thousand characters.
            await client.api_call("blocks.validate", data={kind: json.dumps(content)})
        except SlackApiError as error:
            reason = _slack_code(error)
            if not reason.startswith("invalid_") or not error.response.get("errors"):
                says = f"{accepted} of {len(samples)} accepted; the rest was not checked: {reason}"
                yield _good(subject, says)
                return
            cure = "Report this to the maintainers of Tariffwire; Slack's rules may have changed"
            yield _bad(f"Slack message: {name}", _list_block_errors(error), cure)
            continue
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            yield _no_answer(subject, error)
            return
        accepted += 1
    yield _good(subject, f"{accepted} of {len(samples)} kinds of messages and views accepted")


def _list_block_errors(error: SlackApiError) -> str:
    """The first problems that blocks.validate found, each with its place."""
    found = error.response.get("errors")
    shown = [
        f"{each.get('pointer', '')}: {each.get('message', '')}" if isinstance(each, dict) else each
        for each in (found if isinstance(found, list) else [])[:3]
    ]
    return "; ".join(map(str, shown))


async def check_app_token(client: AsyncWebClient, token: str) -> CheckResult:
    """Whether Slack accepts the token for Socket Mode. No socket is opened."""
    subject = "Slack app token"
    try:
        await client.apps_connections_open(app_token=token)
    except SlackApiError as error:
        cure = "Create an app-level token with connections:write and set SLACK_APP_TOKEN to it"
        return _bad(subject, _slack_code(error), cure)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return _no_answer(subject, error)
    return _good(subject, "valid for Socket Mode")


async def check_channel(client: AsyncWebClient, name: str, subject: str) -> CheckResult:
    """Whether the channel exists; `subject` is the setting that names it."""
    try:
        found = await find_channel(client, name, subject)
    except SlackError as error:
        return _failed(subject, error)
    except SlackApiError as error:
        return _bad(subject, _slack_code(error), "Try again later")
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return _no_answer(subject, error)
    if found == name:
        return _good(subject, f"{name} is an id, and was not looked up")
    if found.startswith("#"):
        return _good(
            subject, f"{found} was not looked up, because the app lacks permission to list channels"
        )
    return _good(subject, f"#{name.removeprefix('#')} is {found}")


async def check_clock(api_url: str, session: aiohttp.ClientSession) -> CheckResult | None:
    """Whether this machine's clock agrees with Slack's; None if Slack does not answer."""
    try:
        async with session.post(f"{api_url}api.test") as answer:
            theirs = parsedate_to_datetime(answer.headers["Date"])
    except (aiohttp.ClientError, TimeoutError, OSError, KeyError, ValueError):
        return None
    # A date with the zone "-0000" is in UTC, but the parser returns it without a zone.
    theirs = theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)
    off_s = (datetime.now(UTC) - theirs).total_seconds()
    if abs(off_s) <= CLOCK_TOLERANCE_S:
        return _good("clock", f"{abs(off_s):.0f} s from Slack's")
    says = f"{abs(off_s):.0f} s {'ahead of' if off_s > 0 else 'behind'} Slack's"
    cure = "Set the clock, for example with NTP: Slack's signatures are refused otherwise"
    return _bad("clock", says, cure)


async def check_live_sources(config: ConfigFolder) -> AsyncIterator[CheckResult]:
    """Whether each enabled live source answers in the documented format."""
    settings = config.settings
    if not settings.live_sources:
        yield _good("live sources", "none is on")
        return
    sources = SourceRegistry(settings, make_fetch_limits(settings), config.parties, read_clock)
    cure = "Check the network and the source's address, or remove it from TARIFFWIRE_LIVE_SOURCES"
    try:
        async for probe in sources.run_probes():
            subject = f"live source {probe.name}"
            yield _good(subject, probe.says) if probe.ok else _bad(subject, probe.says, cure)
        if (revision := await _find_revision(sources)) is not None:
            yield check_tariff_revision(config.ledger, revision)
    finally:
        await sources.close()


async def _find_revision(sources: SourceRegistry) -> str | None:
    try:
        return await sources.find_tariff_revision()
    except SourceError as error:
        return f"unknown ({error.cause})"


def check_tariff_revision(ledger: Ledger, current: str) -> CheckResult:
    """Whether the US tariff schedule in the rates files is the revision in force.

    The check is never bad: answers name their revision, and an older one is still right for most
    lines.
    """
    schedule = ledger.find_tariff_schedule("US")
    own = schedule.header.revision if schedule is not None else "none"
    if own == current:
        return _good("US tariff schedule", f"{own}, the revision in force")
    return _good(
        "US tariff schedule",
        f"{own}; in force at USITC: {current}. Import a newer one with tariffwire schedule import",
    )


async def check_feeds(settings: Settings) -> list[CheckResult]:
    """The number of enabled feeds that work, fail, or were never polled, then a result for each
    problem."""
    try:
        async with open_feed_registry(settings) as registry:
            feeds = [feed for feed in await registry.health() if feed.enabled]
    except TariffwireError as error:
        return [_failed("feeds", error)]
    failing = [feed for feed in feeds if feed.is_unwell]
    well = sum(feed.status == "ok" for feed in feeds)
    never = sum(feed.status == "new" for feed in feeds)
    says = f"{well} ok, {len(failing)} failing, {never} not polled yet"
    total = CheckResult(subject="feeds", ok=not failing, says=says)
    return [total, *_problems(failing), *_find_unread_languages(feeds)]


def _describe_counts(counts: Mapping[DeliveryState, int]) -> str:
    waiting = counts[DeliveryState.QUEUED] + counts[DeliveryState.HELD]
    being_sent = counts[DeliveryState.RESERVED] + counts[DeliveryState.SENDING]
    return (
        f"{waiting} message{'' if waiting == 1 else 's'} waiting, {being_sent} being sent, "
        f"{counts[DeliveryState.SENT]} sent, {counts[DeliveryState.FAILED]} failed, "
        f"{counts[DeliveryState.DROPPED]} dropped"
    )


def _problems(feeds: Iterable[Health]) -> Iterator[CheckResult]:
    by_problem: dict[str, list[Health]] = {}
    for feed in feeds:
        by_problem.setdefault(feed.error or feed.status, []).append(feed)
    for problem, alike in by_problem.items():
        if len(alike) < SAME_PROBLEM:
            yield from (_bad(f"feed {feed.id}", problem, _feed_cure(feed)) for feed in alike)
            continue
        cure = "Check this machine's network, DNS and firewall; `tariffwire feeds list` names them"
        yield _bad(f"{len(alike)} feeds", f"same problem for all: {problem}", cure)


def _find_unread_languages(feeds: Iterable[Health]) -> Iterator[CheckResult]:
    by_language: dict[str, list[str]] = {}
    for feed in feeds:
        if feed.unread_language:
            by_language.setdefault(feed.unread_language, []).append(feed.id)
    for language, ids in by_language.items():
        says = f"no topic rules for the language of {', '.join(ids)}"
        primary = get_primary_language(language)
        cure = f"Disable these feeds, or write the rules in config/topics.{primary}.yaml"
        yield _bad(f"language {language}", says, cure)


def _feed_cure(feed: Health) -> str:
    cure = f"Open {feed.url}; correct or disable it in feeds.yaml if it is gone for good"
    if feed.is_gone:
        cure += f", or poll it again: tariffwire feeds resume {feed.id}"
    return cure


def _good(subject: str, says: str) -> CheckResult:
    return CheckResult(subject=subject, ok=True, says=says)


def _bad(subject: str, says: str, cure: str) -> CheckResult:
    return CheckResult(subject=subject, ok=False, says=says, cure=cure)


def _failed(subject: str, error: TariffwireError) -> CheckResult:
    return _bad(subject, f"{error.thing}: {error.cause}", error.cure)


def _no_answer(subject: str, error: Exception) -> CheckResult:
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return _bad(subject, f"the name {error.host} was not found (DNS)", _NETWORK)
    return _bad(subject, f"no answer from Slack ({type(error).__name__})", _NETWORK)


def _slack_code(error: SlackApiError) -> str:
    return code(error) or f"HTTP {status(error)}"
