"""Options of `tariffwire rate`."""

import json

import pytest

from tests.cli.runner import run


@pytest.mark.parametrize("text", ["03.04.2025", "someday", "2025-12-31 steel", "31 Feb 2025"])
def test_a_text_that_is_no_day_is_wrong_usage(text: str) -> None:
    done = run("rate", "us", "china", "--on", text)
    assert done.exit_code == 2
    assert "Invalid value for --on: " in done.output


@pytest.mark.parametrize("text", ["2025-05-20", "20 May 2025", "May 20, 2025", "20.05.2025"])
def test_a_day_is_written_as_in_questions(text: str) -> None:
    done = run("rate", "us on china", "--on", text, "--json")
    (answer,) = json.loads(done.output)["answers"]
    assert (answer["on"], answer["total_percent"]) == ("2025-05-20", "30")


def test_a_value_that_is_no_amount_is_refused() -> None:
    done = run("rate", "us", "china", "--value", "lots")
    assert done.exit_code == 1
    assert "lots: not an amount in dollars" in done.output


def test_a_value_gives_the_duties_in_dollars() -> None:
    question = ("rate", "us on china 7208.10.15", "--on", "2026-10-07")
    done = run(*question, "--json", "--value", "10,000")
    (answer,) = json.loads(done.output)["answers"]
    assert answer["entered_value"]["total"] == ["7534.64", "7534.64"]
    assert answer["headings"] == ["9903.91.01", "9903.82.02", "7208.10.15"]
    done = run(*question, "--value", "$10k")
    assert "total on $10,000.00: $7,534.64" in done.output


def test_a_law_is_printed_as_a_card_or_as_json() -> None:
    done = run("rate", "section", "122")
    assert done.exit_code == 0
    assert "Charged to 23 Jul 2026" in done.output.splitlines()[1]
    done = run("rate", "section 122", "--json")
    shown = json.loads(done.output)
    assert (shown["card"]["id"], shown["card"]["rates"][0]["state"]) == ("section-122", "ended")
    assert shown["answers"] == []
    done = run("rate", "section 122 or ieepa", "--json")
    assert json.loads(done.output)["named_cards"] == ["ieepa"]
    printed = run("rate", "transshipment vietnam").output
    assert "US duties on Vietnam" in printed
    assert "antidumping" in run("rate", "cards").output
