"""Finds and shows the lines of a conversation's list that a message touches."""

from bot.commands.grammar import Command, Verb
from bot.commands.lines.replies import TouchedLines
from bot.commands.rates.replies import RateCalendar
from bot.commands.request import CommandRequest
from bot.lines.model import ListOwner
from bot.slack.blockkit.blocks import Message
from bot.slack.context import SlackContext
from bot.slack.handlers.payloads import Click
from bot.slack.views.events.touched import ASKED, OF_PROPOSAL, render_touched
from bot.slack.views.replies import render_notice


async def find_touched(
    context: SlackContext, calendar: RateCalendar, request: CommandRequest
) -> TouchedLines | None:
    """The lines of the list of the place where the person acts that coming changes touch. For a
    question about a partner, only those of its goods."""
    if context.touches is None:
        return None
    owner = ListOwner(request.team, request.place)
    ahead = [one for one in calendar.items if one.on >= calendar.today]
    if calendar.query.partner is not None:
        ahead = [one._replace(partners=(calendar.query.partner,)) for one in ahead]
    return await context.touches.find_of_changes(owner, ahead)


async def show_touched(context: SlackContext, click: Click) -> Message:
    """Shows which lines of the list of the clicked message's conversation the message touches."""
    touches, service = context.touches, context.service
    if touches is None:
        return render_notice("This bot keeps no lists of tariff lines.")
    word, _, about = click.value.partition(" ")
    if word == ASKED:
        request = click.request(about)
        reply = await service.execute(Command(verb=Verb.ASK, text=request.text), request)
        touched = None
        if isinstance(reply, RateCalendar):
            touched = await find_touched(context, reply, request)
    elif word == OF_PROPOSAL:
        touched = await touches.find_of_proposal(ListOwner(click.team, click.conversation), about)
    else:
        found = await service.stores.outbox.get(click.value)
        if found is None or (found.team, found.conversation) != (click.team, click.conversation):
            return render_notice("This message is no longer saved.")
        touched = await touches.find(found, await service.stores.outbox.stories(found))
    return render_touched(touched, service.parties)
