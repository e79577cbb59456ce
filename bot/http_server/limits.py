"""How long, how much and how many: what the HTTP server allows its clients."""

from dataclasses import dataclass

MOST_CONNECTIONS = 512


def connection_limit() -> int:
    """Connections at once: half of the files that the process may open, and 512 at most.

    The other half is for polling, Slack, the database and the parser processes.
    """
    try:
        # Windows has neither the module nor the limit.
        import resource
    except ImportError:
        return MOST_CONNECTIONS
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return MOST_CONNECTIONS
    return max(1, min(MOST_CONNECTIONS, files // 2))


@dataclass(frozen=True)
class HttpLimits:
    """The limits of the server; durations are in seconds."""

    connections: int = MOST_CONNECTIONS
    header_s: float = 10.0
    """From the first byte of a request, or from the start of the connection, to the last header."""
    header_bytes: int = 65_536
    body_s: float = 5.0
    """From the last header to the end of the body; Slack gives up after three seconds."""
    idle_s: float = 150.0
    """Between two requests of a connection. Longer than proxies keep theirs (nginx 60 s, Caddy
    120 s), so that they never reuse one that the bot is closing."""
    body_bytes: int = 65_536
    bodies: int = 128
    """Bodies being read at once. When there are more, the oldest is given up."""
    large_body_bytes: int = 1_000_000
    large_bodies: int = 4
    """Bodies of more than `body_bytes` being read at once.

    Slack sends a whole view with each click in it. A view has up to 250 kB of JSON (see
    reference/methods/views.publish), and percent-encoding makes it up to three times as long.
    """
