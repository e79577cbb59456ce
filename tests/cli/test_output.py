"""Errors of commands: one line on stderr, and JSON on stdout with --json."""

import json

import pytest
from click.testing import CliRunner

from bot.cli import main

WRONG = {"TARIFFWIRE_MAX_AGE_HOURS": "1e15"}
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
def test_an_error_is_json_with_json_only(words: tuple[str, ...]) -> None:
    done = CliRunner(env=WRONG).invoke(main, [*words, "--json"])
    assert done.exit_code == 1
    error = json.loads(done.stdout)["error"]
    assert set(error) == {"thing", "cause", "cure"}
    assert error["thing"] == "TARIFFWIRE_MAX_AGE_HOURS"
    plain = CliRunner(env=WRONG).invoke(main, words)
    assert (plain.exit_code, plain.stdout) == (1, "")
    assert plain.stderr == done.stderr
    assert plain.stderr.startswith("tariffwire: TARIFFWIRE_MAX_AGE_HOURS: ")
    assert plain.stderr.count("\n") == 1


def test_the_error_of_a_question_is_in_its_object() -> None:
    done = CliRunner().invoke(main, ["rate", "us", "chnia", "--json"])
    assert done.exit_code == 1
    found = json.loads(done.stdout)
    assert (found["asked"]["text"], found["answers"]) == ("us chnia", [])
    assert found["error"]["thing"] == "chnia"
