"""Untrusted text cannot control a terminal."""

import json

import pytest

from bot.text.single_line import escape_controls, remove_controls, to_single_line


@pytest.mark.parametrize(
    ("text", "one_line", "lines"),
    [
        ("a\x1b[31mb\x07", "a[31mb", "a[31mb"),
        ("a\x9b2J\x7fb", "a2Jb", "a2Jb"),
        ("a\u202eb\u2069", "ab", "ab"),
        ("a\tb\n\nc\r\n", "a b c", "a\tb\n\nc\n"),
        ("🇺🇸 é 家 \u200d", "🇺🇸 é 家", "🇺🇸 é 家 \u200d"),
    ],
    ids=ascii,
)
def test_controls_are_removed(text: str, one_line: str, lines: str) -> None:
    assert to_single_line(text) == one_line
    assert remove_controls(text) == lines
    raw = json.dumps({text: text}, ensure_ascii=False)
    assert json.loads(escape_controls(raw)) == {text: text}
    assert remove_controls(escape_controls(raw)) == escape_controls(raw)
