"""Program: the baseline server. aiohttp verifies a command's signature and returns one word."""

import asyncio

from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from bench.commanded.questions import PATH, SECRET
from bench.commanded.serving import serve


async def main() -> None:
    """Serves until the process is stopped."""
    verifier = SignatureVerifier(SECRET)

    async def command(request: web.Request) -> web.Response:
        body = await request.read()
        if not verifier.is_valid_request(body, dict(request.headers)):
            return web.json_response({"error": "invalid request"}, status=401)
        return web.json_response({"response_type": "ephemeral", "text": "hello"})

    application = web.Application()
    application.add_routes([web.post(PATH, command)])
    await serve(application)


if __name__ == "__main__":
    asyncio.run(main())
