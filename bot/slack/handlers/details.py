"""Opens *Details and sources*, and changes its page.

click | open a modal at once, within Slack's 3 seconds | answer the question | fill the modal
"""

import logging

import aiohttp
from slack_sdk.errors import SlackApiError

from bot import COMMAND
from bot.commands.grammar import Command, Verb
from bot.commands.replies import RateAnswers
from bot.slack.api.errors import code
from bot.slack.background import log_failure
from bot.slack.blockkit.blocks import Message
from bot.slack.blockkit.mrkdwn import escape
from bot.slack.context import SlackContext
from bot.slack.handlers.payloads import Click
from bot.slack.views.rates.details import (
    View,
    render_details,
    render_details_failure,
    render_loading,
)
from bot.slack.views.replies import render_failure, render_notice

log = logging.getLogger(__name__)

_GONE = "This question can no longer be answered. Please type it again."


async def open_details(context: SlackContext, click: Click) -> Message | None:
    """Opens the modal with the details of the answer to the button's question.

    If Slack refuses to open it, for example because the click came too late, the person gets a
    message with a way to get the details.
    """
    try:
        opened = await context.client.views_open(trigger_id=click.trigger_id, view=render_loading())
        view_id = str((opened.get("view") or {}).get("id") or "")
        await _show(context, view_id, await _build_view(context, click, click.value, 0))
    except (SlackApiError, aiohttp.ClientError, TimeoutError, OSError) as error:
        reason = code(error) if isinstance(error, SlackApiError) else type(error).__name__
        log.info("details could not be opened: %s", reason)
        return render_notice(
            f"Slack did not open the details ({escape(reason, 60)}). Press the button again, or "
            f"type the question again with `{COMMAND}`."
        )
    return None


async def show_page(context: SlackContext, click: Click) -> None:
    """Shows another page in the open modal."""
    page = int(click.value) if click.value.isdecimal() else 0
    try:
        await _show(
            context, click.modal_id, await _build_view(context, click, click.view_metadata, page)
        )
    except (SlackApiError, aiohttp.ClientError, TimeoutError, OSError) as error:
        # The person has closed the modal, or can press the button again.
        reason = code(error) if isinstance(error, SlackApiError) else type(error).__name__
        log.info("a page of details could not be shown: %s", reason)


async def _show(context: SlackContext, view_id: str, view: View) -> None:
    await context.client.views_update(view_id=view_id, view=view)


async def _build_view(context: SlackContext, click: Click, question: str, page: int) -> View:
    """The modal with a page of the details, or with the reason why there are none."""
    try:
        request = click.request(question)
        reply = await context.service.execute(Command(verb=Verb.ASK, text=request.text), request)
        if not isinstance(reply, RateAnswers) or not reply.answers:
            return render_details_failure(_GONE)
        return render_details(reply, page)
    except Exception:
        return render_details_failure(render_failure(log_failure("showing details")).text)
