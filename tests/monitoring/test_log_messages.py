"""`docs/reference/logs.md` lists every message that the code logs with its logger, and no other
ones."""

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
_ROW = re.compile(r"\| `([\w.]+)` \| (`{1,2})(.+?)\2 \| .+ \|")
_FIELD = re.compile(r"%[.\d]*[a-z]")


class Logged(NamedTuple):
    level: str
    logger: str
    message: str


def list_messages() -> Iterator[Logged]:
    """The level, the logger and the text of each call of a logger, with … for each value."""
    for path in sorted((ROOT / "bot").rglob("*.py")):
        # The local workspace stands for Slack.
        if "local_slack" in path.parts:
            continue
        tree = ast.parse(path.read_text("utf-8"))
        logger = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        constants = dict(filter(None, map(read_constant, tree.body)))
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            owner, name = node.func.value, node.func.attr
            if isinstance(owner, ast.Name) and owner.id in ("log", "logger"):
                if name == "log":
                    yield Logged("INFO", logger, write_template(node.args[1], constants))
                    yield Logged("WARNING", logger, write_template(node.args[1], constants))
                elif name in LEVELS:
                    yield Logged(LEVELS[name], logger, write_template(node.args[0], constants))


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
            found.append(Logged(level, match[1], match[3]))
    return found


def test_the_page_lists_each_message_of_the_code() -> None:
    logged = set(list_messages())
    assert len(logged) > 50
    missing = describe(logged - set(read_page()))
    assert not missing, f"add to {PAGE.name}:{missing}"


def test_the_code_logs_each_message_of_the_page() -> None:
    listed = read_page()
    extra = describe(set(listed) - set(list_messages()))
    assert not extra, f"remove from {PAGE.name}:{extra}"
    assert len(set(listed)) == len(listed)


def test_the_rows_of_a_level_are_in_the_order_of_the_loggers() -> None:
    loggers = [(each.level, each.logger) for each in read_page()]
    levels = list(dict.fromkeys(level for level, _ in loggers))
    assert loggers == sorted(loggers, key=lambda row: (levels.index(row[0]), row[1]))


def describe(messages: set[Logged]) -> str:
    return "".join(f"\n{each.level}: {each.logger}: {each.message}" for each in sorted(messages))
