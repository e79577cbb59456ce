"""Secrets are removed from texts; other texts stay as they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.monitoring.redaction import REDACTED, Redactor

SECRETS = (
    "xoxb-1234567890-abcDEF",
    "xoxp-1-2-3-abcdef",
    "xoxe.xoxp-1-Mi0yLTEyMw",
    "xapp-1-A0123-456-abcdef",
    "XOXB-1234567890-ABCDEF",
)
LEAKS = (
    ("Authorization: Bearer s3cr3t-value_1", "s3cr3t-value_1"),
    ("{'Authorization': 'bearer abc.def'}", "abc.def"),
    ("Authorization: Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
    ("POST https://hooks.slack.com/services/T1/B2/abcdefgh failed", "abcdefgh"),
    ("https://hooks.slack.com/commands/T1/2/responseurl", "responseurl"),
    ("https://hooks.slack-gov.com/services/T1/B2/govgov", "govgov"),
    ("https://discord.com/api/webhooks/123/abcdefgh", "abcdefgh"),
    ("https://firm.webhook.office.com/webhookb2/abcdefgh", "abcdefgh"),
    ("postgresql://user:hunter22@db.example/bot", "hunter22"),
    ("https://user:hunter22@feeds.example/rss", "hunter22"),
    ("GET /rss?subscription-key=abcdefgh&page=2", "abcdefgh"),
    ('{"bot_token": "abcdefgh", "team": "T1"}', "abcdefgh"),
    ("{'client_secret': 'abcdefgh'}", "abcdefgh"),
    ("password=abcdefgh", "abcdefgh"),
    ("[SQL: INSERT INTO answers] [parameters: ('what is the duty', 1)]", "what is the duty"),
    ("DETAIL:  Failing row contains (1, what is the duty).", "what is the duty"),
    ("DETAIL:  Failing row contains (1, a)\nwhat is the duty).\n[SQL: INSERT]", "what is the duty"),
    ("Key (question)=(what is the duty) already exists", "what is the duty"),
    ("Key (question, team)=(a\nwhat is the duty, T1) already exists.", "what is the duty"),
    ("Key (question)=(a\nwhat is the du… (9000 characters)", "what is the du"),
    ("[parameters: {'question': 'what is the du… (9000 characters)", "what is the du"),
    ("[type=int_parsing, input_value='what is the duty', input_type=str]", "what is the duty"),
)


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(
    "frame", ["{}", "a {} b", "'{}'", '{{"a": "{}"}}', "<{}>", "token:{},", "={}&"]
)
def test_a_token_of_slack_is_removed(secret: str, frame: str) -> None:
    text = Redactor().redact(frame.format(secret))
    assert secret not in text
    assert secret[5:] not in text
    assert REDACTED in text


@pytest.mark.parametrize(("text", "secret"), LEAKS)
def test_what_looks_like_a_secret_is_removed(text: str, secret: str) -> None:
    assert secret in text
    assert secret not in Redactor().redact(text)


@given(before=st.text(max_size=20), after=st.text(max_size=20))
def test_a_known_secret_is_removed_from_any_text(before: str, after: str) -> None:
    redactor = Redactor(["correct horse", "correct horse battery"])
    assert "correct horse" not in redactor.redact(f"{before}correct horse battery{after}")


def test_the_rest_of_a_line_stays() -> None:
    line = "feed wire: answered 500 at https://feeds.example/rss?page=2 (token bucket, 3 tokens)"
    assert Redactor(["abc"]).redact(line) == line


def test_what_follows_the_values_of_a_row_stays() -> None:
    text = (
        "DETAIL:  Failing row contains (1,\nb).\n[SQL: INSERT INTO answers]\n[parameters: (1,)]\n"
        "After this error:\nTraceback"
    )
    redacted = Redactor().redact(text)
    assert "[SQL: INSERT INTO answers]" in redacted
    assert redacted.endswith("After this error:\nTraceback")


@given(st.text(alphabet="xoabp-.:/@=[]()' \"", max_size=60))
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once = Redactor().redact(text)
    assert Redactor().redact(once) == once
