"""Errors of commands: one line on stderr, and JSON on stdout with --json."""

import json
import re

import pytest

from bot.cli.output import echo, print_json
from bot.cli.rates.console import print_all
from bot.cli.rates.terminal import render_line
from tests.cli.runner import run

HOSTILE = "duty \x1b]0;owned\x07\x1b[2J\x9b31m\x08\r\u202exet\u2066 \x7f 25%"
"""Text that sets a terminal's title, clears it and turns the writing direction."""
COMMANDS = [
    ("rate", "us china"),
    ("rates", "upcoming"),
    ("rates", "proposals"),
    ("schedule", "show", "8507.60.00"),
    ("poll", "--once"),
    ("feeds", "list"),
    ("outbox", "list"),
    ("say", "#trade-news", "hello"),
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_an_error_is_json_with_json_only(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TARIFFWIRE_MAX_AGE_HOURS", "1e15")
    done = run(*words, "--json")
    assert done.exit_code == 1
    error = json.loads(done.stdout)["error"]
    assert set(error) == {"thing", "cause", "cure"}
    assert error["thing"] == "TARIFFWIRE_MAX_AGE_HOURS"
    plain = run(*words)
    assert (plain.exit_code, plain.stdout) == (1, "")
    assert plain.stderr == done.stderr
    assert plain.stderr.startswith("tariffwire: TARIFFWIRE_MAX_AGE_HOURS: ")
    assert plain.stderr.count("\n") == 1


def test_the_error_of_a_question_is_in_its_object() -> None:
    done = run("rate", "us", "chinnx", "--json")
    assert done.exit_code == 1
    found = json.loads(done.stdout)
    assert (found["asked"]["text"], found["answers"]) == ("us chinnx", [])
    assert found["error"]["thing"] == "chinnx"


@pytest.mark.parametrize(
    ("words", "thing", "named"),
    [
        (("rate",), "rate", "WORDS"),
        (("rate", "us china", "--on", "nonsense"), "rate", "nonsense"),
        (("rate", "us china", "--jsn"), "rate", "--jsn"),
        (("schedule", "show"), "schedule show", "CODE"),
        (("rat", "us china"), "", "rat"),
    ],
    ids=str,
)
def test_wrong_usage_is_json_with_json(words: tuple[str, ...], thing: str, named: str) -> None:
    done = run(*words, "--json")
    error = json.loads(done.stdout)["error"]
    assert done.exit_code == 2
    assert error["thing"] == f"tariffwire {thing}".strip()
    assert named in error["cause"]
    assert error["cure"].endswith("--help")
    plain = run(*words)
    assert (plain.exit_code, plain.stdout) == (2, "")
    assert plain.stderr == done.stderr


def controls_in(output: str) -> set[str]:
    return {each for each in output if not each.isprintable()} - {"\n"}


def test_text_from_outside_cannot_control_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    echo(f"{HOSTILE}\nnext line")
    echo(HOSTILE, err=True)
    shown = capsys.readouterr()
    assert controls_in(shown.out + shown.err) == set()
    assert shown.out.endswith("25%\nnext line\n")


def test_json_on_a_terminal_has_controls_only_as_escapes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_json({"title": HOSTILE})
    shown = capsys.readouterr().out
    assert controls_in(shown) == set()
    assert json.loads(shown) == {"title": HOSTILE}


@pytest.mark.parametrize("is_terminal", [True, False])
def test_an_answer_keeps_its_styles_and_loses_the_controls_of_its_texts(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, is_terminal: bool
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    if is_terminal:
        monkeypatch.setenv("FORCE_COLOR", "1")
    print_all([render_line(f"{HOSTILE} https://news.example/\x1b]0;x\x07a")])
    shown = capsys.readouterr().out
    own = re.compile(r"\x1b\]8;[^\x1b]*\x1b\\|\x1b\[[0-9;]*m")
    assert bool(own.search(shown)) is is_terminal
    assert controls_in(own.sub("", shown)) == set()
    assert "https://news.example/" in shown
