"""The web server of the feeds, in its own process: nginx if it is installed, else aiohttp."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NGINX = """
{user}
worker_processes 1;
daemon off;
pid {state}/nginx.pid;
error_log {state}/error.log error;
events {{ worker_connections 2048; }}
http {{
  access_log off;
  sendfile on;
  tcp_nodelay on;
  keepalive_timeout 300;
  keepalive_requests 10000000;
  types {{ application/rss+xml rss; application/atom+xml atom; }}
  client_body_temp_path {state}/body; proxy_temp_path {state}/proxy;
  fastcgi_temp_path {state}/fastcgi; uwsgi_temp_path {state}/uwsgi; scgi_temp_path {state}/scgi;
  server {{
    listen 127.0.0.1:{port} backlog=2048;
    root {folder};
    {validators}
  }}
}}
"""
_NO_VALIDATORS = 'etag off; if_modified_since off; add_header Last-Modified "";'


class Server:
    """Serves a folder at `address`, with or without validators (ETag and Last-Modified)."""

    def __init__(self, folder: Path, state: Path) -> None:
        self._folder, self._state = folder, state
        self._nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
        self._port = _free_port()
        self.address = f"http://127.0.0.1:{self._port}"
        self.name = _version(self._nginx) if self._nginx else "aiohttp, one process"

    @contextmanager
    def serving(self, validators: bool) -> Iterator[None]:
        """Serves the folder while the `with` block runs."""
        command = self._nginx_command(validators) if self._nginx else self._aiohttp(validators)
        process = subprocess.Popen(command)
        try:
            self._wait(process)
            yield
        finally:
            process.terminate()
            process.wait()

    def _nginx_command(self, validators: bool) -> list[str]:
        # Started by root, nginx runs its workers as another user, who cannot read the folder.
        user = "user root;" if os.geteuid() == 0 else ""
        text = _NGINX.format(
            user=user,
            state=self._state,
            port=self._port,
            folder=self._folder,
            validators="" if validators else _NO_VALIDATORS,
        )
        config = self._state / "nginx.conf"
        config.write_text(text, encoding="utf-8")
        log = str(self._state / "error.log")
        return [str(self._nginx), "-e", log, "-p", str(self._state), "-c", str(config)]

    def _aiohttp(self, validators: bool) -> list[str]:
        program = str(Path(__file__).with_name("serve_files.py"))
        return [sys.executable, program, str(self._folder), str(self._port), str(int(validators))]

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        for _ in range(200):
            if process.poll() is not None:
                raise SystemExit(f"the server exited immediately; see {self._state / 'error.log'}")
            try:
                socket.create_connection(("127.0.0.1", self._port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise SystemExit("the server does not answer")


def _version(nginx: str) -> str:
    said = subprocess.run([nginx, "-v"], capture_output=True, text=True, check=True).stderr
    return f"{said.rpartition(' ')[2].strip()}, one worker"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
