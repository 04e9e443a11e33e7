"""`python -m tests.faults [--only CAPABILITY …] [--fault NAME …]`: every capability against every fault.

A complete run writes docs/reliability.md. The exit code is 1 if anything was not as it must be.
"""

import argparse
import asyncio
import logging
import sys
import tempfile
import time
from pathlib import Path

from tests.faults import report
from tests.faults.callers import callers
from tests.faults.capabilities import CAPABILITIES, Capability
from tests.faults.kinds import KINDS, Kind
from tests.faults.rig import Rig
from tests.faults.run import Cell, looked_at_twice, sound


def main(arguments: list[str]) -> int:
    """Runs what is asked for; the exit code."""
    given = _parser().parse_args(arguments)
    wanted = [one for one in CAPABILITIES if _meant(one.name, given.only)]
    kinds = [one for one in KINDS if _meant(one.title, given.fault)]
    if not wanted or not kinds:
        sys.stderr.write("No such capability or fault; both are listed in docs/reliability.md.\n")
        return 2
    logging.basicConfig(level=logging.ERROR)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="freshet-faults-") as folder:
        seen = asyncio.run(_matrix(Path(folder), wanted, kinds))
    minutes = (time.monotonic() - begun) / 60
    sys.stdout.write(f"{len(seen)} cells in {minutes:.1f} minutes\n")
    if len(wanted) == len(CAPABILITIES) and len(kinds) == len(KINDS):
        report.write(seen, minutes)
    return 1 if any(cell.wrong for cell in seen) else 0


async def _matrix(folder: Path, wanted: list[Capability], kinds: list[Kind]) -> list[Cell]:
    seen: list[Cell] = []
    async with Rig(folder) as rig:
        ready = await callers(rig, wanted)
        if wrong := await sound(ready):
            raise SystemExit("Before any fault:\n  " + "\n  ".join(wrong))
        for kind in kinds:
            begun = time.monotonic()
            found = await looked_at_twice(rig, kind, ready)
            seen += found
            sys.stdout.write(report.as_text(kind, found, time.monotonic() - begun))
            sys.stdout.flush()
    return seen


def _meant(name: str, words: list[str] | None) -> bool:
    return not words or any(word.lower() in name.lower() for word in words)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description="The fault matrix.")
    parser.add_argument("--only", nargs="+", metavar="CAPABILITY", help="capabilities whose names have this")
    parser.add_argument("--fault", nargs="+", metavar="NAME", help="faults whose names have this")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
