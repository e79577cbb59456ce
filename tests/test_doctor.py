"""`tariffwire doctor` passes a working setup, and reports each problem and its fix."""

import json
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr
from slack_sdk.web.async_client import AsyncWebClient

from bot.doctor import CheckResult, check_data_age, check_messages, check_token, examine
from bot.installation import Installation
from bot.local_slack.server import Workspace
from bot.proposals.approval.data_checks import find_last_checks
from bot.runtime.settings import load_settings
from bot.slack.blockkit.blocks import Message, section
from bot.slack.scopes import SCOPES
from bot.sources.settings import LIVE_SOURCES
from bot.store.engine import Database
from bot.store.installations import Installations
from bot.store.token_cipher import TokenCipher, make_key
from bot.store.upgrade import upgrade
from tests.feeds.server import FeedServer, serving
from tests.shipped import open_config
from tests.sources.examples import document, page, row, sdmx


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[Workspace]:
    opened = Workspace(tmp_path / "workspace.db", rate_limits=False)
    await opened.start(port=0)
    yield opened
    await opened.stop()


@pytest.fixture
def setup(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Environment variables for two feeds; each test adds the settings that it checks."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith(("TARIFFWIRE_", "SLACK_")) or name in {"DATABASE_URL", "PORT"}:
            monkeypatch.delenv(name)
    feeds = "feeds:\n- {id: a, title: A, url: 'https://a.example/rss'}\n"
    (tmp_path / "feeds.yaml").write_text(feeds, encoding="utf-8")
    monkeypatch.setenv("TARIFFWIRE_FEEDS_FILE", str(tmp_path / "feeds.yaml"))
    monkeypatch.setenv("TARIFFWIRE_DATA_DIR", str(tmp_path / "data"))
    return monkeypatch


def socket_mode_settings(setup: pytest.MonkeyPatch, workspace: Workspace) -> None:
    setup.setenv("SLACK_BOT_TOKEN", workspace.bot_token)
    setup.setenv("SLACK_APP_TOKEN", workspace.app_token)
    setup.setenv("TARIFFWIRE_SLACK_API_URL", workspace.api_url)


async def run_doctor() -> dict[str, CheckResult]:
    return {finding.subject: finding async for finding in examine(open_config)}


def failed_subjects(findings: dict[str, CheckResult]) -> set[str]:
    return {finding.subject for finding in findings.values() if not finding.ok}


async def test_a_working_setup_without_slack_passes(setup: pytest.MonkeyPatch) -> None:
    findings = await run_doctor()
    assert not failed_subjects(findings)
    assert {"settings", "config", "data folder", "disk", "database", "clock", "feeds"} <= set(
        findings
    )
    assert "not compared, because the local workspace is used" in findings["clock"].says
    assert "1 not polled yet" in findings["feeds"].says


async def test_rates_that_answers_mark_as_old_are_a_warning(setup: pytest.MonkeyPatch) -> None:
    config = open_config(load_settings())
    last = find_last_checks(config.book)
    noon = datetime.combine(min(last.values()), time(12), UTC)
    fresh = await check_data_age(config, noon + timedelta(days=30))
    old = await check_data_age(config, noon + timedelta(days=31))
    assert [(each.ok, bool(each.cure)) for each in (fresh, old)] == [(True, False), (True, True)]


async def test_a_feed_in_a_language_without_topic_rules_is_reported(
    setup: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    feeds = "feeds:\n" + "".join(
        f"- {{id: {name}, title: A, url: 'https://{name}.example/rss', language: {language}}}\n"
        for name, language in (("a", "de-AT"), ("b", "en-GB"), ("c", "fr"), ("d", "de-AT"))
    )
    (tmp_path / "feeds.yaml").write_text(feeds, encoding="utf-8")
    findings = await run_doctor()
    assert failed_subjects(findings) == {"language de-AT", "language fr"}
    assert findings["language de-AT"].says.endswith(" a, d")
    assert "topics.de.yaml" in findings["language de-AT"].cure


async def test_a_working_setup_with_slack_passes(
    setup: pytest.MonkeyPatch, workspace: Workspace
) -> None:
    socket_mode_settings(setup, workspace)
    findings = await run_doctor()
    assert not failed_subjects(findings)
    assert findings["Slack app token"].says == "valid for Socket Mode"
    assert findings["TARIFFWIRE_CHANNEL"].says.startswith("#trade-news is C")
    assert "s from Slack's" in findings["clock"].says


async def test_a_wrong_app_token_is_reported(
    setup: pytest.MonkeyPatch, workspace: Workspace
) -> None:
    socket_mode_settings(setup, workspace)
    setup.setenv("SLACK_APP_TOKEN", "xapp-of-another-app")
    findings = await run_doctor()
    assert failed_subjects(findings) == {"Slack app token"}
    assert "connections:write" in findings["Slack app token"].cure


async def test_a_missing_channel_is_reported_with_the_setting_that_names_it(
    setup: pytest.MonkeyPatch, workspace: Workspace
) -> None:
    socket_mode_settings(setup, workspace)
    setup.setenv("TARIFFWIRE_CHANNEL", "#nowhere")
    setup.setenv("TARIFFWIRE_OPERATORS_CHANNEL", "no-such-channel")
    findings = await run_doctor()
    assert failed_subjects(findings) == {"TARIFFWIRE_CHANNEL", "TARIFFWIRE_OPERATORS_CHANNEL"}
    assert "#nowhere" in findings["TARIFFWIRE_CHANNEL"].says
    assert "TARIFFWIRE_OPERATORS_CHANNEL" in findings["TARIFFWIRE_OPERATORS_CHANNEL"].cure


async def test_a_refused_bot_token_is_reported_once(
    setup: pytest.MonkeyPatch, workspace: Workspace
) -> None:
    socket_mode_settings(setup, workspace)
    setup.setenv("SLACK_BOT_TOKEN", "xoxb-wrong")
    assert failed_subjects(await run_doctor()) == {"Slack token"}


async def test_an_unreachable_slack_is_reported(setup: pytest.MonkeyPatch) -> None:
    setup.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    setup.setenv("SLACK_APP_TOKEN", "xapp-1")
    setup.setenv("TARIFFWIRE_SLACK_API_URL", "http://127.0.0.1:9/api/")
    findings = await run_doctor()
    assert failed_subjects(findings) == {"Slack token", "Slack app token"}
    assert "TARIFFWIRE_SLACK_API_URL" in findings["Slack app token"].cure


@pytest.mark.parametrize(("off_s", "well"), [(0, True), (900, False)])
async def test_the_clock_is_compared_with_slacks_date_header_even_without_a_zone(
    off_s: int, well: bool, setup: pytest.MonkeyPatch
) -> None:
    async def answer(_: web.Request) -> web.Response:
        date = (datetime.now(UTC) - timedelta(seconds=off_s)).strftime("%a, %d %b %Y %H:%M:%S")
        return web.json_response(
            {"ok": False, "error": "invalid_auth"}, headers={"Date": f"{date} -0000"}
        )

    app = web.Application()
    app.router.add_post("/api/{method}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    setup.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    setup.setenv("SLACK_SIGNING_SECRET", "secret")
    setup.setenv("TARIFFWIRE_SLACK_API_URL", f"http://127.0.0.1:{runner.addresses[0][1]}/api/")
    try:
        clock = (await run_doctor())["clock"]
    finally:
        await runner.cleanup()
    assert clock.ok is well
    assert well or ("ahead of Slack's" in clock.says and "NTP" in clock.cure)


async def test_a_data_folder_without_write_access_is_reported_with_its_cure(
    setup: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    setup.setenv("TARIFFWIRE_DATA_DIR", str(tmp_path / "file" / "data"))
    findings = await run_doctor()
    assert failed_subjects(findings) == {"data folder", "database"}
    assert str(tmp_path / "file") in findings["data folder"].says
    assert "TARIFFWIRE_DATA_DIR" in findings["data folder"].cure
    assert "TARIFFWIRE_DATA_DIR" in findings["database"].cure


async def test_a_broken_feed_list_and_a_misspelled_setting_are_reported(
    setup: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "feeds.yaml").write_text("feeds:\n- {id: a, titel: A}\n", encoding="utf-8")
    (tmp_path / ".env").write_text("TARIFFWIRE_CHANEL=news\n", encoding="utf-8")
    subjects = [(each.subject, each.ok, each.says) async for each in examine(open_config)]
    assert subjects[0][:2] == ("settings", False)
    assert "Did you mean TARIFFWIRE_CHANNEL?" in subjects[0][2]
    [config] = [each for each in subjects if each[0] == "config"]
    assert not config[1]
    assert "feeds.yaml:2: feeds.0." in config[2]


@pytest.fixture
async def sources(setup: pytest.MonkeyPatch) -> AsyncIterator[FeedServer]:
    """Turns all live sources on and points them at a local server."""
    async with serving() as running:
        setup.setenv("TARIFFWIRE_LIVE_SOURCES", "federal-register,usitc-hts,wits,wto")
        setup.setenv("TARIFFWIRE_WTO_KEY", "a-key")
        for name in ("FEDERAL_REGISTER", "USITC_HTS", "WITS", "WTO"):
            setup.setenv(f"TARIFFWIRE_{name}_URL", running.url)
        setup.setenv("TARIFFWIRE_ALLOWED_NETWORKS", "127.0.0.0/8")
        yield running


WITS = (
    "/datasource/tradestats-tariff/reporter/usa/year/all/partner/wld/product/total"
    "/indicator/MFN-SMPL-AVRG"
)


async def test_live_sources_that_are_off_are_reported_as_off(setup: pytest.MonkeyPatch) -> None:
    finding = (await run_doctor())["live sources"]
    assert (finding.ok, finding.says) == (True, "none is on")


async def test_live_sources_that_answer_pass(sources: FeedServer) -> None:
    sources.at("/documents.json", page(document("2026-1", "Modifying Duties")))
    sources.at("/search", json.dumps([row("8507.60.00", "3.4%")]))
    sources.at("/currentRelease", json.dumps({"name": "2026HTSRev17"}))
    sources.at(WITS, sdmx("USA", {"2022": 3.3}))
    sources.at("/reporters", json.dumps([{"code": "840", "iso3A": "USA"}]))
    sources.at("/data", json.dumps({"Dataset": [{"Year": 2024, "Value": 3.4}]}))
    findings = await run_doctor()
    assert not failed_subjects(findings)
    assert "3.4%" in findings["live source usitc-hts"].says
    assert "3.3% (2022)" in findings["live source wits"].says
    assert "3.4% (2024)" in findings["live source wto"].says
    assert "1 documents" in findings["live source federal-register"].says
    schedule = findings["US tariff schedule"]
    assert (schedule.ok, "in force at USITC: 2026 Rev. 17" in schedule.says) == (True, True)


async def test_failing_live_sources_are_reported_with_the_cure(sources: FeedServer) -> None:
    sources.at("/documents.json", "<html>")
    sources.at("/search", "[]")
    sources.at(WITS, lambda _: web.Response(status=503))
    sources.at("/reporters", lambda _: web.Response(status=401))
    findings = await run_doctor()
    names = {f"live source {name}" for name in LIVE_SOURCES}
    assert failed_subjects(findings) == names
    assert "HTTP 503" in findings["live source wits"].says
    assert "in force at USITC: unknown" in findings["US tariff schedule"].says
    assert all("TARIFFWIRE_LIVE_SOURCES" in findings[name].cure for name in names)


async def test_a_good_token_and_its_scopes_are_well(workspace: Workspace) -> None:
    client = AsyncWebClient(workspace.bot_token, base_url=workspace.api_url)
    findings = await check_token(client)
    assert all(finding.ok for finding in findings)
    assert len(findings) == 1 + len(SCOPES)


async def test_each_missing_scope_is_named_with_its_use_and_cure(
    tmp_path: Path,
) -> None:
    workspace = Workspace(tmp_path / "w.db", scopes=["chat:write", "channels:history"])
    await workspace.start(port=0)
    try:
        client = AsyncWebClient(workspace.bot_token, base_url=workspace.api_url)
        found = {each.subject: each for each in await check_token(client)}
    finally:
        await workspace.stop()
    missing = found["Slack scope commands"]
    assert not missing.ok
    assert "/tariff" in missing.says
    assert "install the app" in missing.cure
    assert found["Slack scope chat:write"].ok
    assert found["Slack scope channels:join"].ok
    assert "optional" in found["Slack scope channels:join"].says
    assert "possible repetition" in found["Slack scope groups:history"].says
    assert not found["Slack scope im:history"].ok
    assert "answering direct messages" in found["Slack scope im:history"].says
    assert "possible repetition" not in found["Slack scope channels:history"].says


async def test_a_refused_token_is_named_with_its_cure(
    workspace: Workspace,
) -> None:
    client = AsyncWebClient("xoxb-wrong", base_url=workspace.api_url)
    (finding,) = await check_token(client)
    assert (finding.ok, finding.says) == (False, "invalid_auth")
    assert "SLACK_BOT_TOKEN" in finding.cure


async def test_an_app_of_a_whole_organization_is_named_with_its_cure() -> None:
    said = {"ok": True, "team_id": "E1", "enterprise_id": "E1", "is_enterprise_install": True}
    async with serving() as slack:
        slack.at("/auth.test", lambda _: web.json_response(said))
        (finding,) = await check_token(AsyncWebClient("xoxb-1", base_url=f"{slack.url}/"))
    assert not finding.ok
    assert "whole organization" in finding.says
    assert "org_deploy_enabled: false" in finding.cure


async def test_an_unreachable_slack_has_its_own_message() -> None:
    client = AsyncWebClient("xoxb-1", base_url="http://127.0.0.1:9/api/")
    (finding,) = await check_token(client)
    assert not finding.ok
    assert "no answer" in finding.says


async def test_an_unknown_host_of_slack_is_named() -> None:
    client = AsyncWebClient("xoxb-1", base_url="http://slack.invalid/api/")
    (finding,) = await check_token(client)
    assert (finding.ok, finding.says) == (False, "the name slack.invalid was not found (DNS)")


async def test_slack_checks_one_sample_of_each_kind_of_message(
    setup: pytest.MonkeyPatch, workspace: Workspace
) -> None:
    socket_mode_settings(setup, workspace)
    findings = await run_doctor()
    checked = len(workspace.calls("blocks.validate"))
    assert checked > 20
    says = f"{checked} of {checked} kinds of messages and views accepted"
    assert findings["Slack messages"].says == says
    assert workspace.calls("chat.postMessage") == []


async def test_a_message_that_slack_refuses_is_reported_by_name(
    workspace: Workspace,
) -> None:
    client = AsyncWebClient(workspace.bot_token, base_url=workspace.api_url)
    wrong: Any = [{"type": "ticker"}]
    samples: dict[str, Any] = {
        "alert": Message("x", tuple(wrong)),
        "Home tab": {"type": "home", "blocks": wrong},
        "help": Message("x", (section("x"),)),
    }
    found = [each async for each in check_messages(client, samples)]
    assert [(each.subject, each.ok) for each in found] == [
        ("Slack message: alert", False),
        ("Slack message: Home tab", False),
        ("Slack messages", True),
    ]
    assert found[0].says == "/blocks/0/type: unsupported type: ticker"
    assert found[-1].says == "1 of 3 kinds of messages and views accepted"


@pytest.mark.parametrize("error", ["ratelimited", "unknown_method"])
async def test_messages_that_slack_does_not_check_are_counted(
    workspace: Workspace, error: str
) -> None:
    client = AsyncWebClient(workspace.bot_token, base_url=workspace.api_url)
    samples = {"help": Message("x", (section("x"),)), "alert": Message("x", (section("x"),))}
    workspace.fail_next("blocks.validate", error=error)
    [found] = [each async for each in check_messages(client, samples)]
    assert found.ok
    assert found.says == f"0 of 2 accepted; the rest was not checked: {error}"


async def test_the_token_of_each_workspace_is_checked(
    setup: pytest.MonkeyPatch, workspace: Workspace, tmp_path: Path
) -> None:
    key = make_key()
    for name, value in {
        "SLACK_CLIENT_ID": "1.2",
        "SLACK_CLIENT_SECRET": "secret",
        "SLACK_SIGNING_SECRET": "signs",
        "TARIFFWIRE_TOKEN_KEYS": key,
        "TARIFFWIRE_HOME_TEAM": "T0HOME",
        "TARIFFWIRE_SLACK_API_URL": workspace.api_url,
    }.items():
        setup.setenv(name, value)
    database = Database(f"sqlite:///{tmp_path / 'data' / 'tariffwire.db'}")
    await upgrade(database.url.render_as_string())
    installations = Installations(database, TokenCipher([key]))
    good, bad = workspace.team.identity.team_id, "T0GONE"
    for team, token in ((good, workspace.bot_token), (bad, "xoxb-gone")):
        made = Installation(team=team, token=SecretStr(token), installed_at=datetime.now(UTC))
        await installations.save(made)
    await database.close()
    findings = await run_doctor()
    problems = {name for name in failed_subjects(findings) if "orkspace" in name or "HOME" in name}
    assert problems == {f"workspace {bad}: Slack token", "TARIFFWIRE_HOME_TEAM"}
    assert findings[f"workspace {bad}: Slack token"].cure == "Install the app there again"
    assert findings["workspaces"].says == "2 have installed the app"
    setup.setenv("TARIFFWIRE_TOKEN_KEYS", make_key())
    without_key = failed_subjects(await run_doctor())
    assert {f"workspace {good}", f"workspace {bad}"} <= set(without_key)
