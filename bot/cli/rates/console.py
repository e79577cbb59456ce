"""Prints rich renderables: with colors and links on a terminal, as plain lines elsewhere."""

from collections.abc import Iterable

from rich.console import Console, RenderableType

_UNWRAPPED = 1_000
"""The width in a pipe. It is larger than any line, so that each line stays one line for `grep`."""
_WIDEST = 100
"""Lines that are longer than this are hard to read."""


def print_all(items: Iterable[RenderableType]) -> None:
    """Prints each item on lines of its own.

    Colors follow NO_COLOR and FORCE_COLOR. The terminal's width decides where lines are wrapped.
    """
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console = Console(
            highlight=False, markup=False, emoji=False, width=_UNWRAPPED, color_system=None
        )
    elif console.width > _WIDEST:
        console.width = _WIDEST
    for item in items:
        with console.capture() as printed:
            console.print(item)
        # Rich pads the cells of a table.
        console.file.write("\n".join(map(str.rstrip, printed.get().split("\n"))))
