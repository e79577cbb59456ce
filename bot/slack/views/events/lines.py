"""An event as an item of a list: its status, new facts, headline and outlets."""

import re
from collections.abc import Sequence

from bot.news.events.event import summarize_event
from bot.news.state import Relation
from bot.news.story import Story
from bot.parties import Parties
from bot.slack.blockkit.blocks import Block, Element, section
from bot.slack.blockkit.mrkdwn import bold, link
from bot.slack.views.figures import (
    format_collection,
    format_figure,
    format_new_fact,
    format_status,
    format_topics,
)
from bot.slack.views.rates.screen import estimate_height
from bot.slack.views.story_lists import format_source

_MOST_FACTS = 3
_TITLE = 200
_LINK = re.compile(r"<[^<>|]*\|([^<>]*)>")


def make_item(
    stories: Sequence[Story], parties: Parties, accessory: Element | None = None
) -> Block:
    """The item of an event, from some or all of its stories."""
    event = summarize_event(stories)
    ordered = sorted(stories, key=lambda story: story.published)
    developments = [each for each in ordered if each.relation is Relation.DEVELOPMENT]
    shown = developments[-1] if developments else ordered[0]
    state = [bold(format_status(event)) if format_status(event) else format_topics(event)]
    state.append(format_collection(event) if event.collection is not None else "")
    news = _list_changes(developments, parties)
    if not developments:
        duties = [format_figure(each, parties) for each in event.duties]
        quoted = [format_figure(each, parties, is_duty=False) for each in event.quoted]
        news = duties or quoted
    label = f"{bold('New:')} " if developments and any(news) else ""
    outlets = len({each.feed_id for each in ordered} - {shown.feed_id})
    more = f" · {outlets} more outlet{'s' if outlets > 1 else ''}" if outlets else ""
    lines = [
        " · ".join(filter(None, state)),
        bold(link(shown.link, shown.title or "(without a title)", _TITLE)),
        label + " · ".join(list(filter(None, news))[:_MOST_FACTS]),
        f"{format_source(shown)}{more}",
    ]
    return section("\n".join(filter(None, lines)), accessory)


def estimate_item(block: Block) -> int:
    """The height of an item on a phone, in pixels. Of a link, only its text is visible."""
    text = block["text"]["text"]
    return estimate_height([section(_LINK.sub(r"\1", text))])


def _list_changes(developments: Sequence[Story], parties: Parties) -> list[str]:
    """What the developments changed, apart from the status; of each kind, the newest fact."""
    facts = {fact.kind: fact for story in developments for fact in story.new_facts}
    return [format_new_fact(fact, parties) for fact in facts.values()]
