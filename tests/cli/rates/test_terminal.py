"""Answers on a terminal and in a pipe."""

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from bot.cli import main
from tests import shipped
from tests.cli.runner import run
from tests.journeys.bot_process import environment

COLUMNS = 80
_LINK = re.compile(r"\x1b\]8;[^\x1b]*\x1b\\")
_STYLE = re.compile(r"\x1b\[[0-9;]*m")
DAY = ("--on", "2026-11-24")


def run_in_pipe(folder: Path, *words: str, **env: str) -> tuple[int, str, str]:
    """The exit code, stdout and stderr of a command."""
    done = run(*words, env=environment(folder, **env))
    return done.exit_code, done.stdout, done.stderr


def run_as_on_terminal(folder: Path, *words: str, **env: str) -> str:
    """The output of a command that treats its stdout as a terminal of 80 columns."""
    terminal = {"TERM": "xterm-256color", "FORCE_COLOR": "1", "COLUMNS": str(COLUMNS)}
    code, printed, _ = run_in_pipe(folder, *words, **terminal, **env)
    assert code == 0
    return printed


def run_on_terminal(folder: Path, *words: str) -> str:
    """The output of the program on a terminal of 80 columns, with its escape sequences."""
    own, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, COLUMNS, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", *words],
        env=environment(folder, TERM="xterm-256color"),
        cwd=folder,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    output = b""
    while True:
        try:
            part = os.read(own, 65_536)
        except OSError:
            # Linux reports EIO when the last process has closed the terminal.
            break
        if not part:
            break
        output += part
    os.close(own)
    assert process.wait() == 0
    return output.decode()


def without_styles(output: str) -> list[str]:
    """The lines as a person sees them."""
    return _STYLE.sub("", _LINK.sub("", output)).split("\n")


@pytest.mark.journey
def test_the_program_prints_on_a_terminal_what_the_other_tests_check(tmp_path: Path) -> None:
    question = ("rate", "us on china", "--long", *DAY)
    shown = run_on_terminal(tmp_path, *question)
    assert remove_link_ids(shown) == remove_link_ids(run_as_on_terminal(tmp_path, *question))


def remove_link_ids(output: str) -> str:
    """The output without the random ids of links, and with the line ends of a pipe."""
    return re.sub(r"\bid=\d+;", ";", output).replace("\r\n", "\n")


@pytest.mark.parametrize(
    "words",
    [
        ("rate", "us china", *DAY),
        ("rate", "us canada", *DAY),
        ("rate", "us china", "--long", *DAY),
        ("rate", "us on china steel history", *DAY),
        ("rate", "us china vs vietnam vs mexico", *DAY),
        ("rate", "us", *DAY),
        ("rates", "upcoming"),
        ("--help",),
    ],
    ids=" ".join,
)
def test_each_line_fits_a_terminal_of_80_columns(tmp_path: Path, words: tuple[str, ...]) -> None:
    lines = without_styles(run_as_on_terminal(tmp_path, *words))
    assert len(lines) > 5
    assert [line for line in lines if len(line) > COLUMNS] == []


def test_the_number_comes_first(tmp_path: Path) -> None:
    code, printed, _ = run_in_pipe(tmp_path, "rate", "us china", *DAY, "--json")
    assert code == 0
    answer = json.loads(printed)["answers"][0]
    for extra in ((), ("--long",)):
        lines = without_styles(run_as_on_terminal(tmp_path, "rate", "us china", *DAY, *extra))
        assert f"{answer['total_percent']}%" in lines[1]
        assert "China" in lines[0]


def test_nothing_is_lost_in_the_long_answer(tmp_path: Path) -> None:
    _, printed, _ = run_in_pipe(tmp_path, "rate", "us on china", *DAY, "--json")
    answer = json.loads(printed)["answers"][0]
    _, long, _ = run_in_pipe(tmp_path, "rate", "us on china", *DAY, "--long")
    _, short, _ = run_in_pipe(tmp_path, "rate", "us on china", *DAY)
    counted = [one for one in answer["components"] if one["counted"]]
    assert counted
    for one in counted:
        assert one["measure"] in long
        assert one["source"] in long
    assert len(short.splitlines()) < 25 < len(long.splitlines())


def test_colors_follow_the_terminal_and_no_color(tmp_path: Path) -> None:
    colored = run_as_on_terminal(tmp_path, "rate", "us on china", *DAY)
    plain = run_as_on_terminal(tmp_path, "rate", "us on china", *DAY, NO_COLOR="1")
    assert "\x1b[1;36m" in colored
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", plain)
    assert without_styles(colored) == without_styles(plain)


def test_addresses_are_links_on_a_terminal_only(tmp_path: Path) -> None:
    question = ("rate", "us on china", "--long", *DAY)
    shown = run_as_on_terminal(tmp_path, *question)
    _, piped, _ = run_in_pipe(tmp_path, *question)
    linked = set(re.findall(r"\x1b\]8;[^;]*;(https://[^\x1b]+)\x1b", shown))
    assert linked
    assert all(address in piped for address in linked)
    assert "\x1b" not in piped


def test_lines_in_a_pipe_are_not_wrapped(tmp_path: Path) -> None:
    _, narrow, _ = run_in_pipe(tmp_path, "rate", "us on canada", *DAY, COLUMNS="40")
    _, wide, _ = run_in_pipe(tmp_path, "rate", "us on canada", *DAY, COLUMNS="200")
    assert narrow == wide
    assert any(len(line) > COLUMNS for line in wide.splitlines())
    assert [line for line in wide.splitlines() if line != line.rstrip()] == []


@pytest.mark.parametrize("extra", [(), ("--json",), ("--long",)], ids=["short", "json", "long"])
def test_an_answer_without_a_figure_has_exit_code_1(tmp_path: Path, extra: tuple[str, ...]) -> None:
    code, printed, _ = run_in_pipe(tmp_path, "rate", "vietnam on india", *DAY, *extra)
    assert code == 1
    assert printed


@pytest.mark.journey
def test_a_closed_pipe_is_quiet(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "rate", "us china"],
        env=environment(tmp_path),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert without_warnings(process.stderr.read()) == []
        assert process.wait() == 1


@pytest.mark.parametrize("words", [("rate", "us china", "--json"), ("rates", "upcoming")])
def test_each_kind_of_output_ends_with_a_closed_pipe(
    tmp_path: Path, words: Sequence[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TARIFFWIRE_DATA_DIR", str(tmp_path))
    closed, pipe = os.pipe()
    os.close(closed)
    with (
        os.fdopen(pipe, "w") as out,
        redirect_stdout(out),
        redirect_stderr(StringIO()) as reported,
        pytest.raises(SystemExit) as ended,
    ):
        main(words, obj=shipped.open_config)
    assert ended.value.code == 1
    assert without_warnings(reported.getvalue()) == []


def without_warnings(reported: str) -> list[str]:
    """The lines of stderr that do not warn about old data."""
    return [line for line in reported.splitlines() if not line.startswith("! ")]


def test_dates_are_a_table_with_a_row_for_each_action(tmp_path: Path) -> None:
    _, ahead, _ = run_in_pipe(tmp_path, "rate", "upcoming us", "--on", "2025-07-30")
    rows = ahead.splitlines()
    assert rows[0].split() == ["Date", "What", "Who", "Rate"]
    assert rows[1].startswith("1 Aug 2025")
    assert len(rows[1]) <= 120
    _, long, _ = run_in_pipe(tmp_path, "rate", "upcoming us", "--on", "2025-07-30", "--long")
    assert len(long) > len(ahead)
