"""The Flask example as a reader would start it: every view, many at once, and an end without a murmur."""

import asyncio
import json
import os
import re
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.unit.llm.upstream import ROOT, StandIn

pytestmark = pytest.mark.timeout(90)

PROMPT = "写一首关于人工智能的诗"
# What a good run says, too: Flask's own server at its start and in its access log, and asyncio's debug mode
# on how long a step took, which on a busy machine is no fault of the app.
EXPECTED = re.compile(
    r"WARNING: This is a development server\..*|Press CTRL\+C to quit| \* Running on http://127\.0\.0\.1:\d+"
    r'|127\.0\.0\.1 - - \[.+\] "(GET|POST) /.*|Executing <.+> took [\d.]+ seconds'
)
COLOURS = re.compile(r"\x1b\[\d+m")


class App:
    """The example's process, and a browser."""

    def __init__(self, process: asyncio.subprocess.Process, upstream: str) -> None:
        self.process = process
        self.log: list[str] = []
        self.http = httpx.AsyncClient(timeout=30, trust_env=False)
        self._upstream_port = int(upstream.rpartition(":")[2])
        self._logging = asyncio.create_task(self._read_log())

    async def listening(self) -> None:
        """Waits until the server says where it listens."""
        until = time.monotonic() + 20
        while not (found := re.search(r"Running on (http://\S+)", "\n".join(self.log))):
            assert time.monotonic() < until, self.log
            await asyncio.sleep(0.02)
        self.http.base_url = found[1]

    async def chat(self, view: str, prompt: str = PROMPT) -> str:
        response = await self.http.post(view, data={"prompt": prompt})
        assert response.status_code == 200, response.text
        text: str = response.json()["text"]
        return text

    async def stream(self) -> str:
        response = await self.http.get("/stream", params={"prompt": PROMPT})
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        *events, last = [line.removeprefix("data: ") for line in response.text.split("\n\n") if line]
        assert last == "[DONE]"
        return "".join(json.loads(event)["content"] for event in events)

    def connections(self) -> int:
        """How many the example has to the model."""
        seen = psutil.Process(self.process.pid).net_connections("tcp")
        return sum(bool(one.raddr) and one.raddr.port == self._upstream_port for one in seen)

    def threads(self) -> int:
        return psutil.Process(self.process.pid).num_threads()

    async def stop(self, by: signal.Signals) -> list[str]:
        """What it said that the server would not have said anyway."""
        self.process.send_signal(by)
        await asyncio.wait_for(self.process.wait(), 20)
        await self._logging
        return [line for line in self.log if not EXPECTED.fullmatch(line)]

    async def aclose(self) -> None:
        await self.http.aclose()
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()
        await self._logging

    async def _read_log(self) -> None:
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            self.log.append(COLOURS.sub("", line.decode().rstrip("\n")))


@pytest.fixture
async def app(stand_in: StandIn, tmp_path: Path) -> AsyncIterator[App]:
    example = ROOT / "examples/flask_app.py"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", "-X", "dev", "-m", "flask", "--app", str(example)),
        *("run", "--port", "0"),
        env=os.environ | {"MODEL_BASE_URL": f"{stand_in.url}/v1", "MODEL_NAME": "freshet-stand-in"},
        cwd=tmp_path,  # Flask reads the `.env` files above the directory that it is started in
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    app = App(process, stand_in.url)
    try:
        await app.listening()
        yield app
    finally:
        await app.aclose()


async def test_all_views_answer_at_once_and_sigint_ends_it_in_silence(app: App, stand_in: StandIn) -> None:
    async with stand_in.client() as llm:
        expected = await llm.chat_async(PROMPT)
    calls = [call for _ in range(6) for call in (app.chat("/chat"), app.chat("/chat-async"), app.stream())]
    assert set(await asyncio.gather(*calls)) == {expected}
    assert await app.stop(signal.SIGINT) == []
    assert app.process.returncode == 0


async def test_async_views_leave_no_connection_and_no_thread_behind(app: App) -> None:
    await app.chat("/chat")
    kept, threads = app.connections(), app.threads()
    assert kept == 1
    for _ in range(5):
        await asyncio.gather(*(app.chat("/chat-async", "hi") for _ in range(10)))
    until = time.monotonic() + 3
    while app.connections() > kept or app.threads() > threads:
        assert time.monotonic() < until, (app.connections(), app.threads(), threads)
        await asyncio.sleep(0.05)
    await app.chat("/chat")
    assert app.connections() == 1
    assert await app.stop(signal.SIGINT) == []


async def test_a_reader_who_leaves_stops_the_models_stream(app: App, stand_in: StandIn) -> None:
    await stand_in.fault("slow=50")
    async with app.http.stream("GET", "/stream", params={"prompt": PROMPT}) as response:
        assert "data: " in await anext(response.aiter_text())
    until = time.monotonic() + 3
    while (await stand_in.requests())[-1]["disconnected_ms"] is None:
        assert time.monotonic() < until, "the upstream still generates"
        await asyncio.sleep(0.02)
    assert await app.stop(signal.SIGTERM) == []
    assert app.process.returncode == -signal.SIGTERM


async def test_items_reach_the_reader_as_the_model_writes_them(app: App, stand_in: StandIn) -> None:
    await stand_in.fault("slow=20")
    async with app.http.stream("GET", "/stream", params={"prompt": PROMPT}) as response:
        arrivals = [time.monotonic() async for _ in response.aiter_text()]
    assert len(arrivals) > 10
    assert arrivals[-1] - arrivals[0] > 0.2


async def test_sigint_in_the_middle_of_calls_ends_it_in_silence(app: App, stand_in: StandIn) -> None:
    await stand_in.fault("hang=middle", times=3)
    calls = [
        asyncio.ensure_future(app.http.post("/chat", data={"prompt": PROMPT})),
        asyncio.ensure_future(app.http.get("/stream", params={"prompt": PROMPT})),
    ]
    while len(await stand_in.requests()) < 2:  # noqa: ASYNC110 - the stand-in is another process
        await asyncio.sleep(0.02)
    assert await app.stop(signal.SIGINT) == []
    assert app.process.returncode == 0
    ended = await asyncio.gather(*calls, return_exceptions=True)
    assert all(isinstance(end, httpx.TransportError) for end in ended)


async def test_a_failure_has_its_own_status_and_in_a_stream_its_own_event(
    app: App, stand_in: StandIn
) -> None:
    await stand_in.fault("status=401")
    refused = await app.http.post("/chat", data={"prompt": PROMPT})
    assert (refused.status_code, refused.json()["code"]) == (502, "model_authentication")
    await stand_in.fault("status=401")
    refused = await app.http.post("/chat-async", data={"prompt": PROMPT})
    assert (refused.status_code, refused.json()["code"]) == (502, "model_authentication")
    await stand_in.fault("status=401")
    streamed = await app.http.get("/stream", params={"prompt": PROMPT})
    assert streamed.text.startswith('data: {"error": ')
    assert streamed.text.endswith("data: [DONE]\n\n")
    assert (await app.http.post("/chat")).status_code == 400
