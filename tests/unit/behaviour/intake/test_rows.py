"""Cells are kept as plain text in one form; a row that can't be kept whole is refused with the reason."""

import json
from typing import Any

import pytest

from freshet.behaviour.behaviour import Behaviour
from freshet.behaviour.intake.intake import read
from freshet.behaviour.requests import Reading
from freshet.errors import Invalid

ROW = {"user_id": "u", "time": "2026-03-01T08:00:00Z", "action": "open"}


def rows(*changes: dict[str, Any], **reading: Any) -> tuple[list[Behaviour], list[str]]:
    text = json.dumps([ROW | change for change in changes])
    found = read(text.encode(), "application/json", "", Reading(**reading))
    return found.rows, [problem.reason for problem in found.problems]


def test_texts_are_trimmed_on_one_line_in_one_normal_form() -> None:
    (found,), _ = rows({"action": " o\u0308ffnen\x07\u202e ", "object": "第一行\n第二行", "note": " é "})
    assert (found.action, found.object, found.properties) == ("öffnen", "第一行 第二行", {"note": "é"})


def test_numbers_may_be_names() -> None:
    (found,), _ = rows({"user_id": 7, "action": 11.0, "object": 12345678901234567890})
    assert (found.user_id, found.action, found.object) == ("7", "11", "12345678901234567890"[:20])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"user_id": None}, "the user is missing"),
        ({"user_id": "x" * 129}, "“user_id” has more than 128 characters"),
        ({"user_id": "users"}, "no user may be called “users”"),
        ({"user_id": " .. "}, "no user may be called “..”"),
        ({"user_id": 10**30}, "“user_id” is too large to be exact"),
        ({"action": ""}, "the action is missing"),
        ({"action": ["a"]}, "“action” is no text: a list"),
        ({"action": "a\0b"}, "“action” holds a NUL"),
        ({"object": "x" * 501}, "“object” has more than 500 characters"),
        ({"duration": -1}, "the duration is negative"),
        ({"end_time": "2026-03-01T07:00:00Z"}, "it ends before it begins"),
        ({"tags": {"a": 1}}, "“tags” is an object"),
        ({"note": "\0"}, "“note” holds a NUL"),
        ({"note": 1e300}, "“note” is too large to be exact"),
        ({"note": "é" * 1000}, "2011 bytes; 2000 are allowed"),
    ],
)
def test_a_row_that_cannot_be_kept_says_why(change: dict[str, Any], reason: str) -> None:
    kept, (said,) = rows({}, change)
    assert len(kept) == 1
    assert reason in said


def test_properties_keep_their_types() -> None:
    (found,), _ = rows({"n": 1, "x": 1.5, "yes": True, "no": None, "empty": "", "text": "é" * 900})
    assert found.properties == {"n": 1, "x": 1.5, "yes": True, "text": "é" * 900}


def test_rows_without_a_user_are_the_callers_choice() -> None:
    (found,), _ = rows({"user_id": ""}, user_id=" Zoe\u0308 ")
    assert found.user_id == "Zoë"
    with pytest.raises(Invalid, match="no user may be called"):
        rows({}, user_id="users")


def test_rows_as_they_are_shown_are_the_same_rows() -> None:
    kept, _ = rows({"object": "微信", "duration": 5, "wifi": "home", "n": 1}, {"id": "7"}, {"time": 1.000001})
    again = read(json.dumps([row.shown().model_dump() for row in kept]).encode(), "", "", Reading())
    assert again.rows == kept
    assert kept[1].properties == {"id": "7"}
