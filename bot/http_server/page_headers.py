"""Headers of the pages that the bot serves to browsers."""

from collections.abc import Mapping


def make_page_headers(policy: str) -> Mapping[str, str]:
    """The headers of a page that no other site may embed or read, and that is not cached.

    `policy` is the part of its Content-Security-Policy that says what the page may load and send.
    Everything else is forbidden.
    """
    return {
        "Content-Security-Policy": f"default-src 'none'; {policy}; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
