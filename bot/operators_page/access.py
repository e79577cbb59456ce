"""Who may see the operators' page: people who know the token.

A session is a cookie that says when it expires, signed with the token. So the server keeps no list
of sessions, all processes accept them, and another token ends them all.
"""

import hashlib
import hmac
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import Enum, auto

SESSION = timedelta(hours=8)
MOST_FAILURES = 10
"""Wrong tokens within a minute after which further ones are refused as too many."""
_FAILURES_WITHIN = timedelta(minutes=1)


class LoginResult(Enum):
    """The result of an attempt to log in."""

    OK = auto()
    WRONG = auto()
    TOO_MANY = auto()


class OperatorAccess:
    """Checks tokens and sessions.

    The limit of wrong tokens is for all clients together, because behind a reverse proxy they share
    an address. It ends no session, and does not refuse the right token: otherwise anyone could keep
    the operators out. A token of 16 characters is safe from guesses at the pace of requests.
    """

    def __init__(self, token: str, clock: Callable[[], datetime]) -> None:
        self._token, self._clock = token.encode(), clock
        self._failed: deque[datetime] = deque(maxlen=MOST_FAILURES)

    def log_in(self, given: str) -> LoginResult:
        """Compares the token in constant time."""
        if hmac.compare_digest(given.encode("utf-8", "replace"), self._token):
            return LoginResult.OK
        now = self._clock()
        is_full = len(self._failed) == MOST_FAILURES
        if is_full and timedelta() <= now - self._failed[0] < _FAILURES_WITHIN:
            return LoginResult.TOO_MANY
        self._failed.append(now)
        return LoginResult.WRONG

    def open_session(self) -> str:
        """The value of the cookie of a new session."""
        expires = str(int((self._clock() + SESSION).timestamp()))
        return f"{expires}.{self._sign(expires)}"

    def is_open(self, cookie: str) -> bool:
        """Whether the cookie is of a session that has not expired."""
        expires, _, signature = cookie.partition(".")
        if not hmac.compare_digest(
            signature.encode("utf-8", "replace"), self._sign(expires).encode()
        ):
            return False
        return self._clock().timestamp() < int(expires)

    def _sign(self, expires: str) -> str:
        text = f"operators' session until {expires}".encode("utf-8", "replace")
        return hmac.new(self._token, text, hashlib.sha256).hexdigest()
