import time

import pytest

from freshet.documents.record import clean_filename, view
from freshet.errors import Invalid

ITEM = {
    "id": "01J",
    "filename": "a.pdf",
    "title": "a",
    "kind": "material",
    "status": "parsing",
    "content_type": "application/pdf",
    "tags": [],
    "created_at": "2026-01-01T00:00:00.000+00:00",
    "updated_at": "2026-01-01T00:00:00.000+00:00",
}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\员工手册.pdf", "员工手册.pdf"),
        ("😀 plan.md", "😀 plan.md"),
        ("cafe\u0301.txt", "café.txt"),
        ("a\x00\n\tb.txt", "ab.txt"),
        ("x" * 255, "x" * 255),
    ],
)
def test_file_names_keep_what_a_person_would_call_the_file(given: str, kept: str) -> None:
    assert clean_filename(given) == kept


@pytest.mark.parametrize("given", ["", "   ", "..", "a/", "/", "\x00", "n" * 300])
def test_impossible_file_names_are_refused(given: str) -> None:
    with pytest.raises(Invalid) as caught:
        clean_filename(given)
    assert caught.value.extra["errors"][0]["field"] == "filename"


def test_a_parse_that_died_on_its_last_attempt_reads_as_failed() -> None:
    dead = view({**ITEM, "attempts": 3, "lease_until": int(time.time()) - 5})
    assert dead.status == "failed"
    assert dead.error is not None
    assert dead.error.code == "interrupted"


@pytest.mark.parametrize(
    "state",
    [
        {"attempts": 2, "lease_until": int(time.time()) - 5},
        {"attempts": 3, "lease_until": int(time.time()) + 60},
        {"attempts": 3, "lease_until": 0},
    ],
)
def test_a_parse_that_can_still_come_back_reads_as_parsing(state: dict[str, int]) -> None:
    assert view({**ITEM, **state}).status == "parsing"
