"""A body as text that an XML parser can take: decoded, cleaned, cut to the feed itself.

    bytes -> text (see `bot.feeds.parsing.decoding`) -> control characters out
          -> from the feed's root element to its end -> stray ampersands and HTML entities mended

What stands before the root element goes, and with it every DOCTYPE: no entity that a document
declares is ever expanded, no external one looked up. Every step is linear in the body's length.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.entities import html5

from bot.feeds.parsing.decoding import decode

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
# The same among ASCII; going through it by a table is five times as fast.
_DROPPED = dict.fromkeys(code for code in range(128) if _ILLEGAL.match(chr(code)))

ENTRY_START = re.compile(r"<(?:\w{1,20}:)?(?:item|entry)[\s>]")
ENTRY_END = re.compile(r"</(?:\w{1,20}:)?(?:item|entry)\s*>")

_LOOKED_AT = 100_000
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_ROOT = re.compile(
    rf"{_COMMENT.pattern}|<((?:[a-z_][\w.-]{{0,30}}:)?(?:rss|feed|rdf))(?=[\s/>])",
    re.DOTALL | re.IGNORECASE,
)
_PAGE = re.compile(r"<html[\s>]", re.IGNORECASE)
_ELEMENT = re.compile(r"<([A-Za-z_][\w:.-]{0,40})")
# Nothing is tried twice, so that many openings of what never ends take no longer than one.
_HARMLESS = re.compile(
    r"(?:<\?[^>]*+>|<!DOCTYPE[^>\[]*+(?:\[[^\]]*+\]\s*+)?>|\s++)*+", re.IGNORECASE
)
_TAG = re.compile(r"<(/?)([A-Za-z_][\w:.-]{0,40})[^<>]*?(/?)>")
MAX_DEPTH = 250
_ENTRY_END = re.compile(r"</(?:item|entry)(?![\w:.-])[^<>]*>")
# References that need no mending are passed over.
_REFERENCE = re.compile(
    r"&(?!(?:amp|lt|gt|quot|apos);)(?:#(x?[0-9a-fA-F]{1,8});|([A-Za-z]\w{0,30});)?"
)


class NoFeed(Exception):
    """Nothing in the body is a feed; the message says what it is instead."""


@dataclass(frozen=True, slots=True)
class XmlDocument:
    """A feed's text from its root element on, without a declaration; JSON feeds as they are."""

    text: str
    is_json: bool = False
    complete: bool = True
    """False when the end of the root element is missing: the last entry may be half of one."""
    warnings: tuple[str, ...] = field(default=())


def open_document(body: bytes, content_type: str = "") -> XmlDocument:
    """The feed in the body; raises NoFeed. `content_type` is the HTTP header."""
    return open_text(*decode(body, content_type))


def open_text(decoded: str, note: str = "", max_depth: int = MAX_DEPTH) -> XmlDocument:
    """The feed in the text; raises NoFeed. `note` is what was odd about its encoding.

    `max_depth` is how many elements may be open within one entry.
    """
    text = legal(decoded).lstrip("\ufeff \t\r\n")
    warnings = [note] if note else []
    if not text.strip():
        raise NoFeed("the body is empty")
    if text[0] in "{[":
        return XmlDocument(text, is_json=True, warnings=tuple(warnings))
    before, text, name = _from_root(text)
    if not _HARMLESS.fullmatch(before):
        warnings.append("something stands before the XML and was skipped")
    mended, complete = _mended(text, f"</{name}", max_depth)
    if not complete:
        warnings.append("the feed is cut off before its end")
    return XmlDocument(mended, complete=complete, warnings=tuple(warnings))


def legal(text: str) -> str:
    """The text without characters that XML does not have."""
    return text.translate(_DROPPED) if text.isascii() else _ILLEGAL.sub("", text)


def _from_root(text: str) -> tuple[str, str, str]:
    """What stands before the feed's root element, the feed from there on, the element's name."""
    head = text[:_LOOKED_AT]
    root = next((match for match in _ROOT.finditer(head) if match.group(1)), None)
    before = _COMMENT.sub("", head[: root.start()] if root else head)
    if _PAGE.search(before):
        raise NoFeed("a web page came instead of a feed")
    if root is None:
        other = _ELEMENT.search(before)
        if other is None:
            raise NoFeed("neither XML nor JSON came")
        raise NoFeed(f"its first element is <{other.group(1)}>, which begins no feed")
    return before, text[root.start() :], root.group(1)


def _segments(text: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces, each with whether it is CDATA; one that never ends is none."""
    at = 0
    while (start := text.find("<![CDATA[", at)) >= 0:
        stop = text.find("]]>", start)
        if stop < 0:
            break
        yield text[at:start], False
        at = stop + 3
        yield text[start:at], True
    yield text[at:], False


def _mended(text: str, closing: str, max_depth: int) -> tuple[str, bool]:
    """The text up to the root's end with references mended, and whether that end was there.

    CDATA is left alone: an ampersand is just an ampersand there. Raises NoFeed for elements within
    elements beyond reason, because feedparser's time grows with the square of their depth.
    """
    end = re.compile(re.escape(closing) + r"\s*>", re.IGNORECASE)
    parts, depth = [], _Depth(max_depth)
    for segment, is_cdata in _segments(text):
        if is_cdata:
            parts.append(segment)
            continue
        found = end.search(segment)
        kept = segment[: found.end()] if found else segment
        depth.add(kept)
        parts.append(_REFERENCE.sub(_mend, kept) if "&" in kept else kept)
        if found:
            return "".join(parts), True
    return "".join(parts), False


class _Depth:
    """Refuses elements within elements beyond reason; counts them only where there may be so many.

    An element begins with a `<`, so as long as few of these stand between the ends of two entries
    there is nothing to count.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._passed: list[str] = []
        self._at_most = 0
        self._depth = 0
        self._counting = False

    def add(self, segment: str) -> None:
        """Looks at the next piece of the document; raises NoFeed."""
        self._passed.append(segment)
        if not self._counting:
            within, *later = (part.count("<") for part in _ENTRY_END.split(segment))
            begun = max(self._at_most + within, *later, 0)
            self._at_most = later[-1] if later else self._at_most + within
            self._counting = _may_be_deeper(begun, self._most)
        if self._counting:
            for each in self._passed:
                self._depth = _deeper(each, self._depth, self._most)
            self._passed.clear()


def _may_be_deeper(begun: int, most: int) -> bool:
    return begun > most


def _deeper(segment: str, depth: int, most: int) -> int:
    """How many elements are open after the segment, if `depth` were before.

    What an entry left open ends with the entry, for many feeds forget to close a <br>.
    """
    for found in _TAG.finditer(segment):
        closing, name, empty = found.groups()
        if closing:
            depth = 0 if name in ("item", "entry") else depth - 1
        elif not empty:
            depth += 1
            if depth > most:
                raise NoFeed("it is nested too deeply to be read")
    return depth


def _mend(found: re.Match[str]) -> str:
    number, name = found.groups()
    if number:
        code = int(number[1:], 16) if number[0] in "xX" else _decimal(number)
        legal = code < 0x110000 and not _ILLEGAL.match(chr(code))
        return found.group() if legal else ""
    if name is None:
        return "&amp;"
    value = html5.get(f"{name};")
    return f"&amp;{name};" if value is None else "".join(f"&#{ord(char)};" for char in value)


def _decimal(digits: str) -> int:
    return int(digits) if digits.isdecimal() else 0x110000
