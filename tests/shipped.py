"""The files of `config/`, read once in each test process, because reading them takes a second.

All of these values are frozen.
"""

from functools import cache, cached_property
from pathlib import Path

from bot.news.reader import Reader
from bot.news.status.rules import StatusRules
from bot.news.topics.rules import TopicRules
from bot.parties import Parties
from bot.rates.files.validate import RatesFiles
from bot.rates.ledger import Ledger
from bot.runtime.config.folder import ConfigFolder
from bot.runtime.config.loader import load_book, load_parties
from bot.runtime.config.news_loader import load_status, load_topics
from bot.runtime.settings import Settings

CONFIG = Path(__file__).resolve().parents[1] / "config"
PARTIES = load_parties(CONFIG / "parties.yaml")


@cache
def book() -> RatesFiles:
    return load_book(CONFIG / "rates", PARTIES)


@cache
def ledger() -> Ledger:
    return Ledger(book(), PARTIES)


@cache
def topic_rules() -> TopicRules:
    return load_topics(CONFIG / "topics.yaml")


@cache
def status_rules() -> StatusRules:
    return load_status(CONFIG / "status.yaml")


@cache
def reader() -> Reader:
    return Reader(topic_rules(), PARTIES, status_rules())


class SharedConfig(ConfigFolder):
    """The shipped config folder, with the values that all tests of this process share."""

    @cached_property
    def parties(self) -> Parties:
        return PARTIES

    @cached_property
    def reader(self) -> Reader:
        return reader()

    @cached_property
    def book(self) -> RatesFiles:
        return book()

    @cached_property
    def ledger(self) -> Ledger:
        return ledger()


def open_config(settings: Settings) -> ConfigFolder:
    """The config folder of the settings; if it is the shipped one, with the shared values."""
    is_shipped = settings.config_dir.resolve() == CONFIG
    return SharedConfig(settings) if is_shipped else ConfigFolder(settings)
