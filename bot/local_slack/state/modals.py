"""The bot's views: the open modal, the Home tab, and the trigger ids that allow it to open a
modal."""

import json
import secrets
import time
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from bot.local_slack import limits
from bot.local_slack.api.call import ApiError
from bot.local_slack.blocks.schema import BlockModel, Plain, at_most
from bot.local_slack.blocks.validation import check_blocks, explain_errors
from bot.local_slack.state.broadcast import Broadcast
from bot.local_slack.state.records import Identity, new_id
from bot.local_slack.state.storage import Storage

View = dict[str, Any]
Button = Annotated[Plain, at_most(limits.VIEW_BUTTON)]
# Seconds for which a used or expired trigger id is remembered. Until then, its error differs from
# the error of an unknown trigger id.
_TRIGGER_MEMORY_S = 600.0


class _Home(BlockModel):
    type: Literal["home"]
    blocks: list[dict[str, Any]]
    private_metadata: Annotated[str, Field(max_length=limits.PRIVATE_METADATA)] = ""
    callback_id: Annotated[str, Field(max_length=limits.CALLBACK_ID)] = ""


class _Modal(_Home):
    type: Literal["modal"]  # type: ignore[assignment] # the discriminator of the two
    title: Annotated[Plain, at_most(limits.VIEW_TITLE)]
    submit: Button | None = None
    close: Button | None = None


_VIEW: TypeAdapter[_Home | _Modal] = TypeAdapter(
    Annotated[_Home | _Modal, Field(discriminator="type")]
)


def check_view(raw: Any) -> View:
    """The view with all its fields. Its blocks have all their ids.

    Raises ApiError with invalid_arguments and Slack's messages, or with view_too_large.
    """
    if not isinstance(raw, dict):
        raise ApiError("invalid_arguments", ["must provide an object [json-pointer:/view]"])
    if len(json.dumps(raw)) > limits.VIEW_BYTES:
        raise ApiError("view_too_large")
    try:
        view = _VIEW.validate_python(raw)
    except ValidationError as error:
        raise ApiError("invalid_arguments", explain_errors(error, raw, "/view")) from error
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
    """Creates trigger ids. Each is valid for one use within `lifetime_s` seconds; `clock` counts
    seconds."""

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
        """Uses a trigger id; raises ApiError if it is unknown, used or expired."""
        if trigger_id not in self._issued_at:
            raise ApiError("invalid_trigger_id")
        if trigger_id in self._used:
            raise ApiError("exchanged_trigger_id")
        if self._clock() - self._issued_at[trigger_id] > self._lifetime_s:
            raise ApiError("expired_trigger_id")
        self._used.add(trigger_id)


class Views:
    """The open modal and the Home tab. The Home tab is stored. Changes of both are published."""

    def __init__(self, storage: Storage, live: Broadcast) -> None:
        self._storage, self._live = storage, live
        self.modal: View | None = None
        self.home: View | None = None

    async def load(self) -> None:
        """Loads the stored Home tab."""
        self.home = await self._storage.load_home()

    def find(self, view_id: str) -> View | None:
        """The open modal or the Home tab if it has this id; None if neither has it."""
        return next(
            (view for view in (self.modal, self.home) if view and view["id"] == view_id), None
        )

    def open(self, identity: Identity, content: View) -> View:
        """Opens a modal; replaces the modal that is open."""
        self.modal = _make_view(identity, content)
        self._publish_modal()
        return self.modal

    async def publish(self, identity: Identity, content: View) -> View:
        """Replaces the Home tab."""
        home_id = {"id": self.home["id"]} if self.home else {}
        return await self._save_home({**_make_view(identity, content), **home_id})

    async def update(self, view: View, content: View) -> View:
        """Replaces the content of an open view; raises ApiError if the new content has another
        type."""
        if content["type"] != view["type"]:
            wrong = ["cannot change the type [json-pointer:/view/type]"]
            raise ApiError("invalid_arguments", wrong)
        view.update(content, hash=secrets.token_hex(8))
        if view is self.home:
            return await self._save_home(view)
        self._publish_modal()
        return view

    def close(self) -> None:
        """Closes the modal."""
        self.modal = None
        self._publish_modal()

    async def _save_home(self, view: View) -> View:
        self.home = view
        await self._storage.save_home(view)
        self._live.publish({"type": "home", "view": view})
        return view

    def _publish_modal(self) -> None:
        self._live.publish({"type": "modal", "view": self.modal})


def _make_view(identity: Identity, content: View) -> View:
    view_id = new_id("V")
    return {
        "id": view_id,
        "team_id": identity.team_id,
        "app_id": identity.app_id,
        "bot_id": identity.bot_id,
        "app_installed_team_id": identity.team_id,
        "hash": secrets.token_hex(8),
        "state": {"values": {}},
        "previous_view_id": None,
        "root_view_id": view_id,
        **content,
    }
