"""All buttons of the bot's messages, each with its handler and the permission that it needs.

Slack expects the acknowledgement of a click within three seconds and ignores its content. So each
click is acknowledged at once, handled in the background, and answered through its response_url.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, NamedTuple

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.alerts.notices import AnswerReport, MistakeReport
from bot.alerts.subscription import matches
from bot.commands.grammar import Command, Verb
from bot.commands.permissions import OperatorAction
from bot.commands.replies import NotUnderstood
from bot.errors import AmendmentRefused
from bot.news.events.matching import explain_join
from bot.news.story import Story
from bot.slack.api.fallback import respond_with
from bot.slack.background import log_failure
from bot.slack.blockkit.blocks import Message
from bot.slack.blockkit.blocks import context as small_print
from bot.slack.blockkit.mrkdwn import mention_person
from bot.slack.context import SlackContext
from bot.slack.handlers import details, proposals
from bot.slack.handlers import home as home_handlers
from bot.slack.handlers.check_product import open_product_form
from bot.slack.handlers.commands import answer
from bot.slack.handlers.modals import show_reply, show_view
from bot.slack.handlers.payloads import Click
from bot.slack.views import alerts, data_checks
from bot.slack.views import proposals as proposal_views
from bot.slack.views.command_replies import render_operators_only, render_reply
from bot.slack.views.entry import home
from bot.slack.views.entry.results import render_result
from bot.slack.views.rates import short
from bot.slack.views.rates.details import PAGE
from bot.slack.views.replies import CHECK_PRODUCT, DETAILS, RUN, render_failure, render_notice

Handler = Callable[[SlackContext, Click], Awaitable[Message | None]]
"""Handles a click; returns a message for the person who clicked, or None."""


class ButtonRoute(NamedTuple):
    """The handler of a click, and the permission that the click needs. None means that everybody
    may click."""

    handle: Handler
    act: OperatorAction | None = None
    opens_modal: bool = False
    """Whether the handler opens a modal itself."""


def register(app: AsyncApp, context: SlackContext) -> None:
    """Registers the listeners for all buttons and for the form of a proposal."""
    for action_id, button in BUTTONS.items():
        _listen(app, context, action_id, button)
    proposals.register(app, context)


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

        context.background.spawn(run_handler(), "answering a button")

    app.action(action_id)(handle_click)


async def _handle(context: SlackContext, button: ButtonRoute, click: Click) -> Message | None:
    user = click.person.id
    try:
        if button.act and not context.service.permissions.is_allowed(user, button.act):
            return render_operators_only(button.act, user)
        return await button.handle(context, click)
    except AmendmentRefused as error:
        return proposal_views.render_amendment_refused(error)
    except Exception:
        return render_failure(log_failure("answering a button"))


def _handle_command(verb: Verb) -> Handler:
    """A handler for a button that runs a command. The button's value is the argument of the
    command."""

    async def handle(context: SlackContext, click: Click) -> Message:
        return await answer(context, click.request(), Command(verb=verb, text=click.value))

    return handle


async def _run(context: SlackContext, click: Click) -> Message:
    """Runs the command that is the button's value."""
    return await answer(context, click.request(click.value))


async def _share(context: SlackContext, click: Click) -> Message | None:
    """Answers the question again, visibly for the whole conversation. Ignores a second click by the
    same person."""
    service, user = context.service, click.person.id
    key = f"share {click.conversation} {click.message_ts} {user}"
    request = click.request(click.value)
    with context.deduplicator.once(key, service.clock()) as is_new:
        if not is_new:
            return None
        reply = await service.execute(Command(verb=Verb.ASK, text=request.text), request)
    if isinstance(reply, NotUnderstood):
        return render_notice("This question can no longer be answered. Please type it again.")
    return _add_asker(render_reply(reply, request, service.parties), user)


async def _choose_for_answer(context: SlackContext, click: Click) -> Message | None:
    """Handles a choice in the menu of an answer. Its argument is a question or a pair."""
    choice, _, argument = click.value.partition(" ")
    handle = ANSWER_CHOICES.get(choice)
    if handle is None:
        return render_notice("This menu is from an older version and no longer works.")
    return await handle(context, click.with_value(argument))


async def _show_table(context: SlackContext, click: Click) -> Message:
    return await answer(context, click.request(f"table {click.value}"))


async def _watch(context: SlackContext, click: Click) -> Message:
    """Subscribes the conversation to stories about tariffs that name the pair."""
    return await answer(context, click.request(f"subscribe tariffs {click.value}"))


async def _report_answer(context: SlackContext, click: Click) -> Message:
    """Notifies the operators that a person calls the answer to a question wrong."""
    request = click.request(click.value)
    reply = await context.service.execute(Command(verb=Verb.ASK, text=request.text), request)
    said = render_reply(reply, request, context.service.parties).text
    report = AnswerReport(request.text, said, click.person.id, click.conversation)
    return await _report_once(context, report, f"answer {request.text}")


async def _report_once(
    context: SlackContext, report: AnswerReport | MistakeReport, subject: str
) -> Message:
    """Notifies the operators. A second report by the same person about the same subject is only
    confirmed."""
    if context.report_mistake is None:
        return render_notice("This bot has no operators to whom it could be reported.")
    key = f"report {report.user} {subject}"
    with context.deduplicator.once(key, context.service.clock()) as is_new:
        if is_new:
            await context.report_mistake(report)
    return render_notice("Thank you. The operators of this bot were notified.")


def _add_asker(message: Message, user: str) -> Message:
    """The answer as the whole conversation sees it: it names the person who asked, and has no
    buttons."""
    blocks = [block for block in message.blocks if block["type"] != "actions"]
    blocks.append(small_print(f"Asked by {mention_person(user)}"))
    instead = _add_asker(message.instead, user) if message.instead else None
    return replace(message, blocks=tuple(blocks), instead=instead, in_channel=True)


async def _choose(context: SlackContext, click: Click) -> Message | None:
    """Handles a choice in the menu of an alert."""
    choice, _, argument = click.value.partition(" ")
    handle = ALERT_CHOICES.get(choice)
    if handle is None:
        return render_notice("This menu is from an older version and no longer works.")
    return await handle(context, click.with_value(argument))


def _handle_story(render: Callable[[SlackContext, Click, Story], Awaitable[Message]]) -> Handler:
    """A handler for a choice whose argument is a story's id."""

    async def handle(context: SlackContext, click: Click) -> Message:
        story = await context.service.stores.stories.get(click.value)
        if story is None:
            return render_notice("This story is no longer saved.")
        return await render(context, click, story)

    return handle


async def _explain(context: SlackContext, click: Click) -> Message:
    """Says which subscriptions match the event's stories. The first story may be about a topic that
    the conversation does not follow, while a later one is."""
    service = context.service
    stories = await service.stores.stories.of_event(click.value)
    if not stories:
        return render_notice("The stories of this event are no longer saved.")
    own = await service.stores.subscriptions.of(click.team, click.conversation)
    story = next((each for each in stories if any(matches(one, each) for one in own)), stories[0])
    matching = [one for one in own if matches(one, story)]
    is_channel = click.conversation != click.person.id
    newest = stories[-1]
    return alerts.render_why(
        story,
        matching,
        service.parties,
        is_channel=is_channel,
        newest=newest,
        joined=await asyncio.to_thread(explain_join, newest, stories),
    )


async def _refuse_old_button(_: SlackContext, __: Click) -> Message:
    return render_notice("This button is from an older version and no longer works.")


async def _do_nothing(_: SlackContext, __: Click) -> None:
    """Handles a button with a link. Slack itself opens the link."""


async def _copy_link(_: SlackContext, __: Click, story: Story) -> Message:
    return alerts.render_link(story)


async def _report(context: SlackContext, click: Click, story: Story) -> Message:
    report = MistakeReport(story, click.person.id, click.conversation)
    return await _report_once(context, report, f"story {story.id}")


ALERT_CHOICES: dict[str, Handler] = {
    alerts.MUTE_EVENT_CHOICE: _handle_command(Verb.MUTE_EVENT),
    alerts.MUTE_DAY_CHOICE: _handle_command(Verb.MUTE_CONVERSATION),
    alerts.WHY_CHOICE: _explain,
    alerts.COPY_CHOICE: _handle_story(_copy_link),
    alerts.REPORT_CHOICE: _handle_story(_report),
}
"""The choices in the menu of an alert."""

ANSWER_CHOICES: dict[str, Handler] = {
    short.SHARE_CHOICE: _share,
    short.TABLE_CHOICE: _show_table,
    short.WATCH_CHOICE: _watch,
    short.REPORT_CHOICE: _report_answer,
}
"""The choices in the menu of an answer."""

OLD_BUTTONS: dict[str | re.Pattern[str], ButtonRoute] = {
    "alert_open": ButtonRoute(_do_nothing),
    "alert_mute": ButtonRoute(_handle_command(Verb.MUTE_EVENT)),
    "alert_why": ButtonRoute(_refuse_old_button),
}
"""The buttons of alerts that an older version posted; Slack shows them as long as the alerts."""

BUTTONS: dict[str | re.Pattern[str], ButtonRoute] = {
    alerts.FOLLOW: ButtonRoute(_handle_command(Verb.FOLLOW_EVENT)),
    alerts.UNFOLLOW: ButtonRoute(_handle_command(Verb.UNFOLLOW_EVENT)),
    alerts.MORE: ButtonRoute(_choose),
    alerts.UNMUTE_EVENT: ButtonRoute(_handle_command(Verb.UNMUTE_EVENT)),
    alerts.UNMUTE: ButtonRoute(_handle_command(Verb.UNMUTE_CONVERSATION)),
    alerts.LEAVE: ButtonRoute(_handle_command(Verb.UNSUBSCRIBE)),
    **OLD_BUTTONS,
    re.compile(rf"^{RUN}_\d+$"): ButtonRoute(_run),
    CHECK_PRODUCT: ButtonRoute(open_product_form, opens_modal=True),
    home.IMPOSER: ButtonRoute(home_handlers.choose),
    home.PARTNER: ButtonRoute(home_handlers.choose),
    home.ASK: ButtonRoute(home_handlers.ask, opens_modal=True),
    home.PROPOSALS: ButtonRoute(home_handlers.send_proposals, OperatorAction.DECIDE_ON_RATES),
    short.SHARE: ButtonRoute(_share),
    short.MORE: ButtonRoute(_choose_for_answer),
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
