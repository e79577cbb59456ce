"""Writes approved rates into the rates files, as a person would: all else stays letter for letter.

The files' own text is changed where the new sheet differs from the old one: sources are added, a
period ends earlier, periods and measures are added. What was written is read again, and must say
what the new sheet says.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import yaml

from bot.errors import ConfigError
from bot.rates.files.schema import Sheet, WrittenMeasure, WrittenPeriod
from bot.rates.model.answer import percent_text
from bot.rates.model.measure import Source
from bot.runtime.config_loader import read_text_model


class _Edit(NamedTuple):
    """Text that takes the place of what stands from `start` to `end`."""

    start: int
    end: int
    text: str


class _Placing(yaml.SafeLoader):
    """Composes a file so that each node knows where it stands, an alias at its own place.

    `aliased` holds, by anchor, the aliases in the order of the text.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.aliased: dict[str, list[yaml.Node]] = {}

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call] # PyYAML's own has no types
        node = super().compose_node(parent, index)
        anchor = getattr(event, "anchor", None)
        if node is None or anchor is None:
            return node
        if isinstance(event, yaml.AliasEvent):
            node = copy(node)
            node.start_mark, node.end_mark = event.start_mark, event.end_mark
            self.aliased.setdefault(anchor, []).append(node)
        node.anchor = anchor  # type: ignore[attr-defined] # ours: whose place it shares
        return node


def with_rates(name: str, text: str, old: Sheet, new: Sheet) -> str:
    """The file's text, which says `old`, so that it says `new`.

    Raises ConfigError where that cannot be written into it.
    """
    loader = _Placing(text)
    root = loader.get_single_node()
    edits = sorted(_Writing(text, loader.aliased).edits(root, old, new), key=lambda one: one.start)
    for edit in reversed(edits):
        text = text[: edit.start] + edit.text + text[edit.end :]
    if read_text_model(name, text, Sheet) != new:
        cure = "Change it by hand; `tariffwire rates proposals` shows what was approved"
        raise ConfigError(name, None, "", "the approved rates cannot be written into it", cure)
    return text


class _Writing:
    """The edits of one file's text."""

    def __init__(self, text: str, aliased: Mapping[str, Sequence[yaml.Node]]) -> None:
        self._text, self._aliased = text, aliased
        self._written_out: list[yaml.Node] = []

    def edits(self, root: yaml.Node | None, old: Sheet, new: Sheet) -> Iterator[_Edit]:
        """All of them, in no order; no two overlap."""
        added = [key for key in new.sources if key not in old.sources]
        if added:
            # Before the first: what stands after the last may be a comment on something else.
            sources = _get(root, "sources")
            indent = " " * sources.start_mark.column
            lines = [f"{indent}{key}: {_source(new.sources[key])}\n" for key in added]
            yield _insert(_line_of(self._text, sources), "".join(lines))
        for place, measure in enumerate(old.measures):
            if new.measures[place] != measure:
                node = _at(_get(root, "measures"), place)
                yield from self._rates(node, measure.periods, new.measures[place].periods)
        if own := new.measures[len(old.measures) :]:
            end = _line_after(self._text, _end(_get(root, "measures")))
            yield _insert(end, "".join(_measure(one) for one in own))
        for number, schedule in enumerate(old.schedules):
            rows = _get(_at(_get(root, "schedules"), number), "rows")
            for place, row in enumerate(schedule.rows):
                later = new.schedules[number].rows[place].periods
                if later != row.periods:
                    yield from self._own(_at(rows, place), row.periods, later)
        yield from self._moved()

    def _rates(
        self, node: yaml.Node, old: Sequence[WrittenPeriod], new: Sequence[WrittenPeriod]
    ) -> Iterator[_Edit]:
        """The periods of a measure, which may have had none."""
        held = _find(node, "periods")
        if held is not None:
            yield from self._periods(held, old, new)
            return
        indent = " " * node.start_mark.column
        lines = ["periods:", *(f"- {_period(period)}" for period in new)]
        at = _line_after(self._text, _end(node))
        yield _insert(at, "".join(f"{indent}{line}\n" for line in lines))

    def _periods(
        self, node: yaml.Node, old: Sequence[WrittenPeriod], new: Sequence[WrittenPeriod]
    ) -> Iterator[_Edit]:
        """Ends those that end earlier now, and adds the new ones after those that they follow."""
        known = {period.from_: place for place, period in enumerate(old)}
        before: yaml.Node | None = None
        for period in new:
            place = known.get(period.from_)
            if place is not None:
                before = _at(node, place)
                yield from self._changed(before, old[place], period)
            elif isinstance(node, yaml.SequenceNode) and node.flow_style:
                written = f", {_period(period)}" if before else f"{_period(period)}, "
                at = before.end_mark.index if before else node.start_mark.index + 1
                yield _insert(at, written)
            else:
                dash = " " * node.start_mark.column + "- "
                at = _line_after(self._text, _end(before)) if before else _line_of(self._text, node)
                yield _insert(at, f"{dash}{_period(period)}\n")

    def _changed(self, node: yaml.Node, old: WrittenPeriod, new: WrittenPeriod) -> Iterator[_Edit]:
        if old == new:
            return
        if self._aliased.get(getattr(node, "anchor", "")):
            # Others say the same by its name: here it is written out.
            self._written_out.append(node)
            yield _Edit(node.start_mark.index, node.end_mark.index, _period(new))
            return
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
                yield _insert(after.end_mark.index, f"{joint}{key}: {_scalar(value)}")

    def _moved(self) -> Iterator[_Edit]:
        """What is shared moves on where the place that says it is written out."""
        gone = {node.start_mark.index for node in self._written_out}
        for node in self._written_out:
            start, end = node.start_mark.index, node.end_mark.index
            sharing = self._aliased[node.anchor]  # type: ignore[attr-defined] # ours, see _Placing
            if all(start != one.start_mark.index for one in sharing):
                left = [one for one in sharing if one.start_mark.index not in gone]
                for one in left[:1]:
                    place = one.start_mark.index, one.end_mark.index
                    yield _Edit(*place, self._text[start:end])

    def _own(
        self, row: yaml.Node, old: Sequence[WrittenPeriod], new: Sequence[WrittenPeriod]
    ) -> Iterator[_Edit]:
        """The periods of a schedule's row."""
        held = _find(row, "periods")
        if held is not None:
            yield from self._periods(held, old, new)
            return
        listed = f"periods: [{', '.join(_period(period) for period in new)}]"
        if isinstance(row, yaml.MappingNode) and row.flow_style:
            yield _insert(row.end_mark.index - 1, f", {listed}")
        else:
            at = _line_after(self._text, _end(row))
            yield _insert(at, f"{' ' * row.start_mark.column}{listed}\n")


def _insert(at: int, text: str) -> _Edit:
    return _Edit(at, at, text)


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
