"""Draws the output of a command as a terminal shows it, as an SVG in an HTML page."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import DEFAULT_TERMINAL_THEME, SVG_EXPORT_THEME
from rich.text import Text

COLUMNS, ROWS = 80, 24
MOST_LINES = 40
"""Further lines of the output are left out."""


def draw_terminal(words: Sequence[str], scheme: str, root: Path) -> str:
    """Runs `tariffwire` with these words in a terminal; returns the page in this color scheme."""
    lines = run_in_terminal(words, root).splitlines()
    more = ["…"] if len(lines) > MOST_LINES else []
    console = Console(record=True, width=COLUMNS, file=StringIO(), force_terminal=True)
    console.print(Text.from_ansi("\n".join((*lines[:MOST_LINES], *more))))
    theme = SVG_EXPORT_THEME if scheme == "dark" else DEFAULT_TERMINAL_THEME
    svg = console.export_svg(title=f"tariffwire {' '.join(words)}", theme=theme)
    return f"<!doctype html><meta charset=utf-8><style>svg{{width:960px}}</style>{svg}"


def run_in_terminal(words: Sequence[str], root: Path) -> str:
    """The output with its colors, because the command writes to a terminal."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    env = kept | {"TERM": "xterm-256color", "COLUMNS": str(COLUMNS)}
    command = [sys.executable, "-m", "bot", *words]
    process = subprocess.Popen(command, cwd=root, env=env, stdin=theirs, stdout=theirs)
    os.close(theirs)
    written = b""
    try:
        while chunk := os.read(ours, 65536):
            written += chunk
    except OSError:
        # Linux reports the end of the output of a terminal as an error.
        pass
    finally:
        os.close(ours)
    process.wait()
    return written.decode(errors="replace").replace("\r\n", "\n")
