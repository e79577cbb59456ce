"""One GET of a public API: guarded, bounded, and its JSON as plain values.

The fetching is that of feeds: the same guard on every hop, the same bound on time and bytes, the
same User-Agent. Numbers with a point come as Decimal, to the letter that they were sent in.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Never, Protocol, TypeVar
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from bot.errors import AddressRefused, FeedError, SourceError
from bot.feeds.http.fetch import Fetched, Fetcher
from bot.feeds.http.limits import FetchLimits
from bot.feeds.model import Validators

LARGEST_BYTES = 1_000_000
"""Of one answer, unpacked: parsing so much keeps other work waiting for about 10 ms."""

Query = Sequence[tuple[str, str]]
T = TypeVar("T")


class ApiModel(BaseModel):
    """Part of an answer as its API documents it; what else it holds is not looked at."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Api(Protocol):
    """What the sources ask with."""

    async def get(
        self,
        source: str,
        address: str,
        query: Query = (),
        headers: Mapping[str, str] | None = None,
        nothing: Collection[int] = (),
    ) -> object:
        """The answer's JSON, or None where its status is one of `nothing`; raises SourceError."""
        ...


class JsonApi:
    """GETs over one session of its own; `close` when done."""

    def __init__(self, limits: FetchLimits) -> None:
        bytes_ = min(limits.max_body_bytes, LARGEST_BYTES)
        # No two requests for one address come close together: answers are kept.
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
        """The JSON at an address, None for a status that means 'there is none'.

        Raises SourceError whose thing is `source`; a query or a key is never in it.
        """
        whole = f"{address}?{urlencode(query)}" if query else address
        wish = {"Accept": "application/json", **(headers or {})}
        try:
            answer = await self._fetcher.fetch(whole, Validators(), wish)
        except FeedError as error:
            # Other cures are for feeds.
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
        # ArithmeticError: an exponent that no Decimal can have.
        raise odd(source, "no JSON") from error
    return read


def _refuse(constant: str) -> Never:
    raise ValueError(f"{constant} is no JSON")


def shaped(source: str, answer: object, shape: TypeAdapter[T]) -> T:
    """The answer in its documented shape; raises SourceError where it has another."""
    try:
        return shape.validate_python(answer)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(step)[:30] for step in first["loc"][:6])
        raise odd(source, where or "another kind of value") from error


def odd(source: str, what: str) -> SourceError:
    """The error for an answer that has not the documented shape."""
    return SourceError(source, f"answered in a shape that is not documented ({what})")
