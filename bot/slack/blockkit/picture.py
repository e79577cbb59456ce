"""What a picture of histories shows, for workspaces that take no charts."""

from datetime import date

from bot.values import Frozen


class PictureLine(Frozen):
    """How one total went: from each day on, so many percent."""

    name: str
    steps: tuple[tuple[date, float], ...]
    """In order of time."""


class Picture(Frozen):
    """Lines that are drawn as steps up to a day, and the words around them."""

    title: str
    lines: tuple[PictureLine, ...]
    until: date
    footer: str
    """What is counted, whose figures they are and how far the sources were read."""
    in_words: str
    """What it shows, for those who cannot see it."""
