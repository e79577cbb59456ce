"""Bytes become text that an XML parser can read: encodings, repairs and refused documents."""

import codecs

import pytest

from bot.feeds.parsing.decoding import decode
from bot.feeds.parsing.xml_document import NoFeed, XmlDocument, open_document

CYRILLIC = "Пошлины на сталь и алюминий вступят в силу в понедельник утром. "
CHINESE = "对钢铁加征关税的措施将于下周生效，"


def xml(text: str, encoding: str = "") -> str:
    declared = f' encoding="{encoding}"' if encoding else ""
    return f'<?xml version="1.0"{declared}?><rss>{text}</rss>'


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        (b"plain", "", "plain"),
        ("Zölle".encode(), "text/xml; charset=iso-8859-1", "Zölle"),
        (codecs.BOM_UTF8 + "ä".encode(), "charset=latin-1", "ä"),
        (codecs.BOM_UTF16_LE + "ä".encode("utf-16-le"), "", "ä"),
        (codecs.BOM_UTF16_BE + "ä".encode("utf-16-be"), "", "ä"),
        (codecs.BOM_UTF32_LE + "ä".encode("utf-32-le"), "", "ä"),
        (codecs.BOM_UTF32_BE + "ä".encode("utf-32-be"), "", "ä"),
        ("<?xml?>ä".encode("utf-16-le"), "", "<?xml?>ä"),
        ("<?xml?>ä".encode("utf-16-be"), "", "<?xml?>ä"),
        ("Zölle".encode("latin-1"), "text/xml; Charset = 'iso-8859-1'", "Zölle"),
        (xml("Zölle", "iso-8859-1").encode("latin-1"), "", xml("Zölle", "iso-8859-1")),
        # The encoding in the Content-Type header has priority over the XML declaration.
        (xml("€", "iso-8859-1").encode("cp1252"), "charset=cp1252", xml("€", "iso-8859-1")),
        # gb2312 is read as its superset gb18030, and is tried before UTF-8.
        (xml("镕", "gb2312").encode("gb18030"), "", xml("镕", "gb2312")),
        # An incomplete character at the end is dropped.
        ("aä".encode()[:-1], "", "a"),
        ("a€".encode()[:-1], "", "a"),
        ("a€".encode()[:-2], "", "a"),
        ("a😀".encode()[:-1], "", "a"),
        ("a😀".encode()[:-3], "", "a"),
        ("a😀".encode(), "", "a😀"),
        ("aä".encode(), "", "aä"),
    ],
)
def test_bytes_are_decoded_without_a_warning(body: bytes, content_type: str, text: str) -> None:
    assert decode(body, content_type) == (text, "")


@pytest.mark.parametrize(
    ("body", "content_type", "text", "words"),
    [
        # The warning names the declared encoding and the one that was used.
        (b"plain", "charset=klingon", "plain", ("klingon", "utf-8")),
        (b"plain", "charset=punycode", "plain", ("punycode", "utf-8")),
        # Encodings that the bot never uses are skipped without a warning.
        (b"a+AOQ-", "charset=utf-7", "a+AOQ-", ()),
        (b"a\\u00e4", "charset=unicode-escape", "a\\u00e4", ()),
        (b"plain", "charset=rot13", "plain", ("rot13", "utf-8")),
        (codecs.BOM_UTF8 + b"a\xff", "", "a\ufffd", ("utf-8",)),
        ("ä".encode() * 10 + b"\xff.", "", "ä" * 10 + "\ufffd.", ("utf-8",)),
        (
            "für Übersee".encode("cp1252"),
            "",
            "für Übersee",
            ("not declared", "windows-1252"),
        ),
        (
            "für Übersee".encode("cp1252"),
            "charset=utf-8",
            "für Übersee",
            ("not utf-8", "windows-1252"),
        ),
        ((CYRILLIC * 20).encode("cp1251"), "", CYRILLIC * 20, ("not declared", "cp1251")),
        ((CHINESE * 40).encode("gb18030"), "", CHINESE * 40, ("not declared", "gb")),
    ],
)
def test_a_guess_or_a_loss_is_named(
    body: bytes, content_type: str, text: str, words: tuple[str, ...]
) -> None:
    found, warning = decode(body, content_type)
    assert found == text
    assert bool(warning) is bool(words)
    assert all(word in warning for word in words)


def opened(text: str) -> XmlDocument:
    return open_document(text.encode())


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<rss>a</rss>", "<rss>a</rss>"),
        (" \n<RSS>a</rss >", "<RSS>a</rss >"),
        ("<?xml version='1.0'?>\n<!DOCTYPE rss [<!ENTITY e 'x'>]>\n<rss/></rss>", "<rss/></rss>"),
        ("<!-- <feed> --><rss>a</rss>", "<rss>a</rss>"),
        ("<atom:feed>a</atom:feed>", "<atom:feed>a</atom:feed>"),
        ("<rdf:RDF>a</rdf:RDF>", "<rdf:RDF>a</rdf:RDF>"),
        # Text after the root element is dropped. An end tag within CDATA does not end the root.
        ("<rss>a</rss><script>b</script>", "<rss>a</rss>"),
        ("<rss><![CDATA[</rss>&]]>a</rss>b", "<rss><![CDATA[</rss>&]]>a</rss>"),
        # Entity and character references.
        ("<rss>a & b &amp; &lt; R&D</rss>", "<rss>a &amp; b &amp; &lt; R&amp;D</rss>"),
        (
            "<rss>&mdash; &made; &NotEqualTilde;</rss>",
            "<rss>&#8212; &amp;made; &#8770;&#824;</rss>",
        ),
        ("<rss>&#65; &#x41; &#0; &#xFFFE; &#x110000;</rss>", "<rss>&#65; &#x41;   </rss>"),
        ("<rss>&#99999999; &#1a;</rss>", "<rss> </rss>"),
        ("<rss>a\x08b</rss>", "<rss>ab</rss>"),
        # An unclosed <br> adds to the nesting depth, but only until its entry ends.
        (f"<rss>{'<item><br></item>' * 300}</rss>", f"<rss>{'<item><br></item>' * 300}</rss>"),
        (f"<rss>{'<br/>' * 300}</rss>", f"<rss>{'<br/>' * 300}</rss>"),
        (f"<rss>{'<p>a</p>' * 300}</rss>", f"<rss>{'<p>a</p>' * 300}</rss>"),
        (f"<rss>{'<p>' * 249}</rss>", f"<rss>{'<p>' * 249}</rss>"),
    ],
)
def test_a_document_is_repaired_from_its_root_to_its_end(body: str, text: str) -> None:
    assert opened(body) == XmlDocument(text)


@pytest.mark.parametrize(
    ("body", "text", "complete", "warnings"),
    [
        ("<rss>a & <![CDATA[b", "<rss>a &amp; <![CDATA[b", False, 1),
        ("<rss>a", "<rss>a", False, 1),
        ("<rss><![CDATA[</rss>]]>", "<rss><![CDATA[</rss>]]>", False, 1),
        ("hello <rss>a</rss>", "<rss>a</rss>", True, 1),
        ("hello <rss>a", "<rss>a", False, 2),
    ],
)
def test_an_odd_document_causes_warnings(
    body: str, text: str, complete: bool, warnings: int
) -> None:
    found = opened(body)
    assert (found.text, found.complete, len(found.warnings)) == (text, complete, warnings)
    assert not found.is_json


def test_json_is_left_as_it_is() -> None:
    assert opened(' {"a": "&"}') == XmlDocument('{"a": "&"}', is_json=True)
    assert opened("[1]") == XmlDocument("[1]", is_json=True)
    guessed = open_document('{"a": "für Übersee"}'.encode("cp1252"))
    assert (guessed.text, guessed.is_json, len(guessed.warnings)) == (
        '{"a": "für Übersee"}',
        True,
        1,
    )


def test_the_header_decides_how_a_document_is_decoded() -> None:
    body = "<rss>€</rss>".encode("cp1252")
    assert open_document(body, "text/xml; charset=cp1252") == XmlDocument("<rss>€</rss>")


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ("<html><rss></rss></html>", "a web page"),
        ("<!-- <html> --><urlset/>", "<urlset>"),
        ("<!-- <rss> ", "neither XML nor JSON"),
        (" " * 10 + "x" * 100_000 + "<rss></rss>", "neither XML nor JSON"),
        (f"<rss>{'<p>' * 250}</rss>", "nested too deeply"),
        (f"<rss>{'<p>' * 130}<![CDATA[x]]>{'<p>' * 130}</rss>", "nested too deeply"),
    ],
)
def test_other_documents_are_refused(body: str, cause: str) -> None:
    with pytest.raises(NoFeed, match=cause):
        opened(body)


def test_a_root_is_found_within_the_first_100_000_characters() -> None:
    assert opened("x" * 99_989 + "<rss></rss>").text == "<rss></rss>"
