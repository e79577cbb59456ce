"""Writes approved rates into the rates files, as a person would: all else stays letter for letter.

The files' own text is changed where the new sheet differs from the old one: sources are added, a
period ends earlier, periods and measures are added. What was written is read again, and must say
what the new sheet says.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import yaml

from bot.catalog import read_text_model
from bot.errors import ConfigError
from bot.rates.measure import Source
from bot.rates.reply import percent_text
from bot.rates.sheet import Sheet, WrittenMeasure, WrittenPeriod


class _Edit(NamedTuple):
    """Text that takes the place of what stands from `start` to `end`."""

    start: int
    end: int
    text: str


def with_rates(name: str, text: str, old: Sheet, new: Sheet) -> str:
    """The file's text, which says `old`, so that it says `new`.

    Raises ConfigError where that cannot be written into it.
    """
    edits = sorted(_edits(yaml.compose(text, Loader=yaml.CSafeLoader), text, old, new))
    for edit in reversed(edits):
        text = text[: edit.start] + edit.text + text[edit.end :]
    if read_text_model(name, text, Sheet) != new:
        cure = "Change it by hand; `tariffwire rates proposals` shows what was approved"
        raise ConfigError(name, None, "", "the approved rates cannot be written into it", cure)
    return text


def _edits(root: yaml.Node | None, text: str, old: Sheet, new: Sheet) -> Iterator[_Edit]:
    added = [f"{key}: {_source(new.sources[key])}" for key in new.sources if key not in old.sources]
    if added:
        # The first of them: what stands after the last one may be a comment on something else.
        sources = _get(root, "sources")
        indent = " " * sources.start_mark.column
        at = _line_of(text, sources)
        yield _Edit(at, at, "".join(f"{indent}{line}\n" for line in added))
    for place, measure in enumerate(old.measures):
        if new.measures[place] != measure:
            node = _get(_at(_get(root, "measures"), place), "periods")
            yield from _periods(node, text, measure.periods, new.measures[place].periods)
    own = new.measures[len(old.measures) :]
    if own:
        end = _line_after(text, _end(_get(root, "measures")))
        yield _Edit(end, end, "".join(_measure(one) for one in own))
    for number, schedule in enumerate(old.schedules):
        rows = _get(_at(_get(root, "schedules"), number), "rows")
        for place, row in enumerate(schedule.rows):
            later = new.schedules[number].rows[place].periods
            if later != row.periods:
                yield from _own(_at(rows, place), text, row.periods, later)


def _periods(
    node: yaml.Node, text: str, old: Sequence[WrittenPeriod], new: Sequence[WrittenPeriod]
) -> Iterator[_Edit]:
    """Ends those that end earlier now, and adds the new ones after those that they follow."""
    known = {period.from_: place for place, period in enumerate(old)}
    before: yaml.Node | None = None
    for period in new:
        place = known.get(period.from_)
        if place is not None:
            before = _at(node, place)
            yield from _changed(before, old[place], period)
        elif isinstance(node, yaml.SequenceNode) and node.flow_style:
            at = before.end_mark.index if before else node.start_mark.index + 1
            yield _Edit(at, at, f", {_period(period)}" if before else f"{_period(period)}, ")
        else:
            dash = " " * node.start_mark.column + "- "
            at = _line_after(text, _end(before)) if before else _line_of(text, node)
            yield _Edit(at, at, f"{dash}{_period(period)}\n")


def _changed(node: yaml.Node, old: WrittenPeriod, new: WrittenPeriod) -> Iterator[_Edit]:
    given = {"to": new.to, "status": new.status.value}
    for key, value in given.items():
        if getattr(old, key) == getattr(new, key):
            continue
        held = _find(node, key)
        if held is not None:
            yield _Edit(held.start_mark.index, held.end_mark.index, _scalar(value))
        else:
            after = _get(node, "from")
            flow = isinstance(node, yaml.MappingNode) and node.flow_style
            joint = ", " if flow else "\n" + " " * node.start_mark.column
            yield _Edit(
                after.end_mark.index, after.end_mark.index, f"{joint}{key}: {_scalar(value)}"
            )


def _own(
    row: yaml.Node, text: str, old: Sequence[WrittenPeriod], new: Sequence[WrittenPeriod]
) -> Iterator[_Edit]:
    """The periods of a schedule's row."""
    held = _find(row, "periods")
    if held is not None:
        yield from _periods(held, text, old, new)
        return
    listed = f"periods: [{', '.join(_period(period) for period in new)}]"
    if isinstance(row, yaml.MappingNode) and row.flow_style:
        at = row.end_mark.index - 1
        yield _Edit(at, at, f", {listed}")
    else:
        at = _line_after(text, _end(row))
        yield _Edit(at, at, f"{' ' * row.start_mark.column}{listed}\n")


def _measure(measure: WrittenMeasure) -> str:
    given = measure.model_dump(exclude_defaults=True, exclude={"periods"})
    lines = [f"{key}: {_scalar(value)}" for key, value in given.items()]
    lines += ["periods:", *(f"- {_period(period)}" for period in measure.periods)]
    return "- " + "\n  ".join(lines) + "\n"


def _period(period: WrittenPeriod) -> str:
    given = period.model_dump(exclude_defaults=True, by_alias=True)
    return _scalar(given)


def _source(source: Source) -> str:
    return _scalar(source.model_dump(exclude_defaults=True))


def _scalar(value: Any) -> str:
    """A value as YAML on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_scalar(held)}" for key, held in value.items()) + "}"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_scalar(held) for held in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(percent_text(value))
    # What JSON quotes, YAML reads as the same text.
    word = str(value)
    simple = (
        word.isascii()
        and word.lower() != "null"
        and word.replace("-", "").replace("_", "").isalpha()
    )
    return word if simple else json.dumps(word, ensure_ascii=False)


def _find(node: yaml.Node | None, key: str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for name, value in node.value if name.value == key), None)
    return None


def _get(node: yaml.Node | None, key: str) -> yaml.Node:
    found = _find(node, key)
    if found is None:
        raise ConfigError("rates", None, key, "is not where it was expected")
    return found


def _at(node: yaml.Node, place: int) -> yaml.Node:
    found: yaml.Node = node.value[place]
    return found


def _end(node: yaml.Node) -> int:
    """Where the last thing in the node ends; a block's own end mark lies after what follows it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)


def _line_after(text: str, at: int) -> int:
    """Where the line after this place begins."""
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1


def _line_of(text: str, node: yaml.Node) -> int:
    """Where the node's line begins."""
    return text.rfind("\n", 0, node.start_mark.index) + 1
