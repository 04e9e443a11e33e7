"""Files at a model's endpoint, over loopback: the stand-in, and servers that answer as endpoints do."""

import asyncio
import json
import re
from contextlib import suppress
from typing import Any

import pytest

from freshet.addresses import parse_networks
from freshet.errors import (
    AddressRefused,
    Invalid,
    ModelAuthentication,
    ModelBadRequest,
    ModelClosed,
    ModelMalformed,
    ModelNotFound,
    ModelOverloaded,
    ModelTimeout,
)
from freshet.llm import LLMClient, failures, files
from freshet.llm.providers.http import Transport
from tests.blocking import guarded
from tests.unit.llm.upstream import Answer, RawServer, StandIn, chunk, raw_server, sends, until

pytestmark = [pytest.mark.timeout(30), pytest.mark.usefixtures("short_backoff", "short_pauses")]

TEXT = "员工每年享有25天带薪年假。\nThe canteen opens at noon."
ID = "file-fe-1"
LOOPBACK = parse_networks("127.0.0.0/8")


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(failures, "_NOT_YET_S", 0.01)


def says(code: int = 200, **body: Any) -> Answer:
    return sends(json.dumps(body).encode(), status=f"{code} So", kind="application/json", pause=0)


def is_(status: str, **body: Any) -> Answer:
    return says(id=ID, object="file", status=status, **body)


class Silence:
    """An answer that does not come, until the test is over."""

    def __init__(self) -> None:
        self.over = asyncio.Event()

    async def __call__(self, writer: asyncio.StreamWriter) -> None:
        await self.over.wait()


@pytest.fixture
def silence() -> Silence:
    return Silence()


def client(upstream: RawServer, **options: Any) -> LLMClient:
    return LLMClient(base_url=upstream.url, model="m", **options)


def asked(upstream: RawServer) -> list[str]:
    """Methods and paths."""
    return [" ".join(head.split(" ")[:2]) for head in upstream.heads]


POST, GET, DELETE = "POST /v1/files", f"GET /v1/files/{ID}", f"DELETE /v1/files/{ID}"
DELETED = says(id=ID, object="file", deleted=True)
DONE = is_("processed")


async def test_a_file_goes_up_is_named_in_a_prompt_and_deleted(
    stand_in: StandIn, transport: Transport
) -> None:
    async with stand_in.client(transport=transport, api_key="sk-1", allowed=LOOPBACK) as llm:
        file_id = await llm.files.upload("手册.txt", TEXT.encode())
        named = [
            {"role": "system", "content": "Summarise the document in one sentence."},
            {"role": "system", "content": f"fileid://{file_id}"},
            {"role": "user", "content": "Go on."},
        ]
        assert await llm.chat_async(named) == "员工每年享有25天带薪年假。"
        await llm.files.delete(file_id)
        await llm.files.delete(file_id)
        with pytest.raises(ModelBadRequest, match=file_id):
            await llm.chat_async(named)
    seen = await stand_in.requests()
    assert all(one["authorized"] for one in seen)
    assert seen[0]["body"] == {"filename": "手册.txt", "bytes": len(TEXT.encode()), "purpose": "file-extract"}


async def test_the_form_holds_the_purpose_then_the_file_as_it_is(transport: Transport) -> None:
    data = bytes(range(256)) * 1000
    async with (
        raw_server(DONE) as upstream,
        client(upstream, transport=transport, api_key="sk-1", headers={"X-Tenant": "t1"}) as llm,
    ):
        assert await llm.files.upload('a "第一章".pdf', data) == ID
    assert asked(upstream) == [POST, GET]
    form, head = upstream.bodies[0], upstream.heads[0].lower()
    boundary = re.search(r"boundary=(\w+)", head)
    assert boundary
    _, purpose, file, end = form.split(b"--" + boundary[1].encode())
    assert b'name="purpose"\r\n\r\nfile-extract' in purpose
    assert 'name="file"; filename="a %22第一章%22.pdf"'.encode() in file
    assert file.endswith(b"\r\nContent-Type: application/octet-stream\r\n\r\n" + data + b"\r\n")
    assert end == b"--\r\n"
    assert "authorization: bearer sk-1" in head
    assert "x-tenant: t1" in head


async def test_a_file_is_waited_for_until_it_is_processed() -> None:
    answers = [is_("uploaded"), is_("uploaded"), is_("processing"), DONE]
    async with raw_server(*answers) as upstream, client(upstream) as llm:
        assert await llm.files.upload("a.pdf", b"x") == ID
    assert asked(upstream) == [POST, GET, GET, GET]


async def test_who_tells_no_status_has_nothing_to_wait_for() -> None:
    async with raw_server(says(id=ID)) as upstream, client(upstream) as llm:
        assert await llm.files.upload("a.pdf", b"x") == ID


@pytest.mark.parametrize("status", ["error", "failed"])
async def test_a_file_that_cannot_be_read_is_told_in_the_endpoints_words_and_deleted(status: str) -> None:
    failed = is_(status, status_details="file is encrypted, said sk-12")
    async with (
        raw_server(is_("uploaded"), failed, DELETED) as upstream,
        client(upstream, api_key="sk-12") as llm,
    ):
        with pytest.raises(ModelBadRequest, match=r"can't read the file: file is encrypted, said \*\*\*$"):
            await llm.files.upload("a.pdf", b"x")
    assert asked(upstream) == [POST, GET, DELETE]


async def test_a_file_that_takes_too_long_is_an_error_and_deleted(silence: Silence) -> None:
    answers: list[Answer] = [says(), is_("uploaded"), *[is_("processing")] * 2, silence, DELETED]
    async with raw_server(*answers) as upstream, client(upstream) as llm:
        await llm.ping()  # imports, which take time
        with pytest.raises(ModelTimeout, match="within 1 s"):
            await llm.files.upload("a.pdf", b"x", timeout=1)
        silence.over.set()
    assert asked(upstream)[1:] == [POST, GET, GET, GET, DELETE]


async def test_who_breaks_off_leaves_no_file_there(silence: Silence) -> None:
    answers: list[Answer] = [is_("uploaded"), silence, DELETED]
    async with raw_server(*answers) as upstream, client(upstream) as llm:
        uploading = asyncio.create_task(llm.files.upload("a.pdf", b"x"))
        await until(lambda: len(upstream.heads) == 2)
        uploading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await uploading
        silence.over.set()
    assert asked(upstream) == [POST, GET, DELETE]


async def test_what_passes_is_tried_again() -> None:
    busy, limited = says(503, error={"message": "busy"}), says(429, error={"message": "slow down"})
    answers = [busy, limited, is_("uploaded"), busy, DONE, limited, DELETED]
    async with raw_server(*answers) as upstream, client(upstream) as llm:
        file_id = await llm.files.upload("a.pdf", b"whole")
        await llm.files.delete(file_id)
    assert asked(upstream) == [POST, POST, POST, GET, GET, DELETE, DELETE]
    assert all(b"whole" in form for form in upstream.bodies[:3])


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (says(400, error={"message": "format is not supported"}), ModelBadRequest),
        (says(413, error={"message": "too large"}), ModelBadRequest),
        (says(401, error={"message": "no"}), ModelAuthentication),
        (says(404, error={"message": "no"}), ModelNotFound),
        (says(id=""), ModelMalformed),
        (says(id="../models"), ModelMalformed),
        (says(id=7), ModelMalformed),
        (sends(b"[]", kind="application/json"), ModelMalformed),
        (sends(b"<html>", kind="text/html"), ModelMalformed),
    ],
)
async def test_what_does_not_pass_is_told_at_once(answer: Answer, error: type[Exception]) -> None:
    async with raw_server(answer) as upstream, client(upstream) as llm:
        with pytest.raises(error):
            await llm.files.upload("a.pdf", b"x")
    assert asked(upstream) == [POST]


async def test_lasting_failures_are_raised(transport: Transport) -> None:
    async with raw_server(says(500)) as upstream, client(upstream, transport=transport) as llm:
        with pytest.raises(ModelOverloaded):
            await llm.files.delete(ID)
    assert asked(upstream) == [DELETE] * 3


async def test_a_file_that_is_gone_is_deleted_already_and_one_that_is_elsewhere_is_not() -> None:
    async with raw_server(says(404, error={"message": "No such File"})) as upstream, client(upstream) as llm:
        await llm.files.delete(ID)
    moved = sends(b"", status="307 Moved\r\nlocation: http://127.0.0.1:9/", pause=0)
    async with raw_server(moved) as upstream, client(upstream) as llm:
        with pytest.raises(ModelNotFound):
            await llm.files.delete(ID)


@pytest.mark.parametrize("file_id", ["", "..", "../models", "a/b", "a?b", "a b", "文件"])
async def test_what_is_no_id_is_not_sent(file_id: str) -> None:
    async with raw_server(DELETED) as upstream, client(upstream) as llm:
        with pytest.raises(ModelBadRequest):
            await llm.files.delete(file_id)
    assert upstream.heads == []


async def test_a_protocol_without_files_is_told_and_nothing_is_sent() -> None:
    async with raw_server(DONE) as upstream, client(upstream, provider="anthropic") as llm:
        with pytest.raises(Invalid, match="OpenAI"):
            await llm.files.upload("a.pdf", b"x")
        with pytest.raises(Invalid):
            await llm.files.delete(ID)
    assert upstream.heads == []


async def test_files_go_to_no_refused_address_and_not_through_a_closed_client() -> None:
    async with raw_server(DONE) as upstream:
        async with client(upstream, allowed=()) as llm:
            with pytest.raises(AddressRefused):
                await llm.files.upload("a.pdf", b"x")
        with pytest.raises(ModelClosed):
            await llm.files.upload("a.pdf", b"x")
    assert upstream.heads == []


async def test_a_name_that_is_no_text_is_refused() -> None:
    async with raw_server(DONE) as upstream, client(upstream) as llm:
        with pytest.raises(ModelBadRequest):
            await llm.files.upload("\ud83d.pdf", b"x")
    assert upstream.heads == []


async def test_an_azure_address_keeps_its_version() -> None:
    async with raw_server(DONE) as upstream:
        address = f"{upstream.url}?api-version=2024-10-21"
        async with LLMClient(base_url=address, model="m") as llm:
            await llm.files.upload("a.pdf", b"x")
    assert asked(upstream) == [f"{one}?api-version=2024-10-21" for one in (POST, GET)]


async def test_files_are_no_generations() -> None:
    ended: list[Any] = []
    async with raw_server(DONE) as upstream, client(upstream, on_generation=ended.append) as llm:
        await llm.files.upload("a.pdf", b"x")
        assert (llm.stats().generations, llm.stats().running) == (0, 0)
    assert ended == []


async def test_uploads_wait_for_a_worker(silence: Silence) -> None:
    async with raw_server(silence, DONE) as upstream, client(upstream, workers=1) as llm:
        first = asyncio.create_task(llm.files.upload("a.pdf", b"x"))
        await until(lambda: len(upstream.heads) == 1)
        second = asyncio.create_task(llm.files.upload("b.pdf", b"x"))
        await until(lambda: llm.stats().waiting == 1)
        assert asked(upstream) == [POST]
        first.cancel()
        assert await second == ID
        silence.over.set()
        with suppress(asyncio.CancelledError):
            await first


async def test_a_large_file_holds_up_nobody(stand_in: StandIn, transport: Transport) -> None:
    async with stand_in.client(transport=transport) as llm:
        await llm.files.delete(await llm.files.upload("first.txt", b"imports"))
        with guarded() as guard:
            file_id = await llm.files.upload("large.txt", b"0123456789" * 2_000_000)
        await llm.files.delete(file_id)
    assert (guard.calls, guard.imports, guard.slow) == ([], [], [])
    assert (await stand_in.requests())[3]["body"]["bytes"] == 20_000_000


async def test_a_prompt_that_names_a_file_waits_until_dashscope_has_read_it() -> None:
    """It says `processed` of a file and still refuses a prompt that names it."""
    words = "File parsing in progress, please try again later."
    unread = says(400, error={"message": words, "code": "invalid_parameter_error"})
    fine = sends(chunk("fine") + chunk(finish="stop") + b"data: [DONE]\n\n")
    async with raw_server(unread, unread, fine) as upstream, client(upstream) as llm:
        assert await llm.chat_async([{"role": "system", "content": f"fileid://{ID}"}]) == "fine"
    assert len(upstream.heads) == 3
