"""An upstream whose calls and chunks fail at random, in a process of its own.

What it says and where it fails follow from the seed, the prompt, the model and the number of the attempt.
An answer's first words name these, so that whoever reads it can tell what it should have been.
"""

import argparse
import asyncio
import json
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path(__file__).parents[3]
_WORDS = ("the ", "answer ", "流", "式", "回答", " is", " long", "，", "😀", "\n", "é", "。")
_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
_PAUSE_S = 0.001

CALL_FAULTS = ("429", "500", "503", "529", "closed", "reset", "slow")
CHUNK_FAULTS = ("closed", "reset", "malformed", "error", "silence", "no finish")


@dataclass(frozen=True)
class Plan:
    """How likely which fault is, and how long answers are."""

    seed: int
    fail: float = 0.05
    chunks: int = 12


def pieces(name: str, plan: Plan) -> list[str]:
    """What the answer of that name says: `<prompt>/<model>/<attempt>`."""
    dice = random.Random(f"{plan.seed} says {name}")
    count = dice.randint(plan.chunks * 2 // 3, plan.chunks * 4 // 3) - 1
    return [f"{name}: ", *(dice.choice(_WORDS) for _ in range(count))]


class _Gone(Exception):
    """The connection is to be closed."""


class Chaos:
    """The server. Counts what it did in `done`."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.done: Counter[str] = Counter()
        self._attempts: Counter[str] = Counter()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
                body = json.loads(await reader.readexactly(length))
                await self._answer(body["messages"][-1]["content"], body["model"], reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, _Gone):
            pass
        finally:
            writer.close()

    async def _answer(
        self, prompt: str, model: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._attempts[f"{prompt}/{model}"] += 1
        name = f"{prompt}/{model}/{self._attempts[f'{prompt}/{model}']}"
        dice = random.Random(f"{self.plan.seed} fails {name}")
        if dice.random() < self.plan.fail and await self._fail_call(dice.choice(CALL_FAULTS), writer):
            return
        writer.write(_HEAD)
        said = pieces(name, self.plan)
        for piece in (*said, None):
            if dice.random() < self.plan.fail:
                await self._fail_chunk(dice.choice(CHUNK_FAULTS), reader, writer)
            _write(writer, _chunk(piece))
            await writer.drain()  # raises once the client has left
            await asyncio.sleep(_PAUSE_S)
        _write(writer, b"data: [DONE]\n\n")
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        self.done["answers"] += 1

    async def _fail_call(self, fault: str, writer: asyncio.StreamWriter) -> bool:
        """Whether that was all of the answer."""
        self.done[f"call: {fault}"] += 1
        if fault == "slow":
            await asyncio.sleep(0.2)
            return False
        if fault == "closed":
            raise _Gone
        if fault == "reset":
            writer.transport.abort()
            raise _Gone
        body = b'{"error": {"message": "chaos"}}'
        head = f"HTTP/1.1 {fault} No\r\ncontent-type: application/json\r\nretry-after-ms: 50\r\n"
        writer.write(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()
        return True

    async def _fail_chunk(
        self, fault: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.done[f"chunk: {fault}"] += 1
        match fault:
            case "reset":
                writer.transport.abort()
            case "malformed":
                _write(writer, b'data: {"choices": [{"delta": {"content": "wro\n\n')
            case "error":
                _write(writer, b'data: {"error": {"message": "chaos", "code": "server_error"}}\n\n')
            case "silence":
                await reader.read()
            case "no finish":
                _write(writer, b"data: [DONE]\n\n")
                writer.write(b"0\r\n\r\n")
        if not writer.is_closing():
            await writer.drain()
        raise _Gone


def _write(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(b"%x\r\n%b\r\n" % (len(data), data))


def _chunk(piece: str | None) -> bytes:
    choice = {
        "index": 0,
        "delta": {} if piece is None else {"content": piece},
        "finish_reason": "stop" if piece is None else None,
    }
    chunk: dict[str, object] = {"choices": [choice]}
    if piece is None:
        chunk["usage"] = {"prompt_tokens": 5, "completion_tokens": 12}
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


@asynccontextmanager
async def chaos(plan: Plan) -> AsyncIterator[str]:
    """The server in a process of its own; its base URL."""
    arguments = ("--seed", plan.seed, "--fail", plan.fail, "--chunks", plan.chunks)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.unit.llm.chaos", *map(str, arguments)),
        stdout=asyncio.subprocess.PIPE,
        cwd=_ROOT,
    )
    assert process.stdout is not None
    port = int(await asyncio.wait_for(process.stdout.readline(), 20))
    try:
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 5)


async def main() -> None:
    """Serves on a free port, which it prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--fail", type=float, required=True, help="of calls and of chunks, from 0 to 1")
    parser.add_argument("--chunks", type=int, required=True, help="of an answer, on average")
    plan = Plan(**vars(parser.parse_args()))
    server = await asyncio.start_server(Chaos(plan).serve, "127.0.0.1", 0, backlog=1000)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
