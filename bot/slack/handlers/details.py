"""Opens *Details and sources* of an answer or a card, and changes its page.

click | open a modal at once, within Slack's 3 seconds | answer the question | fill the modal
"""

from bot import COMMAND
from bot.commands.grammar import Command, Verb
from bot.commands.rates.replies import RateAnswers, RateCard
from bot.slack.background import log_failure
from bot.slack.blockkit.blocks import Message
from bot.slack.blockkit.forms import View
from bot.slack.context import SlackContext
from bot.slack.handlers.modals import show_view
from bot.slack.handlers.payloads import Click
from bot.slack.views.entry.results import render_loading, render_text
from bot.slack.views.rates.card import render_card_pages
from bot.slack.views.rates.details import TITLE, render_details
from bot.slack.views.replies import render_failure, render_notice

_GONE = "This question can no longer be answered. Please type it again."


async def open_details(context: SlackContext, click: Click) -> Message | None:
    """Shows the details of the answer to the button's question in a modal.

    If Slack refuses to open it, for example because the click came too late, the person gets a
    message with a way to get the details.
    """
    view_id = await show_view(context, click, render_loading(TITLE))
    if not view_id:
        return render_notice(
            "Slack did not open the details. Press the button again, or type the question again "
            f"with `{COMMAND}`."
        )
    await show_view(context, click, await _build_view(context, click, click.value, 0), view_id)
    return None


async def show_page(context: SlackContext, click: Click) -> None:
    """Shows another page in the open modal."""
    page = int(click.value) if click.value.isdecimal() else 0
    await show_view(context, click, await _build_view(context, click, click.view_metadata, page))


async def _build_view(context: SlackContext, click: Click, question: str, page: int) -> View:
    """The modal with a page of the details, or with the reason why there are none."""
    try:
        request = click.request(question)
        reply = await context.service.execute(Command(verb=Verb.ASK, text=request.text), request)
        if isinstance(reply, RateCard):
            return render_card_pages(reply.facts, page)
        if not isinstance(reply, RateAnswers) or not reply.answers:
            return render_text(_GONE, TITLE)
        return render_details(reply, page)
    except Exception:
        return render_text(render_failure(log_failure("showing details")).text, TITLE)
