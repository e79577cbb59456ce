"""A sentence is split into words, and a pattern is found at certain words of the sentence."""

import pytest

from bot.news.topics.index import PatternIndex
from bot.news.topics.pattern import Pattern, PatternCompiler, Slot
from bot.news.topics.tokens import PARTY, Sentence, read_sentence
from tests.news.examples import PARTIES

LISTS = {
    "court": ["court", "supreme court", "court of trade"],
    "talks": ["talks", "{round}"],
    "round": ["round", "new round"],
    "share": ["# percent", "@ goods", "half"],
}


def read(text: str) -> Sentence:
    return read_sentence(text, "title", PARTIES.find_mentions(text))


def words(text: str) -> list[tuple[str, ...]]:
    """Each word of the text, followed by the words and marks with which a pattern may begin there.
    The mark of a name has the number of the name's words.
    """
    sentence = read(text)
    return [
        (text[slice(*span)], *(_write_begin(begin, at) for begin in begins))
        for at, (span, begins) in enumerate(zip(sentence.spans, sentence.begins, strict=True))
    ]


def _write_begin(begin: tuple[str, int], at: int) -> str:
    key, after = begin
    return f"{key}{after - at}" if key == PARTY else key


def found(text: str, *patterns: str) -> dict[str, str]:
    """The text that the pattern matches first in the sentence."""
    compiler = PatternCompiler(LISTS)
    index = PatternIndex((pattern, compiler.compile(pattern)) for pattern in patterns)
    spans = index.find(read(text))
    return {pattern: text[start:end] for pattern, (start, end) in spans.items()}


def test_a_sentence_is_split_into_words_parties_and_numbers() -> None:
    assert words("China's 2.5% duty") == [
        ("China", "china", "@1", "^"),
        ("2.5", "2.5", "#"),
        ("%", "%"),
        ("duty", "duty"),
    ]


def test_a_name_of_several_words_reaches_over_all_of_them() -> None:
    assert words("U.S. and South Korea's W.T.O. case") == [
        ("U.S.", "us", "@1", "^"),
        ("and", "and"),
        ("South", "south", "@2"),
        ("Korea", "korea"),
        ("W.T.O.", "wto"),
        ("case", "case"),
    ]


def test_a_sign_next_to_a_name_is_a_word_of_its_own() -> None:
    assert words("China% A.B 3.5.")[:3] == [
        ("China", "china", "@1", "^"),
        ("%", "%"),
        ("A.B", "ab"),
    ]


def test_words_without_mentions_name_no_party() -> None:
    sentence = read_sentence("China 1,000", "title")
    assert sentence.begins == ((("china", 1), ("^", 0)), (("1,000", 2), ("#", 2)))
    assert sentence.vocabulary == {"china", "1,000", "#", "^"}
    assert read_sentence("", "title").words == ()


@pytest.mark.parametrize(
    ("text", "pattern", "expected"),
    [
        ("The trade talks begin", "trade talks", "trade talks"),
        ("New trade deal and trade deal", "new? trade deal", "New trade deal"),
        ("A trade deal", "new? trade deal", "trade deal"),
        ("A new old trade deal", "new? old? trade deal", "new old trade deal"),
        ("An old trade deal", "new? old? trade deal", "old trade deal"),
        # An optional word in the middle of a pattern, or after a gap.
        ("Talks on trade end", "talks on? trade", "Talks on trade"),
        ("Talks trade end", "talks on? trade", "Talks trade"),
        ("Talks in the old town on trade", "talks ..5 on? trade", "Talks in the old town on trade"),
        # A gap without a number allows up to three words between two words.
        ("talks a b c duty", "talks .. duty", "talks a b c duty"),
        ("talks duty", "talks .. duty", "talks duty"),
        ("talks a duty", "talks ..1 duty", "talks a duty"),
        ("talks a b c d duty", "talks .. duty", None),
        # A gap applies only before the next word of the pattern.
        ("talks a duty b rise", "talks ..1 duty rise", None),
        # The first possible place matches, and the longest list entry after which the rest matches.
        ("talks x duty y duty", "talks ..5 duty", "talks x duty"),
        ("The Court of Trade rules", "{court} rules", "Court of Trade rules"),
        ("The Supreme Court rules", "{court} rules", "Supreme Court rules"),
        ("A court of appeal rules", "{court} rules", None),
        ("A new round begins", "{talks} begins", "new round begins"),
        ("A court or a panel rules", "{court}/panel rules", "panel rules"),
        # Marks: `#` is a number, `@` an economy, `^` the start of the sentence.
        ("Duty of 25 percent", "# percent", "25 percent"),
        ("South Korea deal", "@ deal", "South Korea deal"),
        ("South Korea deal", "south korea deal", "South Korea deal"),
        ("A South Korea deal", "^ @ deal", None),
        ("South Korea deal", "^ @ deal", "South Korea deal"),
        ("25 percent taxed", "{share} taxed", "25 percent taxed"),
        ("Chinese goods taxed", "{share} taxed", "Chinese goods taxed"),
        ("Half taxed", "{share} taxed", "Half taxed"),
        ("Some 25 goods taxed", "{share} taxed", None),
        ("Stocks fall", "^ stocks fall", "Stocks fall"),
        ("On Monday stocks fall", "^ .. stocks fall", "On Monday stocks fall"),
        ("Why on this Monday stocks fall", "^ .. stocks fall", None),
        ("A levy on China", "levy on @ END", "levy on China"),
        ("A levy on China stays", "levy on @ END", None),
        # A pattern with an end may end with optional words, and skips them only if it must.
        ("A levy on China", "levy on @ and? @? END", "levy on China"),
        (
            "A levy on China and South Korea",
            "levy on @ and? @? END",
            "levy on China and South Korea",
        ),
        ("A levy on China and more", "levy on @ and? @? END", None),
        ("The end", "the end", "The end"),
        # Of alternatives, a mark is tried before a word; `@` matches the economy's whole name.
        ("South Korea", "south/@", "South Korea"),
        ("A 25", "@/# end", None),
        ("China end", "@/# end", "China end"),
        ("25 end", "@/# end", "25 end"),
    ],
)
def test_a_match_reaches_from_its_first_to_its_last_word(
    text: str, pattern: str, expected: str | None
) -> None:
    assert found(text, pattern) == ({} if expected is None else {pattern: expected})


def test_each_name_is_found_once_with_its_first_match() -> None:
    compiler = PatternCompiler(LISTS)
    index = PatternIndex(
        [
            ("one", compiler.compile("duty falls")),
            ("one", compiler.compile("tariff falls")),
            ("other", compiler.compile("falls")),
            ("absent", compiler.compile("duty rises")),
        ]
    )
    text = "The tariff falls, the duty falls"
    assert index.find(read(text)) == {"one": (4, 16), "other": (11, 16)}
    assert index.matches_any(read(text))
    assert not index.matches_any(read("The duty is what falls not"[:14]))
    assert not index.matches_any(read(""))
    assert index.find(read("")) == {}


def test_a_pattern_is_compiled_to_its_slots() -> None:
    assert PatternCompiler(LISTS).compile("^ .. {court} new? ..2 rules/ruled") == Pattern(
        slots=(
            Slot(
                first_words=frozenset({"court", "supreme"}),
                phrases={"court": ((), ("of", "trade")), "supreme": (("court",),)},
                gap=3,
                optional=False,
            ),
            Slot(first_words=frozenset({"new"}), phrases={}, gap=0, optional=True),
            Slot(first_words=frozenset({"rules", "ruled"}), phrases={}, gap=2, optional=False),
        ),
        at_start=True,
        at_end=False,
        needs=(frozenset({"court", "supreme"}), frozenset({"rules", "ruled"})),
    )


def test_a_pattern_needs_its_words_that_are_not_optional() -> None:
    compiled = PatternCompiler({"many": ["a", "b", "c"]}).compile("{many} x/y z? w")
    assert compiled.needs == (frozenset("abc"), frozenset("xy"), frozenset("w"))
    assert compiled.first_words == frozenset("abc")


def test_a_pattern_without_needed_words_is_found() -> None:
    assert found("A levy", "levy? END") == {"levy? END": "levy"}
    assert found("A levy rises", "^ a? levy? rises? END") == {
        "^ a? levy? rises? END": "A levy rises"
    }


@pytest.mark.parametrize(
    ("pattern", "first"),
    [
        ("a b", {"a"}),
        ("a? b c", {"a", "b"}),
        ("a? b? c d", {"a", "b", "c"}),
        ("^ a b", {"^"}),
    ],
)
def test_a_pattern_begins_with_its_optional_words_or_the_next(
    pattern: str, first: set[str]
) -> None:
    assert PatternCompiler({}).compile(pattern).first_words == first


@pytest.mark.parametrize("pattern", ["a ..12 b", "^ .. a", "^ ..12 a", "2.5 a", "$ # bn"])
def test_a_pattern_within_the_bounds_is_compiled(pattern: str) -> None:
    assert PatternCompiler({}).compile(pattern).slots[-1].optional is False


@pytest.mark.parametrize(
    ("pattern", "cause"),
    [
        ("a ..13 b", "a gap is at most 12 words"),
        ("a b ..", "must end with a word"),
        ("^", "must end with a word"),
        ("a b?", "must end with a word"),
        ("..2 a", "must begin with a word"),
        ("{one", "there is no list"),
        ("{other} a", "there is no list"),
        ("{first} a", "list 'first' contains itself"),
        ("a {words} b", "'B' is not one word"),
        ("{marks} a", "in 'x @' a mark may only come first"),
    ],
)
def test_a_pattern_out_of_bounds_is_refused(pattern: str, cause: str) -> None:
    lists = {"one": ["x"], "first": ["{second}"], "second": ["y", "{first}"], "words": ["a B"]}
    lists["marks"] = ["@ x", "x @"]
    with pytest.raises(ValueError, match=cause) as caught:
        PatternCompiler(lists).compile(pattern)
    assert str(caught.value).startswith(repr(pattern))


def test_a_list_may_be_used_twice_in_one_pattern() -> None:
    lists = {"one": ["{two}"], "two": ["x"]}
    assert len(PatternCompiler(lists).compile("{one} {two}/{one} {one}").slots) == 3
