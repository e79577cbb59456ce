"""Renders *Fewer like this*: what could be excluded, and what that would have hidden."""

from bot.alerts.subscriptions.exclusions import ExclusionKind, StoryExclusion
from bot.commands.replies import PreviewedExclusion, ProposedExclusions
from bot.commands.subscriptions.exclusions import write_exclusion
from bot.commands.subscriptions.previews import EXCLUDED
from bot.parties import Parties
from bot.slack.blockkit.blocks import Message, actions, assemble, button, context, section
from bot.slack.blockkit.mrkdwn import bold, escape, quote_text
from bot.slack.views.replies import RUN
from bot.slack.views.story_lists import format_headline, format_source, make_left_out
from bot.slack.views.subscriptions.describe import describe_criteria
from bot.values import Topic

PREVIEW = "fewer_preview"
APPLY = "fewer_apply"
"""The values of these buttons are what `write_exclusion` writes."""


def render_proposed(reply: ProposedExclusions, parties: Parties) -> Message:
    """At most three exclusions, each with a button that shows the stories that it would hide."""
    subscription = reply.subscription
    if subscription is None:
        text = "No subscription here matches this story now."
        return Message(text if reply.title else "This story is no longer saved.", (section(text),))
    about = describe_criteria(subscription.criteria, parties)
    subscriptions = button("Subscriptions here", f"{RUN}_0", "list")
    if not reply.exclusions:
        text = f"I found nothing to exclude from {about}. You can edit the subscription."
        return Message(text, (section(text), *actions(subscriptions)))
    text = f"{bold('Fewer like this')}: {quote_text(reply.title, 150)} came because of {about}."
    note = "Choose an exclusion. First, you see the stories that it would have hidden."
    if reply.others:
        many = "another subscription" if reply.others == 1 else "other subscriptions"
        note += f" It also matches {many} here."
    row = actions(
        *(
            button(
                _name_exclusion(each, parties),
                f"{PREVIEW}_{number}",
                write_exclusion(subscription, each),
            )
            for number, each in enumerate(reply.exclusions)
        )
    )
    return assemble(text, [section(text), context(note), *row])


def render_preview(reply: PreviewedExclusion, parties: Parties) -> Message:
    """What an exclusion would have hidden, with a button that applies it."""
    count, newest = reply.hidden.count, reply.hidden.newest
    stories = f"{count} {'story' if count == 1 else 'stories'}"
    what = escape(_name_exclusion(reply.exclusion, parties))
    text = f"{bold(what)} would have hidden {stories} in the last {EXCLUDED.days} days."
    items = [section(f"{format_headline(each)}\n{format_source(each)}") for each in newest]
    more = [f"… and {count - len(newest)} more."] if count > len(newest) else []
    about = describe_criteria(reply.narrower, parties)
    row = actions(
        button(
            "Exclude these",
            APPLY,
            write_exclusion(reply.subscription, reply.exclusion),
            style="primary",
        )
    )
    tail = [*([context(*more)] if more else []), section(f"The subscription becomes: {about}.")]
    return assemble(text, [section(text)], items, [*tail, *row], make_left_out)


def _name_exclusion(exclusion: StoryExclusion, parties: Parties) -> str:
    """What is excluded, as plain text: `Without negotiations`."""
    value = exclusion.value
    match exclusion.kind:
        case ExclusionKind.TOPIC:
            value = next((topic.label for topic in Topic if topic == value), value)
        case ExclusionKind.ECONOMY:
            value = parties.get(value).name if value in parties else value
        case ExclusionKind.WORD:
            value = f"“{value}”"
    return f"Without {value}"
