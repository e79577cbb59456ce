"""Renders lists of stories: digests and the newest stories."""

from collections.abc import Sequence

from bot import COMMAND
from bot.alerts.digest import Bundle, group_by_event
from bot.alerts.mutes import MuteKind
from bot.commands.replies import LatestStories, MissedStories
from bot.news.story import Story
from bot.parties import Parties, build_flag
from bot.slack.blockkit import limits
from bot.slack.blockkit.blocks import (
    Block,
    Element,
    Message,
    actions,
    assemble,
    button,
    context,
    fit_items,
    section,
)
from bot.slack.blockkit.mrkdwn import bold, escape, format_moment, link, quote_text
from bot.slack.views.figures import format_figure, format_party
from bot.slack.views.replies import RUN, mark_repeat
from bot.values import Topic

SHOW_MISSED = "missed_show"


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
    lines = _list_by_event(stories, parties)
    kept, lines = _split_where_full(marked, lines)
    messages = [assemble(f"Your digest: {count}{first}", head, kept, tail)]
    while lines:
        more = [section(bold("Your digest, continued"))]
        kept, lines = _split_where_full(more, lines)
        messages.append(assemble("Your digest, continued", more, kept))
    return tuple(messages)


def render_offer(delivery_id: str, stories: Sequence[Story], bundle: Bundle) -> Message:
    """Offers the stories that a mute kept back, with a button that shows them."""
    muted = {MuteKind.EVENT: " this event", MuteKind.TOPIC: f" {_name_topic(bundle.subject)}"}
    what = muted.get(bundle.mute, "") if bundle.mute is not None else ""
    count = f"{len(stories)} {'story' if len(stories) == 1 else 'stories'}"
    title = (
        f": {escape(stories[0].title, 150)}" if bundle.mute is MuteKind.EVENT and stories else ""
    )
    text = f"{count} while you had{what} muted{title}"
    return Message(text, (section(text), *actions(button("Show", SHOW_MISSED, delivery_id))))


def render_missed(reply: MissedStories, parties: Parties) -> Message:
    """The stories that a mute kept back, grouped by event."""
    if not reply.stories:
        text = "These stories are no longer saved."
        return Message(text, (section(text),))
    title = "Stories while muted"
    lines = _list_by_event(reply.stories, parties)
    return assemble(title, [section(bold(title))], lines, (), make_left_out)


def render_latest(reply: LatestStories, parties: Parties) -> Message:
    """A page of the newest stories, with buttons for the newer and the older page."""
    about = _describe_filters(reply, parties)
    row = actions(*_build_page_buttons(reply))
    if not reply.stories:
        when = " on this page" if reply.page > 1 else ""
        nothing = f"No stories{about}{when} yet."
        return Message(nothing, (section(nothing), *row))
    page = f", page {reply.page}" if reply.page > 1 else ""
    title = f"Latest stories{about}{page}"
    lines = [
        section(_format_line(story, parties, reply.alerts.get(story.event_id, "")))
        for story in reply.stories
    ]
    return assemble(title, [section(bold(title))], lines, row, make_left_out)


def _list_by_event(stories: Sequence[Story], parties: Parties) -> Sequence[Block]:
    return [
        section(("" if place == 0 else "↳ ") + _format_line(story, parties))
        for reports in group_by_event(stories)
        for place, story in enumerate(reports)
    ]


def _name_topic(value: str) -> str:
    return next((topic.label for topic in Topic if topic == value), "a topic")


def _describe_filters(reply: LatestStories, parties: Parties) -> str:
    """The topics, economies and words of a list: ` on tariffs, naming China, with steel`."""
    topics = " and ".join(topic.label for topic in Topic if topic in reply.topics)
    joint = " or " if reply.any_party else " and "
    names = joint.join(format_party(code, parties) for code in sorted(reply.parties))
    words = " and ".join(quote_text(word) for word in reply.words)
    filters = [f"naming {names}"] if names else []
    filters += [f"with {words}"] if words else []
    start = f" on {topics}" if topics else ""
    return f"{start} {' and '.join(filters)}".rstrip()


def _build_page_buttons(reply: LatestStories) -> list[Element | None]:
    topics = [topic.command_word for topic in Topic if topic in reply.topics]
    flags = (" or " if reply.any_party else " ").join(map(build_flag, sorted(reply.parties)))
    # In quotation marks, no word is taken for a topic or an economy.
    words = (f'"{word}"' for word in reply.words)
    filters = " ".join(filter(None, [*topics, flags, *words]))
    newer = f"latest page {reply.page - 1} {filters}".strip()
    older = f"latest page {reply.page + 1} {filters}".strip()
    return [
        button("Newer", f"{RUN}_0", newer) if reply.page > 1 else None,
        button("Older", f"{RUN}_1", older) if reply.has_older else None,
    ]


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


def _format_line(story: Story, parties: Parties, alert_url: str = "") -> str:
    """A story in two or three lines; `alert_url` is the address of its event's alert here."""
    figures = "; ".join(filter(None, (format_figure(f, parties) for f in story.figures[:3])))
    topics = " · ".join(topic.label for topic in story.topics)
    named = " · ".join(format_party(code, parties) for code in story.parties[:12])
    about = " · ".join(filter(None, (topics, named)))
    source = f"{about} — {format_source(story)}"
    if alert_url:
        source += f" · {link(alert_url, 'Alert here')}"
    return "\n".join(filter(None, (format_headline(story), figures, source)))
