"""The stranger test (`tests/e2e/strangers`) asks for whatever any route can name, new ones included."""

from collections import defaultdict

import pytest

from tests.e2e.strangers import names
from tests.e2e.strangers.bodies import bodies
from tests.e2e.strangers.cases import cases
from tests.e2e.strangers.names import unknown
from tests.e2e.strangers.routes import Operation, Place, closed

OF_CALLERS_AS_A_WHOLE = {  # what is the caller's and has no name: it can only be got by being that caller
    *("PUT /api/v1/user/profile", "DELETE /api/v1/user/profile", "POST /api/v1/keys"),
    *("POST /api/v1/documents", "POST /api/v1/documents/upload", "POST /api/v1/exercises/import"),
}


def test_every_place_that_can_name_a_thing_is_known() -> None:
    assert list(unknown()) == []


def test_a_place_that_nobody_spoke_of_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    room = Operation(
        "GET", "/api/v1/rooms/{room_id}", "rooms", (Place("path", ("room_id",)),), has_body=False
    )
    monkeypatch.setattr(names, "closed", lambda: [room])
    (said,) = unknown()
    assert "GET /api/v1/rooms/{room_id}: nobody said what `room_id` (path) refers to" in said
    assert "belongings.py" in said


def test_there_is_a_request_for_every_operation_with_a_body() -> None:
    """What is missing is to be added to tests/e2e/strangers/bodies.py."""
    assert bodies(defaultdict(str)).keys() == {str(one) for one in closed() if one.has_body}


def test_every_operation_is_asked_for_anothers_things() -> None:
    asked = {str(case.operation) for case in cases()}
    assert {str(one) for one in closed()} - asked == OF_CALLERS_AS_A_WHOLE
