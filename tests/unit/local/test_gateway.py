"""API Gateway's rules, seen by an HTTP client, with functions in real sandboxes."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.unit.local.rig import gateway

NULS = "\0" * 8
HEAD = json.dumps({"statusCode": 200, "headers": {"content-type": "text/plain"}})


@pytest.fixture(scope="module")
async def api() -> AsyncIterator[httpx.AsyncClient]:
    async with gateway() as url, httpx.AsyncClient(base_url=url, timeout=20, trust_env=False) as client:
        yield client


def asking(**wanted: Any) -> dict[str, str]:
    """The header that tells the function what to answer."""
    return {"x-answer": json.dumps(wanted)}


async def echoed(api: httpx.AsyncClient, method: str, url: str, **arguments: Any) -> dict[str, Any]:
    """The event that the function saw."""
    response = await api.request(method, url, **arguments)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


class TestEvent:
    @pytest.mark.parametrize("prefix", ["", "/prod"])
    async def test_the_stage_in_front_of_the_path_changes_nothing_but_the_context(
        self, api: httpx.AsyncClient, prefix: str
    ) -> None:
        event = await echoed(api, "GET", f"{prefix}/open/a%20b")
        assert event["path"] == "/open/a%20b"
        assert event["resource"] == "/open/{item_id}"
        assert event["pathParameters"] == {"item_id": "a%20b"}
        assert event["requestContext"]["path"] == f"{prefix}/open/a%20b"
        assert event["requestContext"]["stage"] == "prod"

    async def test_query_values_are_decoded_and_all_kept(self, api: httpx.AsyncClient) -> None:
        event = await echoed(api, "GET", "/open?q=%E4%BD%A0%E5%A5%BD&q=b+c&empty=")
        assert event["queryStringParameters"] == {"q": "b c", "empty": ""}
        assert event["multiValueQueryStringParameters"] == {"q": ["你好", "b c"], "empty": [""]}

    async def test_headers_are_given_once_and_as_lists(self, api: httpx.AsyncClient) -> None:
        event = await echoed(api, "GET", "/open", headers=[("x-one", "1"), ("x-one", "2")])
        assert event["headers"]["x-one"] == "2"
        assert event["multiValueHeaders"]["x-one"] == ["1", "2"]

    async def test_the_clients_address_is_appended_to_a_forged_one(self, api: httpx.AsyncClient) -> None:
        event = await echoed(api, "GET", "/open", headers={"x-forwarded-for": "1.2.3.4"})
        assert event["requestContext"]["identity"]["sourceIp"] == "127.0.0.1"
        assert event["headers"]["x-forwarded-for"] == "1.2.3.4, 127.0.0.1"

    async def test_text_bodies_come_as_text_and_binary_ones_as_base64(self, api: httpx.AsyncClient) -> None:
        text = await echoed(
            api, "POST", "/open", content="你好".encode(), headers={"content-type": "text/plain"}
        )
        assert (text["body"], text["isBase64Encoded"]) == ("你好", False)
        headers = {"content-type": "multipart/form-data; boundary=x"}
        binary = await echoed(api, "POST", "/open", content=b"\xff\x00", headers=headers)
        assert (base64.b64decode(binary["body"]), binary["isBase64Encoded"]) == (b"\xff\x00", True)
        assert (await echoed(api, "GET", "/open"))["body"] is None

    async def test_the_request_id_is_the_same_in_event_and_answer(self, api: httpx.AsyncClient) -> None:
        response = await api.get("/open")
        assert response.json()["requestContext"]["requestId"] == response.headers["x-amzn-requestid"]

    @pytest.mark.parametrize(
        ("path", "resource"),
        [("/open/", "/open"), ("/rest/a/b%2Fc", "/rest/{proxy+}"), ("/open/x", "/open/{item_id}")],
    )
    async def test_a_path_finds_its_most_specific_resource(
        self, api: httpx.AsyncClient, path: str, resource: str
    ) -> None:
        assert (await echoed(api, "GET", path))["resource"] == resource


class TestBuffered:
    async def test_status_headers_and_body_are_the_functions(self, api: httpx.AsyncClient) -> None:
        result = {
            "statusCode": 201,
            "headers": {"x-number": 7, "date": "never"},
            "multiValueHeaders": {"set-cookie": ["a=1", "b=2"]},
            "body": "好",
        }
        response = await api.get("/open", headers=asking(result=result))
        assert (response.status_code, response.text) == (201, "好")
        assert response.headers["x-number"] == "7"
        assert response.headers["x-amzn-remapped-date"] == "never"
        assert response.headers.get_list("set-cookie") == ["a=1", "b=2"]

    @pytest.mark.parametrize(
        "wanted",
        [
            {"text": "no json"},
            {"result": "text"},
            {"result": None},
            {"result": {"body": "no status"}},
            {"result": {"statusCode": 999}},
            {"result": {"statusCode": True}},
            {"result": {"statusCode": 200, "body": {"a": 1}}},
            {"result": {"statusCode": 200, "headers": ["a"]}},
            {"result": {"statusCode": 200, "headers": {"a": ["b"]}}},
            {"result": {"statusCode": 200, "headers": {"a": "b\r\nc: d"}}},
            {"result": {"statusCode": 200, "multiValueHeaders": {"a": "b"}}},
            {"error": "boom"},
        ],
    )
    async def test_what_is_no_proxy_answer_is_a_502(
        self, api: httpx.AsyncClient, wanted: dict[str, Any]
    ) -> None:
        response = await api.get("/open", headers=asking(**wanted))
        assert (response.status_code, response.json()) == (502, {"kind": "DEFAULT_5XX"})

    @pytest.mark.parametrize(
        ("accept", "body"),
        [
            ("application/octet-stream", b"\xff\x00"),
            ("*/*", b"/wA="),
            ("text/html, application/octet-stream", b"/wA="),
        ],
    )
    async def test_base64_is_decoded_only_for_who_accepts_a_binary_type(
        self, api: httpx.AsyncClient, accept: str, body: bytes
    ) -> None:
        result = {"statusCode": 200, "body": "/wA=", "isBase64Encoded": True}
        response = await api.get("/open", headers={"accept": accept, **asking(result=result)})
        assert response.content == body

    async def test_a_streamed_answer_loses_its_body(self, api: httpx.AsyncClient) -> None:
        response = await api.get("/open", headers=asking(stream=[HEAD + NULS, "body"]))
        assert (response.status_code, response.content) == (200, b"")
        assert response.headers["content-type"] == "text/plain"

    async def test_an_answer_after_the_integrations_timeout_is_a_504(self, api: httpx.AsyncClient) -> None:
        response = await api.get("/slow", headers=asking(wait_s=1))
        assert (response.status_code, response.json()) == (504, {"kind": "INTEGRATION_TIMEOUT"})

    async def test_no_free_sandbox_is_a_429(self, api: httpx.AsyncClient) -> None:
        first = asyncio.create_task(api.get("/single", headers=asking(wait_s=1)))
        await asyncio.sleep(0.3)
        assert (await api.get("/single")).status_code == 429
        assert (await first).status_code == 200


class TestStreamed:
    @pytest.mark.parametrize(
        ("stream", "status", "body"),
        [
            ([HEAD + NULS + "ab", "c"], 200, b"abc"),
            ([HEAD[:9], HEAD[9:] + NULS[:3], NULS[3:] + "你"], 200, "你".encode()),
            ([json.dumps({"statusCode": 204}) + NULS], 204, b""),
            (["<pad>" + HEAD + NULS], 200, b""),
            (["<pad> " + HEAD + NULS], 500, None),
            ([HEAD], 500, None),
            (["no json" + NULS], 500, None),
            ([json.dumps({"statusCode": 200, "headers": {"a": ["b"]}}) + NULS], 502, None),
            ([json.dumps({"statusCode": 200, "headers": {"a": 1}}) + NULS], 502, None),
            ([json.dumps({"statusCode": 200, "body": "x"}) + NULS], 502, None),
            ([json.dumps({"headers": {}}) + NULS], 502, None),
        ],
    )
    async def test_the_prelude_is_four_keys_and_eight_nuls_within_16_kb(
        self, api: httpx.AsyncClient, stream: list[str], status: int, body: bytes | None
    ) -> None:
        pad = 16 * 1024 - len(HEAD) - len(NULS)
        response = await api.get("/stream", headers=asking(stream=stream, pad=pad))
        assert response.status_code == status
        assert body is None or response.content == body

    async def test_cookies_and_header_lists_are_sent_one_by_one(self, api: httpx.AsyncClient) -> None:
        head = {"statusCode": 200, "cookies": ["a=1"], "multiValueHeaders": {"x-a": ["1", "2"]}}
        response = await api.get("/stream", headers=asking(stream=[json.dumps(head) + NULS]))
        assert response.headers["set-cookie"] == "a=1"
        assert response.headers.get_list("x-a") == ["1", "2"]

    @pytest.mark.parametrize(
        "wanted",
        [
            {"result": {"statusCode": 200, "body": "x"}},
            {"stream": [HEAD + NULS], "type": "application/octet-stream"},
        ],
    )
    async def test_an_answer_that_is_no_http_stream_is_a_500(
        self, api: httpx.AsyncClient, wanted: dict[str, Any]
    ) -> None:
        assert (await api.get("/stream", headers=asking(**wanted))).status_code == 500

    async def test_a_failure_before_the_first_byte_is_a_502(self, api: httpx.AsyncClient) -> None:
        assert (await api.get("/stream", headers=asking(error="boom"))).status_code == 502

    async def test_each_chunk_arrives_before_the_next_is_written(self, api: httpx.AsyncClient) -> None:
        headers = asking(stream=[HEAD + NULS + "a", "b", "c"], pause_s=0.3)
        loop = asyncio.get_running_loop()
        async with api.stream("GET", "/stream", headers=headers) as response:
            times = [loop.time() async for _ in response.aiter_raw()]
        assert len(times) == 3
        assert all(later - earlier > 0.2 for earlier, later in pairwise(times))

    async def test_a_failure_after_the_first_byte_leaves_the_body_without_an_end(
        self, api: httpx.AsyncClient
    ) -> None:
        headers = asking(stream=[HEAD + NULS + "a"], broken=True)
        async with api.stream("GET", "/stream", headers=headers) as response:
            chunks = response.aiter_raw()
            assert await anext(chunks) == b"a"
            with pytest.raises(httpx.RemoteProtocolError):
                await anext(chunks)

    async def test_a_function_runs_on_when_its_client_has_left(
        self, api: httpx.AsyncClient, tmp_path: Path
    ) -> None:
        note = tmp_path / "note"
        headers = asking(stream=[HEAD + NULS + "a", "b", "c"], pause_s=0.3, note=str(note))
        async with api.stream("GET", "/stream", headers=headers) as response:
            await anext(response.aiter_raw())
        assert not note.exists()
        await appears(note)

    async def test_a_client_that_does_not_read_holds_the_function_back(
        self, api: httpx.AsyncClient, tmp_path: Path
    ) -> None:
        note, megabyte = tmp_path / "note", "+" + "x" * 3000
        wanted = asking(stream=[HEAD + NULS, megabyte], repeat=10_000, note=str(note))
        url = urlsplit(str(api.base_url))
        reader, writer = await asyncio.open_connection(url.hostname, url.port, limit=1024)
        writer.write(f"GET /stream HTTP/1.1\r\nHost: x\r\nx-answer: {wanted['x-answer']}\r\n\r\n".encode())
        await reader.readline()
        await asyncio.sleep(1)
        assert not note.exists()
        writer.close()
        await appears(note)

    @pytest.mark.parametrize(
        ("path", "answer"),
        [
            ("/stream", asking(stream=[HEAD + NULS + "a", "b", "c"], pause_s=0.1)),
            ("/open", asking(body="abc", statusCode=200)),
        ],
    )
    async def test_a_client_that_closes_its_side_after_asking_is_answered(
        self, api: httpx.AsyncClient, path: str, answer: dict[str, str]
    ) -> None:
        said = await half_closed(
            api, f"GET {path} HTTP/1.1\r\nHost: x\r\nx-answer: {answer['x-answer']}\r\n\r\n"
        )
        assert said.startswith(b"HTTP/1.1 200")
        assert said.count(b"c") > 0

    async def test_a_client_that_closes_its_side_amid_its_body_is_gone(self, api: httpx.AsyncClient) -> None:
        said = await half_closed(api, "POST /open HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf")
        assert not said.startswith(b"HTTP/1.1 200")


async def half_closed(api: httpx.AsyncClient, request: str) -> bytes:
    """All that is answered, until the server closes, to a client that says nothing more."""
    url = urlsplit(str(api.base_url))
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    writer.write(request.encode())
    writer.write_eof()
    async with asyncio.timeout(10):
        said = await reader.read()
    writer.close()
    return said


async def appears(path: Path) -> None:
    async with asyncio.timeout(10):
        while not path.exists():  # noqa: ASYNC110, ASYNC240 - another process writes it
            await asyncio.sleep(0.02)


class TestLimits:
    async def test_a_body_above_10_mb_is_a_413(self, api: httpx.AsyncClient) -> None:
        assert (await api.post("/open", content=bytes(10 * 1024 * 1024 + 1))).status_code == 413

    async def test_a_body_without_a_declared_length_is_counted(self, api: httpx.AsyncClient) -> None:
        async def parts() -> AsyncIterator[bytes]:
            for _ in range(11):
                yield bytes(1024 * 1024)

        assert (await api.post("/open", content=parts())).status_code == 413

    async def test_an_event_above_6_mb_is_a_413(self, api: httpx.AsyncClient) -> None:
        headers = {"content-type": "application/octet-stream"}  # base64 makes 6.7 MB of 5
        assert (await api.post("/open", content=bytes(5_000_000), headers=headers)).status_code == 413

    async def test_headers_above_10_kb_are_refused(self, api: httpx.AsyncClient) -> None:
        assert (await api.get("/open", headers={"x-large": "x" * 10_240})).status_code == 431

    async def test_a_connection_outlives_a_refused_body(self, api: httpx.AsyncClient) -> None:
        await api.post("/open", content=bytes(10 * 1024 * 1024 + 1))
        assert (await api.get("/open")).status_code == 200


class TestOwnAnswers:
    async def test_a_preflight_is_answered_from_the_template_without_a_caller(
        self, api: httpx.AsyncClient
    ) -> None:
        response = await api.options("/guarded")
        assert response.status_code == 200
        assert response.headers["access-control-allow-origin"] == "https://app.example"
        assert response.headers["access-control-max-age"] == "600"

    @pytest.mark.parametrize(
        ("method", "path"), [("GET", "/none"), ("POST", "/guarded"), ("GET", "/prod/x/y")]
    )
    async def test_an_unknown_route_is_answered_as_the_template_says(
        self, api: httpx.AsyncClient, method: str, path: str
    ) -> None:
        response = await api.request(method, path)
        assert (response.status_code, response.json()) == (404, {"status": 404, "instance": path})
        assert response.headers["x-amzn-errortype"] == "MissingAuthenticationTokenException"

    async def test_an_unknown_route_with_a_bearer_is_taken_for_a_bad_signature(
        self, api: httpx.AsyncClient
    ) -> None:
        response = await api.get("/none", headers={"authorization": "Bearer x"})
        assert response.headers["x-amzn-errortype"] == "IncompleteSignatureException"

    async def test_words_that_the_template_leaves_alone_are_aws_own(self, api: httpx.AsyncClient) -> None:
        response = await api.post("/open", content=bytes(10 * 1024 * 1024 + 1))
        assert response.json() == {"message": "Request Too Long"}


class TestAuthorizer:
    async def test_its_context_reaches_the_function_as_text(self, api: httpx.AsyncClient) -> None:
        event = await echoed(api, "GET", "/guarded", headers={"authorization": "Bearer text"})
        found = event["requestContext"]["authorizer"]
        assert isinstance(found.pop("integrationLatency"), int)
        assert found.pop("process").isdigit()
        assert found == {"owner": "Bearer text", "calls": "1", "admin": "false", "principalId": "Bearer text"}

    async def test_its_verdict_is_kept_for_a_token_and_all_routes(self, api: httpx.AsyncClient) -> None:
        for path in ("/guarded", "/other", "/guarded"):
            event = await echoed(api, "GET", path, headers={"authorization": "Bearer kept"})
            assert event["requestContext"]["authorizer"]["calls"] == "1"

    async def test_who_comes_many_times_at_once_is_asked_about_once(self, api: httpx.AsyncClient) -> None:
        many = (echoed(api, "GET", "/guarded", headers={"authorization": "Bearer crowd"}) for _ in range(8))
        found = [event["requestContext"]["authorizer"] for event in await asyncio.gather(*many)]
        assert {(one["calls"], one["process"]) for one in found} == {("1", found[0]["process"])}

    async def test_a_request_without_a_caller_is_the_developers(self, api: httpx.AsyncClient) -> None:
        event = await echoed(api, "GET", "/guarded")
        assert event["requestContext"]["authorizer"]["owner"] == "Bearer fk_local"
        assert event["headers"]["authorization"] == "Bearer fk_local"

    @pytest.mark.parametrize(
        ("path", "token", "status", "error"),
        [
            ("/guarded", "unknown", 401, "UnauthorizedException"),
            ("/guarded", "denied", 403, "AccessDeniedException"),
            ("/guarded", "narrow", 200, None),
            ("/other", "narrow", 403, "AccessDeniedException"),
            ("/guarded", "broken", 500, "InternalServerErrorException"),
            ("/guarded", "odd", 500, "AuthorizerConfigurationException"),
        ],
    )
    async def test_its_answer_decides(
        self, api: httpx.AsyncClient, path: str, token: str, status: int, error: str | None
    ) -> None:
        response = await api.get(path, headers={"authorization": f"Bearer {token}"})
        assert (response.status_code, response.headers.get("x-amzn-errortype")) == (status, error)

    async def test_a_refused_caller_is_answered_as_the_template_says(self, api: httpx.AsyncClient) -> None:
        response = await api.get("/guarded", headers={"authorization": "Bearer unknown"})
        assert response.headers["content-type"] == "application/problem+json"
        assert response.headers["www-authenticate"] == "Bearer"
        request_id = response.headers["x-amzn-requestid"]
        assert response.json() == {"status": 401, "detail": "Unauthorized", "request_id": request_id}


async def test_under_strict_rules_a_request_without_a_caller_is_401_and_the_key_is_not() -> None:
    async with gateway(strict=True) as url, httpx.AsyncClient(base_url=url, trust_env=False) as client:
        assert (await client.get("/guarded")).status_code == 401
        event = await echoed(client, "GET", "/guarded", headers={"authorization": "Bearer fk_local"})
        # Asked for the first time here: the request before it did not reach the authorizer.
        assert event["requestContext"]["authorizer"]["calls"] == "1"
