from typing import Any

import pytest

from freshet.chat.openai_api.annotations import chat_annotations, file_citations


def citation(marker: int, **more: Any) -> dict[str, Any]:
    about = {"document_id": f"d{marker}", "filename": f"第{marker}份.pdf", "page": marker, "quote": "原文"}
    return {"marker": marker, **about, **more}


def test_an_annotation_stands_where_its_marker_does_in_characters() -> None:
    output = "年假😀是二十天[1]，另有两天[2]。"
    found = chat_annotations(output, [citation(1), citation(2)])
    places = [(one["url_citation"]["start_index"], one["url_citation"]["end_index"]) for one in found]
    assert [output[start:end] for start, end in places] == ["[1]", "[2]"]
    assert [one["url_citation"]["title"] for one in found] == ["第1份.pdf", "第2份.pdf"]
    assert [(one["document_id"], one["page"], one["quote"]) for one in found] == [
        ("d1", 1, "原文"),
        ("d2", 2, "原文"),
    ]


@pytest.mark.parametrize(
    ("output", "marked"),
    [
        ("a [1][2].", ["[1]", "[2]"]),
        ("a [1, 2].", ["[1, 2]", "[1, 2]"]),
        ("a【来源1】b [sources 2]", ["【来源1】", "[sources 2]"]),
        ("a [1] b [1]", ["[1]", "[1]"]),
        ("`x[1]` and [3] and [12]", []),
    ],
)
def test_every_form_of_marker_is_found_and_no_code(output: str, marked: list[str]) -> None:
    found = file_citations(output, [citation(1), citation(2)])
    starts = [output.index(marked[0])] if marked else []
    assert len(found) == len(marked)
    assert [one["index"] for one in found][:1] == starts
    assert [output[one["index"] :].startswith(text) for one, text in zip(found, marked, strict=True)] == [
        True
    ] * len(marked)


def test_the_address_is_the_documents_file_at_its_page() -> None:
    urls = [
        one["url_citation"]["url"]
        for one in chat_annotations("[1][2]", [citation(1), citation(2, page=None, document_id="a/b")])
    ]
    assert urls == ["/api/v1/documents/d1/file#page=1", "/api/v1/documents/a%2Fb/file"]


def test_two_quotes_of_one_source_are_both_behind_its_marker() -> None:
    quotes = [one["quote"] for one in file_citations("x [1]", [citation(1), citation(1, quote="other")])]
    assert quotes == ["原文", "other"]


def test_without_citations_there_are_no_annotations() -> None:
    assert chat_annotations("a [1]", []) == []
