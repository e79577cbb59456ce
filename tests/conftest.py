"""Fixtures for tests that need a real browser or a real PostgreSQL server, and test settings."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import settings
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from sqlalchemy import create_engine, make_url, text

from bot.store.engine import parse_url
from bot.store.upgrade import upgrade
from tests.store.opened import Store, open_store

POSTGRES = "TARIFFWIRE_TEST_POSTGRES"
"""Environment variable with a PostgreSQL URL whose user may create databases on the server."""

# These options run Chromium without a window and without background requests to other servers.
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,900",
)

# No deadline per example: a busy machine is slow, and the first example also imports modules.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """For `-n auto`: one more process than cores, because many tests spend time waiting."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests that use the browser."""
    for item in items:
        if isinstance(item, pytest.Function) and "browser" in item.fixturenames:
            item.add_marker(pytest.mark.browser)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """An empty SQLite database."""
    address = f"sqlite:///{tmp_path / 'bot.db'}"
    await upgrade(address)
    opened = open_store(address)
    yield opened
    await opened.database.close()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Removes proxy settings, because slack_sdk would use the proxy even for loopback."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[webdriver.Chrome]:
    """The system's Chromium, headless. If it is missing, skips the test, or fails it in CI."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        _skip_or_fail("needs chromium and chromedriver: apt-get install chromium chromium-driver")
    monkeypatch.setenv("SE_OFFLINE", "true")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*_FLAGS, f"--user-data-dir={tmp_path / 'browser'}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    window = webdriver.Chrome(options=options, service=Service(driver))
    try:
        yield window
    finally:
        window.quit()


@pytest.fixture(scope="session")
def postgres(worker_id: str) -> Iterator[str]:
    """The address of an empty database that only this test process uses.

    If no server is configured, skips the test, or fails it if the variable CI is set.
    """
    if POSTGRES not in os.environ:
        _skip_or_fail(f"{POSTGRES} names no database to use")
    given = make_url(os.environ[POSTGRES])
    own = given.set(database=f"{given.database}_{worker_id}")
    server = create_engine(parse_url(os.environ[POSTGRES]), isolation_level="AUTOCOMMIT")
    drop = text(f'DROP DATABASE IF EXISTS "{own.database}" WITH (FORCE)')
    with server.connect() as connection:
        connection.execute(drop)
        connection.execute(text(f'CREATE DATABASE "{own.database}"'))
    yield own.render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(drop)
    server.dispose()


def _skip_or_fail(reason: str) -> NoReturn:
    """Skips the test, or fails it if the variable CI is set."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
