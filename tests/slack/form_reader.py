"""A person who reads and submits the open form of the local workspace."""

import json
from typing import Any

from bot.local_slack.page.replies import ActionResult
from bot.local_slack.server import Workspace
from bot.slack.context import SlackContext


class FormReader:
    """The form that is open."""

    def __init__(self, workspace: Workspace, context: SlackContext) -> None:
        self.workspace, self.context = workspace, context

    @property
    def modal(self) -> dict[str, Any]:
        assert self.workspace.team.views.modal is not None
        return self.workspace.team.views.modal

    @property
    def text(self) -> str:
        return json.dumps(self.modal, ensure_ascii=False)

    async def submit(self, **values: str) -> ActionResult:
        raw = {name: {"field": value} for name, value in values.items()}
        result = await self.workspace.pointer.submit(self.modal["id"], raw)
        await self.context.background.finish()
        return result
