"""The command line. Each command parses its arguments, calls the bot and prints the result.

Exit codes: 0 for success, 1 for a failure (with one line on stderr), 2 for wrong usage.
"""

import sys
from collections.abc import Mapping
from importlib import import_module
from io import TextIOWrapper
from typing import NamedTuple

import click

from bot import __version__


class CommandModule(NamedTuple):
    """The module that defines a command, and the command's description in `tariffwire --help`."""

    module: str
    help: str
    function: str = ""
    """The function of the command; empty if it has the command's name."""


COMMANDS = {
    "db": CommandModule("database", "Upgrade, back up or reassign the database."),
    "demo": CommandModule(
        "run",
        "Run the bot on scripted trade news of April to June 2025, replayed fast and offline.",
    ),
    "doctor": CommandModule(
        "doctor",
        "Check settings, config, database, clock, Slack and feeds; print each problem and its fix.",
    ),
    "eval": CommandModule(
        "news",
        "Score topics, parties, figures, states and pairs on the labeled sets of a folder.",
        "evaluate_sets",
    ),
    "feeds": CommandModule("feeds", "List, add, remove, resume, check, import and export feeds."),
    "match": CommandModule(
        "news",
        "Find topics, parties and figures of stories: JSON lines in and out, in the same order.",
    ),
    "mcp": CommandModule("mcp", "Serve read-only tools to an MCP client over stdin and stdout."),
    "outbox": CommandModule("outbox", "List unsent and failed messages; retry or drop them."),
    "poll": CommandModule("poll", "Poll the feeds that are due and print new stories."),
    "rate": CommandModule(
        "rates.questions", "Answer a question like /tariff: `tariffwire rate us china`."
    ),
    "rates": CommandModule(
        "rates.questions",
        "List upcoming changes and proposals; check the rates files; export approved rates.",
    ),
    "run": CommandModule("run", "Run the bot: poll feeds, post alerts, answer /tariff."),
    "same": CommandModule(
        "news",
        "Print whether two stories report one event: JSON lines in and out, in the same order.",
    ),
    "schedule": CommandModule(
        "rates.schedule", "Show, compare and import the tariff schedule of the United States."
    ),
    "say": CommandModule("say", "Post a line in the local workspace and print the bot's replies."),
}


class LazyGroup(click.Group):
    """A command group that imports the module of a command only when that command runs.

    Importing all modules takes 1 s of CPU. Because of this class, `tariffwire --help` takes 0.04 s
    and `tariffwire match` 0.3 s.
    """

    def __init__(
        self, *args: object, places: Mapping[str, CommandModule], **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # click's own arguments
        self._places = places

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names of the commands, in the order of the help."""
        return list(self._places)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002
        """The command with this name; None if there is none."""
        place = self._places.get(name)
        if place is None:
            return None
        command: click.Command = getattr(
            import_module(f"bot.cli.{place.module}"), place.function or name
        )
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Writes the list of commands without importing their modules."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, place.help) for name, place in self._places.items()])


@click.group(
    cls=LazyGroup,
    places=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="tariffwire")
def main() -> None:
    """Trade news in Slack: tariffs, negotiations, court rulings. Each event is reported once, with
    its figures and its source."""
    if isinstance(sys.stdout, TextIOWrapper):
        # A character that the terminal cannot show is printed as a question mark.
        sys.stdout.reconfigure(errors="replace")
