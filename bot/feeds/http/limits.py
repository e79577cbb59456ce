"""The limits for fetching and parsing feeds: size, time, entries, simultaneous requests."""

from ipaddress import IPv4Network, IPv6Network

from pydantic import Field

from bot.values import Frozen

Network = IPv4Network | IPv6Network


class FetchLimits(Frozen):
    """The limits that the operator sets. Durations are in seconds."""

    user_agent: str = Field(min_length=1)
    """Product, version and an address with information: `Product/1.0 (+https://...)`."""
    poll_s: float = Field(default=300.0, gt=0)
    """The minimum time between two polls of a feed."""
    backoff_s: float = Field(default=60.0, gt=0)
    """The first wait after an error, unless `poll_s` is longer."""
    deadline_s: float = Field(default=30.0, gt=0)
    """Maximum seconds of a whole fetch: DNS, connection, headers, body and redirects."""
    max_body_bytes: int = Field(default=5_000_000, gt=0)
    """Maximum bytes of a body, before and after decompression (`bot.feeds.http.bounded_body`)."""
    fetches_per_host: int = Field(default=1, ge=1)
    fetches_at_once: int = Field(default=50, ge=1)
    bodies_at_once: int = Field(default=16, ge=1)
    """While this many new bodies are being parsed or saved, no new request starts."""
    max_redirects: int = Field(default=5, ge=0)
    spacing_s: float = Field(default=1.25, ge=0)
    """Minimum seconds between two requests for an address. Many servers allow one a second."""
    allowed_networks: tuple[Network, ...] = ()
    """Networks that may be contacted even though they are not public."""
    parse_deadline_s: float = Field(default=10.0, gt=0)
    max_entries: int = Field(default=500, ge=1)
    """Maximum entries taken from one body; the newest are kept."""

    @property
    def polls_per_host(self) -> int:
        """Maximum polls in progress per host. It exceeds `fetches_per_host`, because the bodies of
        some polls are parsed and saved while others are fetched.
        """
        return 4 * self.fetches_per_host
