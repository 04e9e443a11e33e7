"""`python -m infra.local.model --port 0`: serves on 127.0.0.1 and says first where it listens."""

import argparse

import uvicorn

from infra.local.model.app import make_app
from infra.local.ports import listen

_STOP_S = 1  # on SIGTERM open streams get this long


def main() -> None:
    """Serves until SIGTERM or SIGINT."""
    arguments = argparse.ArgumentParser(prog="python -m infra.local.model", description=__doc__)
    arguments.add_argument("--port", type=int, default=0, help="0: any free one")
    arguments.add_argument("--pace-ms", type=float, default=15, help="milliseconds between two pieces")
    given = arguments.parse_args()
    listener = listen(given.port)
    print(f"listening on 127.0.0.1:{listener.getsockname()[1]}", flush=True)  # noqa: T201 - for the starter
    config = uvicorn.Config(
        make_app(pace_s=given.pace_ms / 1000),
        log_level="critical",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=_STOP_S,
    )
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
