"""Measures `/tariff` while other clients hold the HTTP port: `python -m bench.endpoint`.

The bot runs in its own process, which may open 1,024 files. 1,100 clients connect and send nothing.
400 clients send part of a request: a third of them send half of the headers, a third send half of a
40 kB body, and a third send 100 kB of a 990 kB body; both bodies have a forged signature.
Meanwhile, `/tariff` commands arrive on new connections. There are three phases: without the other
clients, with them, and with clients that reconnect one second after the bot has closed their
connection. The result is a Markdown table.
"""

import argparse
import asyncio
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from statistics import median, quantiles

from bench.commanded.load import ask
from bench.commanded.questions import PATH, ordinary

_FILES = 1024
_FORGED = "v0=" + "0" * 64
_AGAIN_S = 1.0
_PAUSE_S = 0.05
_WARM_UP = 200


def main() -> None:
    """Runs the benchmark and prints its result."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--idle", type=int, default=1100, help="default: 1100")
    parser.add_argument("--half", type=int, default=400, help="default: 400")
    parser.add_argument("--seconds", type=float, default=30, help="default: 30")
    options = parser.parse_args()
    _allow_files(options.idle + options.half + 200)
    with tempfile.TemporaryDirectory(prefix="endpoint-") as folder, _served(Path(folder)) as bot:
        phases = asyncio.run(_measure(bot, options.idle, options.half, options.seconds))
    crowd = f"{options.idle:,} idle, {options.half} half-sent"
    print(f"| | alone | {crowd} | {crowd}, connecting again |")
    print("| --- | --- | --- | --- |")
    for name in phases[0].rows():
        print(f"| {name} | {' | '.join(phase.rows()[name] for phase in phases)} |")


def _allow_files(number: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < number:
        raise SystemExit(f"needs {number} open files; the hard limit is {hard}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (number, hard))


@dataclass(frozen=True)
class _Bot:
    """The bot's process id, port and log file."""

    process: int
    port: int
    log: Path

    def memory_mb(self) -> float:
        status = Path(f"/proc/{self.process}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def log_lines(self) -> int:
        return self.log.read_text().count("\n")


@dataclass(frozen=True)
class _Seen:
    """The measurements of one phase."""

    latencies_s: list[float]
    failed: int
    memory_mb: float
    log_lines: int

    def rows(self) -> dict[str, str]:
        """The cells of this phase's column, by the name of their row."""
        answered = len(self.latencies_s)
        latencies = [1000 * latency for latency in self.latencies_s] or [float("nan")] * 2
        return {
            "`/tariff` answered": f"{answered} of {answered + self.failed}",
            "median, ms": f"{median(latencies):.1f}",
            "99th percentile, ms": f"{quantiles(latencies, n=100)[-1]:.1f}",
            "longest, ms": f"{max(latencies):.1f}",
            "memory at most, MB": f"{self.memory_mb:.1f}",
            "lines of the log": str(self.log_lines),
        }


@contextmanager
def _served(folder: Path) -> Iterator[_Bot]:
    log = folder / "log"
    program = [sys.executable, "-m", "bench.commanded.with_tariffwire", str(folder), "INFO"]
    command = ["sh", "-c", f'ulimit -Sn {_FILES}; exec "$@"', "sh", *program]
    with log.open("w") as stderr:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line.strip().isdigit():
            raise SystemExit(f"the bot did not start: {log.read_text()}")
        yield _Bot(process.pid, int(line), log)
    finally:
        process.terminate()
        process.wait()


async def _measure(bot: _Bot, idle: int, half: int, seconds: float) -> list[_Seen]:
    await ask(bot.port, ordinary(seed=1), 1, _WARM_UP)
    phases = [await _watch(bot, seconds / 3)]
    kinds = cycle((_half_headers(), _half_body(40_000, 20_000), _half_body(990_000, 100_000)))
    sent = [b""] * idle + [next(kinds) for _ in range(half)]
    for again in (False, True):
        clients = [asyncio.create_task(_hold(bot.port, start, again)) for start in sent]
        await asyncio.sleep(_AGAIN_S)
        phases.append(await _watch(bot, seconds))
        for client in clients:
            client.cancel()
        await asyncio.gather(*clients, return_exceptions=True)
    return phases


async def _watch(bot: _Bot, seconds: float) -> _Seen:
    latencies: list[float] = []
    failed, memory_mb, lines = 0, bot.memory_mb(), bot.log_lines()
    questions = ordinary(seed=2)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.perf_counter()
        try:
            async with asyncio.timeout(3):
                await ask(bot.port, questions, 1, 1)
            latencies.append(time.perf_counter() - began)
        except (TimeoutError, OSError):
            failed += 1
        memory_mb = max(memory_mb, bot.memory_mb())
        await asyncio.sleep(_PAUSE_S)
    return _Seen(latencies, failed, memory_mb, bot.log_lines() - lines)


def _half_headers() -> bytes:
    return f"POST {PATH} HTTP/1.1\r\nHost: bot.example\r\nX-Long: ".encode() + b"a" * 500


def _half_body(claimed: int, sent: int) -> bytes:
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: bot.example\r\nContent-Length: {claimed}\r\n"
        f"X-Slack-Request-Timestamp: {int(time.time())}\r\nX-Slack-Signature: {_FORGED}\r\n\r\n"
    )
    return head.encode() + b"a" * sent


async def _hold(port: int, start: bytes, again: bool) -> None:
    """Sends `start` and waits until the bot closes the connection; with `again`, repeats that."""
    while True:
        with suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(start)
                await reader.read()
            finally:
                writer.transport.abort()
        if not again:
            return
        await asyncio.sleep(_AGAIN_S)


if __name__ == "__main__":
    main()
