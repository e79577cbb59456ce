"""What is read of a single element, the way feedparser reads it."""

import re
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urljoin
from xml.etree import ElementTree as ET

from bot.feeds.parsing.normalization.links import is_whole

ATOM = "{http://www.w3.org/2005/Atom}"
DC = "{http://purl.org/dc/elements/1.1/}"
MEDIA = "{http://search.yahoo.com/mrss/}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
SYNDICATION = "{http://purl.org/rss/1.0/modules/syndication/}"

# What feedparser maps from windows-1252 in text that is not ASCII.
_C1 = re.compile("[\x80-\x9f]")
_NAMED = re.compile(r"&([A-Za-z0-9_]+);")
_TEXT_TYPES = frozenset({"text", "html", "text/plain", "text/html"})
_PAGE_TYPES = frozenset({"text/html", "html", "application/xhtml+xml", "xhtml"})
_LINK_SAYS = frozenset({"href", "rel", "type", "title", "length", "hreflang"})
_PERSON_SAYS = frozenset(
    {f"{ATOM}name", f"{ATOM}uri", f"{ATOM}email", "{http://schemas.google.com/g/2005}image"}
)


class NotSimple(Exception):
    """Something is here that feedparser has to judge."""


def require(plain: bool) -> None:
    """Raises NotSimple where what must hold does not."""
    if not plain:
        raise NotSimple


def said(element: ET.Element) -> str:
    """An element's text with what feedparser mends in it."""
    if len(element):
        raise NotSimple
    text = (element.text or "").strip()
    if text.isascii():
        return text
    with suppress(UnicodeError):
        text = text.encode("iso-8859-1").decode("utf-8")
    require(_C1.search(text) is None)
    return text


def joined(base: str, address: str) -> str:
    """The address made whole; an empty one stays empty."""
    if is_whole(address) or address[:4] in ("tag:", "urn:"):
        return address
    require(":///" not in address)
    return urljoin(base, address) if address else ""


def unnamed(address: str) -> str:
    """A text that is an address, with what feedparser takes for a slip undone."""
    return _NAMED.sub(r"&\1", address) if "&" in address else address


def typed(element: ET.Element) -> bool:
    """Whether the text of an Atom element is text or HTML, and not XHTML or something else."""
    kind = element.get("type")
    return kind is None or kind.lower() in _TEXT_TYPES


def is_text(element: ET.Element) -> bool:
    """Whether the text of an Atom element is no HTML."""
    return element.get("type", "text").lower() in ("text", "text/plain")


def page_link(link: Mapping[str, str], base: str) -> str | None:
    """The address of a page that a `link` element with these attributes leads to, if it does."""
    kind = link.get("type", "text/html").lower()
    if link.get("rel", "alternate").lower() != "alternate" or kind not in _PAGE_TYPES:
        return None
    # An empty one means the feed's own address.
    return joined(base, link["href"] or base)


def is_link(element: ET.Element) -> bool:
    """Whether it says no more than where it leads to and as what."""
    given = element.attrib.keys()
    return "href" in given and given <= _LINK_SAYS and not len(element)


def is_person(element: ET.Element) -> bool:
    """Whether it says no more than who somebody is."""
    return all(part.tag in _PERSON_SAYS and not len(part) for part in element)
