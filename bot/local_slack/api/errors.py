"""How a call of Slack's Web API is refused."""

from collections.abc import Mapping, Sequence
from typing import Any


class ApiError(Exception):
    """A Web API call that is answered with `ok: false`.

    `error` is Slack's code. `messages` are the details that Slack adds for what is wrong with
    blocks and arguments; `extra` are further fields of the answer (a missing scope's name).
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
