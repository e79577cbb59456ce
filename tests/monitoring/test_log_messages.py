"""`docs/reference/logs.md` lists every message that the code logs, and no other ones."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "logs.md"
LEVELS = {
    "info": "INFO",
    "warning": "WARNING",
    "error": "ERROR",
    "exception": "ERROR",
    "critical": "ERROR",
}
_ROW = re.compile(r"\| (`{1,2})(.+?)\1 \| .+ \|")
_FIELD = re.compile(r"%[.\d]*[a-z]")


class Logged(NamedTuple):
    level: str
    message: str


def list_messages() -> Iterator[Logged]:
    """The level and the text of each call of a logger, with … for each value."""
    for path in sorted((ROOT / "bot").rglob("*.py")):
        # The local workspace stands for Slack.
        if "local_slack" in path.parts:
            continue
        tree = ast.parse(path.read_text("utf-8"))
        constants = dict(filter(None, map(read_constant, tree.body)))
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            owner, name = node.func.value, node.func.attr
            if isinstance(owner, ast.Name) and owner.id in ("log", "logger"):
                if name == "log":
                    yield Logged("INFO", write_template(node.args[1], constants))
                    yield Logged("WARNING", write_template(node.args[1], constants))
                elif name in LEVELS:
                    yield Logged(LEVELS[name], write_template(node.args[0], constants))


def read_constant(node: ast.stmt) -> tuple[str, str] | None:
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        value = node.value
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            return node.targets[0].id, value.value
    return None


def write_template(node: ast.expr, constants: dict[str, str]) -> str:
    if isinstance(node, ast.Constant):
        text = str(node.value)
    elif isinstance(node, ast.Name):
        text = constants.get(node.id, "%s")
    else:
        raise AssertionError(f"line {node.lineno}: log a constant text with arguments")
    return _FIELD.sub("…", text).strip()


def read_page() -> list[Logged]:
    found, level = [], ""
    for line in PAGE.read_text("utf-8").splitlines():
        if line.startswith("## "):
            level = line.removeprefix("## ").strip()
        elif level in LEVELS.values() and (match := _ROW.fullmatch(line)):
            found.append(Logged(level, match[2]))
    return found


def test_the_page_lists_each_message_of_the_code() -> None:
    logged = set(list_messages())
    assert len(logged) > 50
    missing = "".join(
        f"\n{each.level}: {each.message}" for each in sorted(logged - set(read_page()))
    )
    assert not missing, f"add to {PAGE.name}:{missing}"


def test_the_code_logs_each_message_of_the_page() -> None:
    listed = read_page()
    unknown = set(listed) - set(list_messages())
    extra = "".join(f"\n{each.level}: {each.message}" for each in sorted(unknown))
    assert not extra, f"remove from {PAGE.name}:{extra}"
    assert len(set(listed)) == len(listed)
