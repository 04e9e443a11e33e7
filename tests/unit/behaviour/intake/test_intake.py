"""A log in any of its forms and encodings: the same rows; what is broken costs itself alone."""

import json
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from freshet.behaviour.intake import intake
from freshet.behaviour.intake.intake import read, stretches
from freshet.behaviour.intake.outcome import Intake
from freshet.behaviour.requests import Reading
from freshet.errors import FreshetError, Invalid, TooLarge, UnsupportedMediaType

OBJECTS = [
    {"user_id": f"u{at % 3}", "time": f"2026-03-01T08:0{at}:00Z", "action": "打开", "object": "抖音"}
    for at in range(5)
]
CSV = "user_id,time,action,object\n" + "".join(",".join(row.values()) + "\n" for row in OBJECTS)
LINES = [json.dumps(row, ensure_ascii=False) for row in OBJECTS]


def taken(data: str | bytes, content_type: str = "", filename: str = "", **reading: Any) -> Intake:
    body = data.encode() if isinstance(data, str) else data
    return read(body, content_type, filename, Reading(**reading))


def problems(found: Intake) -> list[tuple[int, int | None, str]]:
    return [(one.line, one.element, one.reason) for one in found.problems]


@pytest.mark.parametrize(
    "content_type", ["", "application/x-www-form-urlencoded", "text/plain; charset=utf-8"]
)
@pytest.mark.parametrize(
    "text",
    [
        CSV,
        CSV.replace(",", "\t"),
        CSV.replace(",", ";").replace("\n", "\r\n"),
        CSV.replace(",", "，").replace("\n", "\r"),
        "sep=|\n" + CSV.replace(",", "|"),
        "\n".join(LINES),
        "\x1e" + "\n\x1e".join(LINES),
        json.dumps(OBJECTS),
        json.dumps(OBJECTS, ensure_ascii=False, indent=2),
        json.dumps({"total": 5, "meta": {"page": [1]}, "behaviors": OBJECTS, "next": None}, indent=1),
        "\n".join(json.dumps(row, indent=2) for row in OBJECTS),
        f"[{', '.join(LINES[:2])}]\n[{', '.join(LINES[2:])}]",
        f"[[{', '.join(LINES[:2])}], [], [{', '.join(LINES[2:])}]]",
    ],
)
def test_the_form_is_told_from_the_content(text: str, content_type: str) -> None:
    found = taken(text, content_type)
    assert (found.problems, found.bad) == ([], 0)
    assert [row.user_id for row in found.rows] == ["u0", "u1", "u2", "u0", "u1"]
    assert found.rows == taken(CSV).rows


@pytest.mark.parametrize(
    "encoding", ["utf-8-sig", "gb18030", "big5", "utf-16", "utf-16-le", "utf-8", "utf-32"]
)
@pytest.mark.parametrize("ascii_before", [0, 3_000])
def test_the_encoding_is_told_from_the_bytes(encoding: str, ascii_before: int) -> None:
    said = "user,time,action,app\n" + "u,2026-03-01,open,mail\n" * ascii_before
    said += "張三,2026-03-01,打開,微信\n張三,2026-03-01,播放,影片\n"
    assert [row.object for row in taken(said.encode(encoding)).rows[-2:]] == ["微信", "影片"]


def test_western_logs_are_not_taken_for_chinese() -> None:
    text = "user,time,action\nZoë,2026-03-01,öffnen\nAndré,2026-03-01,Müll déjà vu\n"
    assert [row.user_id for row in taken(text.encode("cp1252")).rows] == ["Zoë", "André"]


def test_what_somebody_else_could_not_decode_does_not_make_a_log_something_else_than_utf_8() -> None:
    assert taken("user,time,action\n张三,2026-03-01,\ufffd打开\n").rows[0].action == "\ufffd打开"


def test_bad_rows_of_a_table_are_told_by_their_line() -> None:
    text = (
        'user,time,action\r\nu,2026-03-01,"open\r\nnow"\r\nu,2026-03-01,x,y\r\nu,2026-03-01\r\n\r\n'
        '"u,2026-03-01,x\r\nu,yesterday,x\r\nu,2026-03-01,x,\r\n'
    )
    found = taken(text)
    assert [row.action for row in found.rows] == ["open now", "x"]
    assert problems(found) == [
        (4, None, "it has 4 fields, the header has 3"),
        (5, None, "it has 2 fields, the header has 3"),
        (7, None, "a quote is opened and not closed, or closed too late"),
        (8, None, "the time can't be read: “yesterday”"),
    ]


def test_an_endless_line_costs_itself_alone() -> None:
    text = f'user,time,action\nu,2026-03-01,{"x" * 150_000}\nu,2026-03-01,"{"x" * 150_000}"\nu,2026-03-01,x\n'
    found = taken(text)
    assert [one.line for one in found.problems] == [2, 3]
    assert [row.action for row in found.rows] == ["x"]


def test_bad_lines_of_json_are_told_by_their_line() -> None:
    bad = ["{", '{"a":NaN}', '{"a":1e999}', '"\\ud800"', '{"a":' + "[" * 2_000 + "]" * 2_000 + "}", "[1]"]
    found = taken("\n\n".join([LINES[0], *bad, LINES[1]]), "application/x-ndjson")
    assert len(found.rows) == 2
    assert [one.line for one in found.problems] == [3, 5, 7, 9, 11, 13]


@pytest.mark.parametrize(
    ("broken", "elements", "rows"),
    [
        ('{"time": NaN, "list": [{"a": 1}, {"b": 2}]}', [2], 4),
        ('{"user_id": "x}', [2], 4),
        ('{"user_id": "x"', [2], 4),
        ('{"user_id" "x"}', [2], 4),
        ('{"user_id": {"a": [1}', [2], 4),
        ("1, true", [2, 3], 4),
        ('"a"', [2], 4),
        ("}", [2], 4),
        ("]", [], 4),
        ("[", [], 4),
        ("oops", [2], 4),
    ],
)
def test_a_broken_element_of_a_list_costs_itself_alone(broken: str, elements: list[int], rows: int) -> None:
    found = taken(f"[{LINES[0]},\n{broken},\n{LINES[1]},\n{LINES[2]},{LINES[3]}]")
    assert len(found.rows) == rows
    assert [(one.line, one.element) for one in found.problems] == [(2, number) for number in elements]


def test_a_list_that_is_cut_off_keeps_what_is_whole() -> None:
    text = "[" + ",\n".join(LINES) + "]"
    ends = [text.index(line) + len(line) for line in LINES]
    for cut in range(len(LINES[0]) + 1, len(text)):
        found = taken(text[:cut])
        whole = sum(end <= cut for end in ends)
        assert (len(found.rows), found.bad) == (whole, 1)
        assert (found.problems[0].reason, found.problems[0].element) == (
            "the list is cut off here",
            whole + 1,
        )


def test_the_object_around_a_list_may_name_the_user() -> None:
    found = taken('{"user_id": "ann", "behaviors": [{"time": 1772323500, "action": "x"}]}')
    assert [row.user_id for row in found.rows] == ["ann"]


def test_what_stands_behind_a_list_is_not_lost_in_silence() -> None:
    (said,) = problems(taken(f"[{LINES[0]}] the end"))
    assert said == (1, 2, "it is no JSON: invalid literal, expected 'true', near “the end”")
    assert problems(taken(f'{{"a": [{LINES[0]}], 5')) == [
        (1, None, "there is more after the end of the list")
    ]
    found = taken(f'{{"a": [{LINES[0]}], "b": [{LINES[1]}]}}')
    assert problems(found) == [(1, None, "only the first list of the object is read")]


def test_a_list_of_anything_else_is_given_up() -> None:
    found = taken(json.dumps([LINES[0], *range(2_000), {"time": 1, "action": "x"}]))
    assert (found.rows, found.bad) == ([], 1_001)


@pytest.mark.parametrize(
    ("data", "content_type", "error", "says"),
    [
        (b"", "", Invalid, "nothing in it"),
        (b" \n", "", Invalid, "nothing in it"),
        (b"[]", "", Invalid, "no rows"),
        (b"user,time,action\n", "text/csv", Invalid, "no rows"),
        (b"user,time,action\n", "application/json", Invalid, "neither with a list"),
        (b'[{"a": 1}]', "", Invalid, "columns are: `a`"),
        (b'"' + b"x" * 120_000, "", Invalid, "first line"),
        (b"PK\x03\x04....", "text/csv", UnsupportedMediaType, "save the sheet as CSV"),
        (bytes(range(256)) * 40, "text/csv", UnsupportedMediaType, "no text"),
    ],
)
def test_what_is_no_log_is_refused(
    data: bytes, content_type: str, error: type[FreshetError], says: str
) -> None:
    with pytest.raises(error, match=says):
        taken(data, content_type)


def test_a_few_nuls_do_not_make_a_file_utf_16() -> None:
    found = taken("user,time,action\nu,2026-03-01,a\0\nu,2026-03-01,打开\n")
    assert problems(found) == [(2, None, "“action” holds a NUL character")]
    assert [row.action for row in found.rows] == ["打开"]


def test_all_problems_are_counted_and_the_first_are_listed() -> None:
    found = taken("user,time,action\n" + "u,?,x\n" * 150)
    assert (found.bad, len(found.problems), found.problems[99].line) == (150, 100, 101)


def test_too_many_rows_are_for_an_upload(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MAX_ROWS", 4)
    with pytest.raises(TooLarge, match="uploads"):
        taken(CSV)


@pytest.mark.parametrize("form", ["csv", "json", "lines"])
def test_a_file_is_cut_the_same_way_each_time_and_read_on_from_any_stretch(tmp_path: Path, form: str) -> None:
    rows = [OBJECTS[at % 5] | {"n": at} for at in range(2_500)]
    rows[700]["time"] = "?"
    lines = [json.dumps(row) for row in rows]
    table = ["user_id,time,action,object,n", *(",".join(map(str, row.values())) for row in rows)]
    path = tmp_path / "log"
    path.write_text({"csv": "\n".join(table), "json": json.dumps(rows), "lines": "\n".join(lines)}[form])
    whole = list(stretches(path, "", "", Reading(), size=400))
    assert [one.number for one in whole] == [1, 2, 3, 4, 5, 6, 7]
    assert [len(one.rows) + one.bad for one in whole] == [400] * 6 + [100]
    assert sum(one.bad for one in whole) == 1
    assert whole == [
        *whole[:2],
        *list(stretches(path, "", "", Reading(), size=400, after=2))[:2],
        *stretches(path, "", "", Reading(), size=400, after=4),
    ]
    assert whole[-1].position == whole[-1].total == path.stat().st_size
    assert sorted(one.position for one in whole) == [one.position for one in whole]


_PIECES = ["\n", " ", "\0", "user,time,action\n", "u,1,x\n", '{"user":"u","time":1,"action":"x"}', "\\ud800"]
_PIECES += [*'[]{}",:\\', "user", "time", "action", "2026-03-01", "1", "é", "打", '{"a":[']


@settings(max_examples=150)
@given(
    st.lists(st.sampled_from(_PIECES), max_size=25),
    st.sampled_from(["", "text/csv", "application/json", "application/jsonl"]),
)
def test_any_text_is_read_or_refused(pieces: list[str], content_type: str) -> None:
    data = "".join(pieces).encode()
    try:
        found = taken(data, content_type)
    except (Invalid, UnsupportedMediaType):
        pass
    else:
        assert len(found.rows) + found.bad > 0


@pytest.mark.parametrize(
    "text",
    [
        "[" + "{," * 200_000,
        "[" + '{"a' * 130_000,
        "[{" + "\n" * 400_000,
        "[" + "[" * 100_000,
        "[" + "x" * 400_000,
        "user,time,action\n" + f"u,2026-1-1{' ' * 70}x,y\n" * 1_000,
        "user,time,action\n" + '"u,' * 130_000,
        "\n".join(f'{{"time":1,"action":"x","a{at}":1,"b{at}":1,"c{at}":1}}' for at in range(1_500)),
    ],
    ids=["objects", "quotes", "blanks", "lists", "letters", "spaces", "cells", "names"],
)
def test_what_is_made_to_take_long_does_not(text: str) -> None:
    begun = time.process_time()
    with suppress(Invalid):
        taken(text)
    assert time.process_time() - begun < 1
