"""All buttons of the bot's messages, each with its handler and the permission that it needs.

Slack expects the acknowledgement of a click within three seconds and ignores its content. So each
click is acknowledged at once, handled in the background, and answered through its response_url.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.commands.grammar import Verb
from bot.commands.permissions import OperatorAction
from bot.errors import AmendmentRefused
from bot.slack.api.fallback import respond_with
from bot.slack.background import log_failure
from bot.slack.blockkit.blocks import Message
from bot.slack.context import SlackContext
from bot.slack.handlers import details, proposals, subscriptions
from bot.slack.handlers import home as home_handlers
from bot.slack.handlers.check_product import open_product_form
from bot.slack.handlers.commands import answer, refuse_overuse
from bot.slack.handlers.lines import forms as line_forms
from bot.slack.handlers.lines.touched import show_touched
from bot.slack.handlers.menus import (
    Handler,
    choose_for_alert,
    choose_for_answer,
    copy_link,
    handle_command,
    report,
    share,
    unsubscribe,
)
from bot.slack.handlers.modals import show_reply, show_view
from bot.slack.handlers.payloads import Click
from bot.slack.views import alerts, data_checks
from bot.slack.views import proposals as proposal_views
from bot.slack.views.command_replies import render_operators_only
from bot.slack.views.entry import home
from bot.slack.views.entry.results import render_result
from bot.slack.views.events import exclusions
from bot.slack.views.events.digest import SHOW_MISSED
from bot.slack.views.events.touched import SHOW_TOUCHED
from bot.slack.views.lines import importing as line_importing
from bot.slack.views.lines import table as line_table
from bot.slack.views.rates import short
from bot.slack.views.rates.details import PAGE
from bot.slack.views.replies import CHECK_PRODUCT, DETAILS, RUN, render_failure, render_notice
from bot.slack.views.subscriptions import form as subscription_form
from bot.slack.views.subscriptions import list as subscription_list
from bot.slack.views.subscriptions import outcomes
from bot.slack.views.subscriptions.outcomes import UNMUTE_TOPIC


class ButtonRoute(NamedTuple):
    """The handler of a click, and the permission that the click needs. None means that everybody
    may click."""

    handle: Handler
    act: OperatorAction | None = None
    opens_modal: bool = False
    """Whether the handler opens a modal itself."""
    redraw: Callable[[SlackContext, Click], Awaitable[Message]] | None = None
    """What takes the place of the clicked message afterwards; None if the message stays."""
    counts: bool = True
    """Whether the click counts as a request of the person."""


def register(app: AsyncApp, context: SlackContext) -> None:
    """Registers the listeners for all buttons and for the forms of proposals and lines."""
    for action_id, button in BUTTONS.items():
        _listen(app, context, action_id, button)
    proposals.register(app, context)
    line_forms.register(app, context)


def _listen(
    app: AsyncApp, context: SlackContext, action_id: str | re.Pattern[str], button: ButtonRoute
) -> None:
    async def handle_click(
        body: dict[str, Any], action: dict[str, Any], ack: AsyncAck, respond: AsyncRespond
    ) -> None:
        await ack()
        click = Click(body, action)

        async def run_handler() -> None:
            if click.is_in_view and not button.opens_modal:
                await show_reply(context, click, _handle(context, button, click))
                return
            message = await _handle(context, button, click)
            if message is not None and click.is_in_view:
                await show_view(context, click, render_result(message))
            elif message is not None:
                await respond_with(respond, message, replace_original=False)
                if button.redraw is not None:
                    drawn = await button.redraw(context, click)
                    await respond_with(respond, drawn, replace_original=True)

        context.background.spawn(run_handler(), "answering a button")

    app.action(action_id)(handle_click)


async def _handle(context: SlackContext, button: ButtonRoute, click: Click) -> Message | None:
    user, permissions = click.person.id, context.service.permissions
    try:
        if button.counts and (refused := refuse_overuse(context, click)) is not None:
            return refused
        if button.act and not permissions.is_allowed(user, button.act, click.team):
            return render_operators_only(button.act, user)
        return await button.handle(context, click)
    except AmendmentRefused as error:
        return proposal_views.render_amendment_refused(error)
    except Exception:
        return render_failure(log_failure("answering a button"))


async def _run(context: SlackContext, click: Click) -> Message:
    """Runs the command that is the button's value."""
    return await answer(context, click.request(click.value), is_counted=True)


async def _refuse_old_button(_: SlackContext, __: Click) -> Message:
    return render_notice("This button is from an older version and no longer works.")


async def _do_nothing(_: SlackContext, __: Click) -> None:
    """Handles a button with a link. Slack itself opens the link."""


OLD_BUTTONS: dict[str | re.Pattern[str], ButtonRoute] = {
    "alert_open": ButtonRoute(_do_nothing, counts=False),
    "alert_mute": ButtonRoute(handle_command(Verb.MUTE_EVENT)),
    "alert_why": ButtonRoute(_refuse_old_button),
}
"""The buttons of alerts that an older version posted; Slack shows them as long as the alerts."""

BUTTONS: dict[str | re.Pattern[str], ButtonRoute] = {
    alerts.FOLLOW: ButtonRoute(handle_command(Verb.FOLLOW_EVENT)),
    alerts.UNFOLLOW: ButtonRoute(handle_command(Verb.UNFOLLOW_EVENT)),
    alerts.DEADLINES: ButtonRoute(handle_command(Verb.DEADLINE_FILE)),
    alerts.MORE: ButtonRoute(choose_for_alert),
    alerts.UNMUTE_EVENT: ButtonRoute(handle_command(Verb.UNMUTE_EVENT)),
    alerts.UNMUTE: ButtonRoute(handle_command(Verb.UNMUTE_CONVERSATION)),
    re.compile(rf"^{UNMUTE_TOPIC}_"): ButtonRoute(handle_command(Verb.UNMUTE_TOPIC)),
    re.compile(rf"^{SHOW_MISSED}(?:_\d+)?$"): ButtonRoute(handle_command(Verb.SHOW_MISSED)),
    SHOW_TOUCHED: ButtonRoute(show_touched),
    alerts.FEWER: ButtonRoute(handle_command(Verb.FEWER)),
    re.compile(rf"^{exclusions.PREVIEW}_\d+$"): ButtonRoute(handle_command(Verb.PREVIEW_EXCLUSION)),
    exclusions.APPLY: ButtonRoute(handle_command(Verb.EXCLUDE)),
    alerts.COPY: ButtonRoute(copy_link),
    alerts.REPORT: ButtonRoute(report),
    re.compile(rf"^{alerts.MUTE_TOPIC}_"): ButtonRoute(handle_command(Verb.MUTE_TOPIC)),
    outcomes.UNSUBSCRIBE: ButtonRoute(unsubscribe),
    subscription_list.ADD: ButtonRoute(subscriptions.open_new_form, opens_modal=True),
    subscription_list.EDIT: ButtonRoute(subscriptions.open_edit_form, opens_modal=True),
    subscription_list.PAUSE: ButtonRoute(
        subscriptions.pause, opens_modal=True, redraw=subscriptions.redraw_list
    ),
    subscription_list.RESUME: ButtonRoute(subscriptions.resume, redraw=subscriptions.redraw_list),
    subscription_list.REMOVE: ButtonRoute(subscriptions.remove, redraw=subscriptions.redraw_list),
    re.compile(rf"^{subscription_list.UNMUTE}_\d+$"): ButtonRoute(
        subscriptions.unmute, redraw=subscriptions.redraw_mutes
    ),
    subscription_list.MORE: ButtonRoute(subscriptions.show_more),
    subscription_form.PREVIEW: ButtonRoute(subscriptions.show_preview, opens_modal=True),
    alerts.LEAVE: ButtonRoute(handle_command(Verb.UNSUBSCRIBE)),
    **OLD_BUTTONS,
    re.compile(rf"^{RUN}_\d+$"): ButtonRoute(_run),
    CHECK_PRODUCT: ButtonRoute(open_product_form, opens_modal=True),
    home.IMPOSER: ButtonRoute(home_handlers.choose, counts=False),
    home.PARTNER: ButtonRoute(home_handlers.choose, counts=False),
    home.ASK: ButtonRoute(home_handlers.ask, opens_modal=True),
    home.PROPOSALS: ButtonRoute(home_handlers.send_proposals, OperatorAction.DECIDE_ON_RATES),
    line_table.UPLOAD_LINES: ButtonRoute(line_forms.open_form, opens_modal=True),
    line_table.REMOVE_LINES: ButtonRoute(line_forms.remove),
    re.compile(rf"^{line_importing.OPEN}_[a-z]+$"): ButtonRoute(
        line_forms.open_review, opens_modal=True
    ),
    short.SHARE: ButtonRoute(share),
    short.MORE: ButtonRoute(choose_for_answer),
    DETAILS: ButtonRoute(details.open_details, opens_modal=True),
    re.compile(rf"^{PAGE}_\d+$"): ButtonRoute(details.show_page, opens_modal=True),
    proposal_views.APPROVE: ButtonRoute(proposals.approve, OperatorAction.DECIDE_ON_RATES),
    proposal_views.EDIT: ButtonRoute(proposals.edit, OperatorAction.DECIDE_ON_RATES),
    proposal_views.REJECT: ButtonRoute(proposals.reject, OperatorAction.DECIDE_ON_RATES),
    proposal_views.UNDO: ButtonRoute(proposals.undo, OperatorAction.DECIDE_ON_RATES),
    re.compile(rf"^{data_checks.CONFIRM}_[a-z]{{2}}$"): ButtonRoute(
        proposals.confirm_data, OperatorAction.DECIDE_ON_RATES
    ),
    data_checks.UNDO_CONFIRM: ButtonRoute(proposals.undo_check, OperatorAction.DECIDE_ON_RATES),
}
