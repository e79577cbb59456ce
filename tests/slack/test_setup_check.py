"""`doctor` checks Slack tokens and scopes and gives a cure for each problem."""

from pathlib import Path

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.local_slack.server import Workspace
from bot.slack.scopes import SCOPES
from bot.slack.setup_check import SetupFinding, check_slack


def findings_by_subject(findings: tuple[SetupFinding, ...]) -> dict[str, SetupFinding]:
    return {finding.thing: finding for finding in findings}


async def test_a_valid_token_with_all_scopes_passes(client: AsyncWebClient) -> None:
    findings = await check_slack(client)
    assert all(finding.ok for finding in findings)
    assert len(findings) == 1 + len(SCOPES)


async def test_each_missing_scope_is_reported_with_its_use_and_cure(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    workspace = Workspace(tmp_path / "w.db", scopes=["chat:write", "channels:history"])
    await workspace.start(port=0)
    try:
        client = AsyncWebClient(workspace.bot_token, base_url=workspace.api_url, session=session)
        found = findings_by_subject(await check_slack(client))
    finally:
        await workspace.stop()
    missing = found["Slack scope commands"]
    assert not missing.ok
    assert "/tariff" in missing.says
    assert "install the app" in missing.cure
    assert found["Slack scope chat:write"].ok
    assert found["Slack scope channels:join"].ok
    assert "optional" in found["Slack scope channels:join"].says


async def test_a_refused_token_is_reported_with_its_cure(
    workspace: Workspace, session: aiohttp.ClientSession
) -> None:
    client = AsyncWebClient("xoxb-wrong", base_url=workspace.api_url, session=session)
    (finding,) = await check_slack(client)
    assert (finding.ok, finding.says) == (False, "invalid_auth")
    assert "SLACK_BOT_TOKEN" in finding.cure


async def test_an_unreachable_slack_is_reported_as_no_answer(
    session: aiohttp.ClientSession,
) -> None:
    client = AsyncWebClient("xoxb-1", base_url="http://127.0.0.1:9/api/", session=session)
    (finding,) = await check_slack(client)
    assert not finding.ok
    assert "no answer" in finding.says
