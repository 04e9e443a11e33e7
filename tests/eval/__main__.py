"""`make eval`: how well the product reads, cuts and finds, on real material.

`python -m tests.eval [retrieval [set …] | chunks [corpus …] | documents [format …] |
streams [kind …] | alarms [log …]]`, all of it without a name. The material is not part
of the project: see `DATA`.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.eval import alarms, chunks, documents, retrieval, streams

DATA = Path(__file__).parents[3] / "shared/data"
EVALUATIONS = {
    "retrieval": retrieval.evaluate,
    "chunks": chunks.evaluate,
    "documents": documents.evaluate,
    "streams": streams.evaluate,
    "alarms": alarms.evaluate,
}


def main(arguments: list[str]) -> int:
    """Prints a table for each evaluation; 1 if the material is not there."""
    parser = argparse.ArgumentParser(prog="python -m tests.eval", description=__doc__)
    parser.add_argument("which", nargs="?", choices=EVALUATIONS)
    parser.add_argument("names", nargs="*", help="sets, formats or kinds; all without one")
    given = parser.parse_args(arguments)
    if not DATA.is_dir():
        sys.stderr.write(f"There is no material at {DATA}.\n")
        return 1
    asyncio.run(_evaluate(given.which, given.names))
    return 0


async def _evaluate(which: str | None, names: Sequence[str]) -> None:
    for name, work in EVALUATIONS.items():
        if which in (None, name):
            sys.stdout.write(f"\n{name}\n\n")
            await work(DATA, names)


sys.exit(main(sys.argv[1:]))
