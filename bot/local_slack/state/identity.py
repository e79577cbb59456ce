"""Who is who in a local workspace, and the secrets that its app and it share."""

import secrets
from dataclasses import dataclass, field

# Slack's ids are capital letters and digits behind a letter that names the kind.
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def new_id(kind: str) -> str:
    """A fresh id of the kind that its first letter names: C, D, U, V, F and so on."""
    return kind + "".join(secrets.choice(_LETTERS) for _ in range(10))


@dataclass(frozen=True, slots=True)
class Identity:
    """The ids and secrets of one workspace, made once and kept in its file.

    The secrets are left out of `repr`, so that no log line shows them.
    """

    team_id: str
    app_id: str
    bot_id: str
    bot_user_id: str
    person_id: str
    bot_token: str = field(repr=False)
    app_token: str = field(repr=False)
    signing_secret: str = field(repr=False)

    @staticmethod
    def create() -> "Identity":
        """A new workspace's identity, from the system's random source."""
        app_id = new_id("A")
        return Identity(
            team_id=new_id("T"),
            app_id=app_id,
            bot_id=new_id("B"),
            bot_user_id=new_id("U"),
            person_id=new_id("U"),
            bot_token=f"xoxb-local-{secrets.token_urlsafe(24)}",
            app_token=f"xapp-1-{app_id}-{secrets.token_urlsafe(24)}",
            signing_secret=secrets.token_hex(16),
        )
