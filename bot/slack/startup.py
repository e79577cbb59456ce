"""Calls Slack's API at the start of the bot. The calls are retried until Slack answers.

A call is retried if the network is not available yet, if a captive portal answers instead of Slack,
or if a rate limit applies. If an operator must act, the start ends with an error that names the
cure.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.errors import SlackError
from bot.slack.api.errors import code, cure, passes, retry_after_s, status

log = logging.getLogger(__name__)

T = TypeVar("T")

LONGEST_WAIT_S = 60.0


class Stopped(Exception):
    """A stop was requested while the bot was waiting for Slack."""


async def fetch_team(client: AsyncWebClient) -> str:
    """The id of the workspace to which the token belongs.

    Raises SlackError if the app is installed for a whole organization.
    """
    answer = await client.auth_test()
    refuse_organization(answer)
    return str(answer["team_id"])


def refuse_organization(answer: AsyncSlackResponse) -> None:
    """Raises SlackError if `auth.test` says that the app is installed for a whole organization.

    The token of such an app is valid in many workspaces. Some methods then need a `team_id` with
    each call (see api.slack.com/enterprise/apps/changes-apis), but the bot serves only one
    workspace.
    """
    if answer.get("is_enterprise_install"):
        cause = "the app is installed for a whole organization, not in one workspace"
        cure = "Install it in one workspace, with org_deploy_enabled: false in its manifest"
        raise SlackError("auth.test", cause, f"{cure}, and copy SLACK_BOT_TOKEN from there")


async def retry_until_answered(
    what: str, ask: Callable[[], Awaitable[T]], stop: asyncio.Event
) -> T:
    """The result of `ask`, which is retried with backoff while Slack cannot be reached or is busy.

    `what` names the call in messages. Raises Stopped if `stop` is set, and SlackError for an error
    that a retry cannot fix.
    """
    wait_s = 1.0
    while True:
        try:
            return await _wait_unless(stop, ask())
        except SlackApiError as error:
            reason = code(error) or f"HTTP {status(error)}"
            if not passes(error):
                raise SlackError(what, reason, cure(error)) from error
            wait_s = max(wait_s, retry_after_s(error) if status(error) == 429 else 0.0)
        except (aiohttp.ClientError, TimeoutError, OSError, AttributeError) as error:
            # slack_sdk raises AttributeError if the response is not JSON.
            reason = type(error).__name__
        log.warning("%s: Slack does not answer (%s); trying again in %.0f s", what, reason, wait_s)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), wait_s)
            raise Stopped
        wait_s = min(wait_s * 2, LONGEST_WAIT_S)


async def _wait_unless(stop: asyncio.Event, call: Awaitable[T]) -> T:
    """The result of the call. If `stop` is set first, raises Stopped: an attempt to connect may
    never end."""
    answer = asyncio.ensure_future(call)
    stopped = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({answer, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if answer.done():
            return answer.result()
        raise Stopped
    finally:
        stopped.cancel()
        answer.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await answer
