"""JSON: every value with its path, records as blocks, errors with their line."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshet import errors
from freshet.documents.formats.json import _records

from .conftest import Read


def test_values_carry_the_path_of_their_keys(blocks: Read) -> None:
    value = {
        "标题": "茶",
        "person": {"name": "Ada", "langs": ["en", "zh"], "tags": [{"k": 1.50}, {"k": None}]},
    }
    [found] = blocks(json.dumps(value, ensure_ascii=False).encode("gb18030"), "a.json")
    assert found.text == "标题: 茶\nperson.name: Ada\nperson.langs: en, zh\nperson.tags[0].k: 1.5"


def test_numbers_stay_as_written(blocks: Read) -> None:
    [found] = blocks(b'{"a": 1.10, "b": 12345678901234567890.123, "c": 1e400, "d": NaN, "e": true}', "a.json")
    assert found.text == "a: 1.10\nb: 12345678901234567890.123\nc: 1e400\nd: NaN\ne: true"


@pytest.mark.parametrize(
    "text",
    ['[{"a": 1}, {"a": 2}]', '{"a": 1}\n{"a": 2}\n', '\ufeff{"a": 1}\r\n\r\n{"a": 2}'],
)
def test_lists_and_lines_are_records(blocks: Read, text: str) -> None:
    assert [b.text for b in blocks(text.encode(), "a.jsonl")] == ["a: 1\na: 2"]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[{"id": 1, "at": {"city": "Bern"}}, {"id": 2, "at": {"city": null}}]', ""),
        ('{"id": 1, "at": {"city": "Bern"}}\n{"id": 2, "at": {"city": null}}', ""),
        ('{"行": [{"id": 1, "at": {"city": "Bern"}}, {"id": 2, "at": {"city": null}}]}', "行."),
    ],
)
def test_small_records_with_the_same_keys_are_a_table(blocks: Read, text: str, key: str) -> None:
    [found] = blocks(text.encode(), "a.json")
    header = f"{key}id | {key}at.city"
    assert (found.kind, found.header) == ("table", header)
    assert found.text == f"{header}\n1 | Bern\n2 | "


def test_long_tables_of_records_repeat_their_header(blocks: Read) -> None:
    value = [{"id": number, "name": "x" * 50} for number in range(2_000)]
    found = blocks(json.dumps(value).encode(), "a.json")
    assert len(found) > 2
    assert all(b.header == "id | name" and b.text.startswith("id | name\n") for b in found)
    rows = [line for b in found for line in b.text.split("\n")[1:]]
    assert rows == [f"{number} | {'x' * 50}" for number in range(2_000)]


def test_records_with_different_keys_stay_apart(blocks: Read) -> None:
    [found] = blocks(b'[{"a": 1, "b": 2}, {"a": 3, "c": 4}]', "a.json")
    assert found.text == "a: 1\nb: 2\n\na: 3\nc: 4"


def test_long_records_are_blocks_of_their_own(blocks: Read) -> None:
    value = [{"id": number, "text": "word " * 200} for number in range(3)]
    found = blocks(json.dumps(value).encode(), "a.json")
    assert [b.text.splitlines()[0] for b in found] == ["id: 0", "id: 1", "id: 2"]


def test_lists_inside_the_outermost_object_are_records_too(blocks: Read) -> None:
    value = {"rows": [{"id": number, "text": "word " * 200} for number in range(2)]}
    found = blocks(json.dumps(value).encode(), "a.json")
    assert [b.text.splitlines()[0] for b in found] == ["rows[0].id: 0", "rows[1].id: 1"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('{"a": 1,\n"b": }', 2),
        ("[1,\n2\n3]", 3),
        ("[1, 2\n", 2),
        ('{"a": 1}\n{"a": 2}\nnot json', 3),
        ('{"a": 1}\n{"a":\n{"a": 3}\n', 2),
        ('["a"]\n]', 2),
        ("{'a': 1}", 1),
    ],
)
def test_broken_json_names_the_line(blocks: Read, text: str, line: int) -> None:
    with pytest.raises(errors.Damaged, match=f"line {line}"):
        blocks(text.encode(), "a.json")


@pytest.mark.parametrize("text", ["{}", "[]", "null", '{"a": {"b": []}}'])
def test_json_without_values_says_so(blocks: Read, text: str) -> None:
    with pytest.raises(errors.NoText):
        blocks(text.encode(), "a.json")


VALUES = st.recursive(
    st.text("ab 茶", min_size=1).filter(str.strip) | st.integers() | st.booleans(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("xyz", min_size=1), inner, max_size=4)
    ),
    max_leaves=12,
)


def leaves(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [leaf for one in value.values() for leaf in leaves(one)]
    if isinstance(value, list):
        return [leaf for one in value for leaf in leaves(one)]
    return [value if isinstance(value, str) else json.dumps(value)]


@given(VALUES)
def test_no_value_is_lost(value: Any) -> None:
    text = "\n".join(record.lines() for record in _records(json.dumps(value, ensure_ascii=False)))
    for leaf in leaves(value):
        assert leaf in text
