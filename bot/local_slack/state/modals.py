"""What is open on top of the conversations: the bot's modals, and its Home tab."""

import json
import secrets
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from bot.local_slack import limits
from bot.local_slack.api.errors import ApiError
from bot.local_slack.blocks.schema import BlockModel, Plain, at_most
from bot.local_slack.blocks.validation import check_blocks, explain
from bot.local_slack.state.broadcast import Broadcast
from bot.local_slack.state.identity import Identity, new_id
from bot.local_slack.state.storage import Storage

View = dict[str, Any]
Button = Annotated[Plain, at_most(limits.VIEW_BUTTON)]


class _Home(BlockModel):
    type: Literal["home"]
    blocks: list[dict[str, Any]]
    private_metadata: Annotated[str, Field(max_length=limits.PRIVATE_METADATA)] = ""
    callback_id: Annotated[str, Field(max_length=limits.CALLBACK_ID)] = ""
    external_id: Annotated[str, Field(max_length=limits.CALLBACK_ID)] = ""


class _Modal(_Home):
    type: Literal["modal"]  # type: ignore[assignment] # the tag is what tells the two apart
    title: Annotated[Plain, at_most(limits.VIEW_TITLE)]
    submit: Button | None = None
    close: Button | None = None
    clear_on_close: bool = False
    notify_on_close: bool = False


_VIEW: TypeAdapter[_Home | _Modal] = TypeAdapter(
    Annotated[_Home | _Modal, Field(discriminator="type")]
)


def check_view(raw: Any) -> View:
    """The view with all its fields, blocks checked.

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
    if isinstance(view, _Modal) and view.submit is None and _has_input(blocks):
        raise ApiError("invalid_arguments", ["missing required field: submit [json-pointer:/view]"])
    return {**view.model_dump(), "blocks": blocks}


def _has_input(blocks: list[dict[str, Any]]) -> bool:
    return any(block["type"] == "input" for block in blocks)


class Views:
    """The stack of open modals and the Home tab, kept and told to whoever watches."""

    def __init__(self, archive: Storage, live: Broadcast) -> None:
        self._archive, self._live = archive, live
        self._stack: list[View] = []
        self.home: View | None = None

    async def load(self) -> None:
        """Reads the Home tab of an earlier run."""
        kept = await self._archive.views()
        self.home = kept[-1] if kept else None

    @property
    def top(self) -> View | None:
        """The modal in front."""
        return self._stack[-1] if self._stack else None

    def find(self, view_id: str, external_id: str = "") -> View | None:
        """An open view by its id or the id that the bot gave it."""
        known = [*self._stack, *([self.home] if self.home else [])]
        for view in known:
            if view["id"] == view_id or (external_id and view["external_id"] == external_id):
                return view
        return None

    async def open(self, who: Identity, content: View) -> View:
        """Shows a modal in place of any other."""
        await self.clear()
        return await self.push(who, content)

    async def push(self, who: Identity, content: View) -> View:
        """Shows a modal over the one in front; raises ApiError when three are open."""
        if len(self._stack) >= limits.VIEWS_IN_STACK:
            raise ApiError("push_limit_reached")
        if content["external_id"] and self.find("", content["external_id"]):
            raise ApiError("duplicate_external_id")
        below = self._stack[-1]["id"] if self._stack else None
        view = _new(who, content, below)
        view["root_view_id"] = self._stack[0]["id"] if self._stack else view["id"]
        self._stack.append(view)
        await self._show(view)
        return view

    async def publish(self, who: Identity, content: View, expected_hash: str = "") -> View:
        """Replaces the Home tab; raises ApiError when it changed since `expected_hash`."""
        if expected_hash and self.home and self.home["hash"] != expected_hash:
            raise ApiError("hash_conflict")
        fresh = _new(who, content, None)
        self.home = {**fresh, "id": self.home["id"]} if self.home else fresh
        await self._archive.keep_view(self.home)
        self._live.tell({"type": "home", "view": self.home})
        return self.home

    async def update(self, view: View, content: View, expected_hash: str = "") -> View:
        """Replaces what an open view shows; raises ApiError when it changed meanwhile."""
        if expected_hash and view["hash"] != expected_hash:
            raise ApiError("hash_conflict")
        if content["type"] != view["type"]:
            raise ApiError(
                "invalid_arguments", ["cannot change the type [json-pointer:/view/type]"]
            )
        view.update(content, hash=_hash())
        await self._archive.keep_view(view)
        if view is self.home:
            self._live.tell({"type": "home", "view": view})
        else:
            self._live.tell({"type": "modal", "view": self.top})
        return view

    async def close(self, view: View) -> None:
        """Closes a modal, and those over it; with clear_on_close all."""
        if view.get("clear_on_close"):
            await self.clear()
            return
        while self._stack and view in self._stack:
            await self._archive.remove_view(self._stack.pop()["id"])
        self._live.tell({"type": "modal", "view": self.top})

    async def clear(self) -> None:
        """Closes all modals."""
        for view in self._stack:
            await self._archive.remove_view(view["id"])
        self._stack.clear()
        self._live.tell({"type": "modal", "view": None})

    async def _show(self, view: View) -> None:
        await self._archive.keep_view(view)
        self._live.tell({"type": "modal", "view": view})


def _hash() -> str:
    return secrets.token_hex(8)


def _new(who: Identity, content: Mapping[str, Any], below: str | None) -> View:
    return {
        "id": new_id("V"),
        "team_id": who.team_id,
        "app_id": who.app_id,
        "bot_id": who.bot_id,
        "app_installed_team_id": who.team_id,
        "hash": _hash(),
        "state": {"values": {}},
        "previous_view_id": below,
        "root_view_id": None,
        **content,
    }
