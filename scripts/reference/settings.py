"""The page of all settings, and `.env.example`."""

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple, get_args, get_origin

from annotated_types import Ge, Gt, Le
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from bot.runtime.settings import Settings, find_variable

SECTIONS = {
    "slack_bot_token": "Slack",
    "port": "Addresses and folders",
    "channel": "What is posted",
    "operators": "Operators",
    "poll_seconds": "How feeds are polled",
    "live_sources": "Live sources: public APIs for figures that are missing from the rates files",
    "mcp": "MCP: read-only tools for AI assistants",
    "log_level": "Log and monitoring",
}
"""The first setting of each section. The others follow it in the order of the class."""

LINE_LENGTH = 118
SHOWN = {
    "slack_bot_token": "xoxb-...",
    "slack_app_token": "xapp-...",
    "slack_signing_secret": "...",
    "wto_key": "...",
    "metrics_token": "...",
    "data_dir": "(your platform's user data folder)",
    "config_dir": "(the config folder of the program)",
    "feeds_file": "(feeds.yaml in the config folder)",
}
"""What stands for defaults that depend on the machine, and for secrets."""


def _read_docstrings(model: type) -> Mapping[str, str]:
    """The text below each field of a class, by the name of the field."""
    body = ast.parse(inspect.getsource(model)).body[0]
    return {
        field.target.id: str(text.value.value)
        for field, text in pairwise(ast.iter_child_nodes(body))
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
    }


_DESCRIPTIONS = _read_docstrings(Settings)


class SettingRow(NamedTuple):
    """A setting as the documentation shows it."""

    variable: str
    default: str
    values: str
    description: str


def list_sections() -> Iterator[tuple[str, Sequence[SettingRow]]]:
    """The sections with their settings, in the order of SECTIONS."""
    own = [name for name in Settings.model_fields if name in Settings.__annotations__]
    inherited = [name for name in Settings.model_fields if name not in own]
    # The switch of the live sources comes before their addresses.
    ordered = [*own, "live_sources", *(name for name in inherited if name != "live_sources")]
    found: dict[str, list[SettingRow]] = {}
    section = ""
    for name in ordered:
        section = SECTIONS.get(name, section)
        found.setdefault(section, []).append(build_row(name, Settings.model_fields[name]))
    for title in SECTIONS.values():
        yield title, found[title]


def build_row(name: str, field: FieldInfo) -> SettingRow:
    """The row of a setting."""
    description = " ".join((field.description or _DESCRIPTIONS.get(name, "")).split())
    default, values = _show_default(name, field), _list_values(field)
    return SettingRow(find_variable(name), default, values, description)


def render_page() -> str:
    """docs/reference/settings.md."""
    secrets = list_secrets()
    parts = [
        "# Settings\n\n"
        "Settings come from the environment, from `.env` in the current folder, and from files of "
        "secrets\n([how](../security.md#secrets)); the first of these that has a value decides. "
        "Durations may have fractions.\n\n"
        "Do not edit this page: `make reference` writes it and `.env.example` from "
        "`bot/runtime/settings.py`.\n"
    ]
    for title, rows in list_sections():
        parts.append(f"\n## {title}\n\n| setting | default | purpose |\n| --- | --- | --- |\n")
        for row in rows:
            default = f"`{row.default}`" if row.default and row.variable not in secrets else ""
            values = f" Values: {row.values}." if row.values else ""
            parts.append(f"| `{row.variable}` | {default} | {row.description}{values} |\n")
    return "".join(parts)


def render_example() -> str:
    """`.env.example`: each setting with its description, commented out."""
    lines = [
        "# Copy this file to .env. To change a setting, remove the # in front of it. The values "
        "shown are the defaults."
    ]
    for title, rows in list_sections():
        lines += ["", f"# --- {title} ---"]
        for row in rows:
            lines += textwrap.wrap(
                row.description, LINE_LENGTH, initial_indent="# ", subsequent_indent="# "
            )
            lines.append(f"# {row.variable}={row.default}")
    return "\n".join(lines) + "\n"


def _show_default(name: str, field: FieldInfo) -> str:
    if name in SHOWN:
        return SHOWN[name]
    default = field.default
    if default is None or default is PydanticUndefined:
        return ""
    if isinstance(default, bool):
        return str(default).lower()
    return ",".join(map(str, default)) if isinstance(default, tuple) else str(default)


def _list_values(field: FieldInfo) -> str:
    """The values that a setting may have, in words; empty if any text will do."""
    if get_origin(field.annotation) is Literal:
        return ", ".join(f"`{one}`" for one in get_args(field.annotation))
    if field.annotation is bool:
        return "`true`, `false`"
    low = high = ""
    for rule in field.metadata:
        if isinstance(rule, Ge):
            low = f"{rule.ge}"
        elif isinstance(rule, Gt):
            low = f"more than {rule.gt}"
        elif isinstance(rule, Le):
            high = f"{rule.le:,.0f}"
    return f"{low} to {high}" if high else ""


def list_secrets() -> tuple[str, ...]:
    """The variables that hold secrets."""
    return tuple(
        find_variable(name)
        for name, field in Settings.model_fields.items()
        if SecretStr in (field.annotation, *get_args(field.annotation))
    )
