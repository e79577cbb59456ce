"""Reads the YAML files of the config folder into models. Errors give the file, the line and the
key."""

from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError, model_validator

from bot.errors import ConfigError
from bot.feeds.model import Feed
from bot.news.status.rules import StatusRules
from bot.news.topics.rules import TopicRules
from bot.parties import Parties, Party
from bot.proposals.approval.amendments import ApprovedRatesFile
from bot.proposals.approval.overlay import Overlay, build_overlay
from bot.rates.cards.model import CardsFile
from bot.rates.files import tariff_schedule, validate
from bot.rates.files.compile import index_references
from bot.rates.files.schema import ImposerFile, MfnFile
from bot.rates.ledger import Ledger
from bot.rates.model.goods import GoodsFile
from bot.rates.model.law import EventsFile
from bot.rates.schedule.membership import MembershipIndex
from bot.rates.schedule.model import MembershipFile, MembershipGroup, ScheduleHeader
from bot.rates.schedule.schedule import TariffSchedule
from bot.text.languages import get_primary_language
from bot.text.validation_messages import describe_error
from bot.values import Frozen

Model = TypeVar("Model", bound=BaseModel)

APPROVED = "approved.yaml"
"""The file of approved rates, in `config/rates`."""
CARDS = "cards"
"""The folder of cards, in `config/rates`."""
LARGEST_FILE = 5_000_000
"""Maximum bytes of one file."""
MOST_VALUES = 1_000_000
"""Maximum values in one file. An alias counts as many values as it repeats, because a few lines of
nested aliases can expand to a billion values."""


class _Loader(yaml.CSafeLoader):
    """A YAML loader that recognizes only null and whole numbers. Everything else stays text, for
    example `12.50` and the country code `NO`, which YAML would read as false.

    Pydantic converts `true`, `12.5` and `2025-05-14` to the type of each field.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(
                    problem="a list or a mapping cannot be a key", problem_mark=key.start_mark
                )
            if key.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"'{key.value}' is given twice", problem_mark=key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)

    def construct_document(self, node: yaml.Node) -> Any:
        """The document's value; raises MarkedYAMLError if its aliases make it too large."""
        _count(node, {})
        return super().construct_document(node)


def _count(node: yaml.Node, counted: dict[int, int]) -> int:
    """The number of values in the node, including itself; `counted` caches the results by node."""
    if id(node) not in counted:
        # Until the count is known, the node counts as too large. So a node that contains
        # itself through an alias is refused.
        counted[id(node)] = MOST_VALUES + 1
        inner = node.value if isinstance(node, yaml.CollectionNode) else ()
        parts = (part for each in inner for part in (each if isinstance(each, tuple) else (each,)))
        counted[id(node)] = 1 + sum(_count(part, counted) for part in parts)
    if counted[id(node)] > MOST_VALUES:
        problem = f"more than {MOST_VALUES:,} values, by aliases"
        raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)
    return counted[id(node)]


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag.endswith((":null", ":int"))]
    for letter, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def read_model(path: Path, model: type[Model]) -> Model:
    """The file as a `model`; raises ConfigError with file, line and key."""
    return read_text_model(str(path), read_file(path), model)


def read_text_model(path: str, text: str, model: type[Model]) -> Model:
    """The text of a file as a `model`; `path` is for error messages. Raises ConfigError as
    `read_model` does."""
    try:
        raw = yaml.load(text, Loader=_Loader)  # noqa: S506 - _Loader is a safe loader
        return model.model_validate(raw)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        cure = "Indent with spaces, not with tabs" if _has_tab(text, mark) else ""
        raise ConfigError(path, line, "", error.problem or "not YAML", cure) from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        line, key = _locate(text, first["loc"])
        raise ConfigError(path, line, key, describe_error(first)) from error
    except RecursionError as error:
        raise ConfigError(path, None, "", "nested too deeply") from error
    except (yaml.YAMLError, ValueError) as error:
        # This is also the error for a number with more digits than Python converts.
        raise ConfigError(path, None, "", "not YAML that can be read") from error


def _has_tab(text: str, mark: yaml.Mark | None) -> bool:
    return mark is not None and "\t" in "".join(text.splitlines()[mark.line : mark.line + 1])


def read_file(path: Path) -> str:
    """The file's text; raises ConfigError if the file cannot be read or is too large."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
        text = content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        cure = "Check TARIFFWIRE_CONFIG_DIR, or TARIFFWIRE_FEEDS_FILE if that is set"
        raise ConfigError(str(path), None, "", reason, cure) from error
    if len(content) > LARGEST_FILE:
        raise ConfigError(str(path), None, "", f"larger than {LARGEST_FILE:,} bytes", "Split it")
    return text


class PartiesFile(Frozen):
    """`parties.yaml`: the economies, and the phrases that contain the name of an economy but mean
    something else."""

    parties: tuple[Party, ...]
    not_parties: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _check_meanings(self) -> "PartiesFile":
        codes = {party.code for party in self.parties}
        owners: dict[str, str] = {}
        for party in self.parties:
            for word in (party.code, party.name, *party.aliases, *party.seats, *party.asked):
                if owners.setdefault(word.casefold(), party.code) != party.code:
                    raise ValueError(f"{word!r} is {owners[word.casefold()]} and {party.code}")
            if unknown := set(party.members) - codes:
                raise ValueError(f"{party.code} has members that are not listed: {unknown}")
        return self


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
            line, key = _locate(read_file(path), ("feeds", place, "id"))
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


def load_parties(path: Path) -> Parties:
    """The economies of `parties.yaml`; raises ConfigError with file, line and key."""
    file = read_model(path, PartiesFile)
    return Parties(file.parties, file.not_parties)


def load_ledger(folder: Path, parties: Parties) -> Ledger:
    """The ledger of `config/rates`; raises ConfigError as `load_book` does."""
    return Ledger(load_book(folder, parties), parties)


def load_book(folder: Path, parties: Parties) -> validate.RatesFiles:
    """The files of `config/rates`, with the rates of `approved.yaml` in place of those that they
    override.

    Raises ConfigError as `load_files` and `load_approved` do.
    """
    return load_approved(folder, load_files(folder, parties), parties).book


def load_files(folder: Path, parties: Parties) -> validate.RatesFiles:
    """The files of `config/rates` without `approved.yaml`: one file for each imposing economy, and
    the files for MFN duties, goods, events and cards.

    Raises ConfigError with file, line and key. This includes errors between files: an unknown
    source, measure or good, and periods that overlap or are out of order.
    """
    others = {validate.MFN, validate.GOODS, validate.EVENTS, APPROVED}
    paths = [path for path in sorted(folder.glob("*.yaml")) if path.name not in others]
    book = validate.RatesFiles(
        imposer_files={path.name: read_model(path, ImposerFile) for path in paths},
        mfn=read_model(folder / validate.MFN, MfnFile),
        goods=read_model(folder / validate.GOODS, GoodsFile),
        events=read_model(folder / validate.EVENTS, EventsFile),
        cards={
            f"{CARDS}/{path.name}": read_model(path, CardsFile)
            for path in sorted((folder / CARDS).glob("*.yaml"))
        },
    )
    for flaw in validate.find_problems(book, {party.code for party in parties}):
        path = folder / flaw.file
        line, key = _locate(read_file(path), flaw.loc)
        raise ConfigError(str(path), line, key, flaw.cause, flaw.cure)
    references = index_references(tuple(book.imposer_files.values()))
    schedules = {
        file.imposer: load_tariff_schedule(found, references)
        for file in book.imposer_files.values()
        if (found := find_schedule_folder(folder, file.imposer)).is_dir()
    }
    return book._replace(tariff_schedules=schedules)


def find_schedule_folder(folder: Path, imposer: str) -> Path:
    """The folder of an imposer's tariff schedule within `config/rates`."""
    return folder / f"{imposer.lower()}-schedule"


def load_tariff_schedule(folder: Path, references: Mapping[str, tuple[str, ...]]) -> TariffSchedule:
    """The tariff schedule in a folder. `references` maps names of measures to their ids.

    Raises ConfigError with file, line and key.
    """
    path = folder / tariff_schedule.HEADER
    header = read_model(path, ScheduleHeader)
    if unknown := tariff_schedule.find_header_problem(header, references):
        line, key = _locate(read_file(path), ("lists",))
        raise ConfigError(str(path), line, key, f"no measure is called '{unknown}'")
    groups: list[MembershipGroup] = []
    for path in sorted((folder / tariff_schedule.MEMBERSHIP).glob("*.yaml")):
        found = read_model(path, MembershipFile).groups
        for flaw in tariff_schedule.find_group_problems(found, header, references):
            line, key = _locate(read_file(path), ("groups", flaw.place, flaw.field))
            raise ConfigError(str(path), line, key, flaw.cause, flaw.cure)
        groups += found
    path = folder / tariff_schedule.LINES
    text = read_file(path)
    if (wrong := tariff_schedule.find_row_problem(text)) is not None:
        raise ConfigError(str(path), wrong.row, "", wrong.cause, wrong.cure)
    lines = tariff_schedule.parse_lines(text)
    path = folder / tariff_schedule.HEADINGS
    headings = tariff_schedule.parse_headings(read_file(path), references)
    if isinstance(headings, tariff_schedule.RowProblem):
        raise ConfigError(str(path), headings.row, "", headings.cause, headings.cure)
    path = folder / tariff_schedule.FORMER
    former = tariff_schedule.parse_former(read_file(path)) if path.exists() else ()
    if isinstance(former, tariff_schedule.RowProblem):
        raise ConfigError(str(path), former.row, "", former.cause, former.cure)
    return TariffSchedule(header, lines, MembershipIndex(groups), headings, former)


def load_approved(folder: Path, files: validate.RatesFiles, parties: Parties) -> Overlay:
    """The files with the rates of `approved.yaml` applied, if this file exists.

    A row whose rate is already in the files is skipped. If a row is malformed or does not fit the
    files, raises ConfigError with the line and the key of the row.
    """
    path = folder / APPROVED
    if not path.exists():
        return Overlay(files, (), ())
    rows = read_model(path, ApprovedRatesFile).approved
    overlay = build_overlay(files, rows, parties)
    for stale in overlay.left_out:
        place = next(at for at, row in enumerate(rows) if row is stale.amendment)
        line, key = _locate(read_file(path), ("approved", place))
        raise ConfigError(str(path), line, key, stale.why, "Correct the row, or delete it")
    return overlay


def _locate(text: str, loc: Sequence[int | str]) -> tuple[int, str]:
    """The line (from 1) and the dotted key of the node at this location. If there is no such node,
    those of its nearest parent."""
    node = yaml.compose(text, Loader=_Loader)
    line, key = 1, []
    for step in loc:
        found = _find_child(node, step)
        if found is None:
            # Pydantic's location may contain steps that the text does not have: union branches and
            # missing keys.
            if isinstance(step, str) and step == loc[-1]:
                key.append(step)
            continue
        line, node = found
        key.append(str(step))
    return line, ".".join(key)


def _find_child(node: yaml.Node | None, step: int | str) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == str(step):
                return name.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark.line + 1, node.value[step]
    return None
