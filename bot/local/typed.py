"""What a person types, as Slack keeps it and as a command."""

import re
from collections.abc import Iterable

from bot.local.archive import Channel
from bot.local.team import Person

# What may already be markup in a typed line: a mention or a channel.
_MARKUP = re.compile(r"&lt;((?:@[UW][A-Z0-9]+|#[CD][A-Z0-9]+)(?:\|[^<>&]*)?)&gt;")
_ADDRESS = re.compile(r"(?<![<|\w])https?://[^\s<>|]+[^\s<>|.,;:!?)\]'\"]")


def encoded(text: str, people: Iterable[Person], channels: Iterable[Channel]) -> str:
    """A typed message in Slack's markup: escaped, with mentions and addresses as links."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = _MARKUP.sub(r"<\1>", text)
    text = _ADDRESS.sub(r"<\g<0>>", text)
    for person in people:
        text = re.sub(rf"(?<![\w<&/])@{re.escape(person.name)}\b", f"<@{person.id}>", text)
    for channel in channels:
        if channel.kind == "public":
            pattern = rf"(?<![\w<&/])#{re.escape(channel.name)}(?![\w-])"
            text = re.sub(pattern, f"<#{channel.id}|{channel.name}>", text)
    return text


def command(text: str) -> tuple[str, str] | None:
    """The command with its slash, and what follows it; None when the line is no command."""
    if not text.startswith("/"):
        return None
    name, _, rest = text.partition(" ")
    return name, rest.strip()
