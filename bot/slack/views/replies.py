"""Short messages that many replies share: a notice, an error, an announcement."""

from bot.slack.blockkit.blocks import Message, section

RUN = "run"
"""The first part of the action ids of buttons that run a command; their value is the command."""


def render_notice(markup: str) -> Message:
    """One paragraph of markup."""
    return Message(markup, (section(markup),))


def render_failure(error_id: str | None) -> Message:
    """An error on our side, with the id that operators find in the log.

    Without an id, the database cannot be reached.
    """
    if error_id is None:
        return render_notice(
            "I cannot reach my database at the moment. Please try again in a minute."
        )
    return render_notice(
        f"That did not work because of an error on my side. It is in the log as `{error_id}`."
    )


def render_working() -> Message:
    """Shown until a slow answer arrives."""
    return render_notice("One moment, still looking…")


def render_announcement() -> Message:
    """Shown before an answer that must be posted separately."""
    return render_notice("The answer is in the next message.")
