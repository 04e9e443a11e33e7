"""The least that a relay can do on these libraries: bytes passed on unread. `python -m … PORT UPSTREAM`.

No framework and no parsing: what uvicorn, aiohttp and the kernel take for a token, whatever is made of it.
"""

import os
import sys
from typing import Any

import aiohttp
import uvicorn

PORT, UPSTREAM = int(sys.argv[1]), sys.argv[2]
HEADERS = {"Content-Type": "application/json"}


class Unread:
    """The ASGI app."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Whatever is asked goes upstream."""
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        async with self._session.post(f"{UPSTREAM}/chat/completions", data=body, headers=HEADERS) as answer:
            headers = [(b"content-type", answer.content_type.encode())]
            await send({"type": "http.response.start", "status": answer.status, "headers": headers})
            async for data in answer.content.iter_any():
                await send({"type": "http.response.body", "body": data, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


if __name__ == "__main__":
    sys.path.append(os.environ["FAST_SERVER"])  # uvloop and httptools
    uvicorn.run(Unread(), host="127.0.0.1", port=PORT, lifespan="off", log_level="warning", ws="none")
