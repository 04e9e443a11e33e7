"""`python -m tests.load [process|sandboxes] [--seconds N] [--streams N] [--write]`: many streams for minutes.

Prints what came of it, with `--write` into `docs/performance.md`, too. The exit code is 1 after an error, a
leak, memory that grows, or a run that was left.
"""

import argparse
import asyncio
import logging
import sys
from collections.abc import Sequence

from tests.bench import report
from tests.bench.table import Row, rendered
from tests.load import one_process, sandboxes

LOADS = {"process": one_process.measure, "sandboxes": sandboxes.measure}
SECONDS = 120.0


def main(arguments: list[str]) -> int:
    """Runs what is asked for; the exit code."""
    given = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.ERROR)
    logging.getLogger("freshet").setLevel(logging.ERROR)  # one function is served in this process
    names = [given.name] if given.name else [*LOADS]
    rows, wrong = asyncio.run(_run(names, given.seconds, given.streams))
    if given.write:
        report.write("load", rows)
    sys.stderr.write("".join(f"{one}\n" for one in wrong))
    return 1 if wrong else 0


async def _run(names: Sequence[str], seconds: float, streams: int) -> tuple[list[Row], list[str]]:
    all_rows: list[Row] = []
    wrong: list[str] = []
    for name in names:
        async for rows, found in LOADS[name](seconds, streams):
            sys.stdout.write(f"{rendered(rows)}\n\n")
            sys.stdout.flush()
            all_rows += rows
            wrong += found
    return all_rows, wrong


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.load", description="Many streams for minutes.")
    parser.add_argument("name", nargs="?", choices=LOADS, help="one process, or sandboxes behind the gateway")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long all streams are open (120)")
    parser.add_argument("--streams", type=int, default=0, help="how many (200 on one process, 20 sandboxes)")
    parser.add_argument("--write", action="store_true", help="into docs/performance.md, too")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
