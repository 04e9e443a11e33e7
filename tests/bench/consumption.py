"""What a piece of work takes of AWS, counted while it is done: calls of boto3's clients, bytes printed.

What does not belong here: prices (`prices`), DynamoDB's rules (`capacity`), and what nobody here can see:
time on Lambda, requests of API Gateway.
"""

import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from freshet import wiring
from tests.bench.capacity import Meter

_S3_READS = {"GetObject", "HeadObject", "HeadBucket"}
_FREE = {"DeleteObject"}


class Consumption:
    """Counts what the product's clients are asked from now on."""

    def __init__(self) -> None:
        self._meter = Meter()
        self._calls: Counter[str] = Counter()

    async def attach(self) -> None:
        """To the clients that there are now: of the loop that this runs on."""
        await wiring.dynamodb().run(self._meter.attach)
        for service in (wiring.s3(), wiring.sqs(), wiring.ssm()):
            await service.run(lambda client: client.meta.events.register("after-call", self._answered))

    def taken(self) -> dict[str, float]:
        """Units since the last time, by the names of `prices`."""
        bills, calls = [*self._meter.bills.values()], Counter(self._calls)
        self._meter.bills.clear()
        self._calls.clear()
        return {
            "write units": sum(bill.write_units for bill in bills),
            "read units": sum(bill.read_units for bill in bills),
            "S3 writes": calls["S3 writes"],
            "S3 reads": calls["S3 reads"],
            "SSM requests": calls["ssm"],
        }

    def _answered(self, model: Any, **_: Any) -> None:
        service = model.service_model.service_name
        if service == "s3" and model.name not in _FREE:
            self._calls["S3 reads" if model.name in _S3_READS else "S3 writes"] += 1
        self._calls[service] += 1


@contextmanager
def printed() -> Iterator[list[int]]:
    """The bytes that this process and its children print meanwhile; they stand in the list afterwards."""
    size: list[int] = []
    sys.stdout.flush()
    kept = os.dup(1)
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 1)
        try:
            yield size
        finally:
            sys.stdout.flush()
            os.dup2(kept, 1)
            os.close(kept)
            size.append(os.fstat(file.fileno()).st_size)
