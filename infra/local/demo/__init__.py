"""The demo set: two documents and five users' behaviours, sent through the public API to an empty state.

What belongs here: the files and their upload. What does not: a way around the product; the documents are
parsed and indexed like anybody's. `make.py` beside this file draws them, `behaviors.py` the behaviours.
"""

import asyncio
import http.client
import json
import logging
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

from infra.local.ports import HOST
from infra.local.state import State

QUESTIONS = ("How many days of paid leave do employees get?", "员工每年有多少天带薪年假？")
REQUEST_S = 40.0  # above API Gateway's own 29 s

log = logging.getLogger("demo")

_FOLDER = Path(__file__).parent
_USER = re.compile(r"^user_\d+", re.MULTILINE)


async def load_demo(port: int, state: State) -> None:
    """Sends what each part holds, once per state folder: who deletes it does not want it back."""
    loaded = state.read("demo")
    for part, load in _PARTS.items():
        if loaded.get(part):
            continue
        try:
            await load(port)
        except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
            log.warning("the demo %s could not be loaded: %s", part, error)
            continue
        loaded[part] = True
        state.write("demo", loaded)


async def _load_behaviors(port: int) -> None:
    body = (_FOLDER / "behaviors.csv").read_bytes()
    await asyncio.to_thread(_call, port, "POST", "/api/v1/behaviors", body, {"Content-Type": "text/csv"})
    log.info("behaviours of %s are kept", ", ".join(dict.fromkeys(_USER.findall(body.decode()))))


async def _load_documents(port: int) -> None:
    for path in sorted(_FOLDER.glob("*.pdf")):
        document = await asyncio.to_thread(_upload, port, path)
        document = await asyncio.to_thread(_when_done, port, document["id"])
        log.info("%s is %s", path.name, document["status"])


_PARTS = {"behaviors": _load_behaviors, "documents": _load_documents}


def _upload(port: int, path: Path) -> dict[str, Any]:
    boundary = uuid4().hex
    disposition = f'form-data; name="file"; filename="{path.name}"'
    head = f"--{boundary}\r\nContent-Disposition: {disposition}\r\nContent-Type: application/pdf\r\n\r\n"
    body = head.encode() + path.read_bytes() + f"\r\n--{boundary}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    found: dict[str, Any] = _call(port, "POST", "/api/v1/documents/upload", body, headers)["document"]
    return found


def _when_done(port: int, document_id: str) -> dict[str, Any]:
    return _call(port, "GET", f"/api/v1/documents/{document_id}?wait=20", None, {})


def _call(port: int, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> dict[str, Any]:
    connection = http.client.HTTPConnection(HOST, port, timeout=REQUEST_S)
    try:
        connection.request(method, path, body, {**headers, "Authorization": "Bearer fk_local"})
        response = connection.getresponse()
        data = response.read()
    finally:
        connection.close()
    if response.status >= 300:
        raise ValueError(f"{method} {path} answered {response.status}: {data[:200].decode(errors='replace')}")
    found: dict[str, Any] = json.loads(data)
    return found
