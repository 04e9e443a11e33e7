"""The `chat` function's app under uvicorn, for one caller. `python -m tests.bench.relays.freshet PORT RUNS`.

With RUNS `kept` every run is journalled, as in the product; with `straight` the same capability is streamed
by the same code, and not kept: what the others do. `GET /__tasks` tells how many asyncio tasks there are.
"""

import asyncio
import importlib.util
import os
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import uvicorn
from starlette.responses import PlainTextResponse

from freshet import wiring
from freshet.runs.events import RunEvent
from freshet.runs.request import Call
from freshet.runs.run import Run
from freshet.runs.service import Runs
from tests.serving import as_caller

OWNER = "bench"
CHAT = Path(__file__).parents[3] / "functions/chat/app.py"


class Straight(Runs):
    """Runs that nobody keeps."""

    def __init__(self) -> None: ...

    async def start(
        self, call: Call, capability: str, events: AsyncGenerator[RunEvent, None], ended: Any = None
    ) -> Run:
        """A run that is its own feed."""
        return Run(capability, events, owner=call.owner, run_id=call.id, timeout_s=call.timeout_s)


def counting_tasks(app: Any) -> Any:
    """The app, and the number of tasks beside it."""

    async def called(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope.get("path") == "/__tasks":
            await PlainTextResponse(str(len(asyncio.all_tasks())))(scope, receive, send)
        else:
            await app(scope, receive, send)

    return called


def main(port: int, runs: str) -> None:
    """Serves until it is stopped."""
    spec = importlib.util.spec_from_file_location("chat", CHAT)
    assert spec
    assert spec.loader
    chat = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(chat)
    if runs == "straight":
        wiring.runs = Straight  # type: ignore[assignment]  # it is cached, and this need not be
    uvicorn.run(
        counting_tasks(as_caller(chat.app, OWNER)),
        host="127.0.0.1",
        port=port,
        lifespan="off",
        log_level="warning",
        ws="none",
    )


if __name__ == "__main__":
    sys.path.append(os.environ["FAST_SERVER"])  # behind our own: for uvloop and httptools only
    main(int(sys.argv[1]), sys.argv[2])
