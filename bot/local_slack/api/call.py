"""The arguments of a Web API call, and the error that a call can raise."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

Answer = dict[str, Any]
"""The JSON of a response."""


class ApiError(Exception):
    """Becomes a response with `ok: false`.

    `error` is Slack's code. `messages` say what is wrong with the blocks or arguments. `extra` are
    further fields of the response, such as the name of a missing scope.
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
        """The JSON of the response."""
        answer: dict[str, Any] = {"ok": False, "error": self.error, **self.extra}
        if self.messages:
            answer["errors"] = list(self.messages)
            details = [f"[ERROR] {message}" for message in self.messages]
            answer["response_metadata"] = {"messages": details}
        return answer


class Arguments:
    """The arguments of a call, from form fields or JSON. As with Slack, the caller may also send
    every value as text."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = dict(values)

    def __contains__(self, name: str) -> bool:
        return self.values.get(name) is not None

    def text(self, name: str, default: str = "") -> str:
        """The argument as text; raises ApiError if the value is an object or a list."""
        value = self.values.get(name)
        if value is None:
            return default
        if isinstance(value, dict | list):
            raise ApiError("invalid_arguments", [f"must provide a string [json-pointer:/{name}]"])
        return value if isinstance(value, str) else json.dumps(value)

    def required(self, name: str) -> str:
        """The argument as text; raises ApiError if it is missing or empty."""
        value = self.text(name)
        if not value:
            raise ApiError("invalid_arguments", [f"missing required field: {name}"])
        return value

    def flag(self, name: str) -> bool:
        """Whether the argument is true."""
        return self.text(name).lower() in ("true", "1")

    def limit(self, default: int, most: int) -> int:
        """The argument `limit`, a whole number from 1 to `most`; raises ApiError for any other
        value."""
        value = self.text("limit")
        if not value:
            return default
        if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= most:
            raise ApiError("invalid_limit")
        return int(value)

    def structure(self, name: str, error: str) -> Any:
        """The argument as JSON values, or None if it is missing; raises ApiError with `error` for
        invalid JSON."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError as problem:
            raise ApiError(error) from problem
