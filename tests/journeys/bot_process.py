"""Runs `tariffwire` in its own process, as users start it."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_LONGEST_LINE = 2**21
"""The longest line that can be read, in bytes. The JSON of many answers is one long line."""
_LONGEST_END_S = 60
"""The longest time in which a process has to end."""
_INHERITED = ("PATH", "HOME", "LANG", "TMPDIR")


def environment(data_dir: Path, **more: str) -> dict[str, str]:
    """Environment variables for a bot process, without settings of the machine's user.

    Reminders are off because the real ledger has different changes each week.
    """
    kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    ours = {"TARIFFWIRE_DATA_DIR": str(data_dir), "TARIFFWIRE_REMINDERS": "false"}
    return {**kept, **ours, **more}


@dataclass
class BotProcess:
    """A running `tariffwire <words>`; `output` collects the lines that the program prints."""

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
        """Sends SIGKILL, so that the process cannot clean up."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)

    async def stop(self) -> int:
        """Sends SIGTERM if the process still runs; returns its exit code."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.terminate()
        return await self.wait_for_exit()

    async def wait_for_exit(self) -> int:
        assert self._process is not None
        assert self._reader is not None
        code = await asyncio.wait_for(self._process.wait(), _LONGEST_END_S)
        await self._reader
        return code


async def run_to_end(words: tuple[str, ...], env: Mapping[str, str], cwd: Path) -> tuple[int, str]:
    """Runs the program to its end; returns its exit code and output."""
    process = await BotProcess(words, env, cwd).start()
    code = await process.wait_for_exit()
    return code, "\n".join(process.output)
