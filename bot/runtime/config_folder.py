"""What the config folder says, read into the parts that know it."""

from functools import cached_property

from bot.feeds.model import Feed
from bot.news.reader import Reader
from bot.parties import Parties
from bot.rates.files.validate import Book
from bot.rates.ledger import Ledger
from bot.runtime.config_loader import load_book, load_feeds, load_parties, load_topics
from bot.runtime.settings import Settings


class ConfigFolder:
    """The config folder, each file read when it is first asked for.

    Every property raises ConfigError that names file, line and key.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def feeds(self) -> tuple[Feed, ...]:
        """The configured feeds, those that are off included."""
        return load_feeds(self.settings.feeds_path)

    @cached_property
    def parties(self) -> Parties:
        """The economies and how people write them."""
        return load_parties(self.settings.config_dir / "parties.yaml")

    @cached_property
    def reader(self) -> Reader:
        """What turns entries into stories."""
        return Reader(load_topics(self.settings.config_dir / "topics.yaml"), self.parties)

    @cached_property
    def book(self) -> Book:
        """The rates files: measures and their rates, as they were shipped."""
        return load_book(self.settings.config_dir / "rates", self.parties)

    @cached_property
    def ledger(self) -> Ledger:
        """The measures and their rates, as they were shipped."""
        return Ledger(self.book, self.parties)

    def read_all(self) -> "ConfigFolder":
        """The same, with every file read, so that whatever is wrong shows at the start."""
        _ = self.feeds, self.reader, self.ledger
        return self
