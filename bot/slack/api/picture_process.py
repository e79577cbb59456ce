"""Draws a picture of duties as steps: `python -m bot.slack.api.picture_process`, JSON in, PNG out.

A process of its own, because matplotlib takes 80 MB and seconds of work that the bot should not
keep. It reads a `slack.blockkit.picture.Picture` as JSON from stdin and writes the PNG to stdout.
"""

import json
import sys
import textwrap
from datetime import date, datetime
from io import BytesIO
from typing import Any

NO_LIBRARY = 3
"""The exit code where matplotlib is not installed."""

# Slack shows a picture some 500 pixels wide: letters of 13 points are still read there.
_WIDE_INCHES, _AXES_INCHES = 7.8, 2.65
_TITLE_INCHES, _ROW_INCHES, _BELOW_INCHES = 0.5, 0.28, 1.42
_DPI = 190
_TEXT = 13
_HALF_A_LINE = 24
"""Characters of a name of which two fit beside each other in the legend."""
_MOST_DAYS = 8
"""Marks that fit with a day and a month below each."""
_SMALL = 9.5
_INK, _FAINT, _GRID = "#1d1c1d", "#616061", "#e3e3e3"
# Okabe and Ito's colours, which the colour-blind tell apart; dashes tell them apart without colour.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_DASHES = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)), "-.", (0, (6, 1, 1, 1, 1, 1)), ":")


def png(picture: dict[str, Any]) -> bytes:
    """The picture as PNG; raises ImportError without matplotlib."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    names = [line["name"] for line in picture["lines"]]
    columns = 2 if max(map(len, names)) <= _HALF_A_LINE else 1
    above = _TITLE_INCHES + _ROW_INCHES * -(-len(names) // columns)
    height = above + _AXES_INCHES + _BELOW_INCHES
    # A dollar sign begins no formula.
    with rc_context({"text.parse_math": False}):
        figure = Figure(figsize=(_WIDE_INCHES, height), dpi=_DPI, facecolor="white")
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0.1, _BELOW_INCHES / height, 0.88, _AXES_INCHES / height))
        _draw_lines(axes, picture)
        _set_axes(axes, date.fromisoformat(picture["until"]))
        _write_around(figure, axes, picture, columns)
        written = BytesIO()
        figure.savefig(written, format="png", metadata={"Software": "Tariffwire"})
    return written.getvalue()


def _write_around(figure: Any, axes: Any, picture: dict[str, Any], columns: int) -> None:
    """The title, the names of the lines with their newest value, and the footer."""
    top = 1 - 0.12 / figure.get_figheight()
    title = picture["title"]
    figure.text(0.02, top, title, size=_TEXT + 4, weight="bold", color=_INK, va="top")
    axes.legend(
        loc="upper left",
        bbox_to_anchor=(0.01, top - (_TITLE_INCHES - 0.15) / figure.get_figheight()),
        bbox_transform=figure.transFigure,
        ncols=columns,
        frameon=False,
        fontsize=_TEXT - 1,
        borderaxespad=0.2,
        handlelength=2.2,
    )
    footer = "\n".join(textwrap.wrap(picture["footer"], 104)[:3])
    figure.text(0.02, 0.02, footer, size=_SMALL, color=_FAINT, va="bottom")


def _draw_lines(axes: Any, picture: dict[str, Any]) -> None:
    until = date.fromisoformat(picture["until"])
    for number, line in enumerate(picture["lines"]):
        days = [date.fromisoformat(day) for day, _ in line["steps"]]
        values = [value for _, value in line["steps"]]
        colour = _COLOURS[number % len(_COLOURS)]
        # From nothing at the first change, and level up to the last day.
        axes.step(
            [days[0], *days, until],
            [0.0, *values, values[-1]],
            where="post",
            color=colour,
            linestyle=_DASHES[number % len(_DASHES)],
            linewidth=2.6,
            label=f"{line['name']}: {values[-1]:g} %",
        )


def _set_axes(axes: Any, until: date) -> None:
    axes.set_ylim(bottom=0)
    axes.margins(x=0.01)
    _set_days(axes)
    axes.set_ylabel("percent of customs value", size=_TEXT, color=_INK)
    axes.set_xlabel(f"day from which it was charged, up to {until}", size=_TEXT, color=_INK)
    axes.tick_params(labelsize=_TEXT - 1, colors=_INK, length=4)
    axes.grid(axis="y", color=_GRID, linewidth=1)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(_FAINT)


def _set_days(axes: Any) -> None:
    """Marks along the bottom; the year stands at the first mark and where it changes."""
    from matplotlib import dates

    # matplotlib leaves this module without types.
    untyped: Any = dates
    num2date = untyped.num2date
    locator = untyped.AutoDateLocator(minticks=3)
    locator.set_axis(axes.xaxis)
    low, high = axes.get_xlim()
    found = locator.tick_values(num2date(low), num2date(high))
    marks = [mark for mark in found if low <= mark <= high]
    if len(marks) > _MOST_DAYS and any(num2date(mark).day != 1 for mark in marks):
        marks = marks[::2]
    days = [num2date(mark) for mark in marks]
    years = [0, *(day.year for day in days)]
    whole = all(day.month == 1 and day.day == 1 for day in days)
    axes.set_xticks(
        marks,
        [
            f"{day:%Y}" if whole else f"{_day(day)}\n{day:%Y}" if day.year != before else _day(day)
            for day, before in zip(days, years, strict=False)
        ],
    )


def _day(day: datetime) -> str:
    return f"{day:%b}" if day.day == 1 else f"{day.day} {day:%b}"


def main() -> int:
    """Exit code 0, or 3 where matplotlib is not installed."""
    try:
        drawn = png(json.load(sys.stdin))
    except ImportError:
        return NO_LIBRARY
    sys.stdout.buffer.write(drawn)
    return 0


if __name__ == "__main__":
    sys.exit(main())
