"""Whether a story is about the topics, economies and words of a search."""

import re
from collections.abc import Collection

from bot.news.story import Story
from bot.values import Topic


def mentions(
    story: Story, topics: Collection[Topic], parties: Collection[str], words: Collection[str]
) -> bool:
    """Whether a story has one of the topics and one of the parties, and contains all of the words.

    Empty filters match every story. A word matches the beginning of a word in the title or the
    text: `car` matches `cars`, but not `scar`.
    """
    text = f"{story.title}\n{story.text}".casefold()
    return (
        (not topics or not set(topics).isdisjoint(story.topics))
        and (not parties or not set(parties).isdisjoint(story.parties))
        and all(re.search(rf"(?<!\w){re.escape(word.casefold())}", text) for word in words)
    )
