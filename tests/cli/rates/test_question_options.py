"""Options of `tariffwire rate`."""

from click.testing import CliRunner

from bot.cli import main


def test_a_day_in_another_form_is_wrong_usage() -> None:
    done = CliRunner().invoke(main, ["rate", "us", "china", "--on", "31.12.2025"])
    assert done.exit_code == 2
    assert "'31.12.2025' is not a day. Write it as 2025-12-31." in done.output
