"""Requests that are wrong in every way, to every route: none is answered by a 500. `make fuzz` asks more."""

import logging
from collections.abc import Iterator
from random import Random

import pytest

from tests.functions.sandbox import Sandbox
from tests.fuzz.requests import campaign
from tests.fuzz.requests.asking import Asked, ask
from tests.fuzz.requests.broken import BODIES

SEED, COUNT = 7, 150
# The document that comes with it would be waited for, and no worker reads it here.
WAITING = "/api/v1/exercises/analyze-file"


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Functions write a line for each request."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def wrong(sandbox: Sandbox, requests: list[Asked]) -> list[str]:
    told = [(one, ask(sandbox, one)) for one in requests]
    assert sum(answer.status >= 400 for _, answer in told) > len(told) // 3  # they are wrong indeed
    return [
        f"{one.method} {one.path} with {one.what}: {answer.wrong}" for one, answer in told if answer.wrong
    ]


def test_a_body_a_path_a_query_or_a_header_is_never_our_fault(sandbox: Sandbox) -> None:
    assert wrong(sandbox, Random(SEED).sample(list(campaign.every()), COUNT)) == []


def test_a_body_that_is_right_but_for_one_value_is_never_our_fault(sandbox: Sandbox) -> None:
    assert wrong(sandbox, list(campaign.drawn(COUNT, SEED))) == []


# Of a form that breaks off in a file, Starlette leaves the beginning to the garbage collector.
@pytest.mark.filterwarnings("ignore:.*SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning")
def test_a_form_is_never_our_fault(sandbox: Sandbox) -> None:
    forms = [one for one in campaign.every_form() if one.path != WAITING]
    assert wrong(sandbox, Random(SEED).sample(forms, COUNT)) == []


@pytest.mark.parametrize("what", ["200,000 members", "a name of a megabyte"])
@pytest.mark.parametrize(
    ("function", "method", "path"),
    [("profile", "PUT", "/api/v1/user/profile"), ("exercises", "POST", "/api/v1/exercises/analyze")],
)
def test_of_a_million_mistakes_a_few_are_named(
    sandbox: Sandbox, function: str, method: str, path: str, what: str
) -> None:
    asked = Asked(function, method, path, what, BODIES[what], {"content-type": "application/json"})
    answer = sandbox.ask(function, asked.event())
    assert answer.status == 422
    assert len(answer.body) < 20_000
