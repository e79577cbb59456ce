"""Renders lists of stories: digests and the newest stories."""

from collections.abc import Sequence

from bot import COMMAND
from bot.alerts.digest import group_by_event
from bot.commands.replies import LatestStories
from bot.news.story import Story
from bot.parties import Parties
from bot.slack.blockkit import limits
from bot.slack.blockkit.blocks import Block, Message, assemble, context, fit_items, section
from bot.slack.blockkit.mrkdwn import bold, escape, format_moment, link
from bot.slack.views.figures import format_figure, format_party
from bot.slack.views.replies import mark_repeat


def render_digest(
    stories: Sequence[Story], parties: Parties, reason: str, *, may_repeat: bool = False
) -> tuple[Message, ...]:
    """Many stories, grouped by event. The first message of the result is followed by replies with
    the stories that do not fit into it."""
    count = f"{len(stories)} trade {'story' if len(stories) == 1 else 'stories'}"
    first = f": {escape(stories[0].title)}" if stories else ""
    why = f"Why: {escape(reason, 200)}" if reason else ""
    head, tail = [section(bold(f"Your digest: {count}"))], [context(why, mark_repeat(may_repeat))]
    # Space for the mark of a repeated message is always reserved, so that a retry divides the
    # stories in the same way.
    marked = [*head, context(why, mark_repeat(True))]
    lines: Sequence[Block] = [
        section(("" if place == 0 else "↳ ") + _format_line(story, parties))
        for reports in group_by_event(stories)
        for place, story in enumerate(reports)
    ]
    kept, lines = _split_where_full(marked, lines)
    messages = [assemble(f"Your digest: {count}{first}", head, kept, tail)]
    while lines:
        more = [section(bold("Your digest, continued"))]
        kept, lines = _split_where_full(more, lines)
        messages.append(assemble("Your digest, continued", more, kept))
    return tuple(messages)


def render_latest(reply: LatestStories, parties: Parties) -> Message:
    """The newest stories."""
    about = f" on {reply.topic.label}" if reply.topic else ""
    if not reply.stories:
        nothing = f"No stories{about} yet."
        return Message(nothing, (section(nothing),))
    title = f"Latest stories{about}"
    lines = [section(_format_line(story, parties)) for story in reply.stories]
    return assemble(title, [section(bold(title))], lines, (), make_left_out)


def make_left_out(count: int) -> Block:
    """A line that says how many stories did not fit."""
    return context(f"… and {count} more: `{COMMAND} latest` shows the newest.")


def format_headline(story: Story) -> str:
    """The story's title in bold, as a link."""
    return bold(link(story.link, story.title or "(without a title)", 600))


def format_source(story: Story) -> str:
    """The outlet and the time of publication."""
    return f"{escape(story.source, 120)} · {format_moment(story.published)}"


def _split_where_full(
    fixed: Sequence[Block], items: Sequence[Block]
) -> tuple[Sequence[Block], Sequence[Block]]:
    """The items that fit into one message together with the fixed blocks, and the rest. The first
    part has at least one item."""
    room = limits.MESSAGE_CHARACTERS - limits.NOTICE_CHARACTERS
    kept, _ = fit_items(fixed, items, None, limits.MESSAGE_BLOCKS, room)
    kept = kept or tuple(items[:1])
    return kept, items[len(kept) :]


def _format_line(story: Story, parties: Parties) -> str:
    figures = "; ".join(filter(None, (format_figure(f, parties) for f in story.figures[:3])))
    topics = " · ".join(topic.label for topic in story.topics)
    named = " · ".join(format_party(code, parties) for code in story.parties[:12])
    about = " · ".join(filter(None, (topics, named)))
    return "\n".join(
        filter(None, (format_headline(story), figures, f"{about} — {format_source(story)}"))
    )
