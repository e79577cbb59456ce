"""Hostile HTML becomes plain text, and plain text is split into sentences."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from bot.text.plain import cut, limit_depth, to_plain_text
from bot.text.sentences import split_sentences

# Markup of every kind that MARKUP can contain. `<` before another word is text.
TAG = re.compile(
    r"<!--|<!\[CDATA\[|<[!?][^<>]*>|</\w[^<>]*>"
    r"|</?(?:a|b|i|em|p|q|s|u|script|plaintext|textarea|title|svg)(?:[\s/][^<>]*)?>",
    re.IGNORECASE,
)
BARE = re.compile(r"</?(b|i|u|s|em|strong|small|big|tt|code|sub|sup|mark)>")
MARKUP = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *("<b>", "</b>", "<script>", "</script>", "<!--", "-->", "<![CDATA[", "&lt;"),
                *("&amp;", "&#60;", "&#x3c;script&#x3e;", "<", ">", "<<", "\x00", "\u202e", "<p"),
                *(
                    "&lt;b&gt;",
                    "&lt;/b&gt;",
                    "&lt;i&gt;",
                    "&lt;/EM&gt;",
                    "&amp;lt;em&amp;gt;",
                    "b>",
                ),
                *("<plaintext>", "<textarea>", "<title>", "<svg>", "&#0;", "\ud800", "\u037e"),
            ]
        ),
        st.text(max_size=8),
    ),
    max_size=30,
).map("".join)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("25% < 50% &amp; rising", "25% < 50% & rising"),
        ("<p>One</p><p>Two</p>three", "One\nTwo\nthree"),
        ("<p>a duty of <b>25%</b></p>next", "a duty of 25%\nnext"),
        ("<div><p>One <i>and</i></p></div>two", "One and\ntwo"),
        ("a<script>alert(1)</script><style>b{}</style>c", "ac"),
        ("&lt;b&gt;bold&lt;/b&gt;", "bold"),
        ("&amp;lt;!here&amp;gt; duty", "duty"),
        ("<\x00script>alert(1)</script>duty", "duty"),
        ("duty &mdash; 25&nbsp;% &bogus;", "duty — 25 % &bogus;"),
        ("cut to \u202e%52\u202c", "cut to %52"),
        ("zero\u200bwidth \ufeffbom", "zerowidth bom"),
        ("e\u0301te\u0301", "été"),
        ("  many \n\n\t blanks  ", "many\nblanks"),
        ("", ""),
    ],
)
def test_markup_becomes_visible_text(markup: str, text: str) -> None:
    assert to_plain_text(markup, 500) == text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("Duty &lt;b&gt; <img src=x onerror=alert(1)> 25%", "Duty <b> 25%"),
        ("Duty &amp;lt;/EM&amp;gt; 25%", "Duty </EM> 25%"),
        ("&lt;b&gt;Duty&lt;/b&gt; &amp;lt;i&amp;gt;on&amp;lt;/i&amp;gt; tea", "Duty on tea"),
        ("<b>Duty of 25%", "Duty of 25%"),
        ("Duty &lt;b onclick=steal()&gt; &lt;script&gt;x&lt;/script&gt;25%", "Duty 25%"),
        ("&lt;br&gt;Duty &lt;p&gt;25%&lt;img src=x&gt;", "Duty 25%"),
        ("Duty <&lt;b&gt; 25%", "Duty <b> 25%"),
    ],
)
def test_an_escaped_lone_tag_is_kept_if_allowed(markup: str, text: str) -> None:
    assert " ".join(to_plain_text(markup, 500, lone_tags=True).split()) == text


@settings(max_examples=500)
@given(MARKUP)
def test_only_unpaired_formatting_tags_without_attributes_are_kept(markup: str) -> None:
    left = {tag.lower() for tag in TAG.findall(to_plain_text(markup, 10_000, lone_tags=True))}
    assert all(BARE.fullmatch(tag) for tag in left)
    assert not any(f"</{tag[1:]}" in left for tag in left)


@pytest.mark.parametrize(
    "text",
    [
        "Gifts <CAD 60 stay free of duty; the rest pays 12%",
        "Shipments <a tenth of the quota pay 3%",
        "Notice 7 <amended> of the customs office",
        "Rates <MFN for Chile, >MFN for Peru",
        "Write to <desk@wire.example> or see <https://wire.example/a>",
        "Is x<y, and what if y<",
        "It says <? and </ here",
    ],
)
def test_a_less_than_sign_that_starts_no_tag_is_text(text: str) -> None:
    escaped = text.replace("<", "&lt;").replace(">", "&gt;")
    for markup in (text, escaped, f"<p>{escaped}</p>", f"&lt;p&gt;{escaped}&lt;/p&gt;"):
        assert to_plain_text(markup, 500) == text
        assert to_plain_text(markup, 500, lone_tags=True) == text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("Duty of 25% <a href='https://w.exa", "Duty of 25%"),
        ("Duty of 25% <img src", "Duty of 25%"),
        ("Duty of 25% <p", "Duty of 25%"),
        ("<o:p></o:p>Duty<x-box size=1> of 25%</x-box>", "Duty of 25%"),
        ("<wrap>Duty</wrap> of <odd kind='x'>25%", "Duty of 25%"),
        ("Duty</channel> of 25%", "Duty of 25%"),
        ("<img alt='worth <CAD 60' src=x>Duty", "Duty"),
        ("Duty<script>if (a<bc) run()</script> of 25%", "Duty of 25%"),
        ("<svg><path d='x'/><text>5</text></svg>Duty", "Duty"),
    ],
)
def test_tags_that_are_cut_off_or_have_other_names_are_removed(markup: str, text: str) -> None:
    assert to_plain_text(markup, 500) == text
    assert to_plain_text(markup.replace("&", "&amp;").replace("<", "&lt;"), 500) == text


def test_stacked_combining_marks_are_limited() -> None:
    assert len(to_plain_text("t" + "\u0316" * 400, 500)) <= 4


def test_a_cut_text_ends_at_a_word_with_an_ellipsis() -> None:
    assert to_plain_text("duties on steel and aluminium", 20) == "duties on steel and…"
    assert cut("duties on steel and aluminium", 13) == "duties on…"


@given(MARKUP, st.integers(0, 200))
def test_no_tag_and_no_control_character_gets_through(markup: str, limit: int) -> None:
    text = to_plain_text(markup, limit)
    assert not TAG.search(text)
    assert len(text) <= limit
    assert not [c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs") and c != "\n"]
    assert unicodedata.is_normalized("NFC", text)


@pytest.mark.parametrize(
    "unit", ["<", "<div>", "&lt;", "&amp;", "<!--", " \n", "a\u0300", "<a b='"]
)
def test_repetitive_text_is_processed_quickly(unit: str) -> None:
    assert len(to_plain_text(unit * 40_000, 1000)) <= 1000


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "The U.S. Trade Representative met Mr. Smith on Jan. 5. A duty of 2.5% stays.",
            ["The U.S. Trade Representative met Mr. Smith on Jan. 5.", "A duty of 2.5% stays."],
        ),
        (
            "It applies in the U.S. The court agreed.",
            ["It applies in the U.S.", "The court agreed."],
        ),
        ("See No. 3 of the list.", ["See No. 3 of the list."]),
        ("“We won.” He left!", ["“We won.”", "He left!"]),
        ("One line\nanother", ["One line", "another"]),
        ("", []),
    ],
)
def test_sentences_end_where_a_reader_expects(text: str, parts: list[str]) -> None:
    assert list(split_sentences(text)) == parts


@given(st.text())
def test_each_sentence_is_a_substring_of_the_text(text: str) -> None:
    for sentence in split_sentences(text):
        assert sentence in text
        assert "\n" not in sentence


@pytest.mark.parametrize("opening", ["<div>", "<UL class='x'><li>", "<dl></ul>", "<rp>a</zz>"])
def test_blocks_nested_too_deeply_become_lines(opening: str) -> None:
    markup = limit_depth(opening * 1000 + "Duty of 25%")
    deep = LexborHTMLParser(markup).css("div, ul, dl, rp")
    assert len(deep) <= 200
    assert to_plain_text(opening * 1000 + "Duty of 25%", 40_000).endswith("Duty of 25%")


def test_many_blocks_in_a_row_are_unchanged() -> None:
    markup = "<div><p>Duty <br> of 25%</p></div>" * 1000
    assert limit_depth(markup) == markup
