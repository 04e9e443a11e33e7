"""The table of profiles, and an owner who has nothing in it yet."""

import pytest

from freshet import wiring
from freshet.ids import new_id
from freshet.profile.mastery import Mastery
from freshet.profile.profile import Profiles
from freshet.settings import settings
from freshet.stores.table import Table
from tests.stack import Stack


@pytest.fixture
def owner() -> str:
    return f"owner-{new_id()}"


@pytest.fixture
def table(cloud: Stack) -> Table:
    return Table(wiring.dynamodb(), settings().profiles_table)


@pytest.fixture
def profiles(table: Table) -> Profiles:
    return Profiles(table)


@pytest.fixture
def mastery(table: Table) -> Mastery:
    return Mastery(table)
