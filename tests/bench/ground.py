"""What the product stands on, without its functions: AWS, index and model of a local cloud, and its settings.

What belongs here: starting that for a bench, and pointing this process's product code at it. What does not:
a whole local cloud (`tests.e2e.local_cloud`).
"""

import logging
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from freshet import wiring
from freshet.observe import logger
from infra.local.backends import Backends, Options, choose
from infra.local.state import State
from infra.local.template import Stack


@dataclass(frozen=True)
class Ground:
    """The running servers, and the template's functions as they are deployed there."""

    backends: Backends
    stack: Stack

    def peers(self, collection: str) -> dict[str, str]:
        """The environment of a peer: the same index, of which it has a collection, and the same model."""
        shared = ("QDRANT_URL", "MODEL_BASE_URL", "MODEL_NAME", "EMBEDDING_MODEL")
        return {
            **{name: self.backends.given[name] for name in shared},
            "EMBEDDING_DIMENSIONS": os.environ["EMBEDDING_DIMENSIONS"],
            "COLLECTION": collection,
            "OPENAI_API_KEY": "none",
        }


@asynccontextmanager
async def started() -> AsyncIterator[Ground]:
    """Runs it for the time of the block; the environment of all functions is this process's meanwhile."""
    before, log_level = dict(os.environ), logger.log_level
    with tempfile.TemporaryDirectory() as folder:
        state = State(Path(folder))
        state.open()
        backends = choose(Options(state=state.folder), state)
        await backends.start()
        try:
            backends.aws.adopt()
            _, stack = await backends.deploy()
            for function in stack.functions.values():
                os.environ.update(function.environment)
            logger.setLevel(logging.CRITICAL)
            yield Ground(backends, stack)
        finally:
            await wiring.aclose()
            await backends.stop()
            state.close()
            logger.setLevel(log_level)
            os.environ.clear()
            os.environ.update(before)
