"""Plainly made feeds, as feedparser reads them but some fifty times as fast.

feedparser stays the judge of what a feed says. This reads only what every reader agrees on: RSS 2.0
and Atom 1.0, well-formed, each thing said once, nothing among it but elements known to change
neither a text, a date nor an address. Everything else is handed over.

    text | ET.fromstring   well-formed?
         | names           which namespaces do elements belong to?
         | entries         a draft of each
         | head            what the feed says of itself

No DOCTYPE gets here, see `bot.feeds.parsing.xml_document`: the XML parser of the standard library
is safe for that. Depth is bounded there too, and nothing here follows it down.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from bot.feeds.parsing.fast_reader.element import ATOM, NotSimple, require
from bot.feeds.parsing.fast_reader.entries import drafts_of
from bot.feeds.parsing.fast_reader.head import atom_head, rss_head
from bot.feeds.parsing.fast_reader.names import LANG, require_usual_names
from bot.feeds.parsing.normalization.raw_entry import RawEntry
from bot.feeds.parsing.xml_document import ENTRY_END, ENTRY_START

_MAX_HEAD = 100
_ENTRY_NAME = re.compile(r"(?:\A|\})(?:item|entry)\Z", re.IGNORECASE)
_LAST_ENTRY = re.compile(f".*{ENTRY_END.pattern}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Plainly:
    """A feed's entries in its order, and what it says of itself."""

    text: str
    form: str
    """As feedparser names it: `rss20` or `atom10`."""
    about: Mapping[str, object] | None
    """What feedparser has under these keys; None where it has to judge the head."""
    drafts: list[RawEntry]
    head: tuple[str, ...]
    """The elements before the first entry, by name."""

    def without_entries(self) -> str | None:
        """The text without its entries, for feedparser; None where they cannot be told from it."""
        first, last = ENTRY_START.search(self.text), _LAST_ENTRY.match(self.text)
        if first is None or last is None or last.end() <= first.start():
            return None
        rest = self.text[: first.start()] + self.text[last.end() :]
        try:
            root = ET.fromstring(rest)  # noqa: S314 - as in read_plainly
        except ET.ParseError:
            return None
        # A comment may look like an entry, and more would be cut out.
        within = root[0] if self.form == "rss20" and len(root) else root
        return rest if tuple(each.tag for each in within) == self.head else None


def read_plainly(text: str, base: str) -> Plainly | None:
    """The feed in the text, which begins with its root element; None: hand it over.

    `base` is the address that relative links are resolved against.
    """
    try:
        root = ET.fromstring(text)  # noqa: S314 - no DOCTYPE, bounded depth
        require_usual_names(text)
        return _read(root, text, base)
    except (ET.ParseError, NotSimple, ValueError):
        return None


def _read(root: ET.Element, text: str, base: str) -> Plainly:
    is_rss = root.tag == "rss"
    if is_rss:
        require(root.attrib == {"version": "2.0"} and len(root) == 1)
        require(root[0].tag == "channel" and not root[0].attrib)
        listed, tag, language = list(root[0]), "item", ""
    else:
        require(root.tag == f"{ATOM}feed" and not root.attrib.keys() - {LANG})
        listed, tag = list(root), f"{ATOM}entry"
        language = root.get(LANG, "").replace("_", "-")
    first = next((at for at, each in enumerate(listed) if each.tag == tag), len(listed))
    entries = listed[first:]
    # What comes between or after entries may say something of the feed.
    require(bool(entries) and all(each.tag == tag and not each.attrib for each in entries))
    # What is called an entry is one to feedparser, whatever the format calls it.
    require(not any(_ENTRY_NAME.search(each.tag) for each in listed[:first]))
    drafts = drafts_of(entries, base, language, is_rss=is_rss)
    head = listed[:first]
    try:
        require(len(head) <= _MAX_HEAD)
        about = rss_head(head, base) if is_rss else atom_head(head, base, language)
    except NotSimple:
        about = None
    names = tuple(each.tag for each in head)
    return Plainly(text, "rss20" if is_rss else "atom10", about, drafts, names)
