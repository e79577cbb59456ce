"""The entries of plainly made feeds, as feedparser reads them but forty times as fast.

feedparser stays the judge of what a feed says. This reads only what every reader agrees on: RSS 2.0
and Atom 1.0, well-formed, each thing said once in an entry, nothing in it but elements known to
change neither its text, its date nor its address. Everything else is handed over.

No DOCTYPE gets here and depth is bounded, see `bot.feeds.document`: the XML parser of the standard
library is safe for that.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from urllib.parse import urljoin
from xml.etree import ElementTree as ET

from bot.feeds.draft import Draft

_ATOM = "{http://www.w3.org/2005/Atom}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_MEDIA = "{http://search.yahoo.com/mrss/}"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_ENCODED = "{http://purl.org/rss/1.0/modules/content/}encoded"
_ITEM, _ENTRY = "item", f"{_ATOM}entry"
_FIRST_ENTRY = re.compile(r"<(?:\w{1,20}:)?(?:item|entry)[\s>]")
_LAST_ENTRY = re.compile(r".*</(?:\w{1,20}:)?(?:item|entry)\s*>", re.DOTALL)
# What feedparser maps from windows-1252 in text that is not ASCII.
_C1 = re.compile("[\x80-\x9f]")
# An address that joining with another leaves as it is; the test for it costs less than joining.
_WHOLE = re.compile(r"https?://(?!/)[!\"$-:<=>@-Z\\^-~]+")
_NAMED = re.compile(r"&([A-Za-z0-9_]+);")
_TEXT_TYPES = frozenset({"text", "html", "text/plain", "text/html"})
_PAGE_TYPES = frozenset({"text/html", "html", "application/xhtml+xml", "xhtml"})
_LINK_SAYS = frozenset({"href", "rel", "type", "title", "length", "hreflang"})

_RSS_SAYS = {
    "title": "title",
    "link": "link",
    "guid": "guid",
    "description": "summary",
    "pubDate": "published",
    f"{_DC}date": "updated",
    _ENCODED: "content",
}
_RSS_ADDS = frozenset(
    {
        *("author", "category", "comments", "enclosure", "source"),
        *(f"{_DC}creator", f"{_DC}subject", f"{_DC}publisher", f"{_DC}rights"),
        *(f"{_MEDIA}content", f"{_MEDIA}thumbnail", f"{_MEDIA}credit", f"{_MEDIA}keywords"),
        "{http://purl.org/rss/1.0/modules/slash/}comments",
        "{http://wellformedweb.org/CommentAPI/}commentRss",
        "{com-wordpress:feed-additions:1}post-id",
    }
)
_ATOM_SAYS = {
    f"{_ATOM}title": "title",
    f"{_ATOM}id": "guid",
    f"{_ATOM}summary": "summary",
    f"{_ATOM}content": "content",
    f"{_ATOM}published": "published",
    f"{_ATOM}updated": "updated",
}
_ATOM_ADDS = frozenset({f"{_ATOM}category", f"{_ATOM}rights", f"{_MEDIA}thumbnail"})
_ATOM_PEOPLE = frozenset({f"{_ATOM}author", f"{_ATOM}contributor"})
_PERSON_SAYS = frozenset({f"{_ATOM}name", f"{_ATOM}uri", f"{_ATOM}email"})


class _HandOver(Exception):
    """Something is here that feedparser has to judge."""


def read_plainly(text: str, base: str) -> tuple[str, list[Draft]] | None:
    """The feed without its entries, for feedparser to read, and the entries in its order.

    `base` is the address that relative links are resolved against. None: hand the whole text over.
    """
    try:
        root = ET.fromstring(text)  # noqa: S314 - no DOCTYPE, bounded depth
        entries, draft = _entries(root, base)
        return _head(text), [draft(entry) for entry in entries]
    except (ET.ParseError, _HandOver, ValueError):
        return None


def _entries(root: ET.Element, base: str) -> tuple[list[ET.Element], Callable[[ET.Element], Draft]]:
    """The feed's entries and what makes drafts of them; hands over what is no common feed."""
    if root.tag == "rss" and root.attrib == {"version": "2.0"}:
        _demand(len(root) == 1 and root[0].tag == "channel" and not root[0].attrib)
        listed, tag, language = list(root[0]), _ITEM, ""
    else:
        _demand(root.tag == f"{_ATOM}feed" and not root.attrib.keys() - {_LANG})
        listed, tag = list(root), _ENTRY
        language = root.get(_LANG, "").replace("_", "-")
    first = next((at for at, each in enumerate(listed) if each.tag == tag), len(listed))
    entries = listed[first:]
    # What comes between or after entries may say something of the feed.
    _demand(bool(entries) and all(each.tag == tag and not each.attrib for each in entries))
    if tag == _ITEM:
        return entries, lambda entry: _from_rss(entry, base)
    return entries, lambda entry: _from_atom(entry, base, language)


def _head(text: str) -> str:
    first, last = _FIRST_ENTRY.search(text), _LAST_ENTRY.match(text)
    if first is None or last is None or last.end() <= first.start():
        raise _HandOver
    return text[: first.start()] + text[last.end() :]


def _from_rss(item: ET.Element, base: str) -> Draft:
    said: dict[str, str] = {}
    permanent = False
    for each in item:
        name = _RSS_SAYS.get(each.tag)
        if name is None:
            _demand(each.tag in _RSS_ADDS and not len(each))
            continue
        _demand(
            name not in said
            and not each.attrib.keys() - ({"isPermaLink"} if name == "guid" else ())
        )
        said[name] = _said(each)
        if name == "guid":
            permanent = each.get("isPermaLink", "true") == "true"
    guid = _joined(base, said.get("guid", "")) if permanent else said.get("guid", "")
    if "link" in said:
        link = _NAMED.sub(r"&\1", _joined(base, said["link"]).replace("&amp;", "&"))
    else:
        link = guid if permanent else ""
    return _draft(said, guid, link)


def _from_atom(entry: ET.Element, base: str, language: str) -> Draft:
    said: dict[str, str] = {}
    link = None
    for each in entry:
        name = _ATOM_SAYS.get(each.tag)
        if name is not None:
            typed = name in ("title", "summary", "content")
            _demand(name not in said and not each.attrib.keys() - ({"type"} if typed else ()))
            _demand(each.get("type", "text").lower() in _TEXT_TYPES)
            said[name] = _said(each)
        elif each.tag == f"{_ATOM}link":
            _demand("href" in each.attrib and not each.attrib.keys() - _LINK_SAYS and not len(each))
            # An empty one means the feed's own address.
            link = _joined(base, each.attrib["href"] or base) if _is_page(each.attrib) else link
        elif each.tag in _ATOM_PEOPLE:
            _demand(all(part.tag in _PERSON_SAYS and not len(part) for part in each))
        else:
            _demand(each.tag in _ATOM_ADDS and not len(each))
    guid = _joined(base, said.get("guid", ""))
    return _draft(said, guid, guid if link is None else link, language if "title" in said else "")


def _is_page(link: Mapping[str, str]) -> bool:
    kind = link.get("type", "text/html").lower()
    return link.get("rel", "alternate").lower() == "alternate" and kind in _PAGE_TYPES


def _draft(said: Mapping[str, str], guid: str, link: str, language: str = "") -> Draft:
    content = said.get("content", "")
    return Draft(
        guid=guid,
        link=link,
        title=said.get("title", ""),
        summary=said.get("summary", content),
        content=content,
        date=said.get("published") or said.get("updated") or "",
        language=language,
    )


def _said(element: ET.Element) -> str:
    """An element's text with what feedparser mends in it."""
    _demand(not len(element))
    text = (element.text or "").strip()
    if text.isascii():
        return text
    with suppress(UnicodeError):
        text = text.encode("iso-8859-1").decode("utf-8")
    _demand(_C1.search(text) is None)
    return text


def _joined(base: str, address: str) -> str:
    if _WHOLE.fullmatch(address):
        return address
    _demand(":///" not in address)
    return urljoin(base, address) if address else ""


def _demand(plain: bool) -> None:
    if not plain:
        raise _HandOver
