"""Rows to keep, and stores that are cut off in the middle."""

from collections.abc import Callable
from typing import Any, TypeVar

from freshet import wiring
from freshet.behaviour.behaviour import Behaviour, Moment
from freshet.behaviour.log.log import Log
from freshet.settings import settings
from freshet.stores.aws import CALL_TIMEOUT_S, Service
from freshet.stores.objects import Objects
from freshet.stores.table import Table

T = TypeVar("T")
DAY = 1_772_323_200.0  # 2026-03-01, midnight


def row(at: float, thing: str = "微信", user_id: str = "ann", **members: Any) -> Behaviour:
    """At so many seconds after the midnight."""
    return Behaviour(user_id, Moment(DAY + at, 480), "open", thing, **members)


def shown(rows: list[Behaviour]) -> list[tuple[float, str]]:
    return [(one.at.seconds - DAY, one.object) for one in rows]


class Killed(BaseException):
    """As if the process had ended here."""


class Calls:
    """Counts the calls of all services of one process, which is killed before number `last`."""

    def __init__(self, last: int) -> None:
        self.count = 0
        self._last = last

    def made(self) -> None:
        self.count += 1
        if self.count == self._last:
            raise Killed


class Mortal(Service):
    """A service as such a process has it."""

    def __init__(self, service: Service, calls: Calls) -> None:
        super().__init__("", service.part)
        self._service = service
        self._calls = calls

    async def run(self, work: Callable[[Any], T], *, timeout_s: float = CALL_TIMEOUT_S) -> T:
        self._calls.made()
        return await self._service.run(work, timeout_s=timeout_s)


def mortal_log(calls: Calls) -> Log:
    """A log whose process is killed."""
    table = Table(Mortal(wiring.dynamodb(), calls), settings().behaviour_table)
    return Log(table, Objects(Mortal(wiring.s3(), calls), settings().bucket, "behaviours"))
