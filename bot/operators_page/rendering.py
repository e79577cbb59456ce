"""Renders the pages as HTML. Jinja escapes every value."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from bot.feeds.health import format_duration
from bot.text.single_line import to_single_line

_LONGEST_TEXT = 300


class PageRenderer:
    """Renders templates with the present time; `redact` removes secrets from errors."""

    def __init__(self, clock: Callable[[], datetime], redact: Callable[[str], str]) -> None:
        self._clock = clock
        self._environment = Environment(
            loader=PackageLoader("bot.operators_page"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= {
            "moment": self._format_moment,
            "duration": format_duration,
            "web_address": _keep_web_address,
            "host": _find_host,
            "foreign": _format_foreign,
            "cause": lambda text: _format_foreign(redact(text)),
            "words": lambda text: str(text).replace("_", " "),
        }

    def render(self, template: str, **values: Any) -> str:
        """The page of this template."""
        return self._environment.get_template(f"{template}.html").render(values)

    def _format_moment(self, moment: datetime | None) -> Markup | str:
        """A time in UTC and how far it is from now; a dash for None."""
        if moment is None:
            return "–"
        seconds = (self._clock() - moment).total_seconds()
        away = format_duration(abs(seconds))
        shown = f"{moment:%Y-%m-%d %H:%M} UTC ({f'{away} ago' if seconds >= 0 else f'in {away}'})"
        return Markup('<time datetime="{}">{}</time>').format(moment.isoformat(), shown)


def _format_foreign(text: str) -> Markup:
    """A text from outside, on one line and cut; its writing direction cannot change that of the
    page."""
    line = to_single_line(text)
    cut = line if len(line) <= _LONGEST_TEXT else f"{line[:_LONGEST_TEXT]}…"
    return Markup("<bdi>{}</bdi>").format(escape(cut))


def _keep_web_address(address: str) -> str:
    """The address if a browser may open it, otherwise an empty text."""
    return address if address.lower().startswith(("https://", "http://")) else ""


def _find_host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
