"""The page of the commands of `tariffwire`, from their help."""

import re
from collections.abc import Iterator

import click

from bot.cli import COMMANDS, Group, main

WHEN = {
    Group.ASK: "Ask",
    Group.RUN: "Run the bot",
    Group.ADMIN: "Administer",
    Group.DEVELOP: "Test the reading of news",
}


def render_page() -> str:
    """docs/reference/commands.md."""
    context = click.Context(main, info_name="tariffwire")
    parts = [
        "# Commands\n\n"
        "The commands of the terminal. `tariffwire COMMAND --help` prints the same. Commands in "
        "Slack are\nin [Ask questions](../using.md#in-slack).\n\n"
        "Exit codes: 0 for success, 1 for a failure (with the reason on stderr, or on stdout for "
        "`doctor`) and for\na question without an answer, 2 for wrong usage.\n\n"
        "Do not edit this page: `make reference` writes it from `bot/cli`.\n"
    ]
    for group, title in WHEN.items():
        parts.append(f"\n## {title}\n")
        for name, place in COMMANDS.items():
            command = main.get_command(context, name)
            if place.group is group and command is not None:
                parts.extend(_render(command, click.Context(command, context, name)))
    return "".join(parts)


def _render(command: click.Command, context: click.Context) -> Iterator[str]:
    """A command with its arguments and options; of a group, each of its commands."""
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            part = command.get_command(context, name)
            if part is not None:
                yield from _render(part, click.Context(part, context, name))
        return
    yield f"\n### {context.command_path}\n\n"
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"```text\n{context.command_path} {usage}\n```\n\n"
    yield _format_help(command.help or "") + "\n"
    options = [
        record
        for one in command.params
        if isinstance(one, click.Option) and (record := one.get_help_record(context)) is not None
    ]
    if options:
        yield "\n| option | purpose |\n| --- | --- |\n"
    for names, purpose in options:
        yield f"| `{_escape(names)}` | {_escape(purpose)} |\n"


def _format_help(text: str) -> str:
    """The help as Markdown: paragraphs, with JSON and words in capitals as code."""
    paragraphs = [" ".join(one.split()) for one in re.split(r"\n\s*\n", text.strip())]
    return "\n\n".join(re.sub(r"(?<!`)(\{[^`]*\})(?!`)", r"`\1`", one) for one in paragraphs)


def _escape(text: str) -> str:
    return text.replace("|", "\\|")
