"""The bot's views: the open modals, the Home tab, and the trigger ids that allow a modal."""

import json
import secrets
import time
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from bot.local_slack import limits
from bot.local_slack.api.call import ApiError
from bot.local_slack.blocks.schema import BlockModel, Plain, at_most
from bot.local_slack.blocks.validation import check_blocks, explain
from bot.local_slack.state.broadcast import Broadcast
from bot.local_slack.state.records import Identity, new_id
from bot.local_slack.state.storage import Storage

View = dict[str, Any]
Button = Annotated[Plain, at_most(limits.VIEW_BUTTON)]
_ExternalId = Annotated[str, Field(max_length=limits.CALLBACK_ID)]
# How long a used trigger id still gets another error than an unknown one, in seconds.
_TRIGGER_MEMORY_S = 600.0


class _Home(BlockModel):
    type: Literal["home"]
    blocks: list[dict[str, Any]]
    private_metadata: Annotated[str, Field(max_length=limits.PRIVATE_METADATA)] = ""
    callback_id: _ExternalId = ""
    external_id: _ExternalId = ""


class _Modal(_Home):
    type: Literal["modal"]  # type: ignore[assignment] # the discriminator of the two
    title: Annotated[Plain, at_most(limits.VIEW_TITLE)]
    submit: Button | None = None
    close: Button | None = None
    clear_on_close: bool = False
    notify_on_close: bool = False


_VIEW: TypeAdapter[_Home | _Modal] = TypeAdapter(
    Annotated[_Home | _Modal, Field(discriminator="type")]
)


def check_view(raw: Any) -> View:
    """The view with all its fields, and its blocks with all their ids.

    Raises ApiError: invalid_arguments with Slack's messages, or view_too_large.
    """
    if not isinstance(raw, dict):
        raise ApiError("invalid_arguments", ["must provide an object [json-pointer:/view]"])
    if len(json.dumps(raw)) > limits.VIEW_BYTES:
        raise ApiError("view_too_large")
    try:
        view = _VIEW.validate_python(raw)
    except ValidationError as error:
        raise ApiError("invalid_arguments", explain(error, raw, "/view")) from error
    try:
        blocks = check_blocks(raw["blocks"], view.type)
    except ApiError as refusal:
        moved = [m.replace("[json-pointer:", "[json-pointer:/view") for m in refusal.messages]
        raise ApiError("invalid_arguments", moved) from refusal
    has_input = any(block["type"] == "input" for block in blocks)
    if isinstance(view, _Modal) and view.submit is None and has_input:
        raise ApiError("invalid_arguments", ["missing required field: submit [json-pointer:/view]"])
    return {**view.model_dump(), "blocks": blocks}


class Triggers:
    """Issues trigger ids. Each is valid once, for `lifetime_s` seconds; `clock` counts seconds."""

    def __init__(self, lifetime_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._lifetime_s, self._clock = lifetime_s, clock
        self._issued_at: dict[str, float] = {}
        self._used: set[str] = set()

    def new(self) -> str:
        """A new trigger id."""
        now = self._clock()
        self._issued_at = {k: t for k, t in self._issued_at.items() if now - t < _TRIGGER_MEMORY_S}
        self._used &= self._issued_at.keys()
        numbers = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}"
        trigger_id = f"{numbers}.{secrets.token_hex(16)}"
        self._issued_at[trigger_id] = now
        return trigger_id

    def use(self, trigger_id: str) -> None:
        """Uses up a trigger id; raises ApiError if it is unknown, used or too old."""
        if trigger_id not in self._issued_at:
            raise ApiError("invalid_trigger_id")
        if trigger_id in self._used:
            raise ApiError("exchanged_trigger_id")
        if self._clock() - self._issued_at[trigger_id] > self._lifetime_s:
            raise ApiError("expired_trigger_id")
        self._used.add(trigger_id)


class Views:
    """The stack of open modals, and the Home tab, which is stored. Changes are published."""

    def __init__(self, storage: Storage, live: Broadcast) -> None:
        self._storage, self._live = storage, live
        self._stack: list[View] = []
        self.home: View | None = None

    async def load(self) -> None:
        """Reads the stored Home tab."""
        self.home = await self._storage.home()

    @property
    def top(self) -> View | None:
        """The modal in front, or None."""
        return self._stack[-1] if self._stack else None

    def find(self, view_id: str, external_id: str = "") -> View | None:
        """The open view with this id, or with this external id, which the bot chose; or None."""
        for view in (*self._stack, *([self.home] if self.home else [])):
            if view["id"] == view_id or (external_id and view["external_id"] == external_id):
                return view
        return None

    def open(self, identity: Identity, content: View) -> View:
        """Shows a modal and closes all others."""
        self.clear()
        return self.push(identity, content)

    def push(self, identity: Identity, content: View) -> View:
        """Shows a modal over the one in front.

        Raises ApiError if three are open or another view has its external id.
        """
        if len(self._stack) >= limits.VIEWS_IN_STACK:
            raise ApiError("push_limit_reached")
        if content["external_id"] and self.find("", content["external_id"]):
            raise ApiError("duplicate_external_id")
        view = _new(identity, content)
        view["previous_view_id"] = self._stack[-1]["id"] if self._stack else None
        view["root_view_id"] = self._stack[0]["id"] if self._stack else view["id"]
        self._stack.append(view)
        self._publish_modal()
        return view

    async def publish(self, identity: Identity, content: View, expected_hash: str = "") -> View:
        """Replaces the Home tab; raises ApiError if its hash is not `expected_hash`."""
        if expected_hash and self.home and self.home["hash"] != expected_hash:
            raise ApiError("hash_conflict")
        home_id = {"id": self.home["id"]} if self.home else {}
        return await self._save_home({**_new(identity, content), **home_id})

    async def update(self, view: View, content: View, expected_hash: str = "") -> View:
        """Replaces the content of an open view.

        Raises ApiError if its hash is not `expected_hash` or its type would change.
        """
        if expected_hash and view["hash"] != expected_hash:
            raise ApiError("hash_conflict")
        if content["type"] != view["type"]:
            wrong = ["cannot change the type [json-pointer:/view/type]"]
            raise ApiError("invalid_arguments", wrong)
        view.update(content, hash=secrets.token_hex(8))
        if view is self.home:
            return await self._save_home(view)
        self._publish_modal()
        return view

    def close(self, view: View) -> None:
        """Closes a modal and those over it; all of them if it has clear_on_close."""
        if view.get("clear_on_close"):
            self._stack.clear()
        elif view in self._stack:
            del self._stack[self._stack.index(view) :]
        self._publish_modal()

    def clear(self) -> None:
        """Closes all modals."""
        self._stack.clear()
        self._publish_modal()

    async def _save_home(self, view: View) -> View:
        self.home = view
        await self._storage.save_home(view)
        self._live.publish({"type": "home", "view": view})
        return view

    def _publish_modal(self) -> None:
        self._live.publish({"type": "modal", "view": self.top})


def _new(identity: Identity, content: View) -> View:
    return {
        "id": new_id("V"),
        "team_id": identity.team_id,
        "app_id": identity.app_id,
        "bot_id": identity.bot_id,
        "app_installed_team_id": identity.team_id,
        "hash": secrets.token_hex(8),
        "state": {"values": {}},
        "previous_view_id": None,
        "root_view_id": None,
        **content,
    }
