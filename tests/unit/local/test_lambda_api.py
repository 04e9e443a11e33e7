"""Lambda's Invoke API as AWS's SDK sees it, with functions in real sandboxes."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from tests.streaming.functions import eventually, proxy_event, split
from tests.streaming.functions import spec as streaming_spec
from tests.unit.local.lambda_rig import ARN, Invoke, Lambda, code_of, invoking, notes, serving, started

MIB = 1024 * 1024
PATH = "/2015-03-31/functions/started/invocations"


@pytest.fixture(scope="module")
async def service() -> AsyncIterator[Lambda]:
    plain = streaming_spec("plain.handler")
    async with serving(started=started(), starter=started("starter"), plain=plain) as service:
        yield service


@pytest.fixture(scope="module")
def invoke(service: Lambda) -> Invoke:
    return invoking(service)


class TestRequestResponse:
    async def test_the_functions_answer_comes_back(self, invoke: Invoke) -> None:
        answer = await invoke("started", {"text": "你好"})
        assert (answer["StatusCode"], answer.get("FunctionError")) == (200, None)
        request_id = answer["ResponseMetadata"]["RequestId"]
        assert json.loads(answer["Payload"]) == {"event": {"text": "你好"}, "request_id": request_id}

    @pytest.mark.parametrize(
        "name", [ARN, f"{ARN}:$LATEST", "000000000000:function:started", "started:$LATEST"]
    )
    async def test_a_function_goes_by_its_arn_too(self, invoke: Invoke, name: str) -> None:
        assert json.loads((await invoke(name, {}))["Payload"])["event"] == {}

    async def test_a_call_without_a_payload_is_an_empty_event(self, invoke: Invoke) -> None:
        assert json.loads((await invoke("started", b""))["Payload"])["event"] == {}

    async def test_a_functions_failure_is_an_answer_that_says_so(self, invoke: Invoke) -> None:
        answer = await invoke("started", {"fail": "它失败了"})
        assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
        error = json.loads(answer["Payload"])
        assert (error["errorType"], error["errorMessage"]) == ("ValueError", "它失败了")

    async def test_a_streamed_answer_comes_whole(self, invoke: Invoke) -> None:
        answer = await invoke("plain", proxy_event("/ticks"))
        head, body = split(answer["Payload"])
        assert (head["statusCode"], len(body.split())) == (200, 5)

    async def test_a_stream_that_breaks_off_is_a_failure(self, invoke: Invoke) -> None:
        answer = await invoke("plain", proxy_event("/fail-after"))
        assert answer["FunctionError"] == "Unhandled"
        assert json.loads(answer["Payload"])["errorMessage"] == "中途失败"

    async def test_a_streamed_answer_above_6_mb_is_a_failure(self, invoke: Invoke, tmp_path: Path) -> None:
        answer = await invoke("plain", proxy_event(f"/to-the-end?file={tmp_path / 'ended'}"))
        assert json.loads(answer["Payload"])["errorType"] == "Function.ResponseSizeTooLarge"
        await eventually((tmp_path / "ended").exists)

    async def test_a_call_while_all_sandboxes_are_busy_is_429(self) -> None:
        sleeping = streaming_spec("results.sleep", max_concurrency=1)
        async with serving(sleep=sleeping) as service:
            busy = asyncio.create_task(invoking(service)("sleep", {"seconds": 20}))
            await eventually(lambda: service.pools["sleep"].busy == 1)
            with pytest.raises(ClientError) as refused:
                await invoking(service)("sleep", {"seconds": 0})
            assert code_of(refused) == (429, "TooManyRequestsException")
            await service.pools["sleep"].close()
            assert (await busy)["FunctionError"] == "Unhandled"


class TestEvent:
    async def test_it_is_taken_at_once_and_runs_later(self, invoke: Invoke, tmp_path: Path) -> None:
        event = {"file": str(tmp_path / "notes"), "text": "你好"}
        answer = await invoke("started", event, "Event")
        assert (answer["StatusCode"], answer["Payload"]) == (202, b"")
        await eventually(lambda: bool(notes(tmp_path / "notes")))
        request_id = answer["ResponseMetadata"]["RequestId"]
        assert notes(tmp_path / "notes") == [{"event": event, "request_id": request_id}]

    async def test_events_wait_for_a_sandbox(self, tmp_path: Path) -> None:
        async with serving(started=started(max_concurrency=1)) as service:
            for number in range(3):
                await invoking(service)("started", {"file": str(tmp_path / "notes"), "n": number}, "Event")
            await service.api.finished()
        assert sorted(note["event"]["n"] for note in notes(tmp_path / "notes")) == [0, 1, 2]

    async def test_an_event_that_waits_runs_on_the_next_deployment(self, tmp_path: Path) -> None:
        async with serving(started=streaming_spec("results.sleep", max_concurrency=1)) as service:
            old = service.pools["started"]
            await invoking(service)("started", {"seconds": 20}, "Event")
            await eventually(lambda: old.busy == 1)
            await invoking(service)("started", {"file": str(tmp_path / "notes")}, "Event")
            service.deploy(started=started())
            await eventually(lambda: bool(notes(tmp_path / "notes")))
            await old.close()

    async def test_an_event_whose_function_fails_is_logged_and_not_tried_again(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with serving(started=started()) as service:
            await invoking(service)("started", {"file": str(tmp_path / "notes"), "fail": "没了"}, "Event")
            await service.api.finished()
        assert len(notes(tmp_path / "notes")) == 1
        assert "started failed in the background: ValueError 没了" in caplog.text

    async def test_a_streamed_answer_is_read_to_its_end(self, invoke: Invoke, tmp_path: Path) -> None:
        await invoke("plain", proxy_event(f"/to-the-end?file={tmp_path / 'ended'}"), "Event")
        await eventually((tmp_path / "ended").exists)

    async def test_closing_drops_what_waits_and_ends_what_runs(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.WARNING):
            async with serving(started=streaming_spec("results.sleep", max_concurrency=1)) as service:
                pool = service.pools["started"]
                await invoking(service)("started", {"seconds": 60}, "Event")
                await eventually(lambda: pool.busy == 1)
                await invoking(service)("started", {"seconds": 60}, "Event")
        assert pool.busy == 0
        await asyncio.wait_for(service.api.finished(), 1)
        assert caplog.messages == []

    async def test_a_function_starts_another(self, invoke: Invoke, tmp_path: Path) -> None:
        event = {"file": str(tmp_path / "notes"), "text": "你好"}
        answer = await invoke("starter", {"function": "started", "event": event})
        assert "FunctionError" not in answer, answer["Payload"]
        await eventually(lambda: bool(notes(tmp_path / "notes")))
        assert notes(tmp_path / "notes")[0]["event"] == event


class TestRefusals:
    @pytest.mark.parametrize(
        ("name", "event", "kind", "code"),
        [
            ("nobody", {}, "Event", (404, "ResourceNotFoundException")),
            ("nobody", {}, "RequestResponse", (404, "ResourceNotFoundException")),
            ("started:1", {}, "Event", (404, "ResourceNotFoundException")),
            ("started", b"{", "Event", (400, "InvalidRequestContentException")),
            ("started", b"\xff", "RequestResponse", (400, "InvalidRequestContentException")),
            ("started", b"[" * 200_000, "Event", (400, "InvalidRequestContentException")),
            ("started", {"text": "x" * MIB}, "Event", (413, "RequestEntityTooLargeException")),
            ("started", {"text": "x" * 7 * MIB}, "RequestResponse", (413, "RequestEntityTooLargeException")),
            ("started", {}, "Sometime", (400, "InvalidParameterValueException")),
        ],
    )
    async def test_it_is_refused_as_lambda_refuses_it(
        self, invoke: Invoke, name: str, event: Any, kind: str, code: tuple[int, str]
    ) -> None:
        with pytest.raises(ClientError) as refused:
            await invoke(name, event, kind)
        assert code_of(refused) == code
        assert refused.value.response["Error"]["Message"]

    async def test_what_is_too_large_for_an_event_may_be_asked_for(self, invoke: Invoke) -> None:
        answer = await invoke("started", {"text": "x" * MIB})
        assert "FunctionError" not in answer

    async def test_a_request_without_a_signature_starts_nothing(
        self, service: Lambda, tmp_path: Path
    ) -> None:
        event = json.dumps({"file": str(tmp_path / "notes")})
        async with httpx.AsyncClient(base_url=service.aws.lambda_endpoint, trust_env=False) as client:
            headers = {"x-amz-invocation-type": "RequestResponse"}
            answer = await client.post(PATH, content=event, headers=headers)
            elsewhere = await client.get("/2015-03-31/functions")
        assert answer.status_code == 403
        assert answer.headers["x-amzn-errortype"] == "MissingAuthenticationTokenException"
        assert elsewhere.status_code == 404
        assert notes(tmp_path / "notes") == []
