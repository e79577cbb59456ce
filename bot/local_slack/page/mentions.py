"""What a person types, as Slack keeps it and as a command."""

import re
from collections.abc import Iterable

from bot.local_slack.state.records import Channel
from bot.local_slack.state.team import Person

# What may already be markup in a typed line: a mention or a channel.
_MARKUP = re.compile(r"&lt;((?:@[UW][A-Z0-9]+|#[CD][A-Z0-9]+)(?:\|[^<>&]*)?)&gt;")
# An address up to, not with, the punctuation that ends a sentence; or a name by its sign.
_LINKED = re.compile(
    r"(?<![<|\w])(?P<address>https?://[^\s<>|]*[^\s<>|.,;:!?)\]'\"])"
    r"|(?<![\w<&/])(?P<name>[@#][\w-]+)"
)


def encoded(text: str, people: Iterable[Person], channels: Iterable[Channel]) -> str:
    """A typed message in Slack's markup: escaped, with mentions and addresses as links."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = _MARKUP.sub(r"<\1>", text)
    known = {f"@{person.name}": f"<@{person.id}>" for person in people}
    known |= {f"#{c.name}": f"<#{c.id}|{c.name}>" for c in channels if c.kind == "public"}

    def marked(found: re.Match[str]) -> str:
        if found["address"]:
            return f"<{found['address']}>"
        return known.get(found["name"], found["name"])

    return _LINKED.sub(marked, text)


def command(text: str) -> tuple[str, str] | None:
    """The command with its slash, and what follows it; None when the line is no command."""
    if not text.startswith("/"):
        return None
    name, _, rest = text.partition(" ")
    return name, rest.strip()
