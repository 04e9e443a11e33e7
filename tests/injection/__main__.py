"""Plays the corpus before the model that obeys, and prints what held, by channel, and what did not, and why.

`--without "a key is found blindly"` takes a defence away first.
"""

import argparse
import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import nullcontext

from tests.injection.corpus import load
from tests.injection.defences import DEFENCES
from tests.injection.scenes import Outcome, play
from tests.injection.stage import stage


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.injection", description=__doc__)
    parser.add_argument("--without", choices=DEFENCES, metavar="DEFENCE", help=", ".join(DEFENCES))
    without = parser.parse_args().without
    with DEFENCES[without].away() if without else nullcontext():
        outcomes = asyncio.run(_played())
    print(*_table(outcomes), "", *_limits(outcomes), sep="\n")  # noqa: T201 - what it is for


async def _played() -> list[Outcome]:
    async with stage() as ready:
        return [await play(case, ready) for case in load()]


def _table(outcomes: Sequence[Outcome]) -> Iterator[str]:
    by_channel: dict[str, list[Outcome]] = defaultdict(list)
    for one in outcomes:
        by_channel[one.case.channel].append(one)
    yield "| channel | cases | en | zh | read by the model | held | not held |"
    yield "|---|---|---|---|---|---|---|"
    for channel, some in [*by_channel.items(), ("all", outcomes)]:
        english = sum(one.case.language == "en" for one in some)
        held = sum(one.held for one in some)
        counts = (
            len(some),
            english,
            len(some) - english,
            sum(one.read for one in some),
            held,
            len(some) - held,
        )
        yield f"| {channel} | {' | '.join(map(str, counts))} |"


def _limits(outcomes: Sequence[Outcome]) -> Iterator[str]:
    for one in outcomes:
        if not one.held:
            seen = "; ".join(one.followed) or "read, or taken for our own words"
            yield f"{one.case.id} ({one.case.technique}): {seen}\n  {one.case.limit or 'THIS HAD TO HOLD'}"


if __name__ == "__main__":
    main()
