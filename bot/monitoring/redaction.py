"""Removes secrets from texts that are logged or shown to operators."""

import re
from collections.abc import Collection

REDACTED = "[redacted]"
_SHORTEST_SECRET = 6
"""A shorter value, such as a test's, would be found in ordinary words."""

_WORD = r"[^\s\"'\\<>(){}\[\],;|]"
_DETAIL_ENDS = r"(?=\n(?:CONTEXT:|\[SQL:|After this error:)|\Z)"
_PATTERNS = (
    # Slack's tokens, such as xoxb-1-2-abc, xoxe.xoxp-1-abc and xapp-1-A1-2-abc.
    (re.compile(r"\b(?:xox[a-z]|xapp)[-.][\w.%-]+", re.IGNORECASE), REDACTED),
    (re.compile(rf"\b(bearer|basic)(\s+){_WORD}+", re.IGNORECASE), rf"\1\2{REDACTED}"),
    # Incoming webhooks and response_urls: anyone who knows one can post to it.
    (re.compile(rf"\b(hooks\.slack(?:-gov)?\.com/){_WORD}+", re.IGNORECASE), rf"\1{REDACTED}"),
    (re.compile(rf"(/api/webhooks/){_WORD}+", re.IGNORECASE), rf"\1{REDACTED}"),
    (re.compile(rf"(\.webhook\.office\.com/){_WORD}+", re.IGNORECASE), rf"\1{REDACTED}"),
    # The user and password of an address.
    (re.compile(r"(://)[^\s/@\"'<>]+@"), rf"\1{REDACTED}@"),
    # Parameters of a query or of a form, and fields of JSON or of a printed dictionary.
    (
        re.compile(
            r"(\b\w*(?:token|secret|password|passwd|api_?key|subscription-key|signature)"
            r"[\"']?\s*[=:]\s*)(?:\"[^\"]*\"|'[^']*'|[^\s&\"',;)}\]]+)",
            re.IGNORECASE,
        ),
        rf"\1{REDACTED}",
    ),
    # What SQLAlchemy, psycopg and pydantic add to errors: the values, which people may have typed.
    # Such a value may have several lines, and a long text may be cut within it.
    (re.compile(r"\[parameters: .*(?:\]|$)"), f"[parameters: {REDACTED}]"),
    (
        re.compile(rf"(Failing row contains )\(.*?{_DETAIL_ENDS}", re.DOTALL),
        rf"\1{REDACTED}",
    ),
    (
        re.compile(
            rf"(Key \([^)]*\)=)\(.*?(?:\)(?= (?:already|is|conflicts)\b)|{_DETAIL_ENDS})", re.DOTALL
        ),
        rf"\1{REDACTED}",
    ),
    (re.compile(r"(input_value=).*?(, input_type=)"), rf"\1{REDACTED}\2"),
)


class Redactor:
    """Replaces secrets in a text: the `secrets` themselves, and what looks like a secret."""

    def __init__(self, secrets: Collection[str] = ()) -> None:
        known = {secret for secret in secrets if len(secret) >= _SHORTEST_SECRET}
        # The longest first, because one secret may contain another one.
        ordered = sorted(known, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def redact(self, text: str) -> str:
        """The text without secrets."""
        if self._known is not None:
            text = self._known.sub(REDACTED, text)
        for pattern, replacement in _PATTERNS:
            text = pattern.sub(replacement, text)
        return text
