"""The shape of the code: names that stand for one thing, and packages that fit on a screen."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BOT = ROOT / "bot"
GLOSSARY = ROOT / "docs" / "glossary.md"
MOST_MODULES = 12
LARGE = ("local_slack", "store")
"""One module for each method of Slack's API, or for each group of tables."""


def public_classes() -> Iterator[tuple[str, str]]:
    for path in sorted(BOT.rglob("*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                yield node.name, path.relative_to(ROOT).as_posix()


def packages() -> list[Path]:
    found = sorted(path.parent for path in BOT.rglob("__init__.py"))
    return [path for path in found if path.relative_to(BOT).parts[:1] not in [(x,) for x in LARGE]]


def test_no_two_public_classes_share_a_name() -> None:
    places = defaultdict(list)
    for name, path in public_classes():
        places[name].append(path)
    assert {name: paths for name, paths in places.items() if len(paths) > 1} == {}


@pytest.mark.parametrize("package", packages(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_package_has_few_modules(package: Path) -> None:
    modules = [path.stem for path in package.glob("*.py") if path.stem != "__init__"]
    assert len(modules) <= MOST_MODULES, modules
