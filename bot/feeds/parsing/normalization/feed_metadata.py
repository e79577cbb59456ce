"""What a feed says of itself, whoever read it."""

from collections.abc import Iterable, Mapping
from typing import Any

from bot.feeds.parsing.normalization.links import web_link
from bot.feeds.parsing.normalization.publisher_hints import read_hints
from bot.feeds.parsing.result import FeedContext, Parsed
from bot.feeds.parsing.xml_document import XmlDocument
from bot.text.plain import plain

_MAX_HUBS = 5
_TITLE_CHARS = 200


def feed_metadata(
    document: XmlDocument,
    about: Mapping[str, Any],
    form: str,
    source: FeedContext,
    text: str,
    listed: int,
) -> Parsed:
    """The feed without its entries.

    `about` is its head under feedparser's keys, `form` its format and version as feedparser names
    them; `text` is what was read of the document, `listed` how many entries it had before a cut.
    """
    links = about.get("links", ())
    return Parsed(
        title=plain(str(about.get("title", "")), _TITLE_CHARS),
        form=form,
        home=web_link(str(about.get("link", "")), source.url),
        asked=read_hints(about, text),
        hubs=_linked("hub", links, source.url)[:_MAX_HUBS],
        topic=next(iter(_linked("self", links, source.url)), ""),
        complete=document.complete,
        listed=listed,
        warnings=document.warnings,
    )


def _linked(rel: str, links: Iterable[Any], base: str) -> tuple[str, ...]:
    """The addresses that the feed's head gives for a relation."""
    found = [
        web_link(str(link.get("href", "")), base)
        for link in links
        if isinstance(link, Mapping) and link.get("rel") == rel
    ]
    return tuple(filter(None, found))
