"""Streams: what real providers sent, played again from loopback, read by the client, scored by the material's
own script.

Kinds are protocols; the client speaks two of them and understands a third. Who asks for one answer gets one:
of a recording with two choices the first, and of two recordings with two answers one after another the first.
The script counts these three as failed; a fourth is of no protocol at all.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from freshet.llm import LLMClient
from tests.unit.llm.recorded import PROVIDERS, RECORDINGS, Recording, player, told
from tests.unit.llm.upstream import collect

KINDS = (*PROVIDERS, "openai-completions")
AT_A_TIME = 20  # streams


async def evaluate(data: Path, names: Sequence[str]) -> None:
    """Prints how many streams of each kind are understood, and which are not."""
    kinds = names or KINDS
    scores = await _score(
        data, await _read([one for one in RECORDINGS.values() if one.role == "stream" and one.kind in kinds])
    )
    _say("| kind | streams | understood |\n|---|---|---|")
    for kind in kinds:
        _say(f"| {kind} | {scores.get(kind, 0)} | {scores.get(f'{kind} ok', 0)} |")
    _say("\nnot understood: " + (", ".join(scores["failed"]) or "none"))


async def _read(recordings: Sequence[Recording]) -> list[dict[str, Any]]:
    """What the client makes of the recordings, in the script's words."""
    places = asyncio.Semaphore(AT_A_TIME)

    async with player() as server:
        clients = {
            provider: LLMClient(provider=provider, base_url=f"{server.url}/anywhere/v1", workers=AT_A_TIME)
            for provider in ("openai", "anthropic")
        }

        async def one(recording: Recording) -> dict[str, Any]:
            client = clients[PROVIDERS.get(recording.kind, "openai")]
            async with places:
                events, error = await collect(client.stream("hi", model=recording.id))
            answer = told(events)
            return {
                "id": recording.id,
                "text": [answer.text],
                "reasoning": answer.reasoning,
                "tool_calls": [{"name": name, "arguments": text} for name, text in answer.calls],
                "finish": [answer.finish],
                "error": error and error.code,
            }

        lines = await asyncio.gather(*map(one, recordings))
        for client in clients.values():
            await client.aclose()
    return lines


async def _score(data: Path, lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as out:
        out.writelines(json.dumps(line) + "\n" for line in lines)
        out.flush()
        command = [sys.executable, str(data / "score.py"), "streams", str(data / "llm_wire"), out.name]
        printed = await asyncio.to_thread(subprocess.check_output, command, text=True)
    scores: dict[str, Any] = json.loads(printed)
    return scores


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201  # a command's output
