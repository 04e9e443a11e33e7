"""Annotations: where an answer cites a document, in the two shapes that OpenAI's APIs have for it.

Each verified citation stands at every marker that names its source. `document_id`, `page` and `quote` are
members of our own beside OpenAI's. Places count in characters, that is, code points.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote as quoted

Citation = Mapping[str, Any]  # as in `final_response.citations`


def chat_annotations(output: str, citations: Sequence[Citation]) -> list[dict[str, Any]]:
    """`annotations` of a chat completion's message, in the order of the text."""
    return [
        {
            "type": "url_citation",
            "url_citation": {
                "start_index": start,
                "end_index": end,
                "title": citation["filename"],
                "url": _url(citation),
            },
            **_ours(citation),
        }
        for start, end, citation in _placed(output, citations)
    ]


def file_citations(output: str, citations: Sequence[Citation]) -> list[dict[str, Any]]:
    """`annotations` of an `output_text` of the Responses API, in the order of the text."""
    return [
        {
            "type": "file_citation",
            "index": start,
            "file_id": citation["document_id"],
            "filename": citation["filename"],
            **_ours(citation),
        }
        for start, _, citation in _placed(output, citations)
    ]


def _placed(output: str, citations: Sequence[Citation]) -> Iterator[tuple[int, int, Citation]]:
    """Each place of a marker with each citation that is behind it."""
    if not citations:
        return
    from freshet.rag.claims import marked  # where there are citations it is loaded already

    for start, end, sources in marked(output):
        for citation in citations:
            if citation["marker"] in sources:
                yield start, end, citation


def _ours(citation: Citation) -> dict[str, Any]:
    return {name: citation[name] for name in ("document_id", "page", "quote")}


def _url(citation: Citation) -> str:
    """Where the document can be downloaded, relative to the stack; browsers open a PDF at the page."""
    page = f"#page={citation['page']}" if citation["page"] else ""
    return f"/api/v1/documents/{quoted(citation['document_id'], safe='')}/file{page}"
