"""The command line. Each command parses its arguments, calls the bot and prints the result.

Exit codes: 0 for success, 1 for a failure (with one line on stderr), 2 for wrong usage.
With --json, the error is also printed as JSON on stdout.
"""

import sys
from collections.abc import Mapping
from enum import StrEnum
from importlib import import_module
from io import TextIOWrapper
from typing import NamedTuple

import click
from click.shell_completion import CompletionItem

from bot import __version__

_AS_JSON = "bot.cli.as_json"


class Group(StrEnum):
    """The groups of commands in `tariffwire --help`, in their order."""

    ASK = "Ask"
    RUN = "Run"
    ADMIN = "Admin"
    DEVELOP = "Develop"


class CommandModule(NamedTuple):
    """The module that defines a command, and the command's description in `tariffwire --help`."""

    group: Group
    module: str
    help: str
    function: str = ""
    """The function of the command; empty if it has the command's name."""


COMMANDS = {
    "rate": CommandModule(
        Group.ASK,
        "rates.questions",
        "Answer a question like /tariff: `tariffwire rate us china`.",
    ),
    "rates": CommandModule(
        Group.ASK,
        "rates.questions",
        "List upcoming changes and proposals; check the rates files; export approved rates.",
    ),
    "schedule": CommandModule(
        Group.ASK,
        "rates.schedule",
        "Show, compare and import the tariff schedule of the United States.",
    ),
    "lines": CommandModule(
        Group.ASK,
        "lines",
        "Import, show, export and remove lists of tariff lines with their duties.",
    ),
    "run": CommandModule(Group.RUN, "run", "Run the bot: poll feeds, post alerts, answer /tariff."),
    "release": CommandModule(
        Group.RUN, "storage.database", "Upgrade the PostgreSQL database for `web` and `worker`."
    ),
    "web": CommandModule(Group.RUN, "run", "Serve Slack's requests; workers poll and send."),
    "worker": CommandModule(Group.RUN, "run", "Poll and send, together with other workers."),
    "demo": CommandModule(
        Group.RUN,
        "run",
        "Run the bot on scripted trade news of April to June 2025, replayed fast and offline.",
    ),
    "poll": CommandModule(Group.RUN, "poll", "Poll the feeds that are due and print new stories."),
    "say": CommandModule(
        Group.RUN, "say", "Post a line in the local workspace and print the bot's replies."
    ),
    "mcp": CommandModule(
        Group.RUN, "mcp", "Serve read-only tools to an MCP client over stdin and stdout."
    ),
    "doctor": CommandModule(
        Group.ADMIN,
        "doctor",
        "Check settings, config, database, clock, Slack and feeds; print each problem and its fix.",
    ),
    "feeds": CommandModule(
        Group.ADMIN, "feeds", "List, add, remove, resume, check, import and export feeds."
    ),
    "outbox": CommandModule(
        Group.ADMIN, "storage.outbox", "List unsent and failed messages; retry or drop them."
    ),
    "export": CommandModule(
        Group.ADMIN, "evidence.export", "Export stories, alerts and answers of a period."
    ),
    "feedback": CommandModule(
        Group.ADMIN, "evidence.feedback", "List the stories that readers marked as not relevant."
    ),
    "forget": CommandModule(Group.ADMIN, "evidence.forget", "Remove a person from the database."),
    "workspaces": CommandModule(
        Group.ADMIN,
        "storage.workspaces",
        "List and remove workspaces that have installed the app; replace the keys of their tokens.",
    ),
    "db": CommandModule(
        Group.ADMIN, "storage.database", "Upgrade, back up, copy or assign the database."
    ),
    "match": CommandModule(
        Group.DEVELOP,
        "news",
        "Find topics, parties and figures of stories: JSON lines in and out, in the same order.",
    ),
    "same": CommandModule(
        Group.DEVELOP,
        "news",
        "Print whether two stories report one event: JSON lines in and out, in the same order.",
    ),
    "eval": CommandModule(
        Group.DEVELOP,
        "news",
        "Score topics, parties, figures, states and pairs on the labeled sets of a folder.",
        "evaluate_sets",
    ),
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

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Notes whether the command is to print JSON, even if its arguments are wrong."""
        ctx.meta[_AS_JSON] = "--json" in args
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Runs the command. With --json, wrong usage is an error in JSON on stdout too."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            if ctx.meta[_AS_JSON]:
                from bot.cli.output import print_usage_error

                print_usage_error(error)
            raise

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Writes the groups of commands without importing their modules."""
        for group in Group:
            with formatter.section(group):
                formatter.write_dl(
                    [(name, one.help) for name, one in self._places.items() if one.group is group]
                )

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands and options that begin with `incomplete`, without importing modules."""
        found = [
            CompletionItem(name, help=place.help)
            for name, place in self._places.items()
            if name.startswith(incomplete)
        ]
        # The method of `click.Group` would import the module of each command for its description.
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]


@click.group(
    cls=LazyGroup,
    places=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
@click.version_option(__version__, prog_name="tariffwire")
def main() -> None:
    """Trade news in Slack: tariffs, negotiations, court rulings. Each event is reported once, with
    its figures and its source."""
    if isinstance(sys.stdout, TextIOWrapper):
        # A character that the terminal cannot show is printed as a question mark.
        sys.stdout.reconfigure(errors="replace")
