"""Line lists of which it is known which stories touch them."""

from collections.abc import Sequence

from bot.lines.model import ListOwner
from bot.news.story import Story
from tests.store.examples import TEAM


class KnownTouches:
    """The stories with these ids touch the lists of their conversations. It notes what it was
    asked."""

    def __init__(self, **ids: Sequence[str]) -> None:
        """`ids` are those of stories, by conversation."""
        self.ids = {ListOwner(TEAM, place): frozenset(given) for place, given in ids.items()}
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    async def list_touching(self, owner: ListOwner, stories: Sequence[Story]) -> frozenset[str]:
        self.asked.append((owner.place, tuple(each.id for each in stories)))
        return self.ids.get(owner, frozenset()) & {each.id for each in stories}
