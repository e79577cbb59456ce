"""The documentation agrees with the code: links, commands, settings and modules exist."""

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from bot.cli import COMMANDS, main
from bot.commands.grammar import Verb
from bot.runtime.settings import Settings, find_variable
from bot.slack.scopes import SCOPES
from scripts.reference.settings import list_secrets

ROOT = Path(__file__).parents[1]
BUILD_S = 100
DOCUMENTS = [
    path.relative_to(ROOT)
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("bench/*.md"))
]

TEST_OR_EXAMPLE_SETTINGS = {
    "TARIFFWIRE_TEST_CHANNELS",
    "TARIFFWIRE_TEST_POSTGRES",
    "TARIFFWIRE_WORLD_BANK_URL",
}
"""Variables in the documents that are no bot settings: one is for tests, one for a how-to."""


def anchors(text: str) -> set[str]:
    """The anchors of the headings of a page, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each).strip().lower().replace(" ", "-") for each in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_no_section_stands_twice_on_a_page(document: Path) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    if document.name == "CHANGELOG.md":
        return
    headings = re.findall(
        r"^##+ .+$", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE
    )
    assert [each for each in set(headings) if headings.count(each) > 1] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_every_link_to_a_file_points_to_an_existing_file(document: Path) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    missing = [link for link in links if not (ROOT / document.parent / link).exists()]
    assert missing == []


def test_the_guide_names_every_slash_command() -> None:
    guide = (ROOT / "docs" / "using.md").read_text(encoding="utf-8")
    verbs = list(Verb)
    typed = verbs[: verbs.index(Verb.ASK)]
    assert [verb for verb in typed if f"`/tariff {verb}" not in guide] == []


def test_the_command_list_matches_the_help_of_each_command() -> None:
    context = click.Context(main)
    for name, place in COMMANDS.items():
        command = main.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert command.get_short_help_str(200) == place.help


def test_the_slack_page_explains_every_scope() -> None:
    page = (ROOT / "docs" / "slack.md").read_text(encoding="utf-8")
    assert [scope.name for scope in SCOPES if f"`{scope.name}`" not in page] == []


def test_the_security_page_says_what_each_secret_allows() -> None:
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    table = page.partition("## Secrets")[2].partition("\n## ")[0]
    assert [name for name in list_secrets() if f"`{name}`" not in table] == []


def test_every_setting_in_the_documents_exists() -> None:
    text = "".join((ROOT / document).read_text(encoding="utf-8") for document in DOCUMENTS)
    known = {find_variable(field) for field in Settings.model_fields}
    named = set(re.findall(r"`(TARIFFWIRE_[A-Z_]+)", text))
    assert named - known == TEST_OR_EXAMPLE_SETTINGS


def test_every_link_to_a_heading_points_to_an_existing_heading() -> None:
    missing = []
    for document in DOCUMENTS:
        text = (ROOT / document).read_text(encoding="utf-8")
        for file, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#([^)]+)\)", text):
            page = (ROOT / document.parent / file) if file else ROOT / document
            if anchor not in anchors(page.read_text(encoding="utf-8")):
                missing.append(f"{document}: {file}#{anchor}")
    assert missing == []


def test_every_module_named_in_the_documents_exists() -> None:
    text = "".join((ROOT / document).read_text(encoding="utf-8") for document in DOCUMENTS)
    named = set(re.findall(r"`((?:bot/)?(?:[a-z_]+/)*[a-z_]+\.py)`", text))
    missing = [
        name for name in named if not any((base / name).exists() for base in (ROOT, ROOT / "bot"))
    ]
    assert missing == []


def tree_of_packages() -> set[str]:
    """The paths in the tree of the architecture page: packages with a slash, modules by name."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    block = text.partition("```\nbot/\n")[2].partition("```")[0]
    paths, parent = set(), ""
    for indent, name in re.findall(r"^( +)([a-z_]+(?:/|\.py)) ", block, re.MULTILINE):
        parent = name if len(indent) == 2 else parent
        paths.add(name if len(indent) == 2 else parent + name)
    return paths


def test_the_package_tree_of_the_architecture_page_matches_the_code() -> None:
    bot = ROOT / "bot"
    tree = tree_of_packages()
    assert [path for path in tree if not (bot / path).exists()] == []
    top = {f"{path.parent.name}/" for path in bot.glob("*/__init__.py")}
    top |= {path.name for path in bot.glob("[a-z]*.py")}
    assert top - tree == set()


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", "-n"]
    run = subprocess.run(
        [*build, "-d", tmp_path / "trees", ROOT / "docs", tmp_path / "site"],
        capture_output=True,
        text=True,
        timeout=BUILD_S,
        cwd=ROOT,
        check=False,
    )
    assert run.stderr == ""
    pages = {path.stem for path in (tmp_path / "site").rglob("*.html")}
    assert {"index", "try", "slack", "subscriptions", "rates", "operating", "deciding"} <= pages
    assert (tmp_path / "site" / "pictures" / "alert-desktop-light.png").exists()
