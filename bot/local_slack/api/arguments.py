"""The arguments of a Web API call, as form fields or JSON."""

import json
from collections.abc import Mapping
from typing import Any

from bot.local_slack.api.errors import ApiError


class Arguments:
    """Reads arguments the way Slack does: everything may also come as text."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.given = dict(given)

    def __contains__(self, name: str) -> bool:
        return self.given.get(name) is not None

    def text(self, name: str, default: str = "") -> str:
        """The argument as text; raises ApiError when it is an object or a list."""
        value = self.given.get(name)
        if value is None:
            return default
        if isinstance(value, dict | list):
            raise ApiError("invalid_arguments", [f"must provide a string [json-pointer:/{name}]"])
        return value if isinstance(value, str) else json.dumps(value)

    def needed(self, name: str) -> str:
        """The argument as text; raises ApiError when it is missing or empty."""
        value = self.text(name)
        if not value:
            raise ApiError("invalid_arguments", [f"missing required field: {name}"])
        return value

    def flag(self, name: str) -> bool:
        """Whether the argument is true."""
        return self.text(name).lower() in ("true", "1")

    def number(self, name: str, default: int, most: int) -> int:
        """The argument as a whole number from 1 to `most`."""
        value = self.text(name)
        if not value:
            return default
        if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= most:
            raise ApiError("invalid_limit" if name == "limit" else "invalid_arguments")
        return int(value)

    def structure(self, name: str, error: str) -> Any:
        """The argument as JSON values, None when absent; raises ApiError with `error` if broken."""
        value = self.given.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError as problem:
            raise ApiError(error) from problem
