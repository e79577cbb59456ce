"""An entry on its way from its format to plain text."""

from typing import NamedTuple


class RawEntry(NamedTuple):
    """An entry as its format has it: HTML, raw dates, links as written."""

    guid: str = ""
    link: str = ""
    title: str = ""
    summary: str = ""
    content: str = ""
    date: str = ""
    language: str = ""


def as_markup(text: str) -> str:
    """Plain text as the HTML that shows it."""
    return text.replace("&", "&amp;").replace("<", "&lt;")
