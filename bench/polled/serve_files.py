"""Program: serves a folder over HTTP if nginx is missing. Arguments: folder, port, validators."""

import sys
from pathlib import Path

from aiohttp import web


def main(folder: Path, port: int, validators: bool) -> None:
    """Serves until the process is stopped."""

    async def answer(request: web.Request) -> web.StreamResponse:
        path = folder / request.match_info["name"]
        kind = "application/rss+xml" if path.suffix == ".rss" else "application/atom+xml"
        if validators:
            return web.FileResponse(path, headers={"Content-Type": kind})
        return web.Response(body=path.read_bytes(), content_type=kind)

    app = web.Application()
    app.router.add_get("/{name}", answer)
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "1")
