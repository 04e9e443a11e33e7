"""Uploads that are wrong, odd or never finished: each gets a clear answer, and nothing is lost."""

import io
import unicodedata
import zipfile
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.e2e import papers
from tests.e2e.client import add, ask, checked, final, problem, send_file, start_upload, upload, wait
from tests.e2e.local_cloud import LocalCloud

LIMIT = 100_000_000
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


def office_file(body: str, prolog: str = "") -> bytes:
    """A Word document of one part."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f"{prolog}<document><body>{body}</body></document>")
    return buffer.getvalue()


def test_an_empty_file_is_refused_at_once(api: httpx.Client) -> None:
    answer = api.post("/api/v1/documents/upload", files={"file": ("empty.pdf", b"")})
    assert problem(answer, 422)["code"] == "empty"


def test_an_empty_file_is_refused_by_the_presigned_form(api: httpx.Client) -> None:
    document, form = start_upload(api, filename="empty.pdf")
    assert 400 <= send_file(form, b"").status_code < 500
    assert checked(api.get(f"/api/v1/documents/{document['id']}"))["status"] == "uploading"


@pytest.mark.parametrize(
    ("filename", "data", "code"),
    [
        ("blank.txt", b" \n\t\n ", "no_text"),
        ("picture.pdf", PNG, "unsupported_format"),
        ("program.exe", b"MZ" + bytes(range(256)), "unsupported_format"),
        ("no-extension", bytes(range(256)), "unsupported_format"),
        ("broken.pdf", b"%PDF-1.7\nnothing that follows is a PDF", "damaged"),
        ("broken.docx", b"PK\x03\x04 and then nothing", "damaged"),
        ("marks.csv", b";,;\n| |\n", "no_text"),
        ("picture.docx", office_file("<p/>"), "no_text"),
        ("entities.docx", office_file("<p/>", prolog='<!DOCTYPE x [<!ENTITY a "lol">]>'), "damaged"),
        ("deep.json", b"[" * 100_000, "over_limit"),
        (
            "locked.docx",
            bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"),
            "encrypted",
        ),
        ("locked.eml", b"Content-Type: multipart/encrypted; boundary=b\n\n--b--", "encrypted"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_cannot_be_read_fails_with_its_reason(
    api: httpx.Client, filename: str, data: bytes, code: str
) -> None:
    document = wait(api, upload(api, filename, data)["id"])
    assert document["status"] == "failed", document
    assert document["error"]["code"] == code
    assert document["error"]["message"]
    assert document["chunks"] == 0


@pytest.mark.parametrize("filename", ["guide.docx", "guide.txt", "guide.xyz", "guide"])
def test_a_wrong_extension_does_not_matter_where_the_content_is_clear(
    stranger: httpx.Client, guide_pdf: bytes, filename: str
) -> None:
    document = add(stranger, filename, guide_pdf)
    events = ask(stranger, "When was the submarine built?", document_ids=[document["id"]])
    (cited,) = final(events)["citations"]
    assert (cited["filename"], cited["page"]) == (filename, 3)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../../etc/passwd.md", "passwd.md"),
        ("..\\..\\windows\\system.md", "system.md"),
        ("/absolute/path.md", "path.md"),
        ("员工手册 第一版.md", "员工手册 第一版.md"),
        ("📄🚀 plan.md", "📄🚀 plan.md"),
        ("Zoë’s “notes”; a=b.md", "Zoë’s “notes”; a=b.md"),
        ("e\u0301tude.md", unicodedata.normalize("NFC", "e\u0301tude.md")),
        ("x" * 252 + ".md", "x" * 252 + ".md"),
    ],
)
def test_an_odd_file_name_is_kept_without_its_path(api: httpx.Client, given: str, kept: str) -> None:
    by_form = upload(api, given, b"# Odd\n\nA file with an odd name.")
    by_post, _ = start_upload(api, filename=given)
    assert by_form["filename"] == by_post["filename"] == kept
    for document in (by_form, by_post):
        assert api.delete(f"/api/v1/documents/{document['id']}").status_code == 204


@pytest.mark.parametrize("filename", ["员工手册 📄.md", "a; name=x's.md"])
def test_a_download_bears_the_odd_name(api: httpx.Client, filename: str) -> None:
    document = add(api, filename, b"# Odd\n\nA file with an odd name.")
    fetched = httpx.get(api.get(f"/api/v1/documents/{document['id']}/file").headers["location"])
    assert fetched.status_code == 200, fetched.text
    disposition = fetched.headers["content-disposition"]
    assert disposition == f"attachment; filename*=UTF-8''{quote(filename, safe='')}"


@pytest.mark.parametrize("filename", ["n" * 300 + ".pdf", "汉" * 300, "", "..", "../", "\x00\x07"])
def test_an_impossible_file_name_is_refused(api: httpx.Client, filename: str) -> None:
    problem(api.post("/api/v1/documents", json={"filename": filename}), 422)


@pytest.mark.parametrize("filename", ["n" * 300 + ".pdf", "汉" * 300, "..", "../"])
def test_an_impossible_file_name_is_refused_in_a_form_too(api: httpx.Client, filename: str) -> None:
    problem(api.post("/api/v1/documents/upload", files={"file": (filename, b"text")}), 422)


def test_a_declared_size_above_the_limit_is_refused(api: httpx.Client) -> None:
    body = {"filename": "large.pdf", "size": 101_000_000}
    found = problem(api.post("/api/v1/documents", json=body), 413)
    assert found["code"] == "too_large"
    assert str(LIMIT) in found["detail"]


def test_a_file_above_the_limit_is_refused_by_the_presigned_form(api: httpx.Client) -> None:
    document, form = start_upload(api, filename="large.pdf")
    answer = send_file(form, bytes(LIMIT + 1_000_000))
    assert answer.status_code == 400
    assert "EntityTooLarge" in answer.text
    assert checked(api.get(f"/api/v1/documents/{document['id']}"))["status"] == "uploading"


@pytest.mark.parametrize("size", [4 * 1024 * 1024 + 1, 5_500_000, 11_000_000])
def test_a_form_upload_above_four_megabytes_is_refused(api: httpx.Client, size: int) -> None:
    answer = api.post("/api/v1/documents/upload", files={"file": ("large.txt", b"x" * size)})
    assert problem(answer, 413)["code"] == "too_large"


def test_a_form_upload_of_four_megabytes_is_taken(stranger: httpx.Client) -> None:
    document = upload(stranger, "large.bin", bytes(4 * 1024 * 1024))
    assert document["size"] == 4 * 1024 * 1024
    assert wait(stranger, document["id"])["error"]["code"] == "unsupported_format"


def test_a_presigned_form_is_good_for_its_own_key_only(cloud: LocalCloud, api: httpx.Client) -> None:
    document, form = start_upload(api, filename="mine.md")
    elsewhere = form["fields"]["key"].replace("/dev/", "/stranger/")
    answer = send_file({**form, "fields": {**form["fields"], "key": elsewhere}}, b"text")
    assert answer.status_code == 403
    assert checked(api.get(f"/api/v1/documents/{document['id']}"))["status"] == "uploading"
    keys = cloud.aws.client("s3").list_objects_v2(Bucket=cloud.outputs["BucketName"], Prefix=elsewhere)
    assert keys["KeyCount"] == 0


def test_an_upload_that_never_finishes_stays_uploading(api: httpx.Client) -> None:
    document, _ = start_upload(api, filename="never.pdf", content_type="application/pdf", size=1000)
    path = f"/api/v1/documents/{document['id']}"
    assert checked(api.get(path, params={"wait": 1}))["status"] == "uploading"
    assert problem(api.post(f"{path}/parse"), 409)["code"] == "conflict"
    assert problem(api.get(f"{path}/file"), 409)["code"] == "conflict"
    assert checked(api.get(f"{path}/chunks")) == {"items": [], "next_cursor": None}
    listed = checked(api.get("/api/v1/documents", params={"status": "uploading", "limit": 100}))["items"]
    assert document["id"] in {one["id"] for one in listed}
    assert api.delete(path).status_code == 204
    problem(api.get(path), 404)


def test_the_same_file_twice_is_two_documents(stranger: httpx.Client, chinese_pdf: bytes) -> None:
    first, second = (add(stranger, "twice.pdf", chinese_pdf) for _ in range(2))
    assert first["id"] != second["id"]
    body = {"query": "成人票多少钱？", "document_ids": [first["id"], second["id"]]}
    found = checked(stranger.post("/api/v1/search", json=body))["items"]
    assert {one["document_id"] for one in found} == {first["id"], second["id"]}
    assert stranger.delete(f"/api/v1/documents/{first['id']}").status_code == 204
    left = checked(stranger.post("/api/v1/search", json={**body, "document_ids": [second["id"]]}))["items"]
    assert {one["document_id"] for one in left} == {second["id"]}


@pytest.mark.parametrize(
    "request_",
    [
        {"files": {"other": ("guide.md", b"text")}},
        {"data": {"file": "not a file"}},
        {"content": b"no form", "headers": {"content-type": "multipart/form-data"}},
        {"content": b"--x\r\nbroken", "headers": {"content-type": "multipart/form-data; boundary=x"}},
        {"files": {"file": ("guide.md", b"text")}, "data": {"kind": "novel"}},
        {"json": {"file": "text"}},
        {},
    ],
)
def test_a_form_that_is_no_upload_is_refused(api: httpx.Client, request_: dict[str, Any]) -> None:
    problem(api.post("/api/v1/documents/upload", **request_))


def test_a_long_document_gets_all_of_its_pages(stranger: httpx.Client, tmp_path: Any) -> None:
    chapters = [f"# Chapter {n}\nThe secret number of chapter {n} is {n * 7919}." for n in range(1, 41)]
    text = "\n---\n".join(chapters)
    document = add(stranger, "long.pdf", papers.pdf(tmp_path, text))
    assert document["pages_total"] == 40
    question = "What is the secret number of chapter 33?"
    (cited, *_) = final(ask(stranger, question, document_ids=[document["id"]]))["citations"]
    assert (cited["page"], cited["quote"]) == (33, f"The secret number of chapter 33 is {33 * 7919}.")
