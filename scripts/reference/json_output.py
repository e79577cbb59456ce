"""The page of `tariffwire rate --json`: its keys, with the types that they have in answers."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

from bot.commands.answers import AnswerService
from bot.errors import TariffwireError
from bot.mcp.facts import build_refusal, build_reply
from bot.rates.model import warnings
from bot.rates.model.warnings import Leading, RateWarning
from bot.runtime.config.loader import load_ledger, load_parties
from scripts.reference.json_keys import KEYS, OBJECTS, PLACES, RARE

CONFIG = Path(__file__).parents[2] / "config"
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
QUESTIONS = (
    "us china",
    "us china 8507.60.00 value 10000",
    "us china 8507.60.00 value 500",
    "us china 8507",
    "us canada steel usmca",
    "us canada steel",
    "us china history",
    "us china vs vietnam vs india",
    "us china on 2025-04-15",
    "us china last year",
    "us russia 8507.60.00",
    "us north korea",
    "us solar panels vietnam via hong kong notarized",
    "eu us wine",
    "upcoming",
    "what changed in july 2026",
    "section 232",
    "us china section 301",
    "cards",
    "when did the 145% tariff end",
    "us zz pannels",
)
"""Questions whose answers have, together, every key that the shipped rates can give."""

TYPES = {dict: "object", list: "list", str: "text", bool: "boolean", int: "number"}
Types = dict[str, dict[str, set[str]]]


def render_page() -> str:
    """docs/reference/json.md."""
    parts = [
        "# JSON\n\n"
        "The object that `tariffwire rate --json` prints, and that the MCP tool `rate` returns. "
        "Percents are decimal\nstrings, days are ISO 8601, economies are codes. Keys marked "
        "*may be missing* are left out if they are empty.\n\n"
        "Do not edit this page: `make reference` writes it from the answers to "
        f"{len(QUESTIONS)} questions\nand from `scripts/reference/json_keys.py`, which says what "
        "each key means.\n"
    ]
    found, missing = collect_types()
    for name, what in OBJECTS.items():
        parts.append(f"\n## {name.replace('_', ' ').capitalize()}\n\n{what}\n\n")
        parts.append("| key | type | meaning |\n| --- | --- | --- |\n")
        for key, meaning in KEYS[name].items():
            types = " or ".join(sorted(found[name].get(key, ()))) or RARE.get(key, "text")
            rest = " *May be missing.*" if key in missing[name] else ""
            parts.append(f"| `{key}` | {types} | {meaning}{rest} |\n")
    parts.append(
        "\n## Warning\n\nWhat qualifies a total, in `warnings`: the `kind`, and whether it `leads` "
        "(is shown before the total).\nThe other keys depend on the kind.\n\n"
        "| kind | leads | meaning | keys |\n| --- | --- | --- | --- |\n"
    )
    for kind in list_warnings():
        names = [field.name.rstrip("_") for field in fields(kind)]  # type: ignore[arg-type]
        keys = ", ".join(f"`{name}`" for name in names)
        meaning = _get_first_line(kind)
        leads = "yes" if kind.leads else ""
        parts.append(f"| `{_name_kind(kind)}` | {leads} | {meaning} | {keys} |\n")
    return "".join(parts)


def collect_types() -> tuple[Types, dict[str, set[str]]]:
    """The types of each key of each object, and the keys that some of the objects lack."""
    found: Types = defaultdict(lambda: defaultdict(set))
    missing: dict[str, set[str]] = defaultdict(set)
    for reply in asyncio.run(_answer_all()):
        for name, value in _walk(reply, "reply"):
            missing[name] |= KEYS[name].keys() - value.keys()
            for key, one in value.items():
                found[name][key].add("null" if one is None else TYPES[type(one)])
    return found, missing


def list_warnings() -> list[type[RateWarning]]:
    """All kinds of warnings, in the order of their module."""
    kinds = [one for one in vars(warnings).values() if isinstance(one, type)]
    bases = (RateWarning, Leading)
    return [one for one in kinds if issubclass(one, RateWarning) and one not in bases]


def _get_first_line(kind: type[RateWarning]) -> str:
    """The first sentences of its docstring; empty if it has none."""
    # A dataclass without a docstring gets its signature as one.
    text = kind.__doc__ or ""
    own = "" if text.startswith(f"{kind.__name__}(") else text
    return " ".join(own.partition("\n\n")[0].split())


def _name_kind(kind: type[RateWarning]) -> str:
    return RateWarning.kind.fget(object.__new__(kind))  # type: ignore[attr-defined, no-any-return]


async def _answer_all() -> list[dict[str, object]]:
    parties = load_parties(CONFIG / "parties.yaml")
    service = AnswerService(load_ledger(CONFIG / "rates", parties))
    replies = []
    for question in QUESTIONS:
        try:
            reply = build_reply(question, await service.answer(service.parse(question, NOW)))
        except TariffwireError as error:
            reply = build_refusal(question, error)
        replies.append(json.loads(json.dumps(reply)))
    return replies


def _walk(value: dict[str, object], name: str) -> Iterator[tuple[str, dict[str, object]]]:
    """This object and all objects in it, each with its name in OBJECTS; warnings are left out."""
    yield name, value
    for key, one in value.items():
        if key in ("warnings", "fees"):
            continue
        if isinstance(one, dict):
            yield from _walk(one, PLACES[key])
        elif isinstance(one, list):
            for item in one:
                if isinstance(item, dict):
                    yield from _walk(item, PLACES[f"{key}[]"])
