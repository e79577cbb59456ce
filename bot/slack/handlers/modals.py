"""Shows replies in modals, for clicks in the Home tab and in modals, and draws the Home tab.

Such a click has no response_url. It has a trigger id, with which a modal can be opened for three
seconds. If the reply takes longer than a second, the modal opens first and is filled in later.
"""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.slack.api.errors import code
from bot.slack.background import log_failure
from bot.slack.blockkit.blocks import Message
from bot.slack.blockkit.forms import View
from bot.slack.context import SlackContext
from bot.slack.handlers.payloads import Click
from bot.slack.views.entry.home import render_home
from bot.slack.views.entry.results import render_loading, render_result
from bot.slack.views.replies import render_failure

log = logging.getLogger(__name__)

OPEN_WITHIN_S = 1.0
"""Seconds to wait for a reply before a modal is opened without it."""


async def show_reply(
    context: SlackContext, click: Click, reply: Coroutine[Any, Any, Message | None]
) -> None:
    """Shows the reply in the modal of the click or, for a click elsewhere, in a new modal. Shows
    nothing if there is no reply."""
    task = asyncio.ensure_future(reply)
    done, _ = await asyncio.wait({task}, timeout=OPEN_WITHIN_S)
    view_id = click.modal_id
    if not done and not view_id:
        view_id = await show_view(context, click, render_loading())
        if not view_id:
            task.cancel()
            return
    message = await task
    if message is not None:
        await show_view(context, click, render_result(message), view_id)


async def show_view(context: SlackContext, click: Click, view: View, view_id: str = "") -> str:
    """Updates the modal with this id, by default that of the click; opens a new modal if there is
    none. Returns the modal's id, or empty text if Slack refuses the call."""
    known = view_id or click.modal_id
    try:
        client = await context.client_of(click.team)
        if known:
            answer = await client.views_update(view_id=known, view=view)
        else:
            answer = await client.views_open(trigger_id=click.trigger_id, view=view)
    except SlackApiError as error:
        log.warning("a modal was not shown: %s", code(error))
        return ""
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        log.warning("a modal was not shown: %s", type(error).__name__)
        return ""
    return str((answer.get("view") or {}).get("id") or "")


async def publish_home(context: SlackContext, team: str, user: str) -> None:
    """Draws a person's Home tab. Never raises."""
    view = await _build_home(context, team, user)
    try:
        client = await context.client_of(team)
        await client.views_publish(user_id=user, view=view)
    except SlackApiError as error:
        log.warning("a Home tab was not drawn: %s", code(error))
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        log.warning("a Home tab was not drawn: %s", type(error).__name__)


def list_imposers(context: SlackContext) -> dict[str, str]:
    """The names of the importing countries of the ledger, by code."""
    ledger = context.service.answers.ledger
    return {imposer: ledger.parties.get(imposer).name for imposer in ledger.list_imposers()}


async def _build_home(context: SlackContext, team: str, user: str) -> View:
    """The Home tab, or the reason why it cannot be shown. Never raises."""
    service = context.service
    try:
        overview = await service.build_overview(team, user)
        now = service.clock()
        return render_home(overview, user, list_imposers(context), service.parties, now)
    except Exception:
        failure = render_failure(log_failure("drawing a Home tab"))
        return {"type": "home", "blocks": list(failure.blocks)}
