"""Handles the Home tab: a person opens it, asks for a rate with its two menus, or has the waiting
proposals sent."""

from typing import Any

from slack_bolt.async_app import AsyncApp

from bot import COMMAND
from bot.commands.grammar import Command, Verb
from bot.rates.question.query import QueryKind, RateQuery, format_query
from bot.slack.api.fallback import post_with
from bot.slack.blockkit.blocks import Message
from bot.slack.blockkit.forms import read_values
from bot.slack.context import SlackContext
from bot.slack.handlers.check_product import open_product_form
from bot.slack.handlers.commands import answer
from bot.slack.handlers.events import unless_refused
from bot.slack.handlers.modals import publish_home, show_reply
from bot.slack.handlers.payloads import Click
from bot.slack.views.entry.home import IMPOSER, PARTNER
from bot.slack.views.replies import render_notice


def register(app: AsyncApp, context: SlackContext) -> None:
    """Registers the listener for the Home tab."""

    @app.event("app_home_opened")
    async def handle_home_opened(body: dict[str, Any], event: dict[str, Any]) -> None:
        if event.get("tab") != "home" or not event.get("user"):
            return
        user, team = str(event.get("user") or ""), str(body.get("team_id") or "")

        drawing = publish_home(context, team, user)
        context.background.spawn(drawing, "drawing a Home tab")


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
    client = await context.client_of(click.team)
    posting = post_with(client.chat_postMessage, message, channel=click.person.id)
    if not await unless_refused(posting, "the proposals were not sent to an operator"):
        context.deduplicator.forget(key)
        return render_notice(f"Slack refused to post them. Type `{COMMAND} proposals` instead.")
    return done
