"""HTTP in front of the gateway: uvicorn, as an API Gateway endpoint behaves towards HTTP/1.1 clients.

What belongs here: how connections are held. What does not: what is answered (`gateway.py`).
asyncio sets TCP_NODELAY on every connection, so that a chunk leaves when it is written.
"""

import contextlib
import logging
from collections.abc import Iterator
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

GRACE_S = 1  # for requests that run when the server stops
KEEP_ALIVE_S = 60  # API Gateway keeps idle connections about as long
BACKLOG = 2048


class Server(uvicorn.Server):
    """uvicorn without its own signal handlers: the command line has them."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Connection(H11Protocol):
    """A connection whose client may close its own side and still read the answer, which TCP allows."""

    def eof_received(self) -> bool:  # type: ignore[override]  # uvicorn's never keeps a connection
        """Whether the connection stays, for the answer that is under way; nothing follows it."""
        cycle = self.cycle
        if cycle is None or cycle.more_body or cycle.response_complete:
            return False
        cycle.keep_alive = False
        return True


def server(app: Any) -> Server:
    """A server for an ASGI application; call its `serve(sockets=[…])`, stop it by `should_exit`."""
    # uvicorn reports each stream that we cut as an error of ours; the gateway's own line says why.
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)
    config = uvicorn.Config(
        app,
        http=Connection,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # there is no proxy: whoever sends X-Forwarded-For is the client
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
    )
    return Server(config)
