"""The way from the workspace to the bot: signed HTTP, or Socket Mode when a socket is open.

Signatures after https://docs.slack.dev/authentication/verifying-requests-from-slack, waiting times
after https://docs.slack.dev/interactivity/handling-user-interaction.
"""

import hashlib
import hmac
import json
import time
from typing import Any, Literal, Protocol
from urllib.parse import urlencode

import aiohttp

from bot.local_slack.transport.payloads import Payload

Kind = Literal["slash_commands", "interactive", "events_api"]


class AppUnavailable(Exception):
    """The bot did not acknowledge.

    `error` is operation_timeout, dispatch_failed or not_connected.
    """

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


class PayloadLink(Protocol):
    """Something that carries payloads to the bot."""

    async def send(self, kind: Kind, payload: Payload, *, retry: int = 0) -> Payload:
        """What came with the acknowledgement, {} for nothing; raises AppUnavailable.

        `retry` counts the tries before this one.
        """
        ...


class HttpLink:
    """Posts to the bot's request URL, each request signed."""

    def __init__(
        self, session: aiohttp.ClientSession, url: str, signing_secret: str, patience_s: float
    ) -> None:
        self._session, self._url, self._secret = session, url, signing_secret
        self._patience = aiohttp.ClientTimeout(total=patience_s)

    async def verify(self) -> bool:
        """Whether the URL answers Slack's url_verification."""
        challenge = hashlib.sha256(self._url.encode()).hexdigest()[:24]
        asked = {"type": "url_verification", "challenge": challenge}
        try:
            answer = await self.send("events_api", asked)
        except AppUnavailable:
            return False
        return challenge in (answer.get("challenge"), answer.get("text"))

    async def send(self, kind: Kind, payload: Payload, *, retry: int = 0) -> Payload:
        """See Link."""
        content_type = "application/x-www-form-urlencoded"
        if kind == "events_api":
            body, content_type = json.dumps(payload).encode(), "application/json"
        elif kind == "interactive":
            body = urlencode({"payload": json.dumps(payload)}).encode()
        else:
            body = urlencode(payload).encode()
        headers = {"Content-Type": content_type, **sign(self._secret, body)}
        if retry:
            headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_error"}
        try:
            async with self._session.post(
                self._url,
                data=body,
                headers=headers,
                timeout=self._patience,
                allow_redirects=False,
            ) as response:
                return await _read(response)
        except TimeoutError as error:
            raise AppUnavailable("operation_timeout") from error
        except aiohttp.ClientError as error:
            raise AppUnavailable("dispatch_failed") from error


def sign(secret: str, body: bytes) -> dict[str, str]:
    """The headers by which the bot knows that a request is Slack's and of now."""
    timestamp = str(int(time.time()))
    base = b"v0:" + timestamp.encode() + b":" + body
    digest = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}"}


async def _read(response: aiohttp.ClientResponse) -> Payload:
    if response.status != 200:
        raise AppUnavailable("dispatch_failed")
    text = await response.text()
    if not text.strip():
        return {}
    if response.content_type != "application/json":
        return {"text": text}
    try:
        answer: Any = json.loads(text)
    except ValueError as error:
        raise AppUnavailable("dispatch_failed") from error
    return answer if isinstance(answer, dict) else {}
