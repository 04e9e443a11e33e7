"""Exercises leave as files, and come as files: `GET …/export`, `POST /api/v1/exercises/import`."""

import csv
import io
import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest

from tests.functions import exam
from tests.functions.conftest import Study
from tests.functions.sandbox import Answer

UNKNOWN = "01JABCDEFGHJKMNPQRSTVWXYZ0"
TITLE = "水与行星：四年级 ‘A/B’"
TYPES = {
    "gift": "text/plain; charset=utf-8",
    "moodle": "application/xml",
    "qti": "application/zip",
    "anki": "application/x-apkg",
    "csv": "text/csv; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "html": "text/html; charset=utf-8",
}
SUFFIXES = {"moodle": "xml", "qti": "zip", "anki": "apkg"}
SECRET = "水星八十八天绕太阳一周"  # an explanation


@pytest.fixture
def quiz(study: Study) -> str:
    return str(study("POST /import", json={"content": exam.GIFT, "title": TITLE}).json()["exercise"]["id"])


def taken(study: Study, exercise_id: str, name: str, query: str = "") -> Answer:
    answer = study(f"GET /{exercise_id}/export?format={name}{query}")
    assert answer.status == 200, answer.body
    return answer


@pytest.mark.parametrize("name", TYPES)
def test_a_file_says_what_it_is_and_is_called_as_its_exercise(study: Study, quiz: str, name: str) -> None:
    headers = taken(study, quiz, name).headers
    suffix = SUFFIXES.get(name, name)
    assert headers["content-type"] == TYPES[name]
    said = headers["content-disposition"]
    assert said.startswith(f'attachment; filename="A B.{suffix}"; ')
    assert f"filename*=UTF-8''{quote('水与行星')}" in said
    assert said.endswith(f".{suffix}")
    assert said.isascii()


def test_moodle_xml_holds_every_question(study: Study, quiz: str) -> None:
    quiz_xml = ElementTree.fromstring(taken(study, quiz, "moodle").body)
    kinds = [one.get("type") for one in quiz_xml.iter("question") if one.get("type") != "category"]
    assert kinds == ["multichoice"] * 2 + ["truefalse", "shortanswer", "numerical", "matching", "essay"]
    assert "哪颗行星离太阳最近？" in "".join(quiz_xml.itertext())


def test_qti_is_a_package_of_items(study: Study, quiz: str) -> None:
    with zipfile.ZipFile(io.BytesIO(taken(study, quiz, "qti").body)) as package:
        assert package.testzip() is None
        names = package.namelist()
        assert "imsmanifest.xml" in names
        parsed = [ElementTree.fromstring(package.read(name)) for name in names if name.endswith(".xml")]
    items = [one for one in parsed if one.tag.endswith("assessmentItem")]
    assert len(items) == 7
    assert any("哪颗行星离太阳最近？" in "".join(one.itertext()) for one in items)


def test_anki_is_a_deck_of_notes(study: Study, quiz: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(taken(study, quiz, "anki").body)) as package:
        package.extract("collection.anki2", tmp_path)
    with closing(sqlite3.connect(tmp_path / "collection.anki2")) as deck:
        notes = [fields for (fields,) in deck.execute("SELECT flds FROM notes ORDER BY id")]
    assert len(notes) == 7
    assert any("哪颗行星离太阳最近？" in one and "水星" in one for one in notes)


def test_csv_has_a_row_for_each_question(study: Study, quiz: str) -> None:
    body = taken(study, quiz, "csv").body
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))
    assert body.startswith(b"\xef\xbb\xbf")  # or a spreadsheet takes it for another encoding
    assert len(rows) == 8
    assert {len(row) for row in rows} == {len(rows[0])}
    assert "哪颗行星离太阳最近？" in rows[1]


def test_gift_comes_back_as_it_was(study: Study, quiz: str) -> None:
    text = taken(study, quiz, "gift").body.decode()
    again = study("POST /import", json={"content": text, "title": TITLE}).json()
    assert again["problems"] == []
    before, after = (study(f"GET /{id_}").json()["items"] for id_ in (quiz, again["exercise"]["id"]))
    assert [one["question"] for one in after] == [one["question"] for one in before]
    assert [one["type"] for one in after] == [one["type"] for one in before]
    assert [one["explanation"] for one in after] == [one["explanation"] for one in before]


@pytest.mark.parametrize("name", TYPES)
def test_a_sheet_holds_no_key(study: Study, quiz: str, name: str) -> None:
    answer = study(f"GET /{quiz}/export?format={name}&answers=false")
    if name not in {"csv", "md", "html"}:
        assert (answer.status, answer.json()["errors"][0]["field"]) == (422, "answers")
        return
    assert answer.status == 200
    sheet, whole = answer.body.decode(), taken(study, quiz, name).body.decode()
    assert SECRET in whole
    for secret in (SECRET, "H2O", "对了！", "Well seen."):
        assert secret not in sheet
    assert "哪颗行星离太阳最近？" in sheet


@pytest.mark.parametrize(
    ("query", "field"), [("", "format"), ("?format=pdf", "format"), ("?format=md&answers=7", "answers")]
)
def test_an_export_that_can_not_be_is_refused(study: Study, query: str, field: str) -> None:
    answer = study(f"GET /{UNKNOWN}/export{query}")
    assert (answer.status, answer.json()["errors"][0]["field"]) == (422, field)


def test_somebody_elses_exercise_is_not_there(study: Study, quiz: str) -> None:
    assert study(f"GET /{quiz}/export?format=md", owner="stranger").status == 404
    assert study(f"GET /{UNKNOWN}/export?format=md").status == 404


def sent(study: Study, data: bytes, **fields: str) -> Answer:
    """The file as a form, with its other fields."""
    parts = {name: (None, value.encode()) for name, value in fields.items()}
    return study("POST /import", files={**parts, "file": ("测验.gift", data, "text/plain")})


def test_text_becomes_an_exercise(study: Study) -> None:
    answer = study("POST /import", json={"content": exam.GIFT})
    assert answer.status == 201
    exercise = answer.json()["exercise"]
    assert {
        name: exercise[name] for name in ("title", "state", "origin", "language", "questions", "asked")
    } == {
        "title": "水与行星",
        "state": "ready",
        "origin": "imported",
        "language": "zh",
        "questions": 7,
        "asked": 7,
    }
    assert answer.json()["problems"] == []
    assert exercise["run_id"] is None
    kept = study(f"GET /{exercise['id']}").json()
    assert [one["id"] for one in kept["items"]] == [f"q{number}" for number in range(1, 8)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_file_is_read_in_its_encoding(study: Study, encoding: str) -> None:
    answer = sent(study, exam.GIFT.encode(encoding), title="测验")
    assert (answer.status, answer.json()["exercise"]["title"]) == (201, "测验")
    kept = study(f"GET /{answer.json()['exercise']['id']}").json()
    assert kept["items"][0]["question"] == "哪颗行星离太阳最近？"
    assert kept["items"][6]["question"] == "说明水的循环。"


def test_what_can_not_be_read_is_told_by_line_and_the_rest_is_there(study: Study) -> None:
    content = "1+1? {#2}\n\n谁？{=甲 ~乙\n\nNo braces at all.\n\n2+2? {#4}\n"
    answer = sent(study, content.encode())
    assert answer.status == 201
    assert [one["line"] for one in answer.json()["problems"]] == [3, 5]
    assert all(one["detail"] for one in answer.json()["problems"])
    assert answer.json()["exercise"]["questions"] == 2


@pytest.mark.parametrize(
    "content", ["", "// nothing\n", "谁？{=甲 ~乙", "%PDF-1.7\n\0\1\2", "<?xml version='1.0'?><quiz/>"]
)
def test_a_file_without_a_question_is_refused(study: Study, content: str) -> None:
    answer = sent(study, content.encode())
    assert (answer.status, answer.json()["code"]) == (422, "invalid_request")
    assert answer.json()["errors"][0]["field"] in {"content", "file"}
    assert study().json()["items"] == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({}, "content"),
        ({"content": ""}, "content"),
        ({"content": "\ud83d {#1}"}, "body"),  # half a character is no JSON
        ({"content": 5}, "content"),
        ({"content": "1+1? {#2}", "title": ""}, "title"),
        ({"content": "1+1? {#2}", "title": "x" * 201}, "title"),
        ({"content": "1+1? {#2}", "format": "moodle"}, "format"),
        ({"content": "1+1? {#2}", "owner": "dev"}, "owner"),
        ([], "body"),
    ],
)
def test_a_wrong_body_is_refused_and_its_field_named(study: Study, wrong: Any, field: str) -> None:
    content = json.dumps(wrong).encode()
    answer = study("POST /import", content=content, headers={"content-type": "application/json"})
    assert (answer.status, answer.json()["code"]) == (422, "invalid_request")
    assert answer.json()["errors"][0]["field"] == field


@pytest.mark.parametrize(
    ("options", "status", "field"),
    [
        ({"files": {"title": (None, b"x")}}, 422, "file"),
        ({"files": {"file": (None, b"1+1? {#2}")}}, 422, "file"),
        ({"files": {"file": ("a", b"1+1? {#2}"), "title": (None, b" ")}}, 422, "title"),
        ({"files": {"file": ("a", b"1+1? {#2}"), "format": (None, b"qti")}}, 422, "format"),
        ({"content": b"1+1? {#2}", "headers": {"content-type": "text/plain"}}, 415, None),
        (
            {"content": b"--x\r\n", "headers": {"content-type": "multipart/form-data; boundary=x"}},
            422,
            "file",
        ),
        ({"content": b"--x\r\n", "headers": {"content-type": "multipart/form-data"}}, 400, None),
        ({"content": b"{", "headers": {"content-type": "application/json"}}, 422, "body"),
        ({}, 422, "body"),
    ],
)
def test_a_body_of_another_form_is_refused(
    study: Study, options: Any, status: int, field: str | None
) -> None:
    answer = study("POST /import", **options)
    assert answer.status == status, answer.body
    assert answer.json().get("errors", [{"field": None}])[0]["field"] == field


def test_four_megabytes_are_read(study: Study) -> None:
    """Of which 500 questions make an exercise."""
    line = "Which number is missing between {0} and the next one, 数字? {{#{0}}}\n\n"
    text = "".join(line.format(number) for number in range(400)) + "// 注释\n" * 400_000
    answer = sent(study, text.encode()[:4_000_000])
    assert (answer.status, answer.json()["exercise"]["questions"]) == (201, 400)
