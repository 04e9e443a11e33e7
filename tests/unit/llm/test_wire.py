"""The provider over loopback, against servers that send exactly the bytes of a test."""

import asyncio
import json
import sys
from typing import Any

import pytest

from freshet.errors import (
    Invalid,
    ModelAuthentication,
    ModelBadRequest,
    ModelCut,
    ModelError,
    ModelMalformed,
    ModelNotFound,
    ModelOverloaded,
    ModelRateLimited,
    ModelTimeout,
)
from freshet.llm import Finish, LLMClient, TextDelta, Usage
from tests.unit.llm.upstream import DONE, USAGE, chunk, collect, raw_server, sends

pytestmark = [pytest.mark.timeout(30), pytest.mark.usefixtures("short_backoff")]

END = chunk(finish="stop") + USAGE + DONE


def client(url: str, **options: Any) -> LLMClient:
    return LLMClient(base_url=url, model="m", **options)


async def test_bytes_split_inside_a_character_are_whole_again() -> None:
    whole = chunk("你好，世界 😀") + END
    async with (
        raw_server(sends(*(whole[i : i + 1] for i in range(len(whole))), pause=0)) as upstream,
        client(upstream.url) as llm,
    ):
        assert await llm.chat_async("hi") == "你好，世界 😀"


async def test_a_key_goes_out_as_bearer_and_is_asked_for_every_time() -> None:
    keys = iter(["sk-one", "sk-two"])

    async def key() -> str:
        return next(keys)

    async with raw_server(sends(chunk("a") + END)) as upstream, client(upstream.url, key=key) as llm:
        await llm.chat_async("hi")
        await llm.chat_async("hi")
    assert ["authorization: bearer sk-one" in h.lower() for h in upstream.heads] == [True, False]
    assert "authorization: bearer sk-two" in upstream.heads[1].lower()


async def test_without_a_key_nothing_of_the_environment_goes_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, "not-for-you")
    async with raw_server(sends(chunk("a") + END)) as upstream, client(upstream.url) as llm:
        await llm.chat_async("hi")
    assert "authorization" not in upstream.heads[0].lower()
    assert "not-for-you" not in upstream.heads[0]


async def test_a_key_that_cannot_be_had_is_a_model_error() -> None:
    async def key() -> str:
        raise LookupError("the vault is shut")

    async with client("http://127.0.0.1:9/v1", key=key) as llm:
        with pytest.raises(ModelError):
            await llm.chat_async("hi")


async def test_a_refused_key_is_not_repeated() -> None:
    body = json.dumps(
        {"error": {"message": "Incorrect API key provided: sk-secret", "code": "invalid_api_key"}}
    )
    refuse = sends(body.encode(), status="401 Unauthorized", kind="application/json")
    async with raw_server(refuse) as upstream, client(upstream.url, api_key="sk-secret") as llm:
        with pytest.raises(ModelAuthentication) as caught:
            await llm.chat_async("hi")
    assert "sk-secret" not in json.dumps(caught.value.problem())
    assert len(upstream.heads) == 1


async def test_a_redirect_is_not_followed() -> None:
    async with (
        raw_server(sends(b"", status="307 Temporary Redirect\r\nlocation: /elsewhere")) as upstream,
        client(upstream.url, api_key="k") as llm,
    ):
        with pytest.raises(ModelError):
            await llm.chat_async("hi")
    assert len(upstream.heads) == 1


async def test_nobody_listening_is_an_overloaded_endpoint() -> None:
    async with client("http://127.0.0.1:9/v1") as llm:
        with pytest.raises(ModelOverloaded, match="reached"):
            await llm.chat_async("hi", timeout=5)


@pytest.mark.parametrize("url", ["", "nonsense", "ftp://127.0.0.1/v1", "http://[::1/v1"])
async def test_a_base_url_that_is_none_is_a_model_error(url: str) -> None:
    async with client(url) as llm:
        with pytest.raises(ModelError):
            await llm.chat_async("hi", timeout=0.5)


async def test_a_connection_dropped_before_the_answer_is_tried_again() -> None:
    async def drop(writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    async with raw_server(drop, sends(chunk("a") + END)) as upstream, client(upstream.url) as llm:
        completion = await llm.complete("hi")
    assert (completion.text, completion.metrics.attempts) == ("a", 2)


async def test_a_connection_dropped_after_the_finish_reason_is_a_whole_answer() -> None:
    async def leave(writer: asyncio.StreamWriter) -> None:
        await sends(chunk("a"), chunk(finish="stop"))(writer)
        writer.transport.abort()

    async with raw_server(leave) as upstream, client(upstream.url) as llm:
        completion = await llm.complete("hi")
    assert (completion.text, completion.finish_reason, completion.usage.estimated) == ("a", "stop", True)


async def test_an_upstream_that_never_closes_after_the_finish_reason_does_not_hold_the_answer() -> None:
    async def stay(writer: asyncio.StreamWriter) -> None:
        await sends(chunk("a"), chunk(finish="stop"))(writer)
        await asyncio.sleep(3.5)

    async with raw_server(stay) as upstream, client(upstream.url) as llm:
        completion = await asyncio.wait_for(llm.complete("hi"), 3)
    assert (completion.text, completion.usage.estimated) == ("a", True)


async def test_comments_do_not_count_as_content() -> None:
    async def chatter(writer: asyncio.StreamWriter) -> None:
        await sends(*[b": PROCESSING\n\n"] * 60, pause=0.02)(writer)

    async with raw_server(chatter) as upstream, client(upstream.url, timeout_s=0.3) as llm:
        with pytest.raises(ModelTimeout):
            await llm.chat_async("hi")


@pytest.mark.parametrize(
    ("kind", "body", "error"),
    [
        ("text/html", b"<html>proxy</html>", ModelMalformed),
        ("application/json", b'{"choices": []}', ModelMalformed),
        ("application/json", b'{"error": {"message": "x", "code": "model_not_found"}}', ModelNotFound),
        ("application/json", b"{", ModelMalformed),
        ("text/event-stream", b"hello\n\n", ModelCut),
        ("text/event-stream", b"data: " + b"x" * 10_100_000, ModelMalformed),
    ],
)
async def test_a_200_that_is_no_answer_is_an_error(kind: str, body: bytes, error: type[ModelError]) -> None:
    async with raw_server(sends(body, kind=kind)) as upstream, client(upstream.url) as llm:
        with pytest.raises(error):
            await llm.chat_async("hi")


async def test_an_exhausted_quota_is_not_tried_again() -> None:
    body = b'{"error": {"message": "no money", "code": "insufficient_quota"}}'
    poor = sends(body, status="429 Too Many Requests", kind="application/json")
    async with raw_server(poor) as upstream, client(upstream.url) as llm:
        with pytest.raises(ModelRateLimited):
            await llm.chat_async("hi")
    assert len(upstream.heads) == 1


async def test_half_a_surrogate_pair_in_the_prompt_is_a_bad_request() -> None:
    async with raw_server(sends(chunk("a") + END)) as upstream, client(upstream.url) as llm:
        with pytest.raises(ModelBadRequest):
            await llm.chat_async("a\ud83d")
    assert upstream.heads == []


async def test_no_messages_and_no_model_are_refused_before_anything_is_sent() -> None:
    async with LLMClient(base_url="http://127.0.0.1:9/v1", model="") as llm:
        with pytest.raises(Invalid):
            await llm.chat_async([])
        with pytest.raises(ModelNotFound):
            await llm.chat_async("hi")


async def test_text_after_the_finish_reason_is_passed_on() -> None:
    late = chunk("a") + chunk(finish="stop") + chunk("b") + USAGE + DONE
    async with raw_server(sends(late)) as upstream, client(upstream.url) as llm:
        events, error = await collect(llm.stream("hi"))
    assert (events, error) == ([TextDelta("a"), Finish("stop"), TextDelta("b"), Usage(7, 3, model="m")], None)


async def test_ping_takes_an_endpoint_without_models_and_refuses_one_that_fails() -> None:
    for status, fine in (("404 Not Found", True), ("401 Unauthorized", False), ("500 Oops", False)):
        async with (
            raw_server(sends(b"{}", status=status, kind="application/json")) as upstream,
            client(upstream.url) as llm,
        ):
            if fine:
                await llm.ping()
            else:
                with pytest.raises(ModelError):
                    await llm.ping()


async def test_the_first_call_of_a_process_does_not_block_its_event_loop() -> None:
    """In a process of its own: here the SDK has long been imported."""
    script = """
import asyncio, sys, threading
from blockbuster import blockbuster_ctx
from freshet.llm import LLMClient

assert "openai" not in sys.modules
opened = []

def hook(event, arguments):  # BlockBuster lets imports pass
    if event == "open" and threading.current_thread() is threading.main_thread():
        opened.append(arguments[0])

async def main():
    await asyncio.to_thread(int)  # the pool of threads is not ours
    async with LLMClient(base_url=sys.argv[1], model="m") as llm:
        with blockbuster_ctx():
            sys.addaudithook(hook)
            print(await llm.chat_async("hi"))

asyncio.run(main())
print(opened)
"""
    async with raw_server(sends(chunk("fine") + END)) as upstream:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-W", "error", "-c", script, upstream.url),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await asyncio.wait_for(process.communicate(), 20)
    assert out.decode().split("\n")[:2] == ["fine", "[]"], err.decode()[-2000:]
