"""`python -m infra.local.qdrant --path DIR --port 0`: serves on 127.0.0.1 and says first where it listens."""

import argparse
from pathlib import Path

import uvicorn

from infra.local.ports import listen
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
    listener = listen(given.port)
    print(f"listening on 127.0.0.1:{listener.getsockname()[1]}", flush=True)  # noqa: T201 - for the starter
    config = uvicorn.Config(
        make_app(engine, given.api_key),
        log_level="critical",
        access_log=False,
        timeout_graceful_shutdown=_STOP_S,
    )
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
