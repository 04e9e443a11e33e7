"""Logs and events on the emulated table and bucket, and an owner who has none yet."""

import pytest

from freshet import wiring
from freshet.behaviour.extraction.kept import Events
from freshet.behaviour.log.log import Log
from freshet.ids import new_id
from freshet.settings import settings
from freshet.stores.objects import Objects
from freshet.stores.table import Table
from tests.stack import Stack
from tests.unit.behaviour.extraction.finding import Place


@pytest.fixture
def owner() -> str:
    return f"owner-{new_id()}"


@pytest.fixture
def place(cloud: Stack) -> Place:
    table = Table(wiring.dynamodb(), settings().behaviour_table)
    return Place(Log(table, Objects(wiring.s3(), settings().bucket, "behaviours")), Events(table))
