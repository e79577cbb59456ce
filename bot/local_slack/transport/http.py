"""Signed HTTP requests to the bot's request URL.

Signatures follow https://docs.slack.dev/authentication/verifying-requests-from-slack, timeouts
https://docs.slack.dev/interactivity/handling-user-interaction.
"""

import hashlib
import hmac
import json
import time
from typing import Any, Literal
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


class HttpLink:
    """Posts payloads to the bot's request URL and waits `timeout_s` seconds for the answer."""

    def __init__(
        self, session: aiohttp.ClientSession, url: str, signing_secret: str, timeout_s: float
    ) -> None:
        self._session, self._url, self._secret = session, url, signing_secret
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)

    async def verify(self) -> bool:
        """Whether the URL answers Slack's url_verification."""
        challenge = hashlib.sha256(self._url.encode()).hexdigest()[:24]
        question = {"type": "url_verification", "challenge": challenge}
        try:
            answer = await self.send("events_api", question)
        except AppUnavailable:
            return False
        return challenge in (answer.get("challenge"), answer.get("text"))

    async def send(self, kind: Kind, payload: Payload, *, retry: int = 0) -> Payload:
        """Posts one payload; see BotConnection.send."""
        content_type = "application/x-www-form-urlencoded"
        if kind == "events_api":
            body, content_type = json.dumps(payload).encode(), "application/json"
        elif kind == "interactive":
            body = urlencode({"payload": json.dumps(payload)}).encode()
        else:
            body = urlencode(payload).encode()
        headers = {"Content-Type": content_type, **_sign(self._secret, body)}
        if retry:
            headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_error"}
        options: Any = {"timeout": self._timeout, "allow_redirects": False}
        try:
            async with self._session.post(
                self._url, data=body, headers=headers, **options
            ) as response:
                return await _read(response)
        except TimeoutError as error:
            raise AppUnavailable("operation_timeout") from error
        except (aiohttp.ClientError, ValueError) as error:
            raise AppUnavailable("dispatch_failed") from error


def _sign(secret: str, body: bytes) -> dict[str, str]:
    """The headers that prove to the bot who sent the request and when."""
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
    answer: Any = json.loads(text)
    return answer if isinstance(answer, dict) else {}
