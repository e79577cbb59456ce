"""`/metrics`: the metrics of the process and of the database, for Prometheus."""

import hmac
from collections.abc import Callable, Mapping
from datetime import date, datetime

from aiohttp import web
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from bot.http_server.rejections import Rejection, Rejections
from bot.monitoring.backlog import DatabaseFacts
from bot.monitoring.bounded_read import BoundedRead
from bot.monitoring.gauges import Gauges
from bot.monitoring.metrics import Metrics

METRICS_PATH = "/metrics"


class MetricsPage:
    """Serves the metrics to clients with the token.

    `list_last_checks` returns the day of the last check of each importing economy's rates.
    """

    def __init__(
        self,
        metrics: Metrics,
        facts: BoundedRead[DatabaseFacts],
        list_last_checks: Callable[[], Mapping[str, date]],
        clock: Callable[[], datetime],
        token: str,
        rejections: Rejections,
    ) -> None:
        self._metrics, self._facts, self._clock = metrics, facts, clock
        self._list_last_checks = list_last_checks
        self._token, self._rejections = token, rejections

    def routes(self) -> list[web.RouteDef]:
        """The route of the page."""
        return [web.get(METRICS_PATH, self._serve)]

    async def _serve(self, request: web.Request) -> web.Response:
        if not has_token(request.headers.get("Authorization", ""), self._token):
            self._rejections.count(Rejection.UNAUTHORIZED)
            return web.Response(status=401, headers={"WWW-Authenticate": "Bearer"})
        facts = await self._facts.get()
        gauges = Gauges(facts, self._list_last_checks(), self._clock())
        body = generate_latest(self._metrics.registry) + generate_latest(gauges)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})


def has_token(header: str, token: str) -> bool:
    """Whether an Authorization header has the token; compares in constant time."""
    scheme, _, given = header.partition(" ")
    is_equal = hmac.compare_digest(given.strip().encode("utf-8", "replace"), token.encode())
    return scheme.lower() == "bearer" and is_equal
