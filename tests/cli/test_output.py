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
    done = CliRunner().invoke(main, [*words, "--json"], prog_name="tariffwire")
    error = json.loads(done.stdout)["error"]
    assert done.exit_code == 2
    assert error["thing"] == f"tariffwire {thing}".strip()
    assert named in error["cause"]
    assert error["cure"].endswith("--help")
    plain = CliRunner().invoke(main, words, prog_name="tariffwire")
    assert (plain.exit_code, plain.stdout) == (2, "")
    assert plain.stderr == done.stderr
