"""The result of an action, and the collector of replies to a typed line."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.local_slack.api.call import ApiError
from bot.local_slack.state.broadcast import News
from bot.local_slack.transport.connection import AppUnavailable

# Seconds without another reply after which the replies are complete.
QUIET_S = 0.3


@dataclass(frozen=True, slots=True)
class ActionResult:
    """The result of a person's action.

    If the action failed, `error` is Slack's code, `message` explains it, and `errors` are the
    errors of a form by block_id. `messages` are the replies, each with text, blocks, ephemeral and
    ts.
    """

    ok: bool = True
    error: str = ""
    message: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)

    def body(self) -> dict[str, Any]:
        """The result as JSON."""
        if self.ok:
            return {"ok": True, "messages": self.messages}
        failed: dict[str, Any] = {"ok": False, "error": self.error, "message": self.message}
        return {**failed, "errors": self.errors} if self.errors else failed


class ReplyCollector:
    """Collects the replies to one line. Until they are complete, `receive` must be a listener of
    the workspace."""

    def __init__(self, is_reply: Callable[[News], bool]) -> None:
        self._is_reply = is_reply
        self._replies: dict[str, dict[str, Any]] = {}
        self._event = asyncio.Event()

    def receive(self, news: News) -> None:
        """Keeps the change if it is a reply."""
        if self._is_reply(news):
            reply = _make_reply(news)
            # If the message or form changes later, the later version replaces this one.
            self._replies[reply["ts"] or "form"] = reply
            self._event.set()

    async def collect(self, longest_s: float) -> list[dict[str, Any]]:
        """The replies. Waits until there are no more for QUIET_S seconds, but at most `longest_s`
        seconds."""
        deadline = asyncio.get_running_loop().time() + longest_s
        wait_s = longest_s
        while wait_s > 0:
            self._event.clear()
            try:
                await asyncio.wait_for(self._event.wait(), QUIET_S if self._replies else wait_s)
            except TimeoutError:
                break
            wait_s = deadline - asyncio.get_running_loop().time()
        return list(self._replies.values())


def _make_reply(news: News) -> dict[str, Any]:
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


def make_failure(app_name: str, error: AppUnavailable | ApiError) -> ActionResult:
    """The result if the bot does not answer, or if Slack would refuse its answer."""
    reasons = {
        "operation_timeout": "didn't respond in time",
        "not_connected": "isn't connected",
        "dispatch_failed": "didn't respond as expected",
    }
    reason = reasons.get(error.error, "sent an answer that Slack refuses")
    return ActionResult(False, error.error, f"{app_name} {reason} ({error.error})")
