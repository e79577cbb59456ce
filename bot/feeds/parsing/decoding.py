"""Decodes bytes as text.

The order is: a byte order mark, UTF-8, the declared encodings, a guess. Declared multibyte
encodings are tried before UTF-8.
"""

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
_UTF16_WITHOUT_BOM = ((b"<\x00?\x00", "utf-16-le"), (b"\x00<\x00?", "utf-16-be"))
_DECLARED = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
# Text in one of these encodings can be valid UTF-8 by chance. If one is declared, it is tried
# before UTF-8.
_MULTIBYTE = re.compile(r"gb|big5|shift|sjis|ms932|cp932|euc|iso-?2022|cp949|hz|utf-?(16|32)|ucs")
# Only these guesses are used. Any other guess is replaced by windows-1252, the usual encoding of
# Western text.
_GUESSABLE = re.compile(r"gb|big5|cp932|shift_jis|euc|cp949|johab|koi8|cp1251|iso8859_5|cp1253")
_BETWEEN_RUNS = re.compile(rb"[<>\r\n]+")
_GUESSED_FROM = 100_000
# Declarations that are ignored: Python's special codecs, and ASCII, because documents declared as
# ASCII often contain other characters.
_NOT_USED = frozenset(
    {"ascii", "utf-7", "idna", "punycode", "unicode-escape", "unicode_escape"}
    | {"raw-unicode-escape", "raw_unicode_escape", "charmap"}
)


def decode(body: bytes, content_type: str) -> tuple[str, str]:
    """The text, and a warning about an unknown or guessed encoding or replaced bytes, or ""."""
    for mark, encoding in (*_BOMS, *_UTF16_WITHOUT_BOM):
        if body.startswith(mark):
            content = body[len(mark) :] if (mark, encoding) in _BOMS else body
            return _decode_as(content, encoding)
    declared, unknown = _find_declared_encodings(body, content_type)
    body = _strip_half_character(body)
    is_multibyte = bool(declared) and _MULTIBYTE.match(declared[0])
    encodings = [*declared, "utf-8"] if is_multibyte else ["utf-8", *declared]
    for encoding in encodings:
        with suppress(UnicodeDecodeError):
            text = body.decode(encoding)
            return text, f"there is no encoding {unknown}; read as {encoding}" if unknown else ""
    for encoding in encodings:
        text, warning = _decode_as(body, encoding)
        if text.count("\ufffd") * 10 <= sum(not char.isascii() for char in text[:200_000]):
            return text, warning
    guess = _guess(body)
    reason = f"not {declared[0]} as declared" if declared else "not declared"
    return body.decode(guess, "replace"), f"the encoding is {reason}; read as {guess}"


def _decode_as(body: bytes, encoding: str) -> tuple[str, str]:
    with suppress(UnicodeDecodeError):
        return body.decode(encoding), ""
    return body.decode(encoding, "replace"), f"some bytes are not {encoding} and were replaced"


def _find_declared_encodings(body: bytes, content_type: str) -> tuple[list[str], str]:
    """The encodings that the header and the XML declaration name, and an unknown name.

    The encodings have Python's names. The unknown name is the last one; it is empty if there is
    none.
    """
    header = _CHARSET.search(content_type)
    declaration = _DECLARED.match(body[:400])
    names = [header.group(1)] if header else []
    names += [declaration.group(1).decode("ascii")] if declaration else []
    found, unknown = [], ""
    for name in names:
        try:
            encoding = codecs.lookup(name).name
            b"<".decode(encoding)
        except (LookupError, UnicodeError, ValueError):
            unknown = name
            continue
        found.append({"gb2312": "gb18030", "gbk": "gb18030"}.get(encoding, encoding))
    return [name for name in found if name not in _NOT_USED], unknown


def _strip_half_character(body: bytes) -> bytes:
    """The body without an incomplete UTF-8 character at its end."""
    for length, last in enumerate(reversed(body[-3:]), start=1):
        if last >= 0xC0:
            wanted = 2 if last < 0xE0 else 3 if last < 0xF0 else 4
            return body[:-length] if length < wanted else body
        if last < 0x80:
            break
    return body


def _guess(body: bytes) -> str:
    # Imported here because few bodies need a guess, and the import takes 2.4 MB.
    from charset_normalizer import from_bytes

    # Splitting takes linear time. A search for runs would restart at each byte of a run that does
    # not match.
    runs = [run for run in _BETWEEN_RUNS.split(body[:_GUESSED_FROM]) if not run.isascii()]
    best = from_bytes(b"\n".join(runs)[:20_000]).best()
    return best.encoding if best and _GUESSABLE.match(best.encoding) else "windows-1252"
