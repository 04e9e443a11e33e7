"""`make fuzz`: hostile input by the thousand, through the parts of the product that read it.

`python -m tests.fuzz [documents|streams|bodies|forms …] [--count N] [--seed N] [--only NUMBER]`. The same
seed gives the same input; `--only` repeats one document by its number. Ends with 1 if anything came out of it
that must not be: a crash that no error of ours explains, a hang, a 500, memory that grows.
"""

import argparse
import sys
from functools import partial

from tests.fuzz.documents import campaign as documents
from tests.fuzz.requests import campaign as requests
from tests.fuzz.streams import campaign as streams

CAMPAIGNS = {
    "documents": documents.run,
    "streams": streams.run,
    "bodies": requests.bodies,
    "forms": requests.files,
}


def main() -> int:
    """Runs the campaigns that are named, or all."""
    parser = argparse.ArgumentParser(prog="make fuzz")
    parser.add_argument("names", nargs="*", metavar="campaign", help=", ".join(CAMPAIGNS))
    parser.add_argument("--count", type=int, help="how many documents, streams, bodies or forms")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="the number of one document")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - CAMPAIGNS.keys():
        parser.error(f"there is no {', '.join(unknown)}")
    wrong = []
    for name in chosen.names or CAMPAIGNS:
        print(f"## {name}\n", flush=True)  # noqa: T201  # a command's output
        campaign = CAMPAIGNS[name]
        run = partial(documents.run, only=chosen.only) if campaign is documents.run else campaign
        wrong += run(chosen.count, chosen.seed)
        print(flush=True)  # noqa: T201
    for what in wrong:
        print(f"UNEXPLAINED {what}")  # noqa: T201
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
