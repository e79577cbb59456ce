"""`/healthz`: the process is alive. `/readyz`: whether the bot can do its work now."""

from aiohttp import web

from bot.readiness import Readiness

HEALTH_PATH = "/healthz"
READY_PATH = "/readyz"


def health_route() -> web.RouteDef:
    """The route `/healthz`. It answers 200 as long as the event loop runs."""

    async def serve_health(_: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    return web.get(HEALTH_PATH, serve_health)


def ready_route(readiness: Readiness) -> web.RouteDef:
    """The route `/readyz`. It answers 200 if the bot is ready; otherwise 503 with the reasons."""

    async def ready(_: web.Request) -> web.Response:
        reasons = await readiness.look()
        if reasons:
            return web.json_response({"ready": False, "reasons": list(reasons)}, status=503)
        return web.json_response({"ready": True})

    return web.get(READY_PATH, ready)
