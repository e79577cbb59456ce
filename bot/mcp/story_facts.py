"""Builds the JSON values of stories, for MCP tools."""

from collections.abc import Mapping, Sequence
from datetime import date

from bot.mcp.facts import Facts
from bot.news.events.comparison import Comparison
from bot.news.story import Story
from bot.render.story_comparison import explain_comparison


def build_stories(stories: Sequence[Story]) -> Facts:
    """The stories, in their order."""
    return {"stories": [build_story(one) for one in stories], "error": None}


def build_story(story: Story) -> Facts:
    """A story without the words that matched."""
    state = story.state
    return {
        "id": story.id,
        "event": story.event_id or None,
        "title": story.title,
        "summary": story.summary,
        "source": story.source,
        "source_kind": story.kind,
        "link": story.link or None,
        "published": story.published.isoformat(),
        "topics": list(story.topics),
        "parties": list(story.parties),
        "figures": [one.model_dump(mode="json") for one in story.figures],
        "status": state.status,
        "effective": _to_text(state.effective),
        "collection": state.collection,
        "collection_from": _to_text(state.collection_from),
        "severity": state.severity,
        "relation": story.relation,
    }


def build_why(story: Story, event: Sequence[Story], joined: Comparison | None) -> Facts:
    """Why a story was found: the words that matched a topic, and how it belongs to its event."""
    why: Mapping[str, object] = {
        "evidence": [one.model_dump(mode="json") for one in story.evidence],
        "new_facts": [one.model_dump(mode="json") for one in story.new_facts],
        "event_stories": [one.id for one in event],
        "joined": None if joined is None else explain_comparison(joined),
    }
    return {"story": build_story(story), **why, "error": None}


def _to_text(day: date | None) -> str | None:
    return day.isoformat() if day else None
