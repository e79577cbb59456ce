"""Says what *only my lines* needs, as plain text."""

from bot import COMMAND


def explain_missing(conversation: str) -> str:
    """Why a subscription with the filter is not saved, and how to get a list."""
    whose = "You have" if _is_person(conversation) else "This channel has"
    return (
        f"{whose} no list of lines, so a subscription to only my lines would send nothing. "
        f"{_advise(conversation)}"
    )


def explain_silence(conversation: str) -> str:
    """That a saved subscription sends nothing, and how to get a list."""
    return f"Sends nothing until a list of lines is imported. {_advise(conversation)}"


def explain_filter(conversation: str, *, has_lines: bool) -> str:
    """Which lines the filter means, and how to get a list."""
    if has_lines:
        return f"My lines are those of {_name_command(conversation)}."
    return f"There is no list of lines yet. {_advise(conversation)}"


def explain_removal(dependent: int) -> str:
    """What the removal of a list does to subscriptions; empty if there are none with the filter."""
    if not dependent:
        return ""
    if dependent == 1:
        return "A subscription to only my lines sends nothing without it."
    return f"{dependent} subscriptions to only my lines send nothing without it."


def _advise(conversation: str) -> str:
    return f"Import one first: {_name_command(conversation)} upload"


def _name_command(conversation: str) -> str:
    return f"{COMMAND} my" if _is_person(conversation) else f"{COMMAND} my channel"


def _is_person(conversation: str) -> bool:
    return conversation.startswith(("U", "W"))
