"""What the program that runs the workspace adds to the page: a banner, examples, completions.

The workspace knows nothing about the bot's commands, so the bot registers these at its start.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from bot.local_slack.state.broadcast import Broadcast


class Completion(NamedTuple):
    """Words that the message box suggests while a person types a command."""

    text: str
    note: str = ""
    """What the words do or mean, in a few words."""
    after: str = ""
    """The first word of the commands in which they fit: empty if they are the first words, `*` if
    they fit anywhere."""


class Hints:
    """Shows hints on the page; the page draws each change at once."""

    def __init__(self, live: Broadcast) -> None:
        self._live = live
        self._banner, self._examples = "", tuple[str, ...]()
        self.completions: tuple[Completion, ...] = ()

    def show_banner(self, text: str, examples: Iterable[str] = ()) -> None:
        """Shows a line above the conversations, and buttons that send the examples. An empty text
        removes the banner."""
        self._banner, self._examples = text, tuple(examples)
        self._publish()

    def complete(self, completions: Iterable[Completion]) -> None:
        """From now on, suggests these words while a person types a command."""
        self.completions = tuple(completions)
        self._publish()

    def body(self) -> dict[str, Any]:
        """The hints as JSON."""
        return {
            "banner": self._banner,
            "examples": self._examples,
            "completions": [one._asdict() for one in self.completions],
        }

    def _publish(self) -> None:
        self._live.publish({"type": "hints"})
