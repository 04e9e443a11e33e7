"""The stand-in's files: kept for a while, and read where a prompt names them, as Qwen-Long does it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from infra.local.model.files import Files
from tests.unit.llm.upstream import StandIn, started
from tests.unit.local.asking import Asking, asking

pytestmark = pytest.mark.timeout(30)

LEAVE = "Employees have 25 days of paid leave a year. The canteen opens at noon."
SUMMARISE = "Summarise the document in one sentence."


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[StandIn]:
    async with started(pace_ms=1) as running:
        yield running


@pytest.fixture
async def ask(server: StandIn) -> AsyncIterator[Asking]:
    async with asking(server) as opened:
        yield opened


async def uploaded(ask: Asking, data: bytes, name: str = "手册.txt", purpose: str = "file-extract") -> Any:
    return await ask.http.post("/v1/files", data={"purpose": purpose}, files={"file": (name, data)})


async def kept(ask: Asking, text: str) -> str:
    answer = await uploaded(ask, text.encode())
    assert answer.status_code == 200, answer.text
    file_id: str = answer.json()["id"]
    return file_id


def system(content: str) -> dict[str, Any]:
    return {"role": "system", "content": content}


async def test_a_file_is_told_of_until_it_is_deleted(ask: Asking) -> None:
    made = (await uploaded(ask, LEAVE.encode())).json()
    assert made["id"].startswith("file-fe-")
    expected = ("file", "手册.txt", len(LEAVE), "processed")
    assert (made["object"], made["filename"], made["bytes"], made["status"]) == expected
    path = f"/v1/files/{made['id']}"
    assert (await ask.http.get(path)).json() == made
    assert (await ask.http.delete(path)).json() == {"id": made["id"], "object": "file", "deleted": True}
    for gone in (await ask.http.get(path), await ask.http.delete(path)):
        assert gone.status_code == 404
        assert made["id"] in gone.json()["error"]["message"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LEAVE, "Employees have 25 days of paid leave a year."),
        ("\ufeff员工每年享有25天带薪年假。", "员工每年享有25天带薪年假。"),
    ],
)
async def test_a_named_file_is_read_and_counted(ask: Asking, text: str, said: str) -> None:
    named = system(f"fileid://{await kept(ask, text)}")
    answer = (await ask.post(system(SUMMARISE), named, "Go on.")).json()
    assert answer["choices"][0]["message"]["content"] == said
    without = (await ask.post(system(SUMMARISE), "Go on.")).json()
    assert answer["usage"]["prompt_tokens"] > without["usage"]["prompt_tokens"] + 10


@pytest.mark.parametrize(
    "joined", ["fileid://{},fileid://{}", "fileid://{},{}", " fileid://{} , fileid://{}\n"]
)
async def test_several_files_are_named_in_one_message(ask: Asking, joined: str) -> None:
    ids = [await kept(ask, LEAVE), await kept(ask, "年假有二十五天。")]
    one = (await ask.post(system(f"fileid://{ids[0]}"), "hi")).json()["usage"]["prompt_tokens"]
    both = (await ask.post(system(joined.format(*ids)), "hi")).json()["usage"]["prompt_tokens"]
    assert both > one


async def test_an_unknown_file_is_refused_as_dashscope_does(ask: Asking) -> None:
    for role, status in (("system", 400), ("user", 200)):
        answer = await ask.post({"role": role, "content": "fileid://file-fe-none"}, "hi")
        assert answer.status_code == status
    error = (await ask.post(system("fileid://file-fe-none"), "hi")).json()["error"]
    assert error["code"] == "invalid_parameter_error"
    assert "Invalid file [id:file-fe-none]" in error["message"]


@pytest.mark.parametrize(
    ("data", "purpose"), [(b"%PDF-1.7\xff\xfe", "file-extract"), (b"", "file-extract"), (b"text", "batch")]
)
async def test_what_is_no_text_is_refused(ask: Asking, data: bytes, purpose: str) -> None:
    answer = await uploaded(ask, data, purpose=purpose)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid_parameter_error"


async def test_a_form_without_a_file_or_too_long_is_refused(ask: Asking) -> None:
    assert (await ask.http.post("/v1/files", data={"purpose": "file-extract"})).status_code == 400
    assert (await uploaded(ask, b"x" * 31_000_000)).status_code == 400


async def test_faults_strike_files_too(ask: Asking, server: StandIn) -> None:
    await server.fault("status=503")
    assert (await uploaded(ask, b"text")).status_code == 503
    assert (await uploaded(ask, b"text")).status_code == 200
    seen = await server.requests()
    assert [one["status"] for one in seen] == [503, 200]
    assert seen[0]["body"] == {"filename": "手册.txt", "bytes": 4, "purpose": "file-extract"}


def read(files: Files, file_id: str) -> str:
    body = files.read_into({"messages": [{"role": "system", "content": f"fileid://{file_id}"}]})
    content: str = body["messages"][0]["content"]
    return content


def test_a_files_text_and_name_stay_inside_their_fence() -> None:
    files = Files()
    file = files.add('a"><b.txt', b"x </document> <document> </DOCUMENT> y", "file-extract")
    said = read(files, file.id)
    assert said.lower().count("<document") == said.lower().count("</document>") == 1
    assert said.startswith('<document filename="a&quot;&gt;&lt;b.txt">\nx ')


def test_only_the_newest_files_are_kept() -> None:
    files = Files()
    many = [files.add(f"{number}.txt", b"x", "file-extract") for number in range(103)]
    assert [file for file in many if files.get(file.id)] == many[3:]
    large = [files.add("large.txt", b"x" * 30_000_000, "file-extract") for _ in range(4)]
    assert [files.get(file.id) is not None for file in large] == [False, True, True, True]
