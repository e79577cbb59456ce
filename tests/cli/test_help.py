"""The list of commands in `tariffwire --help`, and the completion of the command line."""

import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from bot.cli import COMMANDS, Group, main

START = "import sys; from bot.cli import main; main(prog_name='tariffwire')"


def complete(line: str, shell: str = "fish") -> dict[str, str]:
    """The completions of the last word of the line, with their descriptions."""
    words = line.split(" ")
    done = subprocess.run(
        [sys.executable, "-c", START],
        env={
            **os.environ,
            "_TARIFFWIRE_COMPLETE": f"{shell}_complete",
            "COMP_WORDS": line,
            "COMP_CWORD": words[-1],
        },
        capture_output=True,
        text=True,
        check=True,
    )
    rows = (row.removeprefix("plain,").partition("\t") for row in done.stdout.splitlines())
    return {word: about for word, _, about in rows}


def test_the_help_lists_each_command_once_in_four_groups() -> None:
    text = CliRunner().invoke(main, ["--help"]).output
    sections = text.split("\n\n")
    titles = [section.split(":")[0] for section in sections if section.split(":")[0] in set(Group)]
    assert titles == ["Ask", "Run", "Admin", "Develop"]
    for name, place in COMMANDS.items():
        [section] = [one for one in sections if f"\n  {name} " in one]
        assert section.startswith(place.group)


@pytest.mark.journey
def test_commands_and_economies_are_completed() -> None:
    assert set(complete("tariffwire r")) == {"rate", "rates", "release", "run"}
    assert "Answer a question" in complete("tariffwire rate")["rate"]
    found = complete("tariffwire rate us Vie")
    assert found == {"vietnam": "VN"}
    assert {"south korea", "south africa"} <= set(complete("tariffwire rate us south"))
    assert "--json" in complete("tariffwire rate us --j")


@pytest.mark.journey
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script(shell: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", START],
        env={**os.environ, "_TARIFFWIRE_COMPLETE": f"{shell}_source"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "_TARIFFWIRE_COMPLETE" in done.stdout
