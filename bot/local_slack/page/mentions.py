"""Converts a typed line to a message in Slack's markup, or to a command."""

import re
from collections.abc import Iterable

from bot.local_slack.state.records import Channel, Person

# Markup that a person may type directly: a mention of a person or a channel.
_MARKUP = re.compile(r"&lt;((?:@[UW][A-Z0-9]+|#[CD][A-Z0-9]+)(?:\|[^<>&]*)?)&gt;")
# A web address without the punctuation that ends the sentence, or a name with `@` or `#`.
_LINKED = re.compile(
    r"(?<![<|\w])(?P<address>https?://[^\s<>|]*[^\s<>|.,;:!?)\]'\"])"
    r"|(?<![\w<&/])(?P<name>[@#][\w-]+)"
)


def encode_markup(text: str, people: Iterable[Person], channels: Iterable[Channel]) -> str:
    """The typed text in Slack's markup: escaped, with mentions, channels and addresses as links."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = _MARKUP.sub(r"<\1>", text)
    known = {f"@{person.name}": f"<@{person.id}>" for person in people}
    known |= {f"#{c.name}": f"<#{c.id}|{c.name}>" for c in channels if c.kind == "public"}

    def mark(found: re.Match[str]) -> str:
        if found["address"]:
            return f"<{found['address']}>"
        return known.get(found["name"], found["name"])

    return _LINKED.sub(mark, text)


def parse_command(text: str) -> tuple[str, str] | None:
    """The command and its arguments. The command keeps its slash. None if the line is not a
    command."""
    if not text.startswith("/"):
        return None
    name, _, rest = text.partition(" ")
    return name, rest.strip()
