"""The feeds that a web page names in its head."""

from selectolax.lexbor import LexborHTMLParser

from bot.feeds.parsing.normalization.links import web_link
from bot.text.plain import plain
from bot.values import Frozen

_TYPES = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"}
)
_HEAD_BYTES = 300_000
_MAX = 20


class Candidate(Frozen):
    """A feed that a page offers."""

    url: str
    title: str = ""
    type: str = ""


def feed_links(page: bytes, url: str) -> tuple[Candidate, ...]:
    """The feeds named by the page at `url`, in its order, each once, at most 20."""
    tree = LexborHTMLParser(page[:_HEAD_BYTES])
    base_tag = tree.css_first("base[href]")
    base = web_link((base_tag.attributes.get("href") or "") if base_tag else "", url) or url
    found: dict[str, Candidate] = {}
    for link in tree.css("link[rel][href][type]"):
        kind = (link.attributes.get("type") or "").strip().lower()
        rel = (link.attributes.get("rel") or "").lower().split()
        address = web_link(link.attributes.get("href") or "", base)
        if kind in _TYPES and "alternate" in rel and address and len(found) < _MAX:
            title = plain(link.attributes.get("title") or "", 100)
            found.setdefault(address, Candidate(url=address, title=title, type=kind))
    return tuple(found.values())
