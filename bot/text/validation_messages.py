"""What is wrong with a value, in words for whoever wrote it: pydantic's are for programmers."""

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
_FORMS = {
    r"^[a-z0-9][a-z0-9_-]{0,63}$": "takes small letters a to z, digits, - and _ only, 64 at most",
    r"^[a-z0-9-]+$": "takes small letters a to z, digits and - only",
    r"^https?://": "must begin with https:// or http://",
}


def in_words(flaw: ErrorDetails) -> str:
    """The flaw as the end of a sentence that begins with the key."""
    if flaw["type"] == "string_pattern_mismatch":
        form = _FORMS.get(flaw.get("ctx", {}).get("pattern", ""))
        if form is not None:
            return form
    said = _WORDS.get(flaw["type"]) or flaw["msg"].removeprefix("Value error, ")
    for start in ("Input should ", "String should "):
        if said.startswith(start):
            return f"must {said.removeprefix(start)}"
    return said
