"""Errors go into a journal as problems and come out as they went in."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from freshet import errors
from freshet.errors import FreshetError, Invalid, ModelRateLimited, Unavailable, restored


def tree(parent: type[FreshetError] = FreshetError) -> Iterator[type[FreshetError]]:
    yield parent
    for kind in parent.__subclasses__():
        yield from tree(kind)


KINDS = [kind for kind in tree() if kind.__module__ == errors.__name__]


def kept(error: FreshetError) -> dict[str, Any]:
    """The error as a run's last frame holds it."""
    problem: dict[str, Any] = json.loads(json.dumps(error.problem()))
    return problem if error.retry_after is None else problem | {"retry_after": error.retry_after}


def same(one: FreshetError, other: FreshetError) -> bool:
    return type(one) is type(other) and vars(one) == vars(other) and str(one) == str(other)


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_comes_back_as_what_it_was(kind: type[FreshetError]) -> None:
    members = {"part": "index"} if kind is Unavailable else {"run_id": "01J"}
    error = kind("模型 went away.", retry_after=2.5, **members)
    back = restored(kept(error))
    assert same(back, error)
    assert (back.status, back.code, back.problem()) == (error.status, error.code, error.problem())


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind is not Unavailable])
def test_errors_without_words_of_their_own_come_back_too(kind: type[FreshetError]) -> None:
    assert same(restored(kept(kind())), kind())


def test_every_error_has_a_code_of_its_own() -> None:
    codes = [kind.code for kind in KINDS]
    assert len(set(codes)) == len(codes) > 25


def test_what_an_error_says_beyond_its_words_comes_back() -> None:
    fields = [{"field": "query", "message": "太长"}]
    assert restored(kept(Invalid("query: 太长", errors=fields))).extra == {"errors": fields}
    down = restored(kept(Unavailable("The index does not answer.", part="index")))
    assert isinstance(down, Unavailable)
    assert (down.part, down.retry_after) == ("index", 1.0)
    assert restored(kept(ModelRateLimited())).retry_after is None


def test_an_error_that_only_a_later_version_knows_is_an_internal_one() -> None:
    back = restored({"code": "from_the_future", "detail": "What is this?", "title": "New", "status": 418})
    assert type(back) is FreshetError
    assert back.detail == "What is this?"


def test_half_a_character_in_a_detail_can_still_be_sent() -> None:
    assert FreshetError("bad \ud800").problem()["detail"] == "bad ?"
