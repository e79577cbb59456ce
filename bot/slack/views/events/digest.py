"""Renders bundles: digests by event, the stories of a quiet time, and offers of missed stories."""

from collections.abc import Sequence

from bot import COMMAND
from bot.alerts.digest import Bundle, BundleKind, group_by_event
from bot.alerts.mutes import MuteKind
from bot.commands.replies import MissedStories
from bot.news.state import Severity
from bot.news.story import Story
from bot.parties import Parties
from bot.slack.blockkit import limits
from bot.slack.blockkit.blocks import (
    Block,
    Message,
    actions,
    assemble,
    button,
    context,
    fit_items,
    section,
)
from bot.slack.blockkit.mrkdwn import bold, escape
from bot.slack.views.events.lines import estimate_item, make_item
from bot.slack.views.replies import mark_repeat
from bot.slack.views.story_lists import make_left_out
from bot.values import Topic

SHOW_MISSED = "missed_show"
"""The value of the button is the id of the delivery, a space and a page."""

EVENTS_ON_PAGE = 5
MOST_EVENTS = 100
"""Maximum events in a digest: more would need so many messages that Slack's pace delays others."""
_SCREEN = 640
"""Pixels for the events of a digest. The rest of a phone's screen has the title and the channel."""
_SEVERITIES = tuple(Severity)
_TITLES = {
    BundleKind.HOURLY: "Hourly digest",
    BundleKind.DAILY: "Daily digest",
    BundleKind.WEEKLY: "Weekly digest",
    BundleKind.QUIET: "During the quiet time",
}


def render_digest(
    stories: Sequence[Story],
    parties: Parties,
    bundle: Bundle,
    *,
    left_out: int = 0,
    may_repeat: bool = False,
) -> tuple[Message, ...]:
    """The events of a bundle, the most severe first, at most `MOST_EVENTS` of them.

    `left_out` is the number of its stories for which it had no room. The first message has as many
    events as one screen of a phone. Replies to it have the rest. An attempt that may be a repeat
    divides them in the same way.
    """
    events = sort_events(stories)
    more_stories = left_out + sum(map(len, events[MOST_EVENTS:]))
    items = [make_item(each, parties) for each in events[:MOST_EVENTS]]
    kind = _TITLES.get(bundle.kind, "Digest")
    title = f"{kind}: {_count(len(stories) + left_out, 'story', 'stories')}"
    if len(events) < len(stories) and not more_stories:
        title += f" on {_count(len(events), 'event', 'events')}"
    shown, rest = _split_at_screen(items)
    more = f"{_count(len(rest), 'more event', 'more events')} in the thread" if rest else ""
    others = ""
    if more_stories:
        others = _name_others(more_stories, "more ")
    marks = [each for each in (more, others, mark_repeat(may_repeat)) if each]
    first = f": {escape(stories[0].title, 150)}" if stories else ""
    tail = [context(*marks)] if marks else []
    messages = [assemble(f"{title}{first}", [section(bold(title))], shown, tail)]
    while rest:
        head = [section(bold(f"{kind}, continued"))]
        kept, rest = _split_where_full(head, rest)
        messages.append(assemble(f"{kind}, continued", head, kept))
    return tuple(messages)


def sort_events(stories: Sequence[Story]) -> list[tuple[Story, ...]]:
    """The stories of each event together: the most severe event first, then in order of time."""
    return sorted(group_by_event(stories), key=_rank, reverse=True)


def render_offer(
    delivery_id: str, stories: Sequence[Story], bundle: Bundle, left_out: int = 0
) -> Message:
    """Offers the stories that a mute kept back, with a button that shows them. `left_out` is the
    number of those for which the bundle had no room."""
    text = f"{_count(len(stories) + left_out, 'story', 'stories')} arrived while "
    match bundle.mute:
        case MuteKind.EVENT:
            text += "an event was muted"
        case MuteKind.TOPIC:
            text += f"{_name_topic(bundle.subject)} were muted"
        case _:
            text += "this conversation was muted"
    show = button("Show", f"{SHOW_MISSED}_1", f"{delivery_id} 1")
    return Message(text, (section(text), *actions(show)))


def render_missed(reply: MissedStories, parties: Parties) -> Message:
    """A page of the stories that a mute kept back, grouped by event."""
    if not reply.stories:
        text = "These stories are no longer saved."
        return Message(text, (section(text),))
    events = sort_events(reply.stories)
    pages = -(-len(events) // EVENTS_ON_PAGE)
    page = min(max(reply.page, 1), pages)
    items = [make_item(each, parties) for each in events[(page - 1) * EVENTS_ON_PAGE :]]
    title = _count(len(reply.stories), "missed story", "missed stories")
    title += f", page {page} of {pages}" if pages > 1 else ""
    row = actions(
        _make_page_button("Back", reply.delivery_id, page - 1) if page > 1 else None,
        _make_page_button("More", reply.delivery_id, page + 1) if page < pages else None,
    )
    tail = [context(_name_others(reply.left_out, "earlier "))] if reply.left_out else []
    return assemble(
        title, [section(bold(title))], items[:EVENTS_ON_PAGE], [*tail, *row], make_left_out
    )


def _name_others(number: int, which: str) -> str:
    return f"{_count(number, f'{which}story', f'{which}stories')}: `{COMMAND} latest`"


def _rank(stories: Sequence[Story]) -> int:
    return max(_SEVERITIES.index(story.state.severity) for story in stories)


def _make_page_button(label: str, delivery_id: str, page: int) -> Block | None:
    return button(label, f"{SHOW_MISSED}_{page}", f"{delivery_id} {page}")


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _name_topic(value: str) -> str:
    return next((topic.label for topic in Topic if topic == value), "stories on a topic")


def _split_at_screen(items: Sequence[Block]) -> tuple[Sequence[Block], Sequence[Block]]:
    """The items that fit on a phone's screen, at least one, and the rest."""
    room, kept = _SCREEN, 0
    for item in items:
        room -= estimate_item(item)
        if room < 0 and kept:
            break
        kept += 1
    return items[:kept], items[kept:]


def _split_where_full(
    head: Sequence[Block], items: Sequence[Block]
) -> tuple[Sequence[Block], Sequence[Block]]:
    """The items that fit into one message together with its head, at least one, and the rest."""
    room = limits.MESSAGE_CHARACTERS - limits.NOTICE_CHARACTERS
    kept, _ = fit_items(head, items, None, limits.MESSAGE_BLOCKS, room)
    kept = kept or tuple(items[:1])
    return kept, items[len(kept) :]
