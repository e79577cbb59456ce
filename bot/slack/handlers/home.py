"""Handles the Home tab: a person opens it, asks for a rate with its two menus, or has the waiting
proposals sent."""

from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot import COMMAND
from bot.commands.grammar import Command, Verb
from bot.rates.question.query import QueryKind, RateQuery, format_query
from bot.slack.api.fallback import post_with
from bot.slack.background import log_failure
from bot.slack.blockkit.blocks import Message
from bot.slack.blockkit.forms import View, read_values
from bot.slack.context import SlackContext
from bot.slack.handlers.check_product import list_imposers, open_product_form
from bot.slack.handlers.commands import answer
from bot.slack.handlers.events import unless_refused
from bot.slack.handlers.modals import show_reply
from bot.slack.handlers.payloads import Click
from bot.slack.views.entry.home import IMPOSER, PARTNER, render_home
from bot.slack.views.replies import render_failure, render_notice


def register(app: AsyncApp, context: SlackContext) -> None:
    """Registers the listener for the Home tab."""

    @app.event("app_home_opened")
    async def handle_home_opened(
        body: dict[str, Any], event: dict[str, Any], client: AsyncWebClient
    ) -> None:
        if event.get("tab") != "home" or not event.get("user"):
            return
        user, team = str(event.get("user") or ""), str(body.get("team_id") or "")

        async def publish() -> None:
            view = await _build_home(context, team, user)
            publishing = client.views_publish(user_id=user, view=view)
            await unless_refused(publishing, "a Home tab was not drawn")

        context.background.spawn(publish(), "drawing a Home tab")


async def _build_home(context: SlackContext, team: str, user: str) -> View:
    """The Home tab, or the reason why it cannot be shown. Never raises."""
    service = context.service
    try:
        overview = await service.build_overview(team, user)
        return render_home(overview, user, list_imposers(context), service.parties)
    except Exception:
        failure = render_failure(log_failure("drawing a Home tab"))
        return {"type": "home", "blocks": list(failure.blocks)}


async def choose(_: SlackContext, __: Click) -> None:
    """Does nothing when an option of a menu is chosen: the button next to it reads both menus."""


async def ask(context: SlackContext, click: Click) -> Message | None:
    """Shows the rate of the chosen economies. If there is no origin yet, opens the form for a
    product, which has one."""
    chosen, parties = read_values(click.view), context.service.parties
    imposer, partner = chosen.get(IMPOSER), chosen.get(PARTNER)
    if imposer not in parties or partner not in parties:
        await open_product_form(context, click)
        return None
    if imposer == partner:
        return render_notice("Choose two different economies.")
    query = RateQuery(kind=QueryKind.PAIR, imposer=imposer, partner=partner)
    command = Command(verb=Verb.ASK, text=format_query(query))
    await show_reply(context, click, answer(context, click.request(), command))
    return None


async def send_proposals(context: SlackContext, click: Click) -> Message:
    """Posts the waiting proposals to the operator, because their buttons need a message. A second
    click in the same Home tab posts nothing; Slack gives a Home tab that is drawn again another
    hash."""
    done = render_notice("The proposals are in our direct messages, each with its buttons.")
    key = f"proposals {click.person.id} {click.view.get('hash')}"
    if context.deduplicator.is_repeated(key, context.service.clock()):
        return done
    message = await answer(context, click.request(), Command(verb=Verb.PROPOSALS))
    posting = post_with(context.client.chat_postMessage, message, channel=click.person.id)
    if not await unless_refused(posting, "the proposals were not sent to an operator"):
        context.deduplicator.forget(key)
        return render_notice(f"Slack refused to post them. Type `{COMMAND} proposals` instead.")
    return done
