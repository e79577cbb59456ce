"""Counts the calls of Slack's Web API and their errors."""

import json
import re

import aiohttp
from aiohttp import ClientHandlerType, ClientRequest, ClientResponse

from bot.monitoring.metrics import Metrics

_METHOD = re.compile(r"[a-z]+(?:\.[A-Za-z]+)+")


class SlackCallCounter:
    """A middleware for aiohttp's client that counts each request to a method of the Web API."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    async def __call__(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        """Sends the request and counts its result."""
        method = request.url.name
        if request.method != "POST" or not _METHOD.fullmatch(method):
            return await handler(request)
        try:
            response = await handler(request)
            # The response keeps its body, so the client can read it again.
            body = await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError):
            self._metrics.record_slack_call(method, "no_response")
            raise
        self._metrics.record_slack_call(method, _find_error(response.status, body))
        return response


def _find_error(status: int, body: bytes) -> str:
    """Slack's code or else the HTTP status of a failed call; empty if the call succeeded."""
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict) or (status >= 400 and not answer.get("error")):
        return f"http_{status}"
    return "" if answer.get("ok") else str(answer.get("error") or "no_code")
