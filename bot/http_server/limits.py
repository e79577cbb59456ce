"""The limits of the HTTP server for its clients: times, sizes and numbers."""

from dataclasses import dataclass

MOST_CONNECTIONS = 512


def connection_limit() -> int:
    """Maximum open connections: half of the files that the process may open, but not more than 512.

    The other half is for polls, calls of Slack, the database and the parser processes.
    """
    try:
        # Windows has no `resource` module and no such limit.
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
    """Time for the headers of a request. It starts when the connection opens or, for a later
    request, when its first byte arrives."""
    header_bytes: int = 65_536
    body_s: float = 5.0
    """Time from the last header to the end of the body. Slack stops waiting after three seconds."""
    idle_s: float = 150.0
    """Time between two requests on one connection. It is longer than proxies keep idle connections
    (nginx 60 s, Caddy 120 s), so that a proxy never sends a request on a connection that the bot is
    closing."""
    body_bytes: int = 65_536
    bodies: int = 128
    """Maximum bodies that are read at once. When there are more, the oldest is given up."""
    large_body_bytes: int = 1_000_000
    large_bodies: int = 4
    """Maximum bodies larger than `body_bytes` that are read at once.

    Slack sends a whole view with each click in it. A view has up to 250 kB of JSON (see
    reference/methods/views.publish), and percent-encoding makes it up to three times as long.
    """
