"""Measures the sending of messages."""

from collections.abc import Callable
from datetime import datetime

from bot.alerts.delivery import Delivery
from bot.alerts.sending.ports import Receipt, Sender
from bot.errors import ConversationRefused, SendLater, SendRefused, WorkspaceRefused
from bot.monitoring.logs import bind_to_log
from bot.monitoring.metrics import Metrics
from bot.news.story import Story


class MeasuredSender:
    """Sends through another sender, counts the outcomes and names the delivery in the log."""

    def __init__(self, sender: Sender, metrics: Metrics, clock: Callable[[], datetime]) -> None:
        self._sender, self._metrics, self._clock = sender, metrics, clock

    async def send(
        self, delivery: Delivery, stories: tuple[Story, ...], thread_ts: str | None
    ) -> Receipt:
        """Sends the message; raises the errors of the other sender."""
        outcome = "error"
        with bind_to_log(delivery=delivery.id, team=delivery.team):
            try:
                receipt = await self._sender.send(delivery, stories, thread_ts)
                outcome = "found" if receipt.found else "sent"
            except SendLater as later:
                outcome = "uncertain" if later.uncertain else "later"
                raise
            except SendRefused:
                outcome = "refused"
                raise
            except ConversationRefused:
                outcome = "conversation_refused"
                raise
            except WorkspaceRefused:
                outcome = "workspace_refused"
                raise
            finally:
                self._metrics.record_send(delivery.kind, outcome)
        if not receipt.found:
            self._metrics.record_posted(delivery, stories, self._clock())
        return receipt
