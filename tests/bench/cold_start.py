"""Cold start of `query` to the first byte of an error answer, against a bare FastAPI function with Mangum.

Both under AWS's own runtime emulator, in turn; the time is that from the start of the sandbox to the answer.
The emulator starts the runtime with itself, so its own start is in both figures.
"""

import json
import statistics
import tempfile
import time
from pathlib import Path

from tests.bench.table import Row
from tests.streaming.functions import ROOT, proxy_event
from tests.streaming.rie import RIE, Emulator

ROUNDS = 11
EVENT = json.dumps(proxy_event("/api/v1/query/stream", "POST", body='{"query": "x"}')).encode()
HERE = Path(__file__).parent


async def measure() -> list[Row]:
    """Medians of alternating rounds."""
    if RIE is None:
        return [
            Row("cold start of query", "skipped: no aws-lambda-rie (make .venv-sam/.installed)", "", "≤ 1.3")
        ]
    ours, bare = [], []
    for _ in range(ROUNDS):
        bare.append(await _once("bare.handler", HERE / "handlers", wrapped=False))
        ours.append(await _once("app.handler", ROOT / "functions/query", wrapped=True))
    ratio = statistics.median(mine / theirs for mine, theirs in zip(ours, bare, strict=True))
    shown = f"{statistics.median(ours):.0f} ms, bare {statistics.median(bare):.0f} ms"
    return [Row("cold start of query to an error answer", shown, f"{ratio:.2f} × bare", "≤ 1.3 ×")]


async def _once(handler: str, task_root: Path, *, wrapped: bool) -> float:
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        emulator = Emulator(handler, Path(folder) / "log", task_root=task_root, wrapped=wrapped)
        try:
            await emulator.ready()
            answer = await emulator.invoke(EVENT)
            took = time.perf_counter() - begun
        finally:
            emulator.close()
    assert b"401" in answer, answer
    return took * 1000
