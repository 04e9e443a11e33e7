"""What a new user does: a document goes in, a cited answer streams out, in two languages."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import httpx
import pytest

from tests.e2e import papers
from tests.e2e.client import PIECE_MS, add, ask, check_stream, checked, contents, final, text_of

ENGLISH = ("How much does an adult ticket cost?", "14 euros", 2, "An adult ticket costs 14 euros.")
CHINESE = ("成人票多少钱？", "六十元", 2, "成人票每张六十元。")


@pytest.fixture(params=["english", "chinese"])
def paper(request: pytest.FixtureRequest) -> Any:
    """A document, its text, and a question with its answer, page and quote."""
    if request.param == "english":
        return request.getfixturevalue("guide"), papers.GUIDE, ENGLISH
    return request.getfixturevalue("chinese_guide"), papers.CHINESE_GUIDE, CHINESE


def test_an_uploaded_pdf_says_what_became_of_it(paper: Any) -> None:
    document, text, _ = paper
    assert document["pages_done"] == document["pages_total"] == len(papers.pages(text))
    assert document["chunks"] >= 1
    assert document["error"] is None


def test_the_answer_streams_with_a_citation_of_document_page_and_exact_quote(
    api: httpx.Client, paper: Any
) -> None:
    document, text, (question, answer, page, quote) = paper
    events = ask(api, question, document_ids=[document["id"]])
    check_stream(events)
    assert events[0].data["sources"][0]["document_id"] == document["id"]
    assert answer in text_of(events)
    assert text_of(events) == final(events)["output"]
    (cited,) = final(events)["citations"]
    assert (cited["document_id"], cited["filename"], cited["page"], cited["quote"]) == (
        document["id"],
        document["filename"],
        page,
        quote,
    )
    assert cited["quote"] in papers.pages(text)[page - 1]
    assert events[-1].data["metrics"]["prompt_tokens"] > 0


def test_a_quote_stands_at_its_place_in_what_was_indexed(api: httpx.Client, paper: Any) -> None:
    document, _, (question, *_) = paper
    (cited,) = final(ask(api, question, document_ids=[document["id"]]))["citations"]
    chunks = checked(api.get(f"/api/v1/documents/{document['id']}/chunks"))["items"]
    (chunk,) = (one for one in chunks if one["chunk_id"] == cited["chunk_id"])
    begin, end = (cited[name] - chunk["start"] for name in ("start", "end"))
    assert chunk["text"][begin:end] == cited["quote"]


def test_pieces_arrive_as_the_model_writes_them(
    api: httpx.Client, guide: dict[str, Any], faults: Callable[..., None]
) -> None:
    slow_ms = 60
    faults("", f"slow={slow_ms}")
    question = "Where do the guided tours of the museum start every day?"
    events = ask(api, question, document_ids=[guide["id"]])
    pieces = contents(events)
    assert len(pieces) > 10
    gap_s = (slow_ms + PIECE_MS) / 1000
    assert pieces[-1].at - pieces[0].at > 0.8 * gap_s * (len(pieces) - 1)
    gaps = sorted(after.at - before.at for before, after in pairwise(pieces))
    assert gaps[len(gaps) // 2] > 0.8 * gap_s
    assert pieces[0].at - events[0].at > 0.8 * gap_s  # the sources were shown before the model began


def test_the_plain_answer_is_the_stream_folded(api: httpx.Client, paper: Any) -> None:
    document, _, (question, *_) = paper
    body = {"query": question, "document_ids": [document["id"]]}
    streamed = final(ask(api, question, document_ids=[document["id"]]))
    folded = checked(api.post("/api/v1/query", json=body))
    assert folded["answer"] == streamed["output"]
    assert folded["citations"] == streamed["citations"]
    assert folded["answered"] is True
    usage = folded["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"] > 0
    assert folded["run_id"]
    assert folded["metrics"]["attempts"] == 1


def test_search_finds_the_passage(api: httpx.Client, paper: Any) -> None:
    document, _, (question, _, _, quote) = paper
    found = checked(api.post("/api/v1/search", json={"query": question, "top_k": 3}))["items"]
    assert len(found) <= 3
    assert found[0]["document_id"] == document["id"]
    assert quote in found[0]["text"]


@pytest.mark.parametrize(
    ("which", "question", "answer", "follow_up", "answer_to_it"),
    [
        (
            "guide",
            "How much does an adult ticket cost?",
            "An adult ticket costs 14 euros.",
            "And for groups of ten or more visitors?",
            "9 euros",
        ),
        ("chinese_guide", "成人票多少钱？", "成人票每张六十元。", "那十人以上的团体呢？", "四十元"),
    ],
)
def test_a_follow_up_is_understood_from_the_history(
    api: httpx.Client,
    request: pytest.FixtureRequest,
    which: str,
    question: str,
    answer: str,
    follow_up: str,
    answer_to_it: str,
) -> None:
    document = request.getfixturevalue(which)
    history = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    events = ask(api, follow_up, history=history, document_ids=[document["id"]])
    check_stream(events)
    assert question in events[0].data["query"]  # it was rewritten to stand alone
    assert answer_to_it in final(events)["output"]
    assert final(events)["citations"]


@pytest.mark.parametrize(
    ("which", "question", "says"),
    [
        ("guide", "Who won the chess championship in Reykjavik?", "do not contain an answer"),
        ("chinese_guide", "雷克雅未克国际象棋锦标赛的冠军是谁？", "没有找到"),
    ],
)
def test_what_the_documents_do_not_say_is_not_answered(
    api: httpx.Client, request: pytest.FixtureRequest, which: str, question: str, says: str
) -> None:
    document = request.getfixturevalue(which)
    events = ask(api, question, document_ids=[document["id"]])
    check_stream(events)
    assert says in text_of(events)
    assert final(events)["answered"] is False
    assert final(events)["citations"] == []


@pytest.mark.parametrize(
    ("filename", "data", "question", "quote"),
    [
        ("guide.docx", papers.docx(papers.GUIDE), ENGLISH[0], ENGLISH[3]),
        ("guide.md", papers.markdown(papers.GUIDE), ENGLISH[0], ENGLISH[3]),
        ("guide.html", papers.html(papers.GUIDE), ENGLISH[0], ENGLISH[3]),
        ("guide.txt", papers.plain(papers.GUIDE, "utf-8"), ENGLISH[0], ENGLISH[3]),
        ("指南.docx", papers.docx(papers.CHINESE_GUIDE), CHINESE[0], CHINESE[3]),
        ("指南.txt", papers.plain(papers.CHINESE_GUIDE, "gb18030"), CHINESE[0], CHINESE[3]),
    ],
)
def test_every_format_answers_with_a_quote(
    stranger: httpx.Client, filename: str, data: bytes, question: str, quote: str
) -> None:
    document = add(stranger, filename, data)
    assert document["filename"] == filename
    (cited,) = final(ask(stranger, question, document_ids=[document["id"]]))["citations"]
    assert cited["quote"] == quote
    checked_headings = {"Tickets", "门票"} & set(cited["heading"])
    assert checked_headings or filename.endswith(".txt")


def test_the_original_file_comes_back(api: httpx.Client, guide: dict[str, Any], guide_pdf: bytes) -> None:
    moved = api.get(f"/api/v1/documents/{guide['id']}/file")
    assert moved.status_code == 302
    fetched = httpx.get(moved.headers["location"])
    assert fetched.content == guide_pdf
    assert "guide.pdf" in fetched.headers["content-disposition"]


def test_a_document_is_deleted_everywhere(stranger: httpx.Client) -> None:
    document = add(stranger, "secret.md", b"# Vault\n\nThe code of the vault in Bergen is 4711-ZX.\n")
    body = {"query": "What is the code of the vault in Bergen?"}
    found = checked(stranger.post("/api/v1/search", json=body))["items"]
    assert found[0]["document_id"] == document["id"]
    url = stranger.get(f"/api/v1/documents/{document['id']}/file").headers["location"]
    assert stranger.delete(f"/api/v1/documents/{document['id']}").status_code == 204
    found = checked(stranger.post("/api/v1/search", json=body))["items"]
    assert document["id"] not in {one["document_id"] for one in found}
    assert httpx.get(url).status_code == 404
    assert stranger.get(f"/api/v1/documents/{document['id']}").status_code == 404
    assert stranger.delete(f"/api/v1/documents/{document['id']}").status_code == 404


def test_a_document_that_is_parsed_again_is_not_doubled(api: httpx.Client, guide: dict[str, Any]) -> None:
    answer = api.post(f"/api/v1/documents/{guide['id']}/parse")
    assert answer.status_code == 202
    assert answer.json()["status"] == "parsing"
    again = checked(api.get(f"/api/v1/documents/{guide['id']}", params={"wait": 20}))
    assert (again["status"], again["chunks"]) == ("ready", guide["chunks"])
    body = {"query": ENGLISH[0], "document_ids": [guide["id"]], "top_k": 50}
    found = checked(api.post("/api/v1/search", json=body))["items"]
    assert len(found) <= guide["chunks"]
    assert len({one["chunk_id"] for one in found}) == len(found)
