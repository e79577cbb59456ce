"""The program as its users start it: a process of its own."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_LONGEST_LINE = 2**21
"""Bytes; the JSON of many answers is one line."""
_INHERITED = ("PATH", "HOME", "LANG", "TMPDIR")


def environment(data_dir: Path, **more: str) -> dict[str, str]:
    """What a process of the bot sees: nothing of the operator's own settings.

    What takes effect this week is another thing each week, so nobody is reminded of it.
    """
    kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    ours = {"TARIFFWIRE_DATA_DIR": str(data_dir), "TARIFFWIRE_REMINDERS": "false"}
    return {**kept, **ours, **more}


@dataclass
class BotProcess:
    """`tariffwire <words>`, running; `output` is what it printed so far."""

    words: tuple[str, ...]
    env: Mapping[str, str]
    cwd: Path
    output: list[str] = field(default_factory=list)
    _process: asyncio.subprocess.Process | None = None
    _reader: asyncio.Task[None] | None = None

    async def start(self) -> "BotProcess":
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            *self.words,
            env=dict(self.env),
            cwd=self.cwd,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            limit=_LONGEST_LINE,
            stderr=asyncio.subprocess.STDOUT,
        )
        self._reader = asyncio.create_task(self._read())
        return self

    async def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            self.output.append(line.decode(errors="replace").rstrip())

    def kill(self) -> None:
        """SIGKILL: no chance to say goodbye."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)

    async def stop(self) -> int:
        """SIGTERM, unless it has ended; returns its exit code."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.terminate()
        return await self.ended()

    async def ended(self) -> int:
        assert self._process is not None
        assert self._reader is not None
        code = await asyncio.wait_for(self._process.wait(), 20)
        await self._reader
        return code


async def run_to_end(words: tuple[str, ...], env: Mapping[str, str], cwd: Path) -> tuple[int, str]:
    """Exit code and everything printed."""
    process = await BotProcess(words, env, cwd).start()
    code = await process.ended()
    return code, "\n".join(process.output)
