"""Renders the events that a person follows."""

from bot.commands.replies import FollowedEvents
from bot.parties import Parties
from bot.slack.blockkit.blocks import Block, Message, actions, assemble, button, section
from bot.slack.blockkit.mrkdwn import bold
from bot.slack.views.alerts import UNFOLLOW
from bot.slack.views.events.lines import make_item
from bot.slack.views.replies import RUN
from bot.slack.views.story_lists import make_left_out


def render_following(reply: FollowedEvents, parties: Parties) -> Message:
    """A page of the events that the person follows, each with a button that ends it."""
    if not reply.events:
        text = "You follow no events. The button *Follow* under an alert follows one."
        return Message(text, (section(text),))
    title = "Events that you follow"
    title += f", page {reply.page} of {reply.pages}" if reply.pages > 1 else ""
    items: list[Block] = []
    for event_id, stories in reply.events:
        unfollow = button("Unfollow", UNFOLLOW, event_id)
        if stories:
            items.append(make_item(stories, parties, unfollow))
        else:
            items.append(section("An event that is no longer saved.", unfollow))
    row = actions(
        _make_page_button("Back", 0, reply.page - 1) if reply.page > 1 else None,
        _make_page_button("More", 1, reply.page + 1) if reply.page < reply.pages else None,
    )
    return assemble(title, [section(bold(title))], items, row, make_left_out)


def _make_page_button(label: str, number: int, page: int) -> Block | None:
    return button(label, f"{RUN}_{number}", f"following page {page}")
