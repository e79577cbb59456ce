"""The menus of alerts and answers: the handler of each choice.

The value of a choice is its name and an argument, such as `table us china`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace

from bot.alerts.notices import AnswerReport, MistakeReport
from bot.alerts.subscriptions.criteria import Blocs, Criteria, MatchReason, match
from bot.commands.grammar import Command, Verb, parse_command
from bot.commands.replies import NotUnderstood
from bot.lines.model import ListOwner
from bot.news.events.matching import explain_join
from bot.news.story import Story
from bot.slack.blockkit.blocks import Message
from bot.slack.blockkit.blocks import context as small_print
from bot.slack.blockkit.mrkdwn import mention_person
from bot.slack.context import SlackContext
from bot.slack.handlers.commands import answer
from bot.slack.handlers.payloads import Click
from bot.slack.views import alerts
from bot.slack.views.command_replies import render_reply
from bot.slack.views.rates import short
from bot.slack.views.replies import render_notice
from bot.slack.views.subscriptions.outcomes import read_confirmed
from bot.values import Topic

Handler = Callable[[SlackContext, Click], Awaitable[Message | None]]
"""Handles a click; returns a message for the person who clicked, or None."""


def handle_command(verb: Verb) -> Handler:
    """A handler for a button that runs a command. The button's value is the argument of the
    command."""

    async def handle(context: SlackContext, click: Click) -> Message:
        return await answer(context, click.request(), Command(verb=verb, text=click.value))

    return handle


def _handle_menu(choices: Mapping[str, Handler]) -> Handler:
    """A handler for a menu with these choices."""

    async def handle(context: SlackContext, click: Click) -> Message | None:
        choice, _, argument = click.value.partition(" ")
        chosen = choices.get(choice)
        if chosen is None:
            return render_notice("This menu is from an older version and no longer works.")
        return await chosen(context, click.with_value(argument))

    return handle


async def share(context: SlackContext, click: Click) -> Message | None:
    """Answers the question again, visibly for the whole conversation. Ignores a second click by the
    same person."""
    service, user = context.service, click.person.id
    key = f"share {click.team} {click.conversation} {click.message_ts} {user}"
    request = click.request(click.value)
    with context.deduplicator.once(key, service.clock()) as is_new:
        if not is_new:
            return None
        reply = await service.execute(Command(verb=Verb.ASK, text=request.text), request)
    if isinstance(reply, NotUnderstood):
        return render_notice("This question can no longer be answered. Please type it again.")
    return _add_asker(render_reply(reply, request, service.parties), user)


async def _show_table(context: SlackContext, click: Click) -> Message:
    return await answer(context, click.request(f"table {click.value}"), is_counted=True)


async def _watch(context: SlackContext, click: Click) -> Message:
    """Subscribes the conversation to stories about tariffs that name the pair."""
    return await answer(context, click.request(f"subscribe tariffs {click.value}"), is_counted=True)


async def _report_answer(context: SlackContext, click: Click) -> Message:
    """Notifies the operators that a person calls the answer to a question wrong."""
    request = click.request(click.value)
    reply = await context.service.execute(Command(verb=Verb.ASK, text=request.text), request)
    said = render_reply(reply, request, context.service.parties).text
    place = click.conversation, click.team
    report = AnswerReport(request.text, said, click.person.id, *place)
    return await _report_once(context, report, f"answer {request.text}")


async def _report_once(
    context: SlackContext, report: AnswerReport | MistakeReport, subject: str
) -> Message:
    """Notifies the operators. A second report by the same person about the same subject is only
    confirmed."""
    if context.report_mistake is None:
        return render_notice("This bot has no operators who could receive the report.")
    key = f"report {report.team} {report.user} {subject}"
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
    criteria = [each.criteria for each in own]
    owner = ListOwner(click.team, click.conversation)
    blocs = service.parties.blocs
    touching = await service.subscriptions.own_lines.find_touching(owner, criteria, stories, blocs)
    story, reasons = await asyncio.to_thread(_find_reasons, criteria, stories, blocs, touching)
    is_channel = click.conversation != click.person.id
    newest = stories[-1]
    return alerts.render_why(
        story,
        reasons,
        service.parties,
        is_channel=is_channel,
        newest=newest,
        joined=await asyncio.to_thread(explain_join, newest, stories),
        takes_reports=context.report_mistake is not None,
    )


def _find_reasons(
    criteria: Sequence[Criteria], stories: Sequence[Story], blocs: Blocs, touching: Collection[str]
) -> tuple[Story, list[MatchReason]]:
    """The first story that matches, and why each of the criteria matches it; the first story of all
    without a reason if none matches."""
    for story in stories:
        found = (match(each, story, blocs, touching) for each in criteria)
        if reasons := [reason for reason in found if reason is not None]:
            return story, reasons
    return stories[0], []


async def _mute_topic(context: SlackContext, click: Click) -> Message:
    """Mutes the topic of an event, or asks which one if there are several."""
    topics = [topic for topic in Topic if topic in click.value.split()]
    if len(topics) > 1:
        return alerts.render_topics_to_mute(topics)
    return await answer(context, click.request(), Command(verb=Verb.MUTE_TOPIC, text=click.value))


async def unsubscribe(context: SlackContext, click: Click) -> Message:
    """Runs an unsubscribe that the person has confirmed. The button of an older version names no
    subscriptions, so that the person is asked again."""
    ids, arguments = read_confirmed(click.value)
    request = click.request(f"{Verb.UNSUBSCRIBE} {arguments}")
    command = parse_command(request.text, context.service.parties)
    return await answer(context, request, command.model_copy(update={"confirmed": ids}))


async def _copy_link(_: SlackContext, __: Click, story: Story) -> Message:
    return alerts.render_link(story)


async def _report(context: SlackContext, click: Click, story: Story) -> Message:
    report = MistakeReport(story, click.person.id, click.conversation, click.team)
    return await _report_once(context, report, f"story {story.id}")


copy_link = _handle_story(_copy_link)
report = _handle_story(_report)
"""Handlers of buttons, and of choices in the menus of older alerts. Their argument is a story's
id."""

ALERT_CHOICES: dict[str, Handler] = {
    alerts.MUTE_EVENT_CHOICE: handle_command(Verb.MUTE_EVENT),
    alerts.MUTE_TOPIC_CHOICE: _mute_topic,
    alerts.MUTE_DAY_CHOICE: handle_command(Verb.MUTE_CONVERSATION),
    alerts.WHY_CHOICE: _explain,
    alerts.NOT_RELEVANT_CHOICE: handle_command(Verb.NOT_RELEVANT),
    alerts.COPY_CHOICE: copy_link,
    alerts.REPORT_CHOICE: report,
}
"""The choices in the menu of an alert."""

ANSWER_CHOICES: dict[str, Handler] = {
    short.SHARE_CHOICE: share,
    short.TABLE_CHOICE: _show_table,
    short.WATCH_CHOICE: _watch,
    short.REPORT_CHOICE: _report_answer,
}
"""The choices in the menu of an answer."""

choose_for_alert = _handle_menu(ALERT_CHOICES)
"""Handles a choice in the menu of an alert. Its argument is an event's or a story's id."""
choose_for_answer = _handle_menu(ANSWER_CHOICES)
"""Handles a choice in the menu of an answer. Its argument is a question or a pair."""
