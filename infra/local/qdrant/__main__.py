"""`python -m infra.local.qdrant --path DIR --port 0`: serves on 127.0.0.1 and says first where it listens."""

import argparse
import socket
from pathlib import Path

import uvicorn

from infra.local.qdrant.app import make_app
from infra.local.qdrant.engine import Engine

_STOP_S = 1  # on SIGTERM open requests get this long


def main() -> None:
    """Serves until SIGTERM or SIGINT."""
    arguments = argparse.ArgumentParser(prog="python -m infra.local.qdrant", description=__doc__)
    arguments.add_argument("--port", type=int, default=0, help="0: any free one")
    arguments.add_argument("--path", type=Path, required=True, help="folder of the collections")
    arguments.add_argument("--api-key", help="callers must send it")
    given = arguments.parse_args()
    engine = Engine(given.path)
    engine.load()
    listener = _listen(given.port)
    print(f"listening on 127.0.0.1:{listener.getsockname()[1]}", flush=True)  # noqa: T201 - for the starter
    config = uvicorn.Config(
        make_app(engine, given.api_key),
        log_level="critical",
        access_log=False,
        timeout_graceful_shutdown=_STOP_S,
    )
    uvicorn.Server(config).run(sockets=[listener])


def _listen(port: int) -> socket.socket:
    """Without its protocol named, asyncio would leave Nagle's algorithm on: 40 ms more for every answer."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen()
    return listener


if __name__ == "__main__":
    main()
