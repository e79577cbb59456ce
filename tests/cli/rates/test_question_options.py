"""Options of `tariffwire rate`."""

import json

from click.testing import CliRunner

from bot.cli import main


def test_a_day_in_another_form_is_wrong_usage() -> None:
    done = CliRunner().invoke(main, ["rate", "us", "china", "--on", "31.12.2025"])
    assert done.exit_code == 2
    assert "'31.12.2025' is not a day. Write it as 2025-12-31." in done.output


def test_a_value_that_is_no_amount_is_refused() -> None:
    done = CliRunner().invoke(main, ["rate", "us", "china", "--value", "lots"])
    assert done.exit_code == 1
    assert "lots: not an amount in dollars" in done.output


def test_a_value_gives_the_duties_in_dollars() -> None:
    question = ["rate", "us on china 7208.10.15", "--on", "2026-10-07", "--json"]
    done = CliRunner().invoke(main, [*question, "--value", "10,000"])
    (answer,) = json.loads(done.output)["answers"]
    assert answer["entered_value"]["total"] == ["7534.64", "7534.64"]
    assert answer["headings"] == ["9903.91.01", "9903.82.02", "7208.10.15"]
    done = CliRunner().invoke(main, [*question[:-1], "--value", "$10k"])
    assert "total on $10,000.00: $7,534.64" in done.output


def test_a_law_is_printed_as_a_card_or_as_json() -> None:
    done = CliRunner().invoke(main, ["rate", "section", "122"])
    assert done.exit_code == 0
    assert "Ended 23 Jul 2026" in done.output.splitlines()[1]
    done = CliRunner().invoke(main, ["rate", "section 122", "--json"])
    shown = json.loads(done.output)
    assert (shown["card"]["id"], shown["card"]["rates"][0]["state"]) == ("section-122", "ended")
    assert shown["answers"] == []
    assert "antidumping" in CliRunner().invoke(main, ["rate", "cards"]).output
