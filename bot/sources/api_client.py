"""GET requests to public APIs, with their JSON as plain values.

Requests use the same address guard, limits on time and size, and User-Agent as requests for feeds.
Numbers with a decimal point become Decimal, exactly as sent.
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
"""Maximum bytes of one decompressed answer. Parsing 1 MB blocks the event loop for about 10 ms."""


class JsonApi:
    """Makes requests over a session of its own; `close` when done."""

    def __init__(self, limits: FetchLimits) -> None:
        bytes_ = min(limits.max_body_bytes, LARGEST_BYTES)
        # Answers are cached, so no two requests for one address come close together.
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

        Raises SourceError for `source`; its message contains neither the query nor a key.
        """
        whole = f"{address}?{urlencode(query)}" if query else address
        accept = {"Accept": "application/json", **(headers or {})}
        try:
            answer = await self._fetcher.fetch(whole, Validators(), accept)
        except FeedError as error:
            # The cures of other errors are about feeds.
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
        # ArithmeticError: an exponent that is too large for a Decimal.
        raise make_shape_error(source, "not JSON") from error
    return read


def _refuse(constant: str) -> Never:
    raise ValueError(f"{constant} is not JSON")
