"""The bounds within which feeds are fetched and parsed."""

from ipaddress import IPv4Network, IPv6Network

from pydantic import Field

from bot.values import Frozen

Network = IPv4Network | IPv6Network


class FetchLimits(Frozen):
    """What the operator allows; durations are seconds and may be fractions."""

    user_agent: str = Field(min_length=1)
    """Product, version and a page about it: `Product/1.0 (+https://...)`."""
    poll_s: float = Field(default=300.0, gt=0)
    """No feed is polled more often than this."""
    backoff_s: float = Field(default=60.0, gt=0)
    """The first wait after an error, where `poll_s` is not longer."""
    deadline_s: float = Field(default=30.0, gt=0)
    """A whole fetch: name, connection, headers, body and redirects."""
    max_body_bytes: int = Field(default=5_000_000, gt=0)
    """After decompression."""
    fetches_per_host: int = Field(default=1, ge=1)
    fetches_at_once: int = Field(default=50, ge=1)
    bodies_at_once: int = Field(default=16, ge=1)
    """New bodies in work; while there are more, nothing further is fetched."""
    max_redirects: int = Field(default=5, ge=0)
    spacing_s: float = Field(default=1.25, ge=0)
    """Between the starts of two requests for one address; a second must show at the server."""
    allowed_networks: tuple[Network, ...] = ()
    """Networks that feeds may be fetched from though they are not public."""
    parse_deadline_s: float = Field(default=10.0, gt=0)
    max_entries: int = Field(default=500, ge=1)
    """Of one body; the newest are kept."""

    @property
    def polls_per_host(self) -> int:
        """Polls under way at a host: beside those that fetch, others are read and kept."""
        return 4 * self.fetches_per_host
