"""Reads the economies and the rates of the config folder. Errors give the file, the line and the
key.

`bot.runtime.config.news_loader` reads the files about news.
"""

from collections.abc import Mapping
from pathlib import Path

from pydantic import model_validator

from bot.errors import ConfigError
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
from bot.runtime.config.yaml_file import locate, read_file, read_model
from bot.values import Frozen

APPROVED = "approved.yaml"
"""The file of approved rates, in `config/rates`."""
CARDS = "cards"
"""The folder of cards, in `config/rates`."""


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
        line, key = locate(read_file(path), flaw.loc)
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
        line, key = locate(read_file(path), ("lists",))
        raise ConfigError(str(path), line, key, f"no measure is called '{unknown}'")
    groups: list[MembershipGroup] = []
    for path in sorted((folder / tariff_schedule.MEMBERSHIP).glob("*.yaml")):
        found = read_model(path, MembershipFile).groups
        for flaw in tariff_schedule.find_group_problems(found, header, references):
            line, key = locate(read_file(path), ("groups", flaw.place, flaw.field))
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
        line, key = locate(read_file(path), ("approved", place))
        raise ConfigError(str(path), line, key, stale.why, "Correct the row, or delete it")
    return overlay
