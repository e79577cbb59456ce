"""What a plainly made feed says of itself, under the keys that feedparser has for it."""

from collections.abc import Mapping, Sequence
from xml.etree import ElementTree as ET

from bot.feeds.parsing.fast_reader.element import (
    ATOM,
    DC,
    SYNDICATION,
    is_link,
    is_person,
    joined,
    page_link,
    require,
    said,
    typed,
    unnamed,
)
from bot.feeds.parsing.fast_reader.names import is_note

_RSS_SAYS = {
    "title": "title",
    "link": "link",
    "language": "language",
    f"{DC}language": "language",
    "ttl": "ttl",
    f"{SYNDICATION}updatePeriod": "sy_updateperiod",
    f"{SYNDICATION}updateFrequency": "sy_updatefrequency",
}
_RSS_ADDS = frozenset(
    {
        *("description", "copyright", "pubDate", "lastBuildDate", "generator"),
        *("managingEditor", "webMaster", "category", "cloud"),
        *(f"{DC}{name}" for name in ("creator", "date", "rights", "publisher", "subject")),
        f"{SYNDICATION}updateBase",
    }
)
_RSS_HOLDS = {
    "image": frozenset({"url", "title", "link", "width", "height", "description"}),
    "skipHours": frozenset({"hour"}),
    "skipDays": frozenset({"day"}),
}
_ATOM_SAYS = {f"{ATOM}title": "title", f"{ATOM}id": "id"}
_ATOM_ADDS = frozenset(
    {
        *(f"{ATOM}{name}" for name in ("updated", "subtitle", "generator", "icon", "logo")),
        *(f"{ATOM}{name}" for name in ("rights", "category", "published")),
    }
)
_ATOM_PEOPLE = frozenset({f"{ATOM}author", f"{ATOM}contributor"})


def rss_head(head: Sequence[ET.Element], base: str) -> Mapping[str, object]:
    """What the elements before the first item say."""
    about: dict[str, object] = {}
    links: list[Mapping[str, str]] = []
    for each in head:
        name = _RSS_SAYS.get(each.tag)
        if name is not None:
            require(name not in about and not each.attrib)
            about[name] = said(each)
        elif each.tag == f"{ATOM}link":
            require(is_link(each) and each.get("rel", "alternate").lower() != "alternate")
            links.append(_related(each, base))
        elif each.tag in _RSS_HOLDS:
            require(not each.attrib and all(_bare(part, _RSS_HOLDS[each.tag]) for part in each))
        else:
            require((each.tag in _RSS_ADDS and not len(each)) or is_note(each))
    if "link" in about:
        about["link"] = unnamed(joined(base, str(about["link"])))
    return {**about, "links": links}


def atom_head(head: Sequence[ET.Element], base: str, language: str) -> Mapping[str, object]:
    """What the elements before the first entry say; `language` is that of the whole feed."""
    about: dict[str, object] = {}
    links: list[Mapping[str, str]] = []
    page = None
    for each in head:
        name = _ATOM_SAYS.get(each.tag)
        if name is not None:
            require(name not in about and typed(each))
            require(each.attrib.keys() <= ({"type"} if name == "title" else set()))
            about[name] = said(each)
        elif each.tag == f"{ATOM}link":
            require(is_link(each))
            links.append(_related(each, base))
            found = page_link(each.attrib, base)
            page = page if found is None else found
        elif each.tag in _ATOM_PEOPLE:
            require(is_person(each))
        else:
            require((each.tag in _ATOM_ADDS and not len(each) and typed(each)) or _is_foreign(each))
    if "id" in about:
        about["id"] = joined(base, str(about["id"]))
    if page is not None or "id" in about:
        about["link"] = about["id"] if page is None else page
    if language:
        about["language"] = language
    return {**about, "links": links}


def _is_foreign(element: ET.Element) -> bool:
    return element.tag[0] == "{" and is_note(element)


def _related(link: ET.Element, base: str) -> Mapping[str, str]:
    # An empty address is the feed's own.
    href = joined(base, link.attrib["href"] or base)
    return {"rel": link.get("rel", "alternate").lower(), "href": href}


def _bare(element: ET.Element, allowed: frozenset[str]) -> bool:
    return element.tag in allowed and not element.attrib and not len(element)
