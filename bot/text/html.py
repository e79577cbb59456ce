"""What a reader sees of HTML, as text that may itself hold escaped markup once more."""

import html
import re
from collections import Counter

from selectolax.lexbor import LexborHTMLParser

_TAG = re.compile(r"<(?=[a-zA-Z/!?])")
_OPENINGS = re.compile(r"(?<!<)<++(?=[a-zA-Z/!?])")
_HIDDEN = [
    *("script", "style", "noscript", "template", "iframe", "object", "embed", "applet"),
    *("svg", "math", "head", "noframes", "noembed", "audio", "video", "canvas", "select"),
]
# An HTML parser puts these into the head, which is hidden too.
_IN_HEAD = ["base", "basefont", "bgsound", "link", "meta", "title"]
_HIDING = re.compile(f"<(?:{'|'.join(_HIDDEN + _IN_HEAD)})", re.IGNORECASE)
_BLOCKS = frozenset(
    str.split(
        "address article aside blockquote br dd details div dl dt fieldset figcaption figure "
        "footer form h1 h2 h3 h4 h5 h6 header hr legend li main nav ol p pre section summary "
        "table tbody td tfoot th thead tr ul"
    )
)

# Where one of these begins, an HTML parser looks through all elements that are open.
_STACKING = (_BLOCKS - {"br", "hr"}) | set(str.split("center dialog dir hgroup menu rp rt search"))
_STACKING_TAG = re.compile(rf"<(/?)({'|'.join(_STACKING)})(?=[\s/>])[^<>]*>", re.IGNORECASE)
_DEEPEST = 200

# Tags of which an HTML parser makes no more than a line's end, or nothing, wherever they stand.
_ATTRIBUTES = r"(?:[ \t\n]+[A-Za-z-]+=(?:\"[^\"<>]*\"|'[^'<>]*'))*[ \t\n]*/?>"
_LINE_TAG = re.compile(rf"</?(?:p|br){_ATTRIBUTES}")
_INLINE_TAG = re.compile(rf"</?(?:a|b|i|u|em|strong|span|small|img){_ATTRIBUTES}")
_OTHER_REFERENCE = re.compile(r"&(?!(?:amp|lt|gt|quot|nbsp|#39);)")
_REFERENCES = (
    *(("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#39;", "'"), ("&nbsp;", "\xa0")),
    # Last, or what was escaped twice would be unpacked twice.
    ("&amp;", "&"),
)

_FORMATTING = re.compile(r"<(/?)(b|i|u|s|em|strong|small|big|tt|code|sub|sup|mark)>", re.IGNORECASE)


def unpacked(text: str, *, lone_tags: bool = False) -> str:
    """The text without tags and with entities resolved; a text without either comes back as it is.

    With `lone_tags`, a bare formatting tag without its counterpart is left alone.
    """
    if "<" in text and _TAG.search(text):
        return _visible(_with_lone_escaped(text) if lone_tags else text)
    return html.unescape(text) if "&" in text else text


def without_openings(text: str, *, lone_tags: bool = False) -> str:
    """The text without any `<` that could begin a tag, but for lone ones where these are wanted."""
    lone = _lone(text) if lone_tags else set()
    if not lone:
        return _OPENINGS.sub("", text)

    def kept(opening: re.Match[str]) -> str:
        tag = _FORMATTING.match(text, opening.end() - 1)
        return "<" if tag is not None and tag.group(2).lower() in lone else ""

    return _OPENINGS.sub(kept, text)


def _with_lone_escaped(text: str) -> str:
    lone = _lone(text)
    if not lone:
        return text
    return _FORMATTING.sub(
        lambda tag: f"&lt;{tag.group()[1:-1]}&gt;" if tag.group(2).lower() in lone else tag.group(),
        text,
    )


def _lone(text: str) -> set[str]:
    """The formatting elements of which there are only beginnings or only ends."""
    begun: set[str] = set()
    ended: set[str] = set()
    for slash, name in _FORMATTING.findall(text):
        (ended if slash else begun).add(name.lower())
    return begun ^ ended


def _visible(markup: str) -> str:
    simple = seen_simply(markup)
    return seen(markup) if simple is None else simple


def seen_simply(markup: str) -> str | None:
    """What `seen` gives but for blanks, where that shows without building a tree; else None.

    No characters are in it but those of the markup, and those that five references stand for.
    """
    text = markup
    if "<" in text:
        text = _INLINE_TAG.sub("", _LINE_TAG.sub("\n", text))
        if "<" in text:
            return None
    if "&" in text:
        if _OTHER_REFERENCE.search(text):
            return None
        for reference, char in _REFERENCES:
            text = text.replace(reference, char)
    return text


def seen(markup: str) -> str:
    """The text of the HTML, as an HTML parser finds it."""
    tree = LexborHTMLParser(shallow(markup))
    if _HIDING.search(markup):
        tree.strip_tags(_HIDDEN)
    pieces: list[str] = []
    # None stands for the end of a block.
    ahead = [tree.root]
    while ahead:
        node = ahead.pop()
        if node is None:
            pieces.append("\n")
        elif node.is_text_node:
            pieces.append(node.text_content or "")
        else:
            if node.tag in _BLOCKS:
                pieces.append("\n")
                ahead.append(None)
            ahead += reversed([*node.iter(include_text=True)])
    return "".join(pieces)


def shallow(markup: str) -> str:
    """The markup with a line's end in place of each block that begins deeper than any page needs.

    For an HTML parser's time grows with the square of the depth.
    """
    if markup.count("<") <= _DEEPEST:
        return markup
    begun: Counter[str] = Counter()

    def kept(tag: re.Match[str]) -> str:
        name = tag.group(2).lower()
        if tag.group(1):
            begun[name] = max(begun[name] - 1, 0)
        elif begun.total() < _DEEPEST:
            begun[name] += 1
        else:
            return "\n"
        return tag.group()

    return _STACKING_TAG.sub(kept, markup)
