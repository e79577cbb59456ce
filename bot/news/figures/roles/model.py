"""The roles of parties in a duty."""

from dataclasses import dataclass
from typing import NamedTuple

from bot.news.figures.roles.targets import Target


class Roles(NamedTuple):
    """The parties of a duty, and what the sentence leaves open."""

    imposer: str | None = None
    partners: tuple[str, ...] = ()
    target: Target = Target.NONE
    """The kind of target that the words after "on" name."""
    is_listed: bool = False
    """Whether the duty continues a list, so that it shares the imposer of the previous one."""
    shared: tuple[str, ...] = ()
    """The partners that the next duties of a list share: the EU in "hits the EU with 10%"."""
    unclear: str | None = None
    """A party that either charges or pays: the EU in "EU tariffs"."""
    answers: bool = False
    """Whether the duty is retaliation."""
    start: int = 0
    """The first token of the duty's phrase."""
    verb: int | None = None
    """The token of the verb that governs the duty."""


@dataclass
class RoleDraft:
    """What is known of a duty so far."""

    imposer: str | None
    unclear: str | None
    own_partner: str | None
    """A party in the phrase that pays: the EU in "Trump's EU tariffs"."""
    is_own: bool
    """Whether the phrase says "its tariffs" or "of its own"."""
    partners: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    target: Target = Target.NONE
