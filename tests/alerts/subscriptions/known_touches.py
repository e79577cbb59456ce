"""Line lists of which it is known which stories touch them."""

from collections.abc import Sequence

from bot.alerts.subscriptions.own_lines import ChangeKey
from bot.lines.model import ListOwner
from bot.news.story import Story
from bot.rates.model.changes import Upcoming
from tests.store.examples import TEAM


class KnownTouches:
    """The stories with these ids touch the lists of their conversations, and no change of a duty
    does. It notes what it was asked."""

    def __init__(self, **ids: Sequence[str]) -> None:
        """`ids` are those of stories, by conversation."""
        self.ids = {ListOwner(TEAM, place): frozenset(given) for place, given in ids.items()}
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    async def list_touching(self, owner: ListOwner, stories: Sequence[Story]) -> frozenset[str]:
        self.asked.append((owner.place, tuple(each.id for each in stories)))
        return self.ids.get(owner, frozenset()) & {each.id for each in stories}

    async def list_touching_changes(
        self, _: ListOwner, __: Sequence[Upcoming]
    ) -> frozenset[ChangeKey]:
        return frozenset()
