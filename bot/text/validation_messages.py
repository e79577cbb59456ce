"""Describes Pydantic's validation errors in plain words, for settings and config files."""

from pydantic_core import ErrorDetails

_WORDS = {
    "bool_parsing": "must be true or false",
    "decimal_parsing": "must be a number",
    "decimal_type": "must be a number",
    "extra_forbidden": "unknown key",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "frozen_set_type": "must be a list",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "missing": "is missing",
    "model_type": "must be a mapping of keys to values",
    "string_type": "must be text; put it in quotation marks",
    "tuple_type": "must be a list",
}
_PATTERNS = {
    r"^[a-z0-9][a-z0-9_-]{0,63}$": "may only contain a to z, 0 to 9, - and _ (at most 64)",
    r"^[a-z0-9-]+$": "may only contain a to z, 0 to 9 and -",
    r"^https?://": "must begin with https:// or http://",
}


def describe_error(error: ErrorDetails) -> str:
    """The error in words that follow the key, such as `must be a number`."""
    if error["type"] == "string_pattern_mismatch":
        message = _PATTERNS.get(error.get("ctx", {}).get("pattern", ""), "")
        if message:
            return message
    # The value of a secret, which has no items.
    if error["type"] == "too_short" and error.get("ctx", {}).get("field_type") == "Value":
        return f"must have at least {error['ctx']['min_length']} characters"
    message = _WORDS.get(error["type"]) or error["msg"].removeprefix("Value error, ")
    for start in ("Input should ", "String should "):
        if message.startswith(start):
            return f"must {message.removeprefix(start)}"
    return message
