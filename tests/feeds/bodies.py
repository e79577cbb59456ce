"""Small feeds written for these tests."""

from collections.abc import Sequence


def rss(items: Sequence[str] | str = (), head: str = "", title: str = "Harbour Wire") -> str:
    """An RSS 2.0 document; `head` goes into the channel before the items."""
    inside = items if isinstance(items, str) else "".join(items)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" '
        'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>{title}</title><link>https://harbour.example/</link>"
        f"<description>d</description>{head}{inside}</channel></rss>"
    )


def item(
    number: int,
    title: str | None = None,
    date: str = "Mon, 05 May 2025 10:00:00 GMT",
    summary: str = "Officials gave no figure.",
) -> str:
    """One RSS item. An empty `date` leaves out the date element."""
    name = f"Item {number}" if title is None else title
    when = f"<pubDate>{date}</pubDate>" if date else ""
    return (
        f"<item><title>{name}</title><link>https://harbour.example/{number}</link>"
        f'<guid isPermaLink="false">h-{number}</guid>{when}'
        f"<description>{summary}</description></item>"
    )


GOOD = rss([item(2), item(1)])
PAGE = (
    "<!DOCTYPE html><html><head><title>Sign in</title>"
    '<link rel="alternate" type="application/rss+xml" title="News" href="/feed.xml">'
    "</head><body><p>Access denied</p></body></html>"
)
ENTITY_BOMB = (
    '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "tariff ">'
    '<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">'
    '<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;">'
    ']><rss version="2.0"><channel><title>t</title><item><title>Bomb &e;</title>'
    "<link>https://harbour.example/1</link></item></channel></rss>"
)
OUTSIDE_ENTITY = (
    '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY p SYSTEM "file:///etc/passwd">]>'
    '<rss version="2.0"><channel><title>t</title><item><title>Leak &p;</title>'
    "<link>https://harbour.example/1</link></item></channel></rss>"
)
