"""Reads the files about news in the config folder: feeds, topic rules and status rules."""

from collections.abc import Mapping
from pathlib import Path

from bot.errors import ConfigError
from bot.feeds.model import Feed
from bot.news.status.rules import StatusRules
from bot.news.topics.rules import TopicRules
from bot.runtime.config.yaml_file import locate, read_file, read_model
from bot.text.languages import get_primary_language
from bot.values import Frozen


class FeedFile(Frozen):
    """The content of `feeds.yaml`."""

    feeds: tuple[Feed, ...]


def load_feeds(path: Path) -> tuple[Feed, ...]:
    """The feeds of `feeds.yaml`, including disabled ones.

    Raises ConfigError with file, line and key, also if two feeds have the same id.
    """
    feeds = read_model(path, FeedFile).feeds
    seen: set[str] = set()
    for place, feed in enumerate(feeds):
        if feed.id in seen:
            line, key = locate(read_file(path), ("feeds", place, "id"))
            raise ConfigError(str(path), line, key, f"{feed.id} is given twice", "Rename one")
        seen.add(feed.id)
    return feeds


def load_topics(path: Path) -> TopicRules:
    """The rules of `topics.yaml`; raises ConfigError with file, line and key."""
    return read_model(path, TopicRules)


def load_status(path: Path) -> StatusRules:
    """The rules of `status.yaml`; raises ConfigError with file, line and key."""
    return read_model(path, StatusRules)


def list_topic_files(folder: Path) -> Mapping[str, Path]:
    """The files of topic rules in other languages than English, by language.

    `topics.de.yaml` has the rules for German, and `topics.yaml` those for English.
    """
    files = sorted(folder.glob("topics.*.yaml"))
    return {get_primary_language(file.name.split(".")[1]): file for file in files}


def load_other_topics(folder: Path) -> Mapping[str, TopicRules]:
    """The topic rules in other languages than English; raises ConfigError as `load_topics` does."""
    return {language: load_topics(file) for language, file in list_topic_files(folder).items()}
