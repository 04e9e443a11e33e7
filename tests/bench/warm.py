"""The running product: time to the first byte of a stream beyond retrieval's own time, and sandbox memory.

The reference for the first byte is `/api/v1/search` with the same query in the same run: the same way through
gateway, authorizer and function, with retrieval and nothing else.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil

from infra.local.ports import free_ports
from tests.bench.table import Row

ROUNDS = 60
WARM_UP = 10
READY_S = 60
BODY = {"query": "How many days of paid leave do employees get?"}
UPLOADS = 5  # of 4 MB each, the largest that `documents` takes itself


async def measure() -> list[Row]:
    """Figures of one local cloud with its demo documents."""
    with tempfile.TemporaryDirectory() as state, _cloud(Path(state)) as (process, url):
        with httpx.Client(base_url=url, timeout=60) as api:
            _await_demo(api)
            rows = [_first_byte(api)]
            _use_documents(api)
        return [*rows, *_memory(process)]


def _first_byte(api: httpx.Client) -> Row:
    streams, searches = [], []
    for _ in range(WARM_UP + ROUNDS):
        begun = time.perf_counter()
        api.post("/api/v1/search", json=BODY).raise_for_status()
        searches.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        with api.stream("POST", "/api/v1/query/stream", json=BODY) as response:
            pieces = response.iter_raw()
            next(pieces)
            streams.append(time.perf_counter() - begun)
            deque(pieces, maxlen=0)
    stream, search = (statistics.median(times[WARM_UP:]) * 1000 for times in (streams, searches))
    shown = f"{stream:.1f} ms, search {search:.1f} ms"
    return Row("first byte of /query/stream, warm", shown, f"{stream - search:+.1f} ms", "≤ +15 ms")


def _use_documents(api: httpx.Client) -> None:
    for number in range(UPLOADS):
        data = f"文档 {number}\n".encode() * (4 * 1024 * 1024 // 16)
        api.post("/api/v1/documents/upload", files={"file": (f"{number}.txt", data)}).raise_for_status()
    (first, *_) = api.get("/api/v1/documents", params={"limit": 100}).json()["items"][-1:]
    api.get(f"/api/v1/documents/{first['id']}/chunks").raise_for_status()


def _memory(process: psutil.Process) -> list[Row]:
    peaks: dict[str, float] = {}
    for child in process.children(recursive=True):
        name = child.environ().get("AWS_LAMBDA_FUNCTION_NAME", "")
        status = Path(f"/proc/{child.pid}/status").read_text()
        peak = next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))
        peaks[name] = max(peaks.get(name, 0), peak)
    reached = {"documents": "≤ 190 MB", "query": "≤ 190 MB"}
    return [
        Row(f"peak memory of a `{name}` sandbox", f"{peak:.0f} MB", "", reached.get(name, ""))
        for name, peak in sorted(peaks.items())
        if name
    ]


@contextmanager
def _cloud(state: Path) -> Iterator[tuple[psutil.Process, str]]:
    (port,) = free_ports([0])
    command = [sys.executable, "-m", "infra.local", "--port", str(port), "--state", str(state)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield psutil.Process(process.pid), f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


def _await_demo(api: httpx.Client) -> None:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        try:
            items = api.get("/api/v1/documents", params={"status": "ready"}).json()["items"]
        except httpx.TransportError:
            items = []
        if len(items) == 2:
            return
        time.sleep(0.2)
    raise TimeoutError(f"the demo documents are not ready after {READY_S} s")
