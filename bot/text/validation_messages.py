"""Rewrites pydantic's validation errors for the people who write settings and config files."""

from pydantic_core import ErrorDetails

_WORDS = {
    "bool_parsing": "neither true nor false",
    "decimal_parsing": "not a number",
    "decimal_type": "not a number",
    "extra_forbidden": "no such key here",
    "float_parsing": "not a number",
    "float_type": "not a number",
    "frozen_set_type": "must be a list",
    "int_from_float": "not a whole number",
    "int_parsing": "not a whole number",
    "int_type": "not a whole number",
    "missing": "is missing",
    "model_type": "must hold keys with values",
    "string_type": "must be text; put it between quotation marks",
    "tuple_type": "must be a list",
}
_PATTERNS = {
    r"^[a-z0-9][a-z0-9_-]{0,63}$": "takes small letters a to z, digits, - and _ only, 64 at most",
    r"^[a-z0-9-]+$": "takes small letters a to z, digits and - only",
    r"^https?://": "must begin with https:// or http://",
}


def describe_error(error: ErrorDetails) -> str:
    """The error as the end of a sentence that starts with the key."""
    if error["type"] == "string_pattern_mismatch":
        message = _PATTERNS.get(error.get("ctx", {}).get("pattern", ""), "")
        if message:
            return message
    message = _WORDS.get(error["type"]) or error["msg"].removeprefix("Value error, ")
    for start in ("Input should ", "String should "):
        if message.startswith(start):
            return f"must {message.removeprefix(start)}"
    return message
