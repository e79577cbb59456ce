"""The error of a Web API call."""

from collections.abc import Mapping, Sequence
from typing import Any


class ApiError(Exception):
    """The answer `ok: false`.

    `error` is Slack's code, `messages` say what is wrong with blocks or arguments, `extra` are
    further fields of the answer (the name of a missing scope).
    """

    def __init__(
        self,
        error: str,
        messages: Sequence[str] = (),
        *,
        status: int = 200,
        retry_after_s: int = 0,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(error)
        self.error, self.messages, self.status = error, tuple(messages), status
        self.retry_after_s = retry_after_s
        self.extra = dict(extra or {})

    def body(self) -> dict[str, Any]:
        """The answer's JSON."""
        answer: dict[str, Any] = {"ok": False, "error": self.error, **self.extra}
        if self.messages:
            answer["errors"] = list(self.messages)
            details = [f"[ERROR] {message}" for message in self.messages]
            answer["response_metadata"] = {"messages": details}
        return answer
