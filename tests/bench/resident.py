"""A reader of documents in a process that stays, as benches ask it: the product's, or markitdown.

What belongs here: starting it and asking it. What does not: how it reads (`reader`), and what is compared.
"""

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.peers.venv import python_of

FILE_S = 120.0  # that a reader may take for one file
MARKITDOWN = python_of("markitdown")


@dataclass(frozen=True)
class Resident:
    """The process."""

    process: Process

    async def read(self, path: Path, out: Path | None = None) -> tuple[float, int]:
        """Seconds for the file, and how many characters were found; its text is written to `out`."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{path}\t{out or ''}\n".encode())
        async with asyncio.timeout(FILE_S):
            answer = json.loads(await self.process.stdout.readline())
        return answer["seconds"], answer["characters"]


@asynccontextmanager
async def resident(name: str) -> AsyncIterator[Resident]:
    """`freshet` or `markitdown`, for the time of the block."""
    python = str(MARKITDOWN) if name == "markitdown" else sys.executable
    script = str(Path(__file__).with_name("reader.py"))
    process = await asyncio.create_subprocess_exec(
        python, script, name, stdin=PIPE, stdout=PIPE, stderr=DEVNULL
    )
    try:
        yield Resident(process)
    finally:
        process.kill()
        await process.wait()
