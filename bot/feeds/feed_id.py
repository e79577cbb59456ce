"""Ids for feeds that come without one."""

import re
import unicodedata
from collections.abc import Collection
from hashlib import sha256
from urllib.parse import urlsplit


def feed_id(title: str, url: str, taken: Collection[str] = ()) -> str:
    """An id made of the title, else of the host; not one of `taken`, the same each time."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:40].strip("_")
    if not slug:
        host = urlsplit(url).hostname or "feed"
        slug = re.sub(r"[^a-z0-9]+", "_", host.lower()).strip("_")[:40] or "feed"
    if slug not in taken:
        return slug
    return f"{slug}_{sha256(url.encode('utf-8', 'replace')).hexdigest()[:8]}"
