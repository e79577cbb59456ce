"""Makes a body readable for an XML parser.

    bytes -> text -> no control characters -> from the feed's root element to its end
          -> stray ampersands and HTML entities repaired

Everything before the root element is removed, including any DOCTYPE, so that no declared entity is
ever expanded and no external entity is loaded. Every step takes linear time.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.entities import html5

from bot.feeds.parsing.decoding import decode

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_ROOT_WITHIN = 100_000
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_ROOT = re.compile(
    rf"{_COMMENT.pattern}|<((?:[a-z_][\w.-]{{0,30}}:)?(?:rss|feed|rdf))(?=[\s/>])",
    re.DOTALL | re.IGNORECASE,
)
_WEB_PAGE = re.compile(r"<html[\s>]", re.IGNORECASE)
_ELEMENT = re.compile(r"<([A-Za-z_][\w:.-]{0,40})")
# The possessive quantifiers prevent backtracking, so many unclosed brackets take no longer than
# one.
_PROLOG = re.compile(r"(?:<\?[^>]*+>|<!DOCTYPE[^>\[]*+(?:\[[^\]]*+\]\s*+)?>|\s++)*+", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([A-Za-z_][\w:.-]{0,40})[^<>]*?(/?)>")
_MAX_DEPTH = 250
_REFERENCE = re.compile(
    r"&(?!(?:amp|lt|gt|quot|apos);)(?:#(x?[0-9a-fA-F]{1,8});|([A-Za-z]\w{0,30});)?"
)


class NoFeed(Exception):
    """The body is not a feed; the message gives the reason."""


@dataclass(frozen=True, slots=True)
class XmlDocument:
    """A feed's text from its root element on. JSON starts at its first bracket."""

    text: str
    is_json: bool = False
    complete: bool = True
    """False if the end of the root element is missing. The last entry may then be incomplete."""
    warnings: tuple[str, ...] = field(default=())


def open_document(body: bytes, content_type: str = "") -> XmlDocument:
    """The document in the body; raises NoFeed. `content_type` is the value of the HTTP header."""
    decoded, warning = decode(body, content_type)
    text = remove_illegal_characters(decoded).lstrip("\ufeff \t\r\n")
    warnings = [warning] if warning else []
    if not text.strip():
        raise NoFeed("the body is empty")
    if text[0] in "{[":
        return XmlDocument(text, is_json=True, warnings=tuple(warnings))
    before, text, name = _split_at_root(text)
    if not _PROLOG.fullmatch(before):
        warnings.append("text before the XML was skipped")
    repaired, complete = _repair(text, f"</{name}")
    if not complete:
        warnings.append("the feed is cut off before its end")
    return XmlDocument(repaired, complete=complete, warnings=tuple(warnings))


def remove_illegal_characters(text: str) -> str:
    """The text without the characters that XML forbids."""
    return _ILLEGAL.sub("", text)


def _split_at_root(text: str) -> tuple[str, str, str]:
    """The text before the feed's root element, the text from the element on, and its name."""
    head = text[:_ROOT_WITHIN]
    root = next((match for match in _ROOT.finditer(head) if match.group(1)), None)
    before = _COMMENT.sub("", head[: root.start()] if root else head)
    if _WEB_PAGE.search(before):
        raise NoFeed("the body is a web page, not a feed")
    if root is None:
        other = _ELEMENT.search(before)
        if other is None:
            raise NoFeed("the body is neither XML nor JSON")
        raise NoFeed(f"its first element is <{other.group(1)}>, not a feed")
    return before, text[root.start() :], root.group(1)


def _split_at_cdata(text: str) -> Iterator[tuple[str, bool]]:
    """Yields the text in pieces, each with whether it is CDATA. Unclosed CDATA does not count."""
    at = 0
    while (start := text.find("<![CDATA[", at)) >= 0:
        stop = text.find("]]>", start)
        if stop < 0:
            break
        yield text[at:start], False
        at = stop + 3
        yield text[start:at], True
    yield text[at:], False


def _repair(text: str, closing: str) -> tuple[str, bool]:
    """The text up to the end of the root element, repaired, and whether that end was found.

    `closing` is the start of the root's end tag. References outside CDATA are repaired; in CDATA,
    `&` has no meaning. Raises NoFeed for elements that are nested too deeply, because feedparser's
    time grows with the square of the depth.
    """
    end = re.compile(re.escape(closing) + r"\s*>", re.IGNORECASE)
    parts, depth = [], 0
    for segment, is_cdata in _split_at_cdata(text):
        if is_cdata:
            parts.append(segment)
            continue
        found = end.search(segment)
        kept = segment[: found.end()] if found else segment
        depth = _measure_depth(kept, depth)
        parts.append(_REFERENCE.sub(_repair_reference, kept))
        if found:
            return "".join(parts), True
    return "".join(parts), False


def _measure_depth(segment: str, depth: int) -> int:
    """The number of open elements after the segment, given the number before it.

    The end of an entry counts as the end of all elements, because many feeds do not close <br>.
    """
    for tag in _TAG.finditer(segment):
        closing, name, empty = tag.groups()
        if closing:
            depth = 0 if name in ("item", "entry") else depth - 1
        elif not empty:
            depth += 1
            if depth > _MAX_DEPTH:
                raise NoFeed("it is nested too deeply to be read")
    return depth


def _repair_reference(found: re.Match[str]) -> str:
    number, name = found.groups()
    if number:
        code = int(number[1:], 16) if number[0] in "xX" else _parse_decimal(number)
        is_legal = code < 0x110000 and not _ILLEGAL.match(chr(code))
        return found.group() if is_legal else ""
    if name is None:
        return "&amp;"
    value = html5.get(f"{name};")
    return f"&amp;{name};" if value is None else "".join(f"&#{ord(char)};" for char in value)


def _parse_decimal(digits: str) -> int:
    return int(digits) if digits.isdecimal() else 0x110000
