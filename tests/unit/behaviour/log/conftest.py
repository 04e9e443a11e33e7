"""Logs on the emulated table and bucket, and an owner who has none yet."""

import pytest

from freshet import wiring
from freshet.behaviour.log.log import Log
from freshet.ids import new_id
from freshet.settings import settings
from freshet.stores.objects import Objects
from freshet.stores.table import Table
from tests.stack import Stack


@pytest.fixture
def owner() -> str:
    return f"owner-{new_id()}"


@pytest.fixture
def table(cloud: Stack) -> Table:
    return Table(wiring.dynamodb(), settings().behaviour_table)


@pytest.fixture
def objects(cloud: Stack) -> Objects:
    return Objects(wiring.s3(), settings().bucket, "behaviours")


@pytest.fixture
def log(table: Table, objects: Objects) -> Log:
    return Log(table, objects)
