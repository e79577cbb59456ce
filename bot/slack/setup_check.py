"""Checks whether Slack accepts the bot: its token and its scopes."""

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api.errors import code, status
from bot.slack.scopes import SCOPES, OAuthScope
from bot.values import Frozen

_REINSTALL = "Add it under OAuth & Permissions, then install the app to the workspace again"


class SetupFinding(Frozen):
    """One line of the check: its subject, whether it is fine, and the cure if not."""

    thing: str
    ok: bool
    says: str
    cure: str = ""


async def check_slack(client: AsyncWebClient) -> tuple[SetupFinding, ...]:
    """The results of one auth.test. Never raises for errors of Slack or the connection."""
    try:
        answer = await client.auth_test()
    except SlackApiError as error:
        said = code(error) or f"HTTP {status(error)}"
        return (_token(False, said, "Copy SLACK_BOT_TOKEN from the app's page at Slack again"),)
    except (aiohttp.ClientError, TimeoutError, OSError, AttributeError) as error:
        cure = "Check TARIFFWIRE_SLACK_API_URL, the network and its proxy"
        return (_token(False, f"no answer from Slack ({type(error).__name__})", cure),)
    token = _token(True, f"valid in {answer.get('team')} as {answer.get('user')}")
    given = next((v for k, v in answer.headers.items() if k.lower() == "x-oauth-scopes"), None)
    if given is None:
        return token, SetupFinding(
            thing="Slack scopes", ok=True, says="not reported by this server"
        )
    granted = {scope.strip() for scope in given.split(",")}
    return token, *(_scope(scope, scope.name in granted) for scope in SCOPES)


def _token(ok: bool, says: str, cure: str = "") -> SetupFinding:
    return SetupFinding(thing="Slack token", ok=ok, says=says, cure=cure)


def _scope(scope: OAuthScope, granted: bool) -> SetupFinding:
    thing = f"Slack scope {scope.name}"
    if granted:
        return SetupFinding(thing=thing, ok=True, says=f"granted, for {scope.why}")
    if not scope.needed:
        return SetupFinding(thing=thing, ok=True, says=f"not granted; optional, for {scope.why}")
    return SetupFinding(thing=thing, ok=False, says=f"missing, for {scope.why}", cure=_REINSTALL)
