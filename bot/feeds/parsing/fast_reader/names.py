"""Which elements a feed may hold beside those that are read: what feedparser only notes down.

feedparser knows an element of a namespace that it has rules for by that namespace's usual prefix,
and any other by the prefix that the feed gives it. So a usual prefix must stand for what it usually
does, or elements are taken for others.
"""

import re
from xml.etree import ElementTree as ET

from bot.feeds.parsing.fast_reader.element import ATOM, CONTENT, DC, MEDIA, SYNDICATION, require

LANG = "{http://www.w3.org/XML/1998/namespace}lang"
BASE = "{http://www.w3.org/XML/1998/namespace}base"
_FOREIGN = frozenset(
    {
        "{com-wordpress:feed-additions:1}",
        "{http://a9.com/-/spec/opensearch/1.1/}",
        "{http://a9.com/-/spec/opensearchrss/1.0/}",
        "{http://purl.org/syndication/thread/1.0}",
        "{http://schemas.google.com/blogger/2008}",
        "{http://schemas.google.com/g/2005}",
        "{http://source.scripting.com/}",
        "{http://www.nytimes.com/namespaces/rss/2.0}",
    }
)
_USUAL = {
    "content": CONTENT,
    "dc": DC,
    "media": MEDIA,
    "slash": "{http://purl.org/rss/1.0/modules/slash/}",
    "sy": SYNDICATION,
    "wfw": "{http://wellformedweb.org/CommentAPI/}",
}
_NOTED = _FOREIGN | {_USUAL["slash"], _USUAL["wfw"]}

HANDLED = frozenset(
    str.split(
        "abstract author body category channel cloud content contributor copyright created "
        "description email enclosure entry expirationdate feed fullitem generator georssgeom guid "
        "height homepage id image info issued item keywords language lastbuilddate link "
        "managingeditor modified name newlocation pubdate published rights rss source subtitle "
        "summary tagline tags textinput title updated uri url webmaster where width"
    )
)
"""Elements without a namespace that feedparser has rules for, in small letters."""
# Notes under these names are taken for what the elements above say.
_KEYS = frozenset(str.split("date entries items links ttl"))
_NOTE = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
# Prefixes that feedparser has rules for begin with one of these, and so do keys that are read.
_TAKEN = re.compile(
    r"(admin|cc|creativecommons|content|dc|dcterms|feedburner|georss|gml|itunes|media|psc|xhtml"
    r"|title|sy|slash|wfw|xml)(_.*)?"
)

_ATTRIBUTE = r"\s+[\w:.-]+\s*=\s*(?:\"[^\"<>&]*\"|'[^'<>&]*')"
_ROOT = re.compile(rf"<[\w:.-]+(?:{_ATTRIBUTE})*\s*>")
_DECLARED = re.compile(r"\sxmlns(?::([\w.-]+))?\s*=\s*(\"[^\"]*\"|'[^']*')")
_LATER = re.compile(r"xmlns(?!=\"com-wordpress:feed-additions:1\")")


def require_usual_names(text: str) -> None:
    """Raises NotSimple where a prefix means something else than feedparser takes it for."""
    root = _ROOT.match(text)
    declared = _DECLARED.findall(root.group()) if root else []
    prefixes = [prefix.lower() for prefix, _ in declared]
    require(len(set(prefixes)) == len(prefixes))
    # None hides within the value of another attribute.
    require(root is not None and root.group().count("xmlns") == len(declared))
    for prefix, (_, quoted) in zip(prefixes, declared, strict=True):
        space = quoted[1:-1]
        name = f"{{{space}}}"
        if not prefix:
            require(name == ATOM)
        elif name in _FOREIGN:
            require(_TAKEN.fullmatch(prefix) is None)
        else:
            require(_USUAL.get(prefix, name) == name)
        # A feed with this anywhere is RSS 1.0 to feedparser, and one with a blank no XML.
        require(space.lower() != "http://purl.org/rss/1.0/" and space.split() == [space])
    require(_LATER.search(text, root.end() if root else 0) is None)


def is_note(element: ET.Element) -> bool:
    """Whether feedparser keeps it under a name of its own, where nobody looks."""
    tag = element.tag
    if len(element):
        return False
    if tag[0] == "{":
        return f"{tag.partition('}')[0]}}}" in _NOTED
    name = tag.lower()
    return _NOTE.fullmatch(tag) is not None and name not in HANDLED and name not in _KEYS
