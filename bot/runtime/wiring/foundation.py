"""The parts that must be open before the services are built."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.feeds.model import Feed
from bot.monitoring.metrics import Metrics
from bot.readiness import Readiness
from bot.runtime.config.folder import ConfigFolder
from bot.runtime.settings import Settings
from bot.runtime.wiring.slack import SlackConnection
from bot.store.store import Store


@dataclass(frozen=True)
class Foundation:
    """What all services use.

    `operators` are the conversations that get notices. `is_web` says that other processes poll and
    send.
    """

    settings: Settings
    config: ConfigFolder
    feeds: Sequence[Feed]
    slack: SlackConnection
    store: Store
    operators: tuple[str, ...]
    readiness: Readiness
    metrics: Metrics
    is_web: bool = False

    @property
    def home_of_many(self) -> str | None:
        """The workspace of the operators; None if the bot serves only one workspace."""
        return self.slack.home if self.settings.serves_many else None
