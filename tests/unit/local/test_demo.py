"""The demo set is sent part by part, each once."""

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from infra.local.demo import load_demo
from infra.local.state import State

BEHAVIORS, UPLOAD = "/api/v1/behaviors", "/api/v1/documents/upload"


class Api(ThreadingHTTPServer):
    """Keeps what it is sent; what it is told to refuse, it refuses."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.sent: list[str] = []
        self.refuses = {UPLOAD}


class _Handler(BaseHTTPRequestHandler):
    server: Api

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.sent.append(self.path)
        if self.path == BEHAVIORS:
            assert self.headers["Content-Type"] == "text/csv"
            assert body.startswith(b"user_id,time,action,object,kind,duration,device\n")
        self._answer(503 if self.path in self.server.refuses else 201, {"document": {"id": "1"}})

    def do_GET(self) -> None:
        self._answer(200, {"id": "1", "status": "ready"})

    def _answer(self, status: int, said: object) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(said).encode())

    def log_message(self, format: str, *args: object) -> None:
        """Tests read nothing of it."""


@pytest.fixture
def api() -> Iterator[Api]:
    with Api() as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        yield server
        server.shutdown()
        serving.join()


def test_what_was_refused_is_sent_at_the_next_start_and_nothing_twice(api: Api, tmp_path: Path) -> None:
    def start() -> list[str]:
        api.sent.clear()
        asyncio.run(load_demo(api.server_port, State(tmp_path)))
        return list(api.sent)

    assert start() == [BEHAVIORS, UPLOAD]
    api.refuses.clear()
    assert start() == [UPLOAD, UPLOAD]
    assert start() == []
