"""The entries of plainly made feeds, each as a draft."""

from collections.abc import Mapping, Sequence
from xml.etree import ElementTree as ET

from bot.feeds.parsing.fast_reader.element import (
    ATOM,
    CONTENT,
    DC,
    MEDIA,
    NotSimple,
    is_link,
    is_person,
    is_text,
    joined,
    page_link,
    require,
    said,
    typed,
    unnamed,
)
from bot.feeds.parsing.fast_reader.names import BASE, LANG, is_note
from bot.feeds.parsing.normalization.raw_entry import RawEntry, as_markup

_RSS_SAYS = {
    "title": "title",
    "link": "link",
    "guid": "guid",
    "description": "summary",
    "pubDate": "published",
    f"{DC}date": "updated",
    f"{ATOM}updated": "updated",
    f"{CONTENT}encoded": "content",
}
_RSS_ADDS = frozenset(
    {
        *("author", "category", "enclosure", "height", "source", "width"),
        *(f"{DC}creator", f"{DC}subject", f"{DC}publisher", f"{DC}rights"),
        *(f"{MEDIA}content", f"{MEDIA}thumbnail", f"{MEDIA}credit", f"{MEDIA}keywords"),
    }
)
_RSS_HOLDS = {
    "categories": frozenset({"category"}),
    "image": frozenset({"url", "title", "link", "width", "height"}),
}
_ATOM_SAYS = {
    f"{ATOM}title": "title",
    f"{ATOM}id": "guid",
    f"{ATOM}summary": "summary",
    f"{ATOM}content": "content",
    f"{ATOM}published": "published",
    f"{ATOM}updated": "updated",
}
_ATOM_ADDS = frozenset({f"{ATOM}category", f"{ATOM}rights", f"{MEDIA}thumbnail"})
_ATOM_PEOPLE = frozenset({f"{ATOM}author", f"{ATOM}contributor"})
_TYPE = frozenset({"type"})
_MAY_SAY = {"title": _TYPE, "summary": _TYPE | {BASE, LANG}, "content": _TYPE | {BASE, LANG}}
_NOTHING: frozenset[str] = frozenset()


def drafts_of(
    entries: Sequence[ET.Element], base: str, language: str, *, is_rss: bool
) -> list[RawEntry]:
    """The drafts of a feed's entries in order; raises NotSimple."""
    if is_rss:
        return [_from_rss(entry, base) for entry in entries]
    return [_from_atom(entry, base, language) for entry in entries]


def _from_rss(item: ET.Element, base: str) -> RawEntry:
    found: dict[str, str] = {}
    permanent = pictured = False
    for each in item:
        tag = each.tag
        name = _RSS_SAYS.get(tag)
        if name is None:
            pictured = pictured or tag == "image"
            _demand_harmless(each)
            continue
        if name in found:
            raise NotSimple
        if name == "guid":
            require(each.attrib.keys() <= {"isPermaLink"})
            permanent = each.get("isPermaLink", "true") == "true"
        elif each.attrib:
            raise NotSimple
        found[name] = said(each)
    # Without a title of its own, an entry is called what its picture is called.
    require("title" in found or not pictured)
    guid = joined(base, found.get("guid", "")) if permanent else found.get("guid", "")
    if "link" in found:
        link = unnamed(joined(base, found["link"]).replace("&amp;", "&"))
    else:
        link = guid if permanent else ""
    return _draft(found, guid, link)


def _demand_harmless(each: ET.Element) -> None:
    if each.tag in _RSS_ADDS:
        require(not len(each))
    elif each.tag == f"{ATOM}link":
        require(is_link(each) and each.get("rel", "alternate").lower() != "alternate")
    elif each.tag in _RSS_HOLDS:
        allowed = _RSS_HOLDS[each.tag]
        require(not each.attrib and all(part.tag in allowed and not len(part) for part in each))
    else:
        require(is_note(each))


def _from_atom(entry: ET.Element, base: str, language: str) -> RawEntry:
    found: dict[str, str] = {}
    link = None
    for each in entry:
        tag = each.tag
        name = _ATOM_SAYS.get(tag)
        if name is not None:
            if name in found:
                raise NotSimple
            if each.attrib:
                require(each.attrib.keys() <= _MAY_SAY.get(name, _NOTHING) and typed(each))
            text = said(each)
            found[name] = as_markup(text) if name == "title" and is_text(each) else text
        elif tag == f"{ATOM}link":
            require(is_link(each))
            page = page_link(each.attrib, base)
            link = link if page is None else page
        elif tag in _ATOM_PEOPLE:
            require(is_person(each))
        else:
            require((tag in _ATOM_ADDS and not len(each)) or (tag[0] == "{" and is_note(each)))
    guid = joined(base, found.get("guid", ""))
    return _draft(found, guid, guid if link is None else link, language if "title" in found else "")


def _draft(found: Mapping[str, str], guid: str, link: str, language: str = "") -> RawEntry:
    content = found.get("content", "")
    return RawEntry(
        guid=guid,
        link=link,
        title=found.get("title", ""),
        summary=found.get("summary", content),
        content=content,
        date=found.get("published") or found.get("updated") or "",
        language=language,
    )
