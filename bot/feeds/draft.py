"""An entry on its way from its format to plain text."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry as its format has it: HTML, raw dates, links as written."""

    guid: str = ""
    link: str = ""
    title: str = ""
    summary: str = ""
    content: str = ""
    date: str = ""
    language: str = ""
