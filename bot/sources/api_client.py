"""Sends GET requests to public APIs and returns their JSON as Python values.

Requests use the address guard and the User-Agent of requests for feeds, with limits on time and
size. Numbers with a decimal point become Decimal, so that they keep their exact value.
"""

import json
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Never
from urllib.parse import urlencode

from bot.errors import AddressRefused, FeedError, SourceError
from bot.feeds.http.fetch import Fetched, Fetcher
from bot.feeds.http.limits import FetchLimits
from bot.feeds.model import Validators
from bot.sources.api import Query, make_shape_error

LARGEST_BYTES = 1_000_000
"""Maximum bytes of a response, compressed or not. Parsing 1 MB blocks the event loop for 10 ms."""


class JsonApi:
    """Sends requests over its own HTTP session. Call `close` when done."""

    def __init__(self, limits: FetchLimits) -> None:
        bytes_ = min(limits.max_body_bytes, LARGEST_BYTES)
        # The spacing of requests for one address is off, because answers are cached and so rarely
        # requested twice.
        self._fetcher = Fetcher(
            limits.model_copy(update={"max_body_bytes": bytes_, "spacing_s": 0.0})
        )

    async def close(self) -> None:
        """Closes all connections."""
        await self._fetcher.close()

    async def get(
        self,
        source: str,
        address: str,
        query: Query = (),
        headers: Mapping[str, str] | None = None,
        nothing: Collection[int] = (),
    ) -> object:
        """The JSON at an address; None if the status is one of `nothing`.

        Raises SourceError, which names `source`; its message contains neither the query nor a key.
        """
        whole = f"{address}?{urlencode(query)}" if query else address
        accept = {"Accept": "application/json", **(headers or {})}
        try:
            answer = await self._fetcher.fetch(whole, Validators(), accept)
        except FeedError as error:
            # The cures of other errors are written for feeds, so they are left out.
            cure = error.cure if isinstance(error, AddressRefused) else ""
            raise SourceError(source, f"did not answer ({error.cause})", cure) from error
        if answer.status in nothing:
            return None
        if answer.status != 200:
            raise SourceError(source, f"answered with an error (HTTP {answer.status})")
        return _read(source, answer)


def _read(source: str, answer: Fetched) -> object:
    try:
        read: object = json.loads(answer.body, parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, ArithmeticError, RecursionError) as error:
        # An exponent that is too large for a Decimal raises ArithmeticError.
        raise make_shape_error(source, "not JSON") from error
    return read


def _refuse(constant: str) -> Never:
    raise ValueError(f"{constant} is not JSON")
