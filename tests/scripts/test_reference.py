"""The reference pages are complete, and are those that the code writes."""

from pathlib import Path

import click
import pytest

from bot.cli import main
from bot.runtime.settings import Settings, find_variable
from scripts.reference import commands, settings
from scripts.reference.json_keys import KEYS, OBJECTS, PLACES
from scripts.reference.json_output import collect_types
from scripts.reference.pages import render_pages

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return render_pages()


def test_the_pages_in_the_repository_are_current(pages: dict[str, str]) -> None:
    old = [name for name, text in pages.items() if (ROOT / name).read_text("utf-8") != text]
    assert old == [], "run `make reference`"


def test_every_setting_has_a_description() -> None:
    rows = [row for _, rows in settings.list_sections() for row in rows]
    assert {row.variable for row in rows} == {find_variable(one) for one in Settings.model_fields}
    assert [row.variable for row in rows if not row.description] == []


def test_no_default_of_this_machine_is_in_the_pages(pages: dict[str, str]) -> None:
    here = {str(ROOT), str(Path.home())} - {"/"}
    assert [name for name, text in pages.items() if any(one in text for one in here)] == []


def test_every_command_and_option_is_on_the_page_of_commands() -> None:
    page = commands.render_page()

    def check(command: click.Command, path: str) -> None:
        if isinstance(command, click.Group):
            for name in command.list_commands(click.Context(command)):
                part = command.get_command(click.Context(command), name)
                assert part is not None
                check(part, f"{path} {name}")
            return
        _, found, text = page.partition(f"### {path}\n")
        assert found
        text = text.partition("\n### ")[0]
        options = [one for one in command.params if isinstance(one, click.Option)]
        assert [one.opts[0] for one in options if one.opts[0] not in text] == []

    check(main, "tariffwire")


def test_every_key_of_the_json_output_is_explained() -> None:
    found, _ = collect_types()
    unknown = {name: sorted(found[name].keys() - KEYS[name].keys()) for name in found}
    assert {name: keys for name, keys in unknown.items() if keys} == {}
    assert KEYS.keys() == OBJECTS.keys()
    assert set(PLACES.values()) | {"reply"} == KEYS.keys()
