"""Reads the config folder into the objects that the bot uses."""

from functools import cached_property

from bot.feeds.model import Feed
from bot.news.reader import Reader
from bot.parties import Parties
from bot.rates.files.validate import RatesFiles
from bot.rates.ledger import Ledger
from bot.runtime.config_loader import load_book, load_feeds, load_parties, load_status, load_topics
from bot.runtime.settings import Settings


class ConfigFolder:
    """Reads each file when it is first used. The properties raise ConfigError with file, line and
    key."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def feeds(self) -> tuple[Feed, ...]:
        """The feeds of the feed list, including disabled ones."""
        return load_feeds(self.settings.feeds_path)

    @cached_property
    def parties(self) -> Parties:
        """The economies and their names."""
        return load_parties(self.settings.config_dir / "parties.yaml")

    @cached_property
    def reader(self) -> Reader:
        """The reader that converts entries to stories."""
        folder = self.settings.config_dir
        status_rules = load_status(folder / "status.yaml")
        return Reader(load_topics(folder / "topics.yaml"), self.parties, status_rules)

    @cached_property
    def book(self) -> RatesFiles:
        """The rates files, including `approved.yaml` but without approvals that are only in the
        database."""
        return load_book(self.settings.config_dir / "rates", self.parties)

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger of these rates files."""
        return Ledger(self.book, self.parties)

    def read_all(self) -> "ConfigFolder":
        """Reads every file now, so that errors are found at the start of the bot; returns
        itself."""
        _ = self.feeds, self.reader, self.ledger
        return self
