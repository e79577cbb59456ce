"""Converts Slack's payloads to values: a slash command, a typed message, a click."""

import re
from copy import copy
from typing import Any

from bot import COMMAND
from bot.commands.message_reading import MOST_READ
from bot.commands.request import CommandRequest
from bot.parties import build_flag
from bot.proposals.approval.audit import Operator

# Slack writes a person as <@U1>, a channel as <#C1|name> and @channel as <!channel>.
_REFERENCE = re.compile(r"<[@#!][^>]*>")
_FLAG = re.compile(r":(?:flag-)?([a-z]{2}):", re.IGNORECASE)
_TYPED = ("file_share", "me_message", "thread_broadcast")
"""The subtypes of messages that a person types: with a file, by `/me`, and a reply in a thread that
is shown in the conversation too."""
_LINK = re.compile(r"<((?:https?|mailto):[^<>|\s]+)(?:\|[^<>]*)?>")


def read_slash_command(body: dict[str, Any]) -> CommandRequest:
    """The request in the payload of a slash command."""
    return CommandRequest(
        text=_clean(str(body.get("text") or "")),
        team=str(body.get("team_id") or ""),
        conversation=read_conversation(body),
        user=str(body.get("user_id") or ""),
        needs_invitation=body.get("channel_name") == "privategroup",
    )


def read_typed_message(body: dict[str, Any]) -> CommandRequest:
    """The request in an `app_mention` or `message` event: the text after the bot's name, and after
    the command if it is typed too."""
    event = body.get("event") or {}
    text = str(event.get("text") or "")
    typed = text.partition(">")[2] if text.lstrip().startswith("<@") else text
    typed = re.sub(rf"^\s*{COMMAND}(?!\S)", "", typed, flags=re.IGNORECASE)
    return CommandRequest(
        text=to_plain(typed),
        team=str(body.get("team_id") or event.get("team") or ""),
        conversation=read_conversation(
            {"channel_id": event.get("channel"), "user_id": event.get("user")}
        ),
        user=str(event.get("user") or ""),
        is_public=not str(event.get("channel") or "").startswith("D"),
    )


def read_shared_text(body: dict[str, Any]) -> str:
    """The text of the message that a person used a shortcut on, with the previews of its links,
    without markup. It is cut where reading would end anyway."""
    message = body.get("message") or {}
    texts = [message.get("text")]
    attachments = message.get("attachments")
    for each in attachments if isinstance(attachments, list) else ():
        if isinstance(each, dict):
            texts += [each.get("title"), each.get("text")]
    cut = (one[: 2 * MOST_READ] for one in texts if isinstance(one, str) and one.strip())
    return "\n".join(to_plain(one) for one in cut)


def is_direct_message(body: dict[str, Any]) -> bool:
    """Whether a `message` event is a new message in the direct messages with the bot, also in a
    thread. Edits, deletions and other changes have another subtype."""
    event = body.get("event") or {}
    subtype = event.get("subtype")
    is_new = subtype is None or (isinstance(subtype, str) and subtype in _TYPED)
    return event.get("channel_type") == "im" and is_new and not event.get("hidden")


def is_from_person(body: dict[str, Any]) -> bool:
    """Whether a person sent the message of an event, and not a bot. An answer to a bot could be
    answered by it, without end."""
    event = body.get("event") or {}
    own = {str(one.get("user_id")) for one in body.get("authorizations") or ()}
    user = event.get("user")
    if event.get("bot_id") or event.get("bot_profile") or event.get("subtype") == "bot_message":
        return False
    return isinstance(user, str) and bool(user) and user not in own


class Click:
    """A click on a button, or a choice in a menu: the person, the conversation, the message or
    the view, and the value of the button or of the chosen option."""

    def __init__(self, body: dict[str, Any], action: dict[str, Any]) -> None:
        chosen = action.get("selected_option") or {}
        self.value = str(action.get("value") or chosen.get("value") or "")
        self.action_id = str(action.get("action_id") or "")
        self.person = read_person(body)
        self.team = str((body.get("team") or {}).get("id") or "")
        self.conversation = read_conversation(body)
        self.trigger_id = str(body.get("trigger_id") or "")
        container = body.get("container") or {}
        self.channel = str(container.get("channel_id") or "")
        self.message_ts = str(container.get("message_ts") or "")
        self.is_ephemeral = bool(container.get("is_ephemeral"))
        view = body.get("view")
        self.view: dict[str, Any] = view if isinstance(view, dict) else {}

    @property
    def is_in_view(self) -> bool:
        """Whether the click was in a modal or in the Home tab, and not in a message."""
        return bool(self.view)

    @property
    def modal_id(self) -> str:
        """The id of the modal with the clicked element; empty for a click elsewhere."""
        return str(self.view.get("id") or "") if self.view.get("type") == "modal" else ""

    @property
    def view_metadata(self) -> str:
        """The private metadata of the view with the clicked element."""
        return str(self.view.get("private_metadata") or "")

    def with_value(self, value: str) -> "Click":
        """The same click with another value."""
        changed = copy(self)
        changed.value = value
        return changed

    def request(self, text: str = "") -> CommandRequest:
        """The request of the person who clicked; `text` is the command of the button."""
        return CommandRequest(_clean(text), self.team, self.conversation, self.person.id)


def read_conversation(body: dict[str, Any]) -> str:
    """The conversation to which alerts go if a person subscribes here. It is the channel or, in a
    direct message, the person."""
    channel = str(body.get("channel_id") or (body.get("channel") or {}).get("id") or "")
    user = str(body.get("user_id") or (body.get("user") or {}).get("id") or "")
    # The bot cannot post in a direct message between two people, but it can always post to one
    # person.
    return user if not channel or channel.startswith("D") else channel


def read_person(body: dict[str, Any]) -> Operator:
    """The person who clicked or submitted a form, with the name that is recorded with a
    decision."""
    user = body.get("user") or {}
    user_id = str(user.get("id") or "?")
    name = str(user.get("name") or user.get("username") or user_id)
    return Operator(id=user_id, name=" ".join(name.split())[:100] or user_id)


def to_plain(text: str) -> str:
    """The text of a message without Slack's markup. In messages, Slack writes three characters as
    entities; in commands, it does not."""
    return _clean(text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _clean(text: str) -> str:
    """The text without Slack's markup: links become addresses, emoji of flags become characters,
    and mentions are removed."""
    text = _REFERENCE.sub(" ", _LINK.sub(r"\1", text))
    return _FLAG.sub(lambda found: build_flag(found[1].upper()), text)
