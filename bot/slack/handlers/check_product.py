"""Handles *Check a product*: the global shortcut, the button, and the submitted form."""

import asyncio
import logging
from typing import Any

from pydantic import ValidationError
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot import COMMAND
from bot.commands.answers import DatedQuery
from bot.commands.rates.product_form import (
    ProductForm,
    ProductFormRefused,
    fill_product_form,
    read_product_form,
)
from bot.commands.request import CommandRequest
from bot.errors import QueryError
from bot.rates.question.query import RateQuery, format_query
from bot.slack.background import log_failure
from bot.slack.blockkit.blocks import Message
from bot.slack.blockkit.forms import View
from bot.slack.blockkit.mrkdwn import escape
from bot.slack.context import SlackContext
from bot.slack.handlers.commands import refuse_overuse
from bot.slack.handlers.modals import list_imposers, show_view
from bot.slack.handlers.payloads import Click, read_person
from bot.slack.views.command_replies import render_reply
from bot.slack.views.entry import check_product as views
from bot.slack.views.entry.results import render_loading, render_text
from bot.slack.views.replies import CHECK_PRODUCT, render_failure, render_notice

log = logging.getLogger(__name__)

_WITHIN_S = 1.5
"""Seconds to wait for the answer before the form is replaced without it."""


def register(app: AsyncApp, context: SlackContext) -> None:
    """Registers the listeners for the shortcut and for the two modals."""

    @app.global_shortcut(CHECK_PRODUCT)
    async def handle_shortcut(body: dict[str, Any], ack: AsyncAck) -> None:
        await ack()
        opening = open_product_form(context, Click(body, {}))
        context.background.spawn(opening, "opening the form for a product")

    @app.view(views.FORM)
    async def handle_form(body: dict[str, Any], view: dict[str, Any], ack: AsyncAck) -> None:
        await _submit(context, body, view, ack)

    @app.view(views.ANSWER)
    async def handle_change(view: dict[str, Any], ack: AsyncAck) -> None:
        await ack(response_action="update", view=_render_form(context, _restore(view)))


async def open_product_form(context: SlackContext, click: Click) -> Message | None:
    """Opens the form. If the value of the clicked button is a question, it fills in the form.

    If Slack does not open it, a person who clicked in a message gets a message with another way.
    """
    service, form = context.service, ProductForm()
    if click.value:
        try:
            asked = service.answers.parse(click.value, service.clock())
            form = fill_product_form(asked.query, service.answers.ledger)
        except QueryError:
            log.info("the question of a button does not fill in the form for a product")
    if await show_view(context, click, _render_form(context, form)) or not click.channel:
        return None
    return render_notice(
        "Slack did not open the form. Press the button again, or type the question with "
        f"`{COMMAND}`, such as `{COMMAND} us china steel`."
    )


def _render_form(context: SlackContext, form: ProductForm) -> View:
    return views.render_product_form(form, list_imposers(context), context.service.parties)


def _restore(view: dict[str, Any]) -> ProductForm:
    try:
        return ProductForm.model_validate_json(str(view.get("private_metadata") or ""))
    except ValidationError:
        return ProductForm()


async def _submit(
    context: SlackContext, body: dict[str, Any], view: dict[str, Any], ack: AsyncAck
) -> None:
    form = views.read_product_values(view)
    try:
        query = read_product_form(form, context.service.answers.ledger)
    except ProductFormRefused as error:
        await ack(response_action="errors", errors=error.problems)
        return
    if (refused := refuse_overuse(context, Click(body, {}))) is not None:
        await ack(response_action="update", view=render_text(refused.text, views.TITLE))
        return
    person, team = read_person(body).id, str((body.get("team") or {}).get("id") or "")
    request = CommandRequest(format_query(query), team, person, person)
    work = asyncio.ensure_future(_answer(context, form, query, request))
    done, _ = await asyncio.wait({work}, timeout=min(_WITHIN_S, context.answer_within_s))
    if done:
        await ack(response_action="update", view=work.result())
        return

    async def answer_later() -> None:
        await show_view(context, Click(body, {}), await work)

    context.background.spawn(answer_later(), "answering about a product")
    await ack(response_action="update", view=render_loading(views.TITLE))


async def _answer(
    context: SlackContext, form: ProductForm, query: RateQuery, request: CommandRequest
) -> View:
    """The modal with the answer. Never raises."""
    service, question = context.service, request.text
    now = service.clock()
    today = service.answers.ledger.find_duty_day(now, form.imposer)
    try:
        reply = await service.answers.answer(DatedQuery(query, today, now))
        await service.keep_answer(question, reply, request)
    except QueryError as error:
        text = escape(f"{error.thing}: {error.cause}. {error.cure}".strip())
        return views.render_product_answer(render_notice(text), form, question, service.parties)
    except Exception:
        failure = render_failure(log_failure("answering about a product"))
        return render_text(failure.text, views.TITLE)
    message = render_reply(reply, request, service.parties)
    return views.render_product_answer(message, form, question, service.parties)
