"""A body as text that an XML parser can take: decoded, cleaned, cut to the feed itself.

    bytes -> text by BOM, UTF-8, what is declared, a guess -> control characters out
          -> from the feed's root element to its end -> stray ampersands and HTML entities mended

What stands before the root element goes, and with it every DOCTYPE: no entity that a document
declares is ever expanded, no external one looked up. Every step is linear in the body's length.
"""

import codecs
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from html.entities import html5

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNMARKED = ((b"<\x00?\x00", "utf-16-le"), (b"\x00<\x00?", "utf-16-be"))
_DECLARED = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
# Encodings whose bytes may look like UTF-8 by chance; any other non-ASCII UTF-8 is no accident.
_MULTIBYTE = re.compile(r"gb|big5|shift|sjis|ms932|cp932|euc|iso-?2022|cp949|hz|utf-?(16|32)|ucs")
# What a guess may name; other guesses for Western text are windows-1252 with another name.
_GUESSABLE = re.compile(r"gb|big5|cp932|shift_jis|euc|cp949|johab|koi8|cp1251|iso8859_5|cp1253")
_WITH_ACCENTS = re.compile(rb"[^<>\r\n]*[\x80-\xff][^<>\r\n]*")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")

_SNIFF = 100_000
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
_MAX_DEPTH = 250
_REFERENCE = re.compile(r"&(?:#(x?[0-9a-fA-F]{1,8});|([A-Za-z]\w{0,30});)?")
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})


class NoFeed(Exception):
    """Nothing in the body is a feed; the message says what it is instead."""


@dataclass(frozen=True, slots=True)
class Document:
    """A feed's text from its root element on, without a declaration; JSON feeds as they are."""

    text: str
    is_json: bool = False
    complete: bool = True
    """False when the end of the root element is missing: the last entry may be half of one."""
    warnings: tuple[str, ...] = field(default=())


def open_document(body: bytes, content_type: str = "") -> Document:
    """The feed in the body; raises NoFeed. `content_type` is the HTTP header."""
    return open_text(*decode(body, content_type))


def open_text(decoded: str, note: str = "") -> Document:
    """The feed in the text; raises NoFeed. `note` is what was odd about its encoding."""
    text = _ILLEGAL.sub("", decoded).lstrip("\ufeff \t\r\n")
    warnings = [note] if note else []
    if not text.strip():
        raise NoFeed("the body is empty")
    if text[0] in "{[":
        return Document(text, is_json=True, warnings=tuple(warnings))
    before, text, name = _from_root(text)
    if not _HARMLESS.fullmatch(before):
        warnings.append("something stands before the XML and was skipped")
    mended, complete = _mended(text, f"</{name}")
    if not complete:
        warnings.append("the feed is cut off before its end")
    return Document(mended, complete=complete, warnings=tuple(warnings))


def decode(body: bytes, content_type: str) -> tuple[str, str]:
    """The body as text, and a remark where its encoding had to be guessed or bytes replaced."""
    text = decode_surely(body, content_type)
    if text is not None:
        return text, ""
    declared, whole = _declared(body, content_type), _without_half_character(body)
    order = _order(declared)
    for encoding in order:
        text = whole.decode(encoding, "replace")
        if text.count("\ufffd") * 10 <= sum(not char.isascii() for char in text[:200_000]):
            return text, f"some bytes are not {encoding} and were replaced"
    guess = _guess(whole)
    named = f"not {declared[0]} as declared" if declared else "not declared"
    return whole.decode(guess, "replace"), f"the encoding is {named}; read as {guess}"


def decode_surely(body: bytes, content_type: str) -> str | None:
    """The body as text where its first bytes, its being UTF-8 or its declaration say how."""
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    for start, encoding in _UNMARKED:
        if body.startswith(start):
            return body.decode(encoding, "replace")
    whole = _without_half_character(body)
    for encoding in _order(_declared(body, content_type)):
        with suppress(UnicodeDecodeError):
            return whole.decode(encoding)
    return None


def _order(declared: list[str]) -> list[str]:
    """The encodings to try, the likeliest first."""
    several = _MULTIBYTE.match("".join(declared[:1]))
    return [*declared, "utf-8"] if several else ["utf-8", *declared]


def _declared(body: bytes, content_type: str) -> list[str]:
    """Encodings that the header and the XML declaration name, as Python knows them."""
    header = _CHARSET.search(content_type)
    inside = _DECLARED.match(body[:400])
    names = [header.group(1)] if header else []
    names += [inside.group(1).decode("ascii")] if inside else []
    found = []
    for name in names:
        try:
            encoding = codecs.lookup(name).name
            b"<".decode(encoding)
        except (LookupError, UnicodeError, ValueError):
            continue
        found.append({"gb2312": "gb18030", "gbk": "gb18030"}.get(encoding, encoding))
    return [name for name in found if name not in ("ascii", "utf-7", "idna", "punycode")]


def _without_half_character(body: bytes) -> bytes:
    """The body without a UTF-8 character of which only the beginning arrived."""
    for length, last in enumerate(reversed(body[-3:]), start=1):
        if last >= 0xC0:
            wanted = 2 if last < 0xE0 else 3 if last < 0xF0 else 4
            return body[:-length] if length < wanted else body
        if last < 0x80:
            break
    return body


def _guess(body: bytes) -> str:
    # Few feeds need a guess, and its tables take a while to load.
    from charset_normalizer import from_bytes

    runs = b"\n".join(_WITH_ACCENTS.findall(body[:_SNIFF]))
    best = from_bytes(runs[:20_000]).best()
    return best.encoding if best and _GUESSABLE.match(best.encoding) else "windows-1252"


def _from_root(text: str) -> tuple[str, str, str]:
    """What stands before the feed's root element, the feed from there on, the element's name."""
    head = text[:_SNIFF]
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


def _mended(text: str, closing: str) -> tuple[str, bool]:
    """The text up to the root's end with references mended, and whether that end was there.

    CDATA is left alone: an ampersand is just an ampersand there. Raises NoFeed for elements within
    elements beyond reason, because feedparser's time grows with the square of their depth.
    """
    end = re.compile(re.escape(closing) + r"\s*>", re.IGNORECASE)
    parts, depth = [], 0
    for segment, is_cdata in _segments(text):
        if is_cdata:
            parts.append(segment)
            continue
        found = end.search(segment)
        kept = segment[: found.end()] if found else segment
        depth = _deeper(kept, depth)
        parts.append(_REFERENCE.sub(_mend, kept))
        if found:
            return "".join(parts), True
    return "".join(parts), False


def _deeper(segment: str, depth: int) -> int:
    """How many elements are open after the segment, if `depth` were before.

    What an entry left open ends with the entry, for many feeds forget to close a <br>.
    """
    for found in _TAG.finditer(segment):
        closing, name, empty = found.groups()
        if closing:
            depth = 0 if name in ("item", "entry") else depth - 1
        elif not empty:
            depth += 1
            if depth > _MAX_DEPTH:
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
    if name in _XML_NAMES:
        return found.group()
    value = html5.get(f"{name};")
    return f"&amp;{name};" if value is None else "".join(f"&#{ord(char)};" for char in value)


def _decimal(digits: str) -> int:
    return int(digits) if digits.isdecimal() else 0x110000
