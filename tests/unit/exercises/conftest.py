"""The table of exercises, and an owner who has nothing in it yet."""

import pytest

from freshet import wiring
from freshet.exercises.attempts import Attempts
from freshet.exercises.collection import Collection
from freshet.exercises.material.sections import Materials
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
    return Table(wiring.dynamodb(), settings().exercises_table)


@pytest.fixture
def materials(cloud: Stack) -> Materials:
    return Materials(Objects(wiring.s3(), settings().bucket, "exercises"))


@pytest.fixture
def exercises(table: Table, materials: Materials) -> Collection:
    return Collection(table, materials)


@pytest.fixture
def attempts(table: Table) -> Attempts:
    return Attempts(table)
