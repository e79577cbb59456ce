"""What comes back to a person who typed a line."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.local_slack.api.errors import ApiError
from bot.local_slack.state.broadcast import News
from bot.local_slack.transport.http import AppUnavailable

# When nothing more has come for so long, in seconds, what came is the answer.
QUIET_S = 0.3


@dataclass(frozen=True, slots=True)
class ActionResult:
    """How something a person did went.

    `error` is Slack's code and `message` its words when the bot did not answer; `errors` are what
    is wrong with a form, by block_id. `messages` are what came back: text, blocks, ephemeral, ts.
    """

    ok: bool = True
    error: str = ""
    message: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)

    def body(self) -> dict[str, Any]:
        """The outcome as JSON."""
        if self.ok:
            return {"ok": True, "messages": self.messages}
        failed: dict[str, Any] = {"ok": False, "error": self.error, "message": self.message}
        return {**failed, "errors": self.errors} if self.errors else failed


class ReplyCollector:
    """Collects the news that answer one line, for as long as `hear` is a listener."""

    def __init__(self, answers_it: Callable[[News], bool]) -> None:
        self._answers_it = answers_it
        self._found: dict[str, dict[str, Any]] = {}
        self._came = asyncio.Event()

    def hear(self, news: News) -> None:
        """Takes the news if it is an answer."""
        if self._answers_it(news):
            answer = _as_answer(news)
            # A later change of a message, or of a form that was still loading, is the answer.
            self._found[answer["ts"] or "form"] = answer
            self._came.set()

    async def settle(self, longest_s: float) -> list[dict[str, Any]]:
        """All that came, once it is quiet or after `longest_s` seconds; empty when nothing did."""
        deadline = asyncio.get_running_loop().time() + longest_s
        wait_s = longest_s
        while wait_s > 0:
            self._came.clear()
            try:
                await asyncio.wait_for(self._came.wait(), QUIET_S if self._found else wait_s)
            except TimeoutError:
                break
            wait_s = deadline - asyncio.get_running_loop().time()
        return list(self._found.values())


def _as_answer(news: News) -> dict[str, Any]:
    if news["type"] == "modal":
        view = news["view"]
        text = f"A form opened: {view['title']['text']}"
        return {"text": text, "blocks": view["blocks"], "ephemeral": True, "ts": ""}
    message = news["message"]
    return {
        "text": message.get("text", ""),
        "blocks": message.get("blocks", []),
        "ephemeral": message["only_you"],
        "ts": message["ts"],
    }


def failed(app_name: str, error: AppUnavailable | ApiError) -> ActionResult:
    """What a person is told when the bot does not answer, or with something that fails."""
    words = {
        "operation_timeout": f"{app_name} didn't respond in time (operation_timeout)",
        "not_connected": f"{app_name} isn't connected (not_connected)",
        "dispatch_failed": f"{app_name} didn't respond as it should (dispatch_failed)",
    }
    code = error.error
    return ActionResult(
        False, code, words.get(code, f"{app_name} sent an answer that fails: {code}")
    )
