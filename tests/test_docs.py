"""What the documents say of the program is true of it."""

import re
from pathlib import Path

import click
import pytest

from bot.cli import COMMANDS, main
from bot.slack.scopes import SCOPES

ROOT = Path(__file__).parents[1]
DOCUMENTS = [
    path.relative_to(ROOT)
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("bench/*.md"))
]


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_every_link_to_a_file_leads_to_one(document: Path) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    missing = [link for link in links if not (ROOT / document.parent / link).exists()]
    assert missing == []


def test_the_readme_names_every_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    context = click.Context(main)
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert f"tariffwire {name}" in readme
        for part in command.commands if isinstance(command, click.Group) else ():
            assert re.search(rf"`(tariffwire )?({name} )?{part}\b", readme), f"{name} {part}"


def test_the_list_of_commands_says_what_each_command_says() -> None:
    context = click.Context(main)
    for name, place in COMMANDS.items():
        command = main.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert command.get_short_help_str(200) == place.help


def test_the_readme_explains_every_scope() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [scope.name for scope in SCOPES if f"`{scope.name}`" not in readme] == []


def test_the_documents_speak_of_modules_that_exist() -> None:
    text = "".join((ROOT / document).read_text(encoding="utf-8") for document in DOCUMENTS)
    named = set(re.findall(r"`((?:bot/)?(?:[a-z_]+/)*[a-z_]+\.py)`", text))
    missing = [
        name for name in named if not any((base / name).exists() for base in (ROOT, ROOT / "bot"))
    ]
    assert missing == []
