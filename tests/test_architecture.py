"""Rules for the structure of the code: unique class names, small packages, correct glossary."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BOT = ROOT / "bot"
GLOSSARY = ROOT / "docs" / "glossary.md"
MOST_MODULES = 12
LARGE = (("store",),)
"""Packages without a limit: the store has one module for each group of tables."""


def public_classes() -> Iterator[tuple[str, str]]:
    for path in sorted(BOT.rglob("*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                yield node.name, path.relative_to(ROOT).as_posix()


def packages() -> list[Path]:
    found = sorted(path.parent for path in BOT.rglob("__init__.py"))
    return [path for path in found if path.relative_to(ROOT).parts[1:2] not in LARGE]


def test_no_two_public_classes_share_a_name() -> None:
    places = defaultdict(list)
    for name, path in public_classes():
        places[name].append(path)
    assert {name: paths for name, paths in places.items() if len(paths) > 1} == {}


@pytest.mark.parametrize("package", packages(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_package_has_few_modules(package: Path) -> None:
    modules = [path.stem for path in package.glob("*.py") if path.stem != "__init__"]
    assert len(modules) <= MOST_MODULES, modules


def test_every_class_and_module_of_the_glossary_exists() -> None:
    named = re.findall(r"\(`([\w.]+)`\)", GLOSSARY.read_text("utf-8"))
    classes = set(public_classes())
    missing = []
    for name in named:
        module, _, last = name.rpartition(".")
        path = "bot/" + name.replace(".", "/")
        is_module = (ROOT / f"{path}.py").exists() or (ROOT / path).is_dir()
        if not is_module and (last, f"bot/{module.replace('.', '/')}.py") not in classes:
            missing.append(name)
    assert len(named) > 40
    assert missing == []


def test_the_glossary_defines_each_noun_once() -> None:
    lines = [line for line in GLOSSARY.read_text("utf-8").splitlines() if line.startswith("- ")]
    nouns = [noun for line in lines for noun in re.findall(r"\*\*(.+?)\*\*", line)]
    assert sorted(set(nouns)) == sorted(nouns)
