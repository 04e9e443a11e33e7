import time

import pytest

from freshet.documents.record import GIVEN_UP_S, clean_filename, content_type_of, view
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


def test_a_parse_that_nobody_follows_up_reads_as_failed() -> None:
    dead = view({**ITEM, "lease_until": int(time.time()) - GIVEN_UP_S - 5})
    assert dead.status == "failed"
    assert dead.error is not None
    assert dead.error.code == "interrupted"


@pytest.mark.parametrize("left_s", [None, -5, 60])
def test_a_parse_that_can_still_come_back_reads_as_parsing(left_s: int | None) -> None:
    lease_until = 0 if left_s is None else int(time.time()) + left_s
    assert view({**ITEM, "lease_until": lease_until}).status == "parsing"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("application/pdf", "application/pdf"),
        ("text/plain; charset=gb18030", "text/plain; charset=gb18030"),
        (None, "text/markdown"),
        ("", "text/markdown"),
        ("文本/plain", "text/markdown"),
        ("a/b\r\nx: y", "text/markdown"),
        ("a/" + "b" * 3000, "text/markdown"),
    ],
)
def test_a_content_type_is_the_clients_if_it_is_one(given: str | None, kept: str) -> None:
    assert content_type_of("notes.md", given) == kept


@pytest.mark.parametrize(
    ("filename", "kept"),
    [
        ("年假.pdf", "application/pdf"),
        ("a.tar.gz", "application/x-tar"),
        ("http://[::1", "application/octet-stream"),
        ("http://[年]/a.csv", "text/csv"),
        ("data:text/html,a", "application/octet-stream"),
        ("noted", "application/octet-stream"),
    ],
)
def test_a_name_is_no_url_of_whose_type_it_is_asked(filename: str, kept: str) -> None:
    assert content_type_of(filename, None) == kept
