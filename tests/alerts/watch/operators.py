"""The outbox and the operators' conversation, with a clock that tests set by hand."""

from datetime import datetime

from bot.alerts.delivery import Delivery, DeliveryKind
from bot.alerts.notices import Notices
from bot.alerts.watch.facts import WatchNotice
from bot.alerts.watch.incidents import Incidents
from tests.store.examples import NOON, TEAM
from tests.store.opened import Store

OPERATOR = "U9"


class Operators:
    """Sends what is queued and returns the notices. `restart` forgets what is not saved."""

    def __init__(self, store: Store) -> None:
        self.store, self.now = store, NOON
        self.restart()

    def clock(self) -> datetime:
        return self.now

    def restart(self) -> None:
        outbox = self.store.outbox
        self.notices = Notices(outbox, TEAM, (OPERATOR,), self.clock, lambda: None)
        self.incidents = Incidents(self.store.watch, self.notices, TEAM)

    async def send_due(self) -> list[Delivery]:
        """Marks all due deliveries as sent; returns them."""
        found: list[Delivery] = []
        while claimed := await self.store.outbox.claim(self.now, 10, 60):
            for each in claimed:
                await self.store.outbox.confirm(each.id, "1.2", self.now)
            found += claimed
        return found

    async def send_notices(self) -> list[tuple[str, WatchNotice]]:
        """The conversation and the content of each notice of a watch that is due."""
        found = await self.send_due()
        return [
            (one.conversation, WatchNotice.model_validate_json(one.content))
            for one in found
            if one.kind is DeliveryKind.NOTICE and not one.reason
        ]
