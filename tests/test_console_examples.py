"""The commands in the documentation run as they are written.

A block that begins with ```console is run in a copy of the checkout, line by line: in bash, or in
the process of the test if the line is only a command of the program. A comment before the block,
such as `<!-- needs network -->`, says what a test does not have. These blocks are few, and each
shows why it has its mark.
"""

import asyncio
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from bot.store.owner import Owner, assign_database
from tests.cli import runner
from tests.store.opened import open_store

ROOT = Path(__file__).parents[1]
PAGES = [
    path.relative_to(ROOT)
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
    if path.parent.name != "decisions"
]
BLOCK = re.compile(
    r"^(?P<indent> *)(?:<!-- needs (?P<needs>[^\n]+) -->\n *)?```console\n(?P<body>.*?)^ *```$",
    re.MULTILINE | re.DOTALL,
)
REASONS = {
    "network": r"git clone|https?://|\bpoll\b",
    "Slack": r"\bdoctor\b",
    "containers": r"\bdocker\b",
    "a running bot": r"\btariffwire (say|run)\b",
    "PostgreSQL": r"pg_|postgresql:",
    "the example": r"molasses|world-bank",
    "a service manager": r"\b(systemctl|runuser)\b|/etc/tariffwire",
}
"""What a block may need, and words that show it."""

MOST_MARKED = 26
PER_COMMAND_S = 100
PYTEST = ".venv/bin/python -m pytest"


class Example(NamedTuple):
    """A block of commands."""

    page: str
    number: int
    needs: str
    commands: tuple[str, ...]


def list_examples() -> list[Example]:
    """All blocks of all pages."""
    found = []
    for page in PAGES:
        text = (ROOT / page).read_text("utf-8")
        for number, block in enumerate(BLOCK.finditer(text), start=1):
            lines = [line.strip() for line in block["body"].splitlines()]
            commands = tuple(line[2:] for line in lines if line.startswith("$ "))
            found.append(Example(str(page), number, block["needs"] or "", commands))
    return found


EXAMPLES = list_examples()
TESTS = [one for one in EXAMPLES if all(line.startswith(PYTEST) for line in one.commands)]
"""Blocks that run tests, which the test suite runs anyway."""
RUNNABLE = [one for one in EXAMPLES if not one.needs and one not in TESTS]


def get_name(example: Example) -> str:
    return f"{example.page}-{example.number}"


@pytest.fixture(scope="module")
def data_folder(blank_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a bot that has run once."""
    folder = tmp_path_factory.mktemp("data")
    address = f"sqlite:///{shutil.copyfile(blank_file, folder / 'tariffwire.db')}"

    async def create() -> None:
        store = open_store(address)
        await assign_database(store.database, Owner("T024BE7LD"), datetime.now(UTC))
        await store.database.close()

    asyncio.run(create())
    return folder


@pytest.fixture
def checkout(tmp_path: Path, data_folder: Path) -> Path:
    """A folder with the files of a checkout, whose `.venv` is the environment of the tests."""
    folder = tmp_path / "tariffwire"
    folder.mkdir()
    for name in (".env.example", "config", "docs"):
        (folder / name).symlink_to(ROOT / name)
    shutil.copytree(data_folder, folder / "data")
    programs = folder / ".venv" / "bin"
    programs.mkdir(parents=True)
    program = programs / "tariffwire"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m bot "$@"\n')
    program.chmod(0o755)
    return folder


@pytest.mark.journey
@pytest.mark.parametrize("example", RUNNABLE, ids=get_name)
def test_the_commands_of_a_page_run(
    example: Example, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(checkout)
    kept = {name: os.environ[name] for name in ("LANG", "PATH") if name in os.environ}
    environment = kept | {
        "HOME": str(checkout),
        "PATH": f"{checkout / '.venv' / 'bin'}:{kept['PATH']}",
        "PYTHONPATH": str(ROOT),
        "TARIFFWIRE_DATA_DIR": str(checkout / "data"),
    }
    assert example.commands
    for command in example.commands:
        if words := read_words(command):
            shown = runner.run(*words, env=environment)
            assert shown.exit_code == 0, f"{command}: {shown.output}"
            continue
        run = subprocess.run(
            ["bash", "-c", command],
            cwd=checkout,
            env=environment,
            capture_output=True,
            text=True,
            timeout=PER_COMMAND_S,
            check=False,
        )
        assert run.returncode == 0, f"{command}: {run.stdout}{run.stderr}"


def read_words(command: str) -> list[str]:
    """The words after `tariffwire`, if the line is only a command of the program; none if it needs
    a shell."""
    found = list(shlex.shlex(command, posix=True, punctuation_chars=True))
    is_plain = found[0] == "tariffwire" and not re.search(r"[$`*?~\\]", command)
    if not is_plain or any(re.fullmatch("[();<>|&]+", word) for word in found):
        return []
    return shlex.split(command)[1:]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ('tariffwire rate "us -> china" --json', ["rate", "us -> china", "--json"]),
        ("tariffwire rate us china | head", []),
        ("tariffwire lines import $FILE", []),
        ("echo x | tariffwire match", []),
    ],
)
def test_only_a_command_without_a_shell_runs_in_the_process(command: str, words: list[str]) -> None:
    assert read_words(command) == words


@pytest.mark.parametrize("example", TESTS, ids=get_name)
def test_the_tests_that_a_page_names_exist(example: Example) -> None:
    for command in example.commands:
        paths = re.findall(r"tests/[\w/.]+", command)
        assert paths
        assert [path for path in paths if not (ROOT / path).exists()] == []


def test_few_commands_need_what_a_test_does_not_have() -> None:
    marked = [one for one in EXAMPLES if one.needs]
    assert len(marked) <= MOST_MARKED, Counter(one.needs for one in marked)
    assert len(RUNNABLE) >= 5


@pytest.mark.parametrize("example", [one for one in EXAMPLES if one.needs], ids=get_name)
def test_a_block_shows_why_it_is_not_run(example: Example) -> None:
    pattern = REASONS[example.needs]
    assert any(re.search(pattern, command) for command in example.commands), example


def test_no_command_stands_outside_of_a_block_that_is_run() -> None:
    found = []
    for page in PAGES:
        text = (ROOT / page).read_text("utf-8")
        for block in re.finditer(
            r"^ *```(sh|bash|shell|)\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL
        ):
            first = block[2].partition("\n")[0]
            if re.match(r" *(\$ |tariffwire [a-z]|\.venv/|make |docker )", first):
                found += [f"{page}: {first}"]
    assert found == []
