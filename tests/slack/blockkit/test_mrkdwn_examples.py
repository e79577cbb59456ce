"""Examples of text and the Slack markup that it becomes."""

import pytest

from bot.slack.blockkit.mrkdwn import cut, cut_markup, escape, show_names_as_code
from bot.text.single_line import to_single_line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("Zölle auf Käse", "Zölle auf Käse"),
        ("  Zölle auf Käse  ", "Zölle auf Käse"),
        ("Zölle  auf   Käse", "Zölle auf Käse"),
        ("Zölle\nauf\r\n\tKäse\n", "Zölle auf Käse"),
        # Invisible characters are removed; all other characters stay.
        ("Zölle\u200b auf Käse", "Zölle auf Käse"),
        ("\u202eZölle\u202c auf\x00 Käse\x7f", "Zölle auf Käse"),
        ("関税\ue000は\u200d25%", "関税は25%"),
        ("Zölle\ud800 auf", "Zölle auf"),
        ("a\u00a0b", "a b"),
        # A backslash is an ordinary character.
        ("a\\n  b\\g<1>", "a\\n b\\g<1>"),
        ("a\\b\nc", "a\\b c"),
    ],
)
def test_text_is_put_on_one_line(text: str, expected: str) -> None:
    assert to_single_line(text) == expected


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (0, "…"),
        (1, "…"),
        (2, "a…"),
        (5, "abcd…"),
        (9, "abcdefgh…"),
        (10, "abcdefghij"),
        (11, "abcdefghij"),
    ],
)
def test_text_is_cut_to_its_limit(limit: int, expected: str) -> None:
    assert cut("abcdefghij", limit) == expected


@pytest.mark.parametrize(("limit", "expected"), [(4, "abc…"), (5, "abc…"), (6, "abc d…")])
def test_there_is_no_space_before_an_ellipsis(limit: int, expected: str) -> None:
    assert cut("abc defg", limit) == expected


@pytest.mark.parametrize(
    ("markup", "limit", "expected"),
    [
        # A text whose length is exactly the limit is not cut.
        ("a &lt; b", 8, "a &lt; b"),
        ("a &lt; b", 7, "a &lt;…"),
        ("a &lt; b", 6, "a…"),
        ("a &lt; b", 4, "a…"),
        ("a &lt; b", 9, "a &lt; b"),
        ("see <https://a.example|A> now", 29, "see <https://a.example|A> now"),
        ("see <https://a.example|A> now", 28, "see <https://a.example|A> n…"),
        ("see <https://a.example|A> now", 26, "see <https://a.example|A>…"),
        ("see <https://a.example|A> now", 25, "see…"),
        ("<https://a.example|A>", 20, "…"),
        ("abc", 0, "…"),
    ],
)
def test_no_link_and_no_entity_is_cut_in_the_middle(markup: str, limit: int, expected: str) -> None:
    assert cut_markup(markup, limit) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("*a* _b_ ~c~ `d`", "\u2217a\u2217 \u02cdb\u02cd \u223cc\u223c 'd'"),
        (":tada: at 10:30", "\u2236tada: at 10:30"),
        ("::tada::", ":\u2236tada::"),
        ("see:tada:, a/:tada:/b", "see\u2236tada:, a/\u2236tada:/b"),
        ("https://a.example:8443/:tada:", "https://a.example:8443/\u2236tada:"),
        ("@here @Channel @everyone @someone", "\uff20here \uff20Channel \uff20everyone @someone"),
        ("> a", "a"),
        ("• a • b", "a • b"),
        ("a > b", "a &gt; b"),
        ("Zölle\u200b auf\nKäse", "Zölle auf Käse"),
    ],
)
def test_markup_in_text_is_shown_literally(text: str, expected: str) -> None:
    assert escape(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "channel_not_found: the conversation is gone",
            "`channel_not_found`: the conversation is gone",
        ),
        ("refused (token_revoked).", "refused (`token_revoked`)."),
        ("missing_scope (chat:write)", "`missing_scope` (chat:write)"),
        ("set SLACK_BOT_TOKEN again", "set `SLACK_BOT_TOKEN` again"),
        ("ratelimited", "ratelimited"),
        (
            "_a b_ at https://a_b.example/c_d?e_f=g",
            escape("_a b_ at https://a_b.example/c_d?e_f=g"),
        ),
    ],
)
def test_names_with_underscores_can_be_shown_as_code(text: str, expected: str) -> None:
    assert show_names_as_code(escape(text)) == expected
