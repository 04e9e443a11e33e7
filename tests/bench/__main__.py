"""`make bench`: speed and memory, as ratios against a named reference in the same run.

`python -m tests.bench [name …]`. Two shared cores are noisy: medians of alternating rounds, and
still a figure of one run is one run's.
"""

import asyncio
import sys

from tests.bench import behaviour, cold_start, costs, ingest, llm, parsing, pipeline, runs, search, warm
from tests.bench.table import rendered

BENCHES = {
    "cold_start": cold_start.measure,
    "warm": warm.measure,
    "parsing": parsing.measure,
    "pipeline": pipeline.measure,
    "ingest": ingest.measure,
    "search": search.measure,
    "llm": llm.measure,
    "runs": runs.measure,
    "behaviour": behaviour.measure,
    "costs": costs.measure,
}


async def main(names: list[str]) -> None:
    """Runs the named benches, or all."""
    for name in names or BENCHES:
        print(rendered(await BENCHES[name]()), flush=True)  # noqa: T201  # a command's output


asyncio.run(main(sys.argv[1:]))
