"""Reads signed HTTP requests. First the headers are checked, then the body is read, then the
signature is checked."""

import re

from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from bot.http_server.bodies import BodyReader, BodyTooLarge
from bot.http_server.connections import trust
from bot.http_server.rejections import Rejection

_TIMESTAMP = re.compile(r"[0-9]{1,20}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_VALID_S = 300
"""Seconds for which a signature is valid (authentication/verifying-requests-from-slack)."""


class RequestRefused(Exception):
    """The request is not from Slack or cannot be read; `status` is the status of the response."""

    def __init__(self, reason: Rejection, status: int) -> None:
        super().__init__(reason)
        self.reason, self.status = reason, status


async def read_signed(request: web.Request, verifier: SignatureVerifier, bodies: BodyReader) -> str:
    """The body of a request that Slack signed within the last five minutes; raises RequestRefused
    for any other request.

    Bolt checks the signature too, but only after it has parsed the body.
    """
    timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
    signature = request.headers.get("X-Slack-Signature", "")
    if not (_TIMESTAMP.fullmatch(timestamp) and _SIGNATURE.fullmatch(signature)):
        raise RequestRefused(Rejection.UNSIGNED, 401)
    if abs(verifier.clock.now() - int(timestamp)) > _VALID_S:
        raise RequestRefused(Rejection.STALE, 401)
    try:
        body = (await bodies.read(request)).decode()
    except BodyTooLarge as error:
        raise RequestRefused(Rejection.OVERSIZED, 413) from error
    except TimeoutError as error:
        raise RequestRefused(Rejection.SLOW, 408) from error
    except UnicodeDecodeError as error:
        raise RequestRefused(Rejection.FORGED, 401) from error
    if not verifier.is_valid(body, timestamp, signature):
        raise RequestRefused(Rejection.FORGED, 401)
    trust(request)
    return body
