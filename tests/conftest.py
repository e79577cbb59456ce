"""Fixtures for many tests: the shipped ledger, databases, a real browser; and test settings."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import settings
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from sqlalchemy import Engine, create_engine, make_url, text

from bot.feeds.parsing.process_pool import ProcessPool
from bot.parties import Parties
from bot.rates.ledger import Ledger
from bot.store.engine import parse_url
from bot.store.upgrade import upgrade
from tests import shipped
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


@pytest.fixture(scope="session")
def blank_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty, migrated SQLite file. Tests copy it, because migrations are slow."""
    file = tmp_path_factory.mktemp("blank") / "blank.db"
    asyncio.run(upgrade(f"sqlite:///{file}"))
    return file


@pytest.fixture
async def store(blank_file: Path, tmp_path: Path) -> AsyncIterator[Store]:
    """An empty SQLite database."""
    file = shutil.copyfile(blank_file, tmp_path / "bot.db")
    opened = open_store(f"sqlite:///{file}")
    yield opened
    await opened.database.close()


@pytest.fixture(scope="session")
def parties() -> Parties:
    return shipped.PARTIES


@pytest.fixture(scope="session")
def ledger() -> Ledger:
    return shipped.ledger()


@pytest.fixture(scope="session")
def workers() -> Iterator[ProcessPool]:
    shared = ProcessPool(parse_deadline_s=20.0)
    yield shared
    asyncio.run(shared.close())


@pytest.fixture(autouse=True, scope="session")
def no_proxy() -> Iterator[None]:
    """Removes proxy settings, because slack_sdk would use the proxy even for loopback."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture(scope="session")
def chromium(
    no_proxy: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[webdriver.Chrome]:
    """The system's Chromium, headless. If it is missing, skips the test, or fails it in CI."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        _skip_or_fail("needs chromium and chromedriver: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*_FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('browser')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    opened = webdriver.Chrome(options=options, service=Service(driver))
    try:
        yield opened
    finally:
        opened.quit()


@pytest.fixture
def browser(chromium: webdriver.Chrome) -> Iterator[webdriver.Chrome]:
    """Chromium with one blank window, without cookies and log entries of earlier tests."""
    yield chromium
    old = chromium.current_window_handle
    chromium.switch_to.new_window("window")
    new = chromium.current_window_handle
    chromium.switch_to.window(old)
    chromium.close()
    chromium.switch_to.window(new)
    chromium.execute_cdp_cmd("Network.clearBrowserCookies", {})
    # Reading empties the log. The type is Any, because Selenium does not annotate this method.
    window: Any = chromium
    window.get_log("browser")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Engine]:
    """Connections to the configured PostgreSQL server that execute statements outside of
    transactions. If no server is configured, skips the test, or fails it if CI is set."""
    if POSTGRES not in os.environ:
        _skip_or_fail(f"{POSTGRES} names no database to use")
    server = create_engine(parse_url(os.environ[POSTGRES]), isolation_level="AUTOCOMMIT")
    yield server
    server.dispose()


@pytest.fixture(scope="session")
def postgres(postgres_server: Engine, worker_id: str) -> Iterator[str]:
    """The address of an empty database that only this test process uses."""
    given = make_url(os.environ[POSTGRES])
    name = f"{given.database}_{worker_id}"
    _create_database(postgres_server, name)
    yield given.set(database=name).render_as_string(hide_password=False)
    _drop_database(postgres_server, name)


@pytest.fixture(scope="session")
def renew_postgres(postgres_server: Engine, postgres: str) -> Iterator[Callable[[], str]]:
    """A function that makes the database of `postgres` an empty, migrated one, and returns its
    address. It copies such a database, because migrations are slow."""
    own = str(make_url(postgres).database)
    blank = f"{own}_blank"
    _create_database(postgres_server, blank)
    address = make_url(postgres).set(database=blank)
    asyncio.run(upgrade(address.render_as_string(hide_password=False)))

    def renew() -> str:
        _create_database(postgres_server, own, template=blank)
        return postgres

    yield renew
    _drop_database(postgres_server, blank)


def _create_database(server: Engine, name: str, template: str = "template1") -> None:
    """Creates a database, in place of an older one with this name."""
    _drop_database(server, name)
    with server.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))


def _drop_database(server: Engine, name: str) -> None:
    with server.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


def _skip_or_fail(reason: str) -> NoReturn:
    """Skips the test, or fails it if the variable CI is set."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
