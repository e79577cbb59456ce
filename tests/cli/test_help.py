"""The list of commands in `tariffwire --help`, and the completion of the command line."""

import os
import subprocess
import sys

import pytest

from bot.cli import COMMANDS, Group
from tests.cli.runner import run

START = "from bot.cli import main; main(prog_name='tariffwire')"


def complete(line: str) -> dict[str, str]:
    """The completions of the last word of the line, with their descriptions."""
    return read_completions(run(env=completion_of(line)).stdout)


def completion_of(line: str) -> dict[str, str]:
    """The environment in which fish asks for the completions of the last word of the line."""
    words = {"COMP_WORDS": line, "COMP_CWORD": line.split(" ")[-1]}
    return {**os.environ, "_TARIFFWIRE_COMPLETE": "fish_complete", **words}


def read_completions(printed: str) -> dict[str, str]:
    rows = (row.removeprefix("plain,").partition("\t") for row in printed.splitlines())
    return {word: about for word, _, about in rows}


def test_the_help_lists_each_command_once_in_four_groups() -> None:
    text = run("--help").output
    sections = text.split("\n\n")
    titles = [section.split(":")[0] for section in sections if section.split(":")[0] in set(Group)]
    assert titles == ["Ask", "Run", "Admin", "Develop"]
    for name, place in COMMANDS.items():
        [section] = [one for one in sections if f"\n  {name} " in one]
        assert section.startswith(place.group)


def test_commands_and_economies_are_completed() -> None:
    assert set(complete("tariffwire r")) == {"rate", "rates", "release", "run"}
    assert "Answer a question" in complete("tariffwire rate")["rate"]
    found = complete("tariffwire rate us Vie")
    assert found == {"vietnam": "VN"}
    assert {"south korea", "south africa"} <= set(complete("tariffwire rate us south"))
    assert "--json" in complete("tariffwire rate us --j")


@pytest.mark.journey
def test_the_program_completes_a_word() -> None:
    done = subprocess.run(
        [sys.executable, "-c", START],
        env=completion_of("tariffwire r"),
        capture_output=True,
        text=True,
        check=True,
    )
    assert read_completions(done.stdout) == complete("tariffwire r")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script(shell: str) -> None:
    printed = run(env={**os.environ, "_TARIFFWIRE_COMPLETE": f"{shell}_source"}).stdout
    assert "_TARIFFWIRE_COMPLETE" in printed
