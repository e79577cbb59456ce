"""`/readyz`: whether the bot can do its work now."""

from aiohttp import web

from bot.readiness import Readiness

READY_PATH = "/readyz"


def ready_route(readiness: Readiness) -> web.RouteDef:
    """The route `/readyz`. It answers 200 if the bot is ready; otherwise 503 with the reasons."""

    async def ready(_: web.Request) -> web.Response:
        reasons = readiness.reasons
        if reasons:
            return web.json_response({"ready": False, "reasons": list(reasons)}, status=503)
        return web.json_response({"ready": True})

    return web.get(READY_PATH, ready)
