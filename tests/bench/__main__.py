"""`make bench`: speed and memory, as ratios against a named reference in the same run.

`python -m tests.bench [--write] [name …]`. Two shared cores are noisy: medians of alternating rounds, and
still a figure of one run is one run's. With `--write` the tables go into `docs/performance.md`, too.
"""

import argparse
import asyncio

from tests.bench import (
    behaviour,
    cold_start,
    costs,
    ingest,
    llm,
    parsing,
    pipeline,
    relay,
    report,
    runs,
    search,
    warm,
)
from tests.bench.table import rendered

BENCHES = {
    "relay": relay.measure,
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


async def main(names: list[str], *, write: bool) -> None:
    """Runs the named benches, or all."""
    for name in names or BENCHES:
        rows = await BENCHES[name]()
        print(rendered(rows), flush=True)  # noqa: T201  # a command's output
        if write and name in report.places():
            report.write(name, rows)


parser = argparse.ArgumentParser(prog="make bench", description="Speed and memory, beside others.")
parser.add_argument("--write", action="store_true", help="into docs/performance.md, too")
parser.add_argument("names", nargs="*", metavar="name", help=", ".join(BENCHES))
given = parser.parse_args()
if unknown := set(given.names) - set(BENCHES):
    parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}")
asyncio.run(main(given.names, write=given.write))
