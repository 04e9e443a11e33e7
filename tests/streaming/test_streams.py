"""What a client of a streaming function gets, with AWS's runtime client in its own process."""

import asyncio
import base64
import json
import statistics
import time
from pathlib import Path

import pytest

from infra.local.lambda_service import FunctionPool
from tests.streaming.conftest import MakePool
from tests.streaming.functions import eventually, free, request, split, whole


async def invoke(pool: FunctionPool, path: str, **parts: object) -> tuple[dict[str, object], bytes]:
    invocation = await pool.invoke(request(path, **parts))
    answer = await whole(invocation)
    assert invocation.function_error is None
    return answer


async def test_a_chunk_arrives_when_it_is_made(plain: FunctionPool) -> None:
    await invoke(plain, "/tasks")  # warm
    invocation = await plain.invoke(request("/ticks"))
    arrived = [(time.monotonic(), chunk) async for chunk in invocation.chunks()]
    made = [float(line) for line in split(b"".join(chunk for _, chunk in arrived))[1].split()]
    # One arrival for the head, one a chunk; each chunk names the moment of its making.
    seen = {float(line): at for at, chunk in arrived[1:] for line in chunk.split()}
    assert len(made) == 5
    assert seen[made[0]] < made[-1] - 0.3, "the first chunk waited for the others"
    assert statistics.median(seen[at] - at for at in made) < 0.1
    assert made[-1] - made[0] > 0.75


async def test_the_head_does_not_wait_for_the_first_byte_of_the_body(plain: FunctionPool) -> None:
    await invoke(plain, "/tasks")
    invocation = await plain.invoke(request("/late"))
    head_at = time.monotonic()
    metadata, body = await whole(invocation)
    assert metadata["statusCode"] == 200
    assert head_at < float(body) - 0.1


@pytest.mark.parametrize(
    ("code", "text"), [(201, "made"), (302, ""), (204, ""), (404, "没有"), (503, "later")]
)
async def test_status_and_body_are_the_apps(plain: FunctionPool, code: int, text: str) -> None:
    metadata, body = await invoke(plain, f"/status?code={code}&text={text}")
    assert metadata == {"statusCode": code, "headers": {}}
    assert body.decode() == text


async def test_cookies_and_repeated_headers_have_their_own_places(plain: FunctionPool) -> None:
    metadata, body = await invoke(plain, "/headers")
    assert metadata == {
        "statusCode": 200,
        "headers": {"content-type": "text/plain; charset=utf-8"},
        "multiValueHeaders": {"vary": ["accept", "origin"]},
        "cookies": ["a=1; Path=/", "b=2; HttpOnly"],
    }
    assert body == b"ok"


async def test_a_head_request_has_no_body(plain: FunctionPool) -> None:
    metadata, body = await invoke(plain, "/echo", method="HEAD")
    assert metadata["headers"] == {"content-type": "application/json"}
    assert body == b""


async def test_chinese_passes_in_path_query_and_body(plain: FunctionPool) -> None:
    _, body = await invoke(
        plain, "/%E6%96%87%E6%A1%A3?q=%E4%BD%A0%E5%A5%BD&empty=", method="POST", body="写一首诗"
    )
    shown = json.loads(body)
    assert shown["path"] == "/文档"
    assert shown["query"] == {"q": "你好"}
    assert shown["body"] == "写一首诗"
    assert shown["request_id"]


async def test_a_base64_body_is_decoded(plain: FunctionPool) -> None:
    encoded = base64.b64encode("二进制".encode()).decode()
    _, body = await invoke(plain, "/echo", method="POST", body=encoded, isBase64Encoded=True)
    assert json.loads(body)["body"] == "二进制"


async def test_a_failure_before_the_head_is_the_functions_error(plain: FunctionPool) -> None:
    invocation = await plain.invoke(request("/fail-before"))
    assert not invocation.streaming
    assert invocation.function_error is not None
    assert invocation.function_error.type == "ValueError"
    error = json.loads(invocation.payload)
    assert error["errorMessage"] == "还没开始就失败了"
    assert "plain.py" in "".join(error["stackTrace"])


async def test_a_failure_after_the_head_is_in_the_trailers(plain: FunctionPool) -> None:
    invocation = await plain.invoke(request("/fail-after"))
    assert (await whole(invocation))[1] == b"first"
    assert invocation.function_error is not None
    assert invocation.function_error.type == "ValueError"
    assert invocation.function_error.message == "中途失败"
    error = json.loads(invocation.function_error.payload)
    assert "plain.py" in error["stackTrace"][-1]


async def test_a_long_failure_still_fits_the_trailers(plain: FunctionPool) -> None:
    invocation = await plain.invoke(request("/fail-after?times=10000"))
    assert (await whole(invocation))[1] == b"first"
    assert invocation.function_error is not None
    assert invocation.function_error.type == "ValueError"
    assert invocation.function_error.message.startswith("中途失败")


@pytest.mark.parametrize(
    ("path", "streamed", "message"),
    [
        ("/never-starts", False, "before its response was complete"),
        ("/never-ends", True, "before its response was complete"),
        ("/large-headers", False, "The response's headers take"),
    ],
)
async def test_an_app_that_breaks_the_rules_is_an_error(
    plain: FunctionPool, path: str, streamed: bool, message: str
) -> None:
    invocation = await plain.invoke(request(path))
    if streamed:
        assert (await whole(invocation))[1] == b"half"
    assert invocation.function_error is not None
    assert message in invocation.function_error.message


@pytest.mark.parametrize(
    "event",
    [
        "null",
        "[]",
        '"text"',
        "{}",
        '{"Records": []}',
        '{"version": "2.0", "rawPath": "/", "requestContext": {"http": {}}}',
        '{"type": "REQUEST", "methodArn": "arn:x", "resource": "/", "path": "/", "httpMethod": "GET", "requestContext": {}}',  # noqa: E501 - one event
        '{"path": "/", "httpMethod": "GET", "requestContext": {"elb": {}}}',
    ],
)
async def test_an_event_from_elsewhere_is_answered_with_400(plain: FunctionPool, event: str) -> None:
    invocation = await plain.invoke(event.encode())
    metadata, body = await whole(invocation)
    assert metadata["statusCode"] == 400
    assert json.loads(body)["code"] == "bad_request"
    assert invocation.function_error is None


async def test_a_body_that_is_not_base64_is_answered_with_400(plain: FunctionPool) -> None:
    metadata, _ = await invoke(plain, "/echo", method="POST", body="你好", isBase64Encoded=True)
    assert metadata["statusCode"] == 400


async def test_the_function_runs_to_its_end_when_the_client_leaves(
    plain: FunctionPool, tmp_path: Path
) -> None:
    ended = tmp_path / "ended"
    invocation = await plain.invoke(request(f"/to-the-end?file={ended}"))
    chunks = invocation.chunks()
    await anext(chunks)
    await asyncio.sleep(0.3)
    assert not ended.exists(), "all of it fitted into buffers: the test shows nothing"
    await chunks.aclose()
    await eventually(ended.exists)


async def test_a_slow_reader_holds_up_nothing_but_the_body(plain: FunctionPool) -> None:
    invocation = await plain.invoke(request("/flood"))
    chunks = invocation.chunks()
    read = await anext(chunks)
    await asyncio.sleep(1)
    read += b"".join([chunk async for chunk in chunks])
    report = json.loads(split(read)[1].rpartition(b"\n")[2])
    assert report["took"] > 0.9, "the reader did not hold up the body"
    assert report["longest_gap"] < 0.5
    assert report["beats"] > 20


async def test_work_after_the_answer_delays_neither_the_answer_nor_gets_lost(
    plain: FunctionPool, tmp_path: Path
) -> None:
    done = tmp_path / "done"
    _, body = await invoke(plain, f"/afterwards?file={done}")
    answered_at = time.monotonic()
    assert body == b"answer"
    await eventually(done.exists)
    assert answered_at < float(done.read_text()) - 0.1


async def test_a_listener_for_disconnects_ends_with_the_answer(function: MakePool) -> None:
    pool = function("plain.handler", max_concurrency=1)
    assert (await invoke(pool, "/waits-for-disconnect"))[1] == b"listening"
    await free(pool)


async def test_no_task_outlives_its_answer(function: MakePool) -> None:
    pool = function("plain.handler", max_concurrency=1)
    before = int((await invoke(pool, "/tasks"))[1])
    for path in ("/echo", "/fail-after", "/never-ends", "/large-headers", "/waits-for-disconnect"):
        await free(pool)
        invocation = await pool.invoke(request(path))
        await invocation.chunks().aclose()
    await free(pool)
    assert int((await invoke(pool, "/tasks"))[1]) == before


async def test_fastapi_streams_each_event(web: FunctionPool) -> None:
    await invoke(web, "/search?q=warm")
    invocation = await web.invoke(
        request(
            "/query",
            method="POST",
            headers={"Content-Type": ["application/json"]},
            body='{"query": "写一首诗"}',
        )
    )
    chunks = [chunk async for chunk in invocation.chunks()]
    metadata, body = split(b"".join(chunks))
    assert metadata["headers"]["content-type"] == "text/event-stream; charset=utf-8"
    assert body.decode() == "data: 写\n\ndata: 一\n\ndata: 首\n\ndata: 诗\n\n"
    assert len(chunks) >= 4


async def test_fastapi_answers_json_errors_and_cookies_through_the_stream(web: FunctionPool) -> None:
    _, body = await invoke(web, "/search?q=a%26b&q=%E5%9B%BE%E8%B0%B1")
    assert json.loads(body) == {"q": ["a&b", "图谱"]}
    metadata, body = await invoke(web, "/search")
    assert metadata["statusCode"] == 422
    metadata, body = await invoke(web, "/items/x", method="DELETE")
    assert (metadata["statusCode"], body) == (204, b"")
    assert [cookie.partition(";")[0] for cookie in metadata["cookies"]] == ["deleted=yes", "seen=1"]  # type: ignore[attr-defined]  # a list


async def test_an_exception_in_fastapi_is_its_own_500(web: FunctionPool) -> None:
    metadata, body = await invoke(web, "/broken")
    assert (metadata["statusCode"], body) == (500, b"Internal Server Error")
