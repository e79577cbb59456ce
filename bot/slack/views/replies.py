"""Short messages that many replies share: a notice, an error, an announcement."""

from bot.slack.blockkit.blocks import Message, section

RUN = "run"
"""Begins the action id of every button that runs a command. The button's value is the command."""

DETAILS = "rate_details"
"""The action id of *Details and sources*. The button's value is the question."""

CHECK_PRODUCT = "check_product"
"""The action id of *Check a product*. The button's value is a question that fills in the form."""

MAY_REPEAT = "may repeat"
"""Marks a message that is sent again because an earlier attempt may have arrived."""


def mark_repeat(may_repeat: bool) -> str:
    """The mark of a message that is sent again; empty if it is sent for the first time."""
    return f"({MAY_REPEAT})" if may_repeat else ""


def render_notice(markup: str) -> Message:
    """One paragraph of markup."""
    return Message(markup, (section(markup),))


def render_failure(error_id: str | None) -> Message:
    """Reports an error of the bot. `error_id` is the id with which operators find the error in the
    log.

    If `error_id` is None, the cause is that the database cannot be reached.
    """
    if error_id is None:
        return render_notice(
            "I cannot reach my database at the moment. Please try again in a minute."
        )
    return render_notice(
        f"That did not work because of an error on my side. It is in the log as `{error_id}`."
    )


WORKING = "One moment, still looking…"
"""The text that is shown until a slow answer arrives."""


def render_working() -> Message:
    """The message that is shown until a slow answer arrives."""
    return render_notice(WORKING)
