"""An answer whose status is an error, in words for whoever looks after the feed."""

from http import HTTPStatus

from bot.errors import FetchFailed
from bot.feeds.http.fetch import Fetched, shown

OVERLOADED = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
GOOD = frozenset({200, 203})

_CURES = {
    401: "It is not open to everybody; ask its publisher for access",
    403: "Its server turns the bot away; ask its publisher to let it in",
    404: "Check the address, or look for the feed on its publisher's pages",
    410: "Its publisher has ended it; look for another feed there",
    429: "Try again later",
}


class BadStatus(FetchFailed):
    """An answer whose status is an error; `thing` is the address that answered."""

    def __init__(self, fetched: Fetched) -> None:
        self.status = fetched.status
        if fetched.status == HTTPStatus.NOT_MODIFIED:
            cause = "answered 304 Not Modified though nothing was known yet"
        else:
            phrase = next((s.phrase for s in HTTPStatus if s == fetched.status), "")
            cause = f"answered {fetched.status} {phrase}".rstrip()
        super().__init__(shown(fetched.url), cause, _cure(fetched.status))


def _cure(status: int) -> str:
    if 500 <= status < 600:
        return "Its server is in trouble; try again later"
    return _CURES.get(status, "")
