"""Compares a list with an import, before the import is saved."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from bot.lines.model import MAX_LINES, ListedLine


class ImportMode(StrEnum):
    """What happens to the lines that an import does not have."""

    REPLACE = "replace"
    """They are removed."""
    ADD = "add"
    """They stay."""


class RelabeledLine(NamedTuple):
    """A line that the import has with another label."""

    before: ListedLine
    after: ListedLine


class ListDifference(NamedTuple):
    """What an import does to a list."""

    lines: tuple[ListedLine, ...]
    """All lines after the import."""
    added: tuple[ListedLine, ...]
    removed: tuple[ListedLine, ...]
    changed: tuple[RelabeledLine, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)

    @property
    def is_too_long(self) -> bool:
        """Whether the list would have more than `MAX_LINES` lines."""
        return len(self.lines) > MAX_LINES


def compare_lists(
    before: Sequence[ListedLine], imported: Sequence[ListedLine], mode: ImportMode
) -> ListDifference:
    """The list after the import, with the added, removed and changed lines.

    An import that adds lines keeps the label of a line that it names without a label.
    """
    old = {one.key: one for one in before}
    new = {one.key: one for one in imported}
    if mode is ImportMode.ADD:
        new = old | {
            key: old[key] if key in old and not one.label else one for key, one in new.items()
        }
    return ListDifference(
        lines=tuple(new.values()),
        added=tuple(one for key, one in new.items() if key not in old),
        removed=tuple(one for key, one in old.items() if key not in new),
        changed=tuple(
            RelabeledLine(old[key], one)
            for key, one in new.items()
            if key in old and old[key] != one
        ),
    )
