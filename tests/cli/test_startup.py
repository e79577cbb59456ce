"""A command loads only the code that it needs, so that it starts fast."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.journey
def test_a_question_about_rates_loads_no_code_for_news_slack_or_a_database(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "bot", "rate", "us", "china"],
        env={**os.environ, "TARIFFWIRE_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {row.rpartition("|")[2].strip() for row in done.stderr.splitlines()}
    assert "bot.rates.ledger" in loaded
    others = {"aiohttp", "cryptography", "slack_sdk", "sqlalchemy", "bot.news.reader"}
    assert loaded.isdisjoint(others)
