"""Renders lists of the newest stories."""

from bot import COMMAND
from bot.commands.replies import LatestStories
from bot.news.events.event import DECISIONS
from bot.news.story import Story
from bot.parties import Parties, build_flag
from bot.slack.blockkit.blocks import (
    Block,
    Element,
    Message,
    actions,
    assemble,
    button,
    context,
    section,
)
from bot.slack.blockkit.mrkdwn import bold, escape, format_moment, link, quote_text
from bot.slack.views.figures import format_figure, format_party, format_reported_state
from bot.slack.views.replies import RUN
from bot.values import Topic


def render_latest(reply: LatestStories, parties: Parties) -> Message:
    """A page of the newest stories, with buttons for the newer and the older page."""
    about = _describe_filters(reply, parties)
    row = actions(*_build_page_buttons(reply))
    if not reply.stories:
        when = f"on page {reply.page}" if reply.page > 1 else "yet"
        nothing = f"No stories{about} {when}."
        return Message(nothing, (section(nothing), *row))
    page = f", page {reply.page}" if reply.page > 1 else ""
    title = f"Latest stories{about}{page}"
    lines = [
        section(_format_line(story, parties, reply.alerts.get(story.event_id, "")))
        for story in reply.stories
    ]
    return assemble(title, [section(bold(title))], lines, row, make_left_out)


def _describe_filters(reply: LatestStories, parties: Parties) -> str:
    """The topics, economies and words of a list: ` on tariffs, naming China, with steel`."""
    topics = " and ".join(topic.label for topic in Topic if topic in reply.topics)
    groups = [
        " and ".join(format_party(code, parties) for code in sorted(group))
        for group in reply.economies
    ]
    names = ", or ".join(groups) if any(map(_is_pair, reply.economies)) else " or ".join(groups)
    words = " and ".join(quote_text(word) for word in reply.words)
    filters = [f"naming {names}"] if names else []
    filters += [f"with {words}"] if words else []
    start = f" on {topics}" if topics else ""
    return f"{start} {' and '.join(filters)}".rstrip()


def _is_pair(group: frozenset[str]) -> bool:
    return len(group) > 1


def _build_page_buttons(reply: LatestStories) -> list[Element | None]:
    topics = [topic.command_word for topic in Topic if topic in reply.topics]
    flags = " or ".join(" ".join(map(build_flag, sorted(group))) for group in reply.economies)
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


def _format_line(story: Story, parties: Parties, alert_url: str = "") -> str:
    """A story in two or three lines; `alert_url` is the address of its event's alert here."""
    facts = " · ".join(
        filter(None, (format_reported_state(story), _format_figures(story, parties)))
    )
    topics = " · ".join(topic.label for topic in story.topics)
    named = " · ".join(format_party(code, parties) for code in story.parties[:12])
    about = " · ".join(filter(None, (topics, named)))
    source = f"{about} — {format_source(story)}"
    if alert_url:
        source += f" · {link(alert_url, 'Alert here')}"
    return "\n".join(filter(None, (format_headline(story), facts, source)))


def _format_figures(story: Story, parties: Parties) -> str:
    """The first figures. Those that no decision sets, such as threats, are only quoted."""
    is_decision = story.state.status in DECISIONS
    shown = (format_figure(one, parties, is_duty=is_decision) for one in story.figures[:3])
    text = "; ".join(filter(None, shown))
    return text if is_decision or not text else f"mentioned: {text}"
