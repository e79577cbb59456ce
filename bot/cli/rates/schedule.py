"""Commands about the tariff schedule of the United States: show a line, compare, import."""

import asyncio
from datetime import UTC, date, datetime
from pathlib import Path

import click

from bot.cli.config import open_config
from bot.cli.output import parse_day, print_json, read_day, report_errors
from bot.commands.rates.lines import look_up_line
from bot.errors import ConfigError, SourceError, TariffwireError
from bot.mcp.facts import build_line
from bot.rates.files import tariff_schedule
from bot.rates.files.hts_export import ExportProblem, HtsExport, parse_export
from bot.rates.files.schedule_import import MergedSchedule, merge_export
from bot.rates.schedule.difference import ScheduleDifference, compare_lines
from bot.rates.schedule.model import TariffLine
from bot.rates.schedule.schedule import TariffSchedule
from bot.render.schedule import render_difference, render_line, render_lines_under
from bot.runtime.config.loader import find_schedule_folder
from bot.runtime.settings import Settings, load_settings

_IMPOSER = "US"
_LARGEST_BYTES = 100_000_000
"""Maximum bytes of an export. An export of the whole schedule has about 12 MB."""
_DEADLINE_S = 300.0
_MOST_ENDED = 500
"""An export without this many lines of the schedule is taken for a part of one."""


@click.group("schedule")
def schedule() -> None:
    """Show, compare and import the tariff schedule of the United States."""


@schedule.command("show")
@click.argument("code")
@click.option("--on", metavar="DAY", help="The day; today by default.")
@click.option("--json", "as_json", is_flag=True, help="Print the line as one JSON object.")
@report_errors
def show(code: str, on: str | None, as_json: bool) -> None:
    """Show a tariff line with its duties and the lists that name it: `schedule show 8507.60.00`."""
    settings, today = load_settings(), datetime.now(UTC).date()
    day = read_day(on, today) or today
    found = look_up_line(_get_schedule(settings), code, day)
    if as_json:
        print_json(build_line(found))
    elif found.under:
        click.echo("\n".join(render_lines_under(found.schedule, found.under)))
    else:
        click.echo("\n".join(render_line(found.schedule, found.line, found.code, found.day)))


@schedule.command("diff")
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@report_errors
def diff(before: Path, after: Path) -> None:
    """Show how the lines of two files differ.

    Each file is an official export (JSON), a lines.csv, or the folder of a schedule.
    """
    changes = compare_lines(_read_lines(before), _read_lines(after))
    click.echo("\n".join(render_difference(ScheduleDifference(tuple(changes)))))


@schedule.command("import")
@click.argument("place", metavar="FILE|URL")
@click.option("--revision", help="The revision of the export: `2026 Rev. 22`.")
@click.option(
    "--in-force",
    type=parse_day,
    metavar="YYYY-MM-DD",
    help="The first day of the revision; today by default. Former duties end on the day before.",
)
@click.option(
    "--many-ended", is_flag=True, help=f"Write even if more than {_MOST_ENDED} lines ended."
)
@click.option("--dry-run", is_flag=True, help="Show the differences and write nothing.")
@report_errors
def import_export(
    place: str, revision: str | None, in_force: date | None, many_ended: bool, dry_run: bool
) -> None:
    """Import an official HTS export (JSON): show the differences and write them.

    The export may have the whole schedule, or only some chapters or headings. One that lacks more
    than 500 lines is refused without --many-ended. Former duties stay in former.csv with their last
    day, so answers about past days keep them.
    """
    settings = load_settings()
    # First the export, because reading the rates files takes longer than refusing a wrong export.
    export = _parse(place, _read_place(place, settings))
    found = _get_schedule(settings)
    merged = merge_export(found, export, in_force or datetime.now(UTC).date())
    click.echo("\n".join(render_difference(merged.difference)))
    part = "all chapters" if merged.is_whole else f"{len(export.four_digits)} headings"
    click.echo(f"{len(export.lines)} lines read ({part}); {len(merged.lines)} lines in all")
    if dry_run:
        return
    ended = sum(one.after is None for one in merged.difference.lines)
    if ended > _MOST_ENDED and not many_ended:
        cause = f"lacks {ended:,} of {len(found.lines):,} lines; nothing was changed"
        raise TariffwireError(place, cause, "Pass --many-ended if they have really ended")
    if merged.difference.lines and revision is None:
        click.echo(f"! the revision stays {found.header.revision}; --revision changes it")
    folder = find_schedule_folder(settings.config_dir / "rates", _IMPOSER)
    _write_all(folder, merged, revision, in_force)


def _get_schedule(settings: Settings) -> TariffSchedule:
    found = open_config(settings).book.tariff_schedules.get(_IMPOSER)
    if found is None:
        folder = find_schedule_folder(settings.config_dir / "rates", _IMPOSER)
        raise TariffwireError(str(folder), "does not exist", "Check TARIFFWIRE_CONFIG_DIR")
    return found


def _read_place(place: str, settings: Settings) -> str:
    """The text of a file or of a page on the web."""
    if place.startswith(("http://", "https://")):
        return asyncio.run(_download(place, settings))
    return _read_text(Path(place))


def _read_text(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise TariffwireError(str(path), f"is larger than {_LARGEST_BYTES:,} bytes")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        cause = getattr(error, "strerror", None) or "is not UTF-8 text"
        raise TariffwireError(str(path), cause, "Name a file that can be read") from error


async def _download(address: str, settings: Settings) -> str:
    from bot.feeds.http.fetch import Fetcher
    from bot.feeds.model import Validators
    from bot.runtime.wiring.basics import make_fetch_limits

    limits = make_fetch_limits(settings).model_copy(
        update={"max_body_bytes": _LARGEST_BYTES, "deadline_s": _DEADLINE_S}
    )
    fetcher = Fetcher(limits)
    try:
        answer = await fetcher.fetch(address, Validators(), {"Accept": "application/json"})
    finally:
        await fetcher.close()
    if answer.status != 200:
        raise SourceError(address, f"answered with an error (HTTP {answer.status})")
    try:
        return answer.body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SourceError(address, "is not UTF-8 text") from error


def _parse(place: str, text: str) -> HtsExport:
    try:
        return parse_export(text)
    except ExportProblem as error:
        cure = "Download the export again; nothing was changed"
        raise ConfigError(place, error.line, "", error.cause, cure) from error


def _read_lines(path: Path) -> tuple[TariffLine, ...]:
    """The lines of an export, of a lines.csv or of a folder with one."""
    if path.is_dir():
        path = path / tariff_schedule.LINES
    text = _read_text(path)
    if path.suffix != ".csv":
        return _parse(str(path), text).lines
    if (wrong := tariff_schedule.find_row_problem(text)) is not None:
        raise ConfigError(str(path), wrong.row, "", wrong.cause, wrong.cure)
    return tuple(tariff_schedule.parse_lines(text))


def _write_all(
    folder: Path, merged: MergedSchedule, revision: str | None, in_force: date | None
) -> None:
    header = folder / tariff_schedule.HEADER
    text = _read_text(header)
    contents = {
        folder / tariff_schedule.LINES: tariff_schedule.format_lines(merged.lines),
        folder / tariff_schedule.HEADINGS: tariff_schedule.format_headings(merged.headings),
        header: tariff_schedule.update_header(text, revision, in_force),
    }
    former = folder / tariff_schedule.FORMER
    if merged.former:
        contents[former] = tariff_schedule.format_former(merged.former)
    changed = {
        path: text
        for path, text in contents.items()
        if not path.exists() or _read_text(path) != text
    }
    for path, content in changed.items():
        _replace(path, content)
    names = ", ".join(path.name for path in changed)
    click.echo(f"wrote {names} in {folder}" if names else "nothing to write")


def _replace(path: Path, content: str) -> None:
    """Writes a temporary file and renames it, so that a full disk does not damage the old file."""
    draft = path.with_name(f".{path.name}.new")
    try:
        draft.write_text(content, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        cause = error.strerror or "cannot be written"
        raise TariffwireError(str(path), cause, "Check the permissions of the folder") from error
