"""Reads the config folder into the objects that the bot uses."""

from functools import cached_property
from typing import TYPE_CHECKING

from bot.parties import Parties
from bot.rates.files.validate import RatesFiles
from bot.rates.ledger import Ledger
from bot.runtime.config.loader import load_book, load_parties
from bot.runtime.settings import Settings
from bot.text.languages import ENGLISH

if TYPE_CHECKING:
    # The methods that read the files about news import these modules, because the import takes
    # 0.15 s and commands about rates do not need it.
    from bot.feeds.model import Feed
    from bot.news.reader import Reader


class ConfigFolder:
    """Reads each file when it is first used. The properties raise ConfigError with file, line and
    key."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def feeds(self) -> "tuple[Feed, ...]":
        """The feeds of the feed list, including disabled ones."""
        from bot.runtime.config.news_loader import load_feeds

        return load_feeds(self.settings.feeds_path)

    @cached_property
    def parties(self) -> Parties:
        """The economies and their names."""
        return load_parties(self.settings.config_dir / "parties.yaml")

    @cached_property
    def reader(self) -> "Reader":
        """The reader that converts entries to stories."""
        from bot.news.reader import Reader
        from bot.runtime.config.news_loader import load_other_topics, load_status, load_topics

        folder = self.settings.config_dir
        topics, status = load_topics(folder / "topics.yaml"), load_status(folder / "status.yaml")
        return Reader(topics, self.parties, status, load_other_topics(folder))

    @cached_property
    def topic_languages(self) -> frozenset[str]:
        """The languages of the topic rules."""
        from bot.runtime.config.news_loader import list_topic_files

        return frozenset({ENGLISH, *list_topic_files(self.settings.config_dir)})

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
