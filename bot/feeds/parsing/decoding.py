"""Bytes to text, by the order: BOM, UTF-8, what is declared, a guess."""

import codecs
import re
from contextlib import suppress

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
_BETWEEN_RUNS = re.compile(rb"[<>\r\n]+")
_SNIFF = 100_000
# What Python has under such names, and ASCII, which whoever declares it seldom keeps to.
_NOT_OF_FEEDS = frozenset(
    {"ascii", "utf-7", "idna", "punycode", "unicode-escape", "unicode_escape"}
    | {"raw-unicode-escape", "raw_unicode_escape", "charmap"}
)


def decode(body: bytes, content_type: str) -> tuple[str, str]:
    """The body as text, and a remark where its encoding had to be guessed or bytes replaced."""
    sure = decode_surely(body, content_type)
    if sure is not None:
        return sure
    marked = _marked(body)
    if marked is not None:
        mark, encoding = marked
        text = body[len(mark) :].decode(encoding, "replace")
        return text, f"some bytes are not {encoding} and were replaced"
    (declared, _), whole = _declared(body, content_type), _without_half_character(body)
    for encoding in _order(declared):
        text = whole.decode(encoding, "replace")
        if text.count("\ufffd") * 10 <= sum(not char.isascii() for char in text[:200_000]):
            return text, f"some bytes are not {encoding} and were replaced"
    guess = _guess(whole)
    named = f"not {declared[0]} as declared" if declared else "not declared"
    return whole.decode(guess, "replace"), f"the encoding is {named}; read as {guess}"


def decode_surely(body: bytes, content_type: str) -> tuple[str, str] | None:
    """The same where the first bytes, being UTF-8, or a declaration say how to; else None."""
    marked = _marked(body)
    if marked is not None:
        mark, encoding = marked
        with suppress(UnicodeDecodeError):
            return body[len(mark) :].decode(encoding), ""
        return None
    declared, unknown = _declared(body, content_type)
    whole = _without_half_character(body)
    for encoding in _order(declared):
        with suppress(UnicodeDecodeError):
            text = whole.decode(encoding)
            note = f"there is no encoding {unknown}; read as {encoding}" if unknown else ""
            return text, note
    return None


def _marked(body: bytes) -> tuple[bytes, str] | None:
    """The mark at the body's beginning that says how it is encoded, and the encoding."""
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return mark, encoding
    return next(((b"", encoding) for start, encoding in _UNMARKED if body.startswith(start)), None)


def _order(declared: list[str]) -> list[str]:
    """The encodings to try, the likeliest first."""
    several = _MULTIBYTE.match("".join(declared[:1]))
    return [*declared, "utf-8"] if several else ["utf-8", *declared]


def _declared(body: bytes, content_type: str) -> tuple[list[str], str]:
    """Encodings that the header and the XML declaration name, as Python knows them, and the last
    name that it does not know."""
    header = _CHARSET.search(content_type)
    inside = _DECLARED.match(body[:400])
    names = [header.group(1)] if header else []
    names += [inside.group(1).decode("ascii")] if inside else []
    found, unknown = [], ""
    for name in names:
        try:
            encoding = codecs.lookup(name).name
            b"<".decode(encoding)
        except (LookupError, UnicodeError, ValueError):
            unknown = name
            continue
        found.append({"gb2312": "gb18030", "gbk": "gb18030"}.get(encoding, encoding))
    return [name for name in found if name not in _NOT_OF_FEEDS], unknown


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

    # Split rather than searched for: a search would begin anew at each byte of a run without any.
    runs = [run for run in _BETWEEN_RUNS.split(body[:_SNIFF]) if not run.isascii()]
    best = from_bytes(b"\n".join(runs)[:20_000]).best()
    return best.encoding if best and _GUESSABLE.match(best.encoding) else "windows-1252"
