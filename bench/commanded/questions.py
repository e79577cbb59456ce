"""Three kinds of questions about rates (repeated, ordinary, new), and signed requests for them."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from urllib.parse import urlencode

from slack_sdk.signature import SignatureVerifier

SECRET = "0123456789abcdef0123456789abcdef"  # noqa: S105 - used in the benchmark only
PATH = "/slack/events"

_IMPOSERS = ("us", "china", "eu", "canada", "mexico", "india", "uk")
_PARTNERS = (*_IMPOSERS, "japan", "vietnam", "brazil", "korea", "switzerland", "taiwan", "thailand")
_GOODS = ("", "", " steel", " cars", " 8507.60", " copper", " pharmaceuticals", " washing machines")
_SPELT = {
    "us": ("us", "usa", "US", "united states", "america"),
    "china": ("china", "China", "prc", "chinese goods"),
    "eu": ("eu", "EU", "european union", "europe"),
    "uk": ("uk", "UK", "britain"),
    "korea": ("korea", "south korea"),
}
_ASKING = ("", "", "", "tariffs ", "what is the tariff of ")
_JOINTS = (" ", " ", " on ", " on ", ", ")
_ON_GOODS = 0.25
_FIRST = date(2018, 1, 1)
_DAYS = 3000


def repeated() -> Iterator[str]:
    """The same forty questions in an endless loop."""
    asked = list(dict(zip(range(40), _questions(seed=1), strict=False)).values())
    while True:
        yield from asked


def new(seed: int) -> Iterator[str]:
    """An endless series of different questions, each about a day in the past."""
    seen: set[str] = set()
    for question in _questions(seed):
        if question not in seen:
            seen.add(question)
            yield question


def ordinary(seed: int) -> Iterator[str]:
    """Questions about today as people type them. A quarter name goods; no wording repeats."""
    chance, seen = random.Random(seed), set[str]()
    while True:
        imposer, partner = chance.choice(_IMPOSERS), chance.choice(_PARTNERS)
        goods = chance.choice(_GOODS[2:]) if chance.random() < _ON_GOODS else ""
        spelt = [chance.choice(_SPELT.get(one, (one,))) for one in (imposer, partner)]
        question = f"{chance.choice(_ASKING)}{spelt[0]}{chance.choice(_JOINTS)}{spelt[1]}{goods}"
        if imposer != partner and question not in seen:
            seen.add(question)
            yield question


def request(question: str, now_s: int, response_url: str) -> bytes:
    """The HTTP request that Slack would send, signed at `now_s` (Unix time).

    The request names no workspace, because the id of the bot's workspace is random.
    """
    body = urlencode(
        {
            "token": "unused",
            "channel_id": "C0000001",
            "channel_name": "trade-news",
            "user_id": "U0000001",
            "user_name": "you",
            "command": "/tariff",
            "text": question,
            "api_app_id": "A0000001",
            "is_enterprise_install": "false",
            "response_url": response_url,
            "trigger_id": "1.2.3",
        }
    )
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=str(now_s), body=body)
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"X-Slack-Request-Timestamp: {now_s}\r\nX-Slack-Signature: {signature}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return (head + body).encode()


def _questions(seed: int) -> Iterator[str]:
    chance = random.Random(seed)
    while True:
        imposer, partner = chance.choice(_IMPOSERS), chance.choice(_PARTNERS)
        if imposer != partner:
            day = _FIRST + timedelta(days=chance.randrange(_DAYS))
            how = chance.choice((" ", " on "))
            yield f"{imposer}{how}{partner}{chance.choice(_GOODS)} on {day}"
