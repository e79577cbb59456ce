"""Prints rich renderables: with colors and links on a terminal, as plain lines elsewhere."""

from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment

from bot.text.single_line import remove_controls

_UNWRAPPED = 1_000
"""The width in a pipe. It is larger than any line, so that each line stays one line for `grep`."""
_WIDEST = 100
"""Lines that are longer than this are hard to read."""


class _Harmless:
    """A renderable without the characters of its texts and links that a terminal obeys."""

    def __init__(self, item: RenderableType) -> None:
        self._item = item

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for text, style, control in console.render(self._item, options):
            harmless = style
            if style is not None and style.link:
                harmless = style.update_link(remove_controls(style.link))
            yield Segment(remove_controls(text), harmless, control)


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
            console.print(_Harmless(item))
        # Rich pads the cells of a table.
        console.file.write("\n".join(map(str.rstrip, printed.get().split("\n"))))
