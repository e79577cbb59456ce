"""The files of `config/`, read once in each test process, because reading them takes a second.

All of these values are frozen.
"""

from functools import cache
from pathlib import Path

from bot.news.reader import Reader
from bot.news.status.rules import StatusRules
from bot.news.topics.rules import TopicRules
from bot.rates.files.validate import RatesFiles
from bot.rates.ledger import Ledger
from bot.runtime.config_loader import load_book, load_parties
from bot.runtime.news_loader import load_status, load_topics

CONFIG = Path(__file__).parents[1] / "config"
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
