"""Every generation goes through `freshet.llm`, and every one of them streams.

Three proofs: the code is walked for other ways to a model; no request makes a body that does not ask for a
stream; and a server on loopback sees that each method of the client asks for one.
"""

import ast
import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from freshet.errors import ModelBadRequest
from freshet.llm import LLMClient
from freshet.llm.providers.anthropic import _body
from freshet.llm.providers.dialect import Dialect
from freshet.llm.request import Request
from freshet.llm.structured import Schema
from freshet.observe import NAMESPACE
from tests.contract.generation_rules import DOORS, LLM, PATHS, PROVIDERS, findings, strings
from tests.contract.translation import load
from tests.unit.llm.upstream import DONE, USAGE, chunk, raw_server, sends

ROOT = Path(__file__).parents[2]
CODE = sorted(
    path
    for folder in ("layers", "functions", "infra")
    for path in (ROOT / folder).rglob("*.py")
    if not path.is_relative_to(ROOT / "infra/local")  # the stand-in for a model stands there
)


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_code_knows_one_way_to_a_model(path: Path) -> None:
    assert findings(path.relative_to(ROOT).as_posix(), path.read_text()) == []


def test_the_audit_walks_the_code_and_finds_the_doors() -> None:
    files = {path.relative_to(ROOT).as_posix(): path.read_text() for path in CODE}
    assert {"layers/core/freshet/wiring/__init__.py", "functions/query/app.py", "infra/smoke.py"} <= set(
        files
    )
    doors = {
        file: node.value
        for file, source in files.items()
        for node in strings(ast.parse(source))
        if PATHS.search(node.value)
    }
    assert doors == DOORS
    assert findings("elsewhere.py", files[f"{LLM}/attempts.py"]) != []


RAG = "layers/core/freshet/rag/answer.py"


@pytest.mark.parametrize(
    ("file", "source"),
    [
        (RAG, "import openai"),
        (RAG, "from openai import AsyncOpenAI"),
        (RAG, "def f():\n    import anthropic.types"),
        (RAG, "from google import genai"),
        (RAG, "import importlib\nimportlib.import_module('aiohttp')"),
        (f"{LLM}/client.py", "import httpx2"),
        (RAG, "from freshet.llm.providers.http import Http"),
        (RAG, "client.post('/v1/chat/completions', json=body)"),
        (RAG, "client.request('POST', f'{base}/v1/messages')"),
        (RAG, "URL = base + '/responses'"),
        (RAG, "URL = 'https://x/v1beta/models/gemini:streamGenerateContent'"),
        (RAG, "boto3.client('bedrock-runtime')"),
        (
            f"{PROVIDERS}/openai.py",
            "self._http.post('/chat/completions')\nself._http.post('/chat/completions')",
        ),
        (f"{PROVIDERS}/openai.py", "self._http.post('/responses')"),
        (f"{PROVIDERS}/openai.py", "PATH = '/chat/completions'\nsdk.chat.completions.create(stream=True)"),
        (f"{PROVIDERS}/openai.py", "PATH = '/chat/completions'\nmake = sdk.responses"),
        (f"{LLM}/embeddings.py", "await sdk.beta.chat()"),
        (f"{LLM}/embeddings.py", "async with sdk.messages.stream() as answer: pass"),
        (f"{LLM}/client.py", "provider.stream(request)"),
        (f"{LLM}/client.py", "self._lane().candidate(endpoint).provider.stream(request)"),
        (f"{LLM}/client.py", "provider_named('openai')(endpoint, transport).stream(request)"),
        (f"{LLM}/attempts.py", "async def generate(): pass\nasync def other(): candidate.provider.stream(1)"),
        (f"{LLM}/batch.py", "from freshet.llm.attempts import generate"),
        (f"{LLM}/batch.py", "from freshet.llm.providers.http import Http"),
        (f"{LLM}/batch.py", "from freshet.llm.providers.openai import OpenAIProvider"),
        ("functions/chat/app.py", "from freshet.llm.attempts import generate"),
    ],
)
def test_another_way_to_a_model_is_found(file: str, source: str) -> None:
    assert findings(file, source) != []


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("functions/chat/app.py", "@api.post('/v1/chat/completions')\nasync def chat() -> None: pass"),
        ("functions/chat/app.py", '"""Serves /v1/responses."""\nawait wiring.model().chat_async(prompt)'),
        (f"{LLM}/attempts.py", "async def generate():\n    candidate.provider.stream(request)"),
        (RAG, "stream = self._model.stream(messages)\nlen(request.messages)"),
        (f"{PROVIDERS}/openai.py", "self._http.post('/chat/completions', body)\nsdk.embeddings.create()"),
    ],
)
def test_the_one_way_is_not_taken_for_another(file: str, source: str) -> None:
    assert findings(file, source) == []


class Answer(BaseModel):
    """What is asked for."""

    text: str


SCHEMA = Schema.of(Answer)
NOT_STREAMING = st.fixed_dictionaries(
    {"stream": st.sampled_from([False, None, 0, "false"])},
    optional={
        "stream_options": st.none(),
        "n": st.integers(1, 3),
        "output_config": st.just({"effort": "low"}),
    },
)
REQUESTS = st.builds(
    Request,
    messages=st.just([{"role": "system", "content": "系统"}, {"role": "user", "content": "你好"}]),
    model=st.sampled_from(["m", ""]),
    temperature=st.none() | st.floats(0, 2),
    max_tokens=st.none() | st.integers(1, 9),
    tools=st.just(()) | st.just(({"type": "function", "function": {"name": "f", "stream": False}},)),
    tool_choice=st.sampled_from([None, "auto", "none"]),
    response_format=st.none() | st.just({"type": "json_object", "stream": False}),
    schema=st.none() | st.just(SCHEMA),
    extra=st.just({}) | NOT_STREAMING,
)
REFUSALS = [
    "Unrecognized request argument: stream",
    "stream is not supported, use stream=false",
    "unsupported: stream_options",
    "max_tokens: use max_completion_tokens instead",
    "response_format json_schema is unavailable",
]


@given(REQUESTS, st.lists(st.sampled_from(REFUSALS), max_size=4))
def test_every_body_of_openais_protocol_asks_for_a_stream_whatever_was_refused(
    request: Request, refusals: list[str]
) -> None:
    dialect = Dialect()
    for refusal in refusals:
        dialect.learn(request, dialect.body(request), ModelBadRequest(refusal))
    assert dialect.body(request)["stream"] is True


@given(REQUESTS, st.booleans())
def test_every_body_of_anthropics_protocol_asks_for_a_stream(request: Request, in_words: bool) -> None:
    assert _body(request, in_words=in_words)["stream"] is True


def openais(text: str) -> list[bytes]:
    return [chunk(text), chunk(finish="stop"), USAGE, DONE]


def anthropics(text: str) -> list[bytes]:
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": {"usage": {"input_tokens": 7}}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": text}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 3}},
        {"type": "message_stop"},
    ]
    return [b"data: " + json.dumps(event).encode() + b"\n\n" for event in events]


async def every(events: AsyncGenerator[Any, None]) -> list[Any]:
    async with aclosing(events):
        return [event async for event in events]


def in_a_thread(work: Callable[[], Any]) -> Awaitable[Any]:
    return asyncio.to_thread(work)


def now() -> str:
    """The time."""
    return "noon"


# Each of the client's methods that make the model write, and how it is called.
GENERATING: dict[str, Callable[[LLMClient], Awaitable[Any]]] = {
    "stream": lambda client: every(client.stream("hi", response_model=Answer)),
    "complete": lambda client: client.complete("hi", response_model=Answer, temperature=0),
    "chat_async": lambda client: client.chat_async("hi", extra={"stream": False}),
    "chat_with_context_async": lambda client: client.chat_with_context_async(
        [{"role": "user", "content": "hi"}], max_tokens=9, tools=[now]
    ),
    "map": lambda client: client.map(["你好", "hi"]),
    "stream_items": lambda client: every(client.stream_items("hi", item_model=Answer)),
    "preview_items": lambda client: every(client.preview_items("hi", item_model=Answer, field="text")),
    "preview": lambda client: every(client.preview("hi", response_model=Answer, field="text")),
    "run_tools": lambda client: every(client.run_tools("hi", [now])),
    "chat": lambda client: in_a_thread(lambda: client.chat("hi")),
    "stream_sync": lambda client: in_a_thread(lambda: list(client.stream_sync("hi"))),
}
OTHERS = {"embed", "files", "ping", "stats", "model", "limits", "aclose", "cleanup", "close"}


def test_every_method_of_the_client_is_known_to_generate_or_not() -> None:
    assert {name for name in dir(LLMClient) if not name.startswith("_")} | {"limits"} == {
        *GENERATING,
        *OTHERS,
    }


@pytest.mark.parametrize(("provider", "says"), [("openai", openais), ("anthropic", anthropics)])
@pytest.mark.parametrize("method", GENERATING)
async def test_every_method_that_generates_asks_for_a_stream_and_is_counted(
    method: str, provider: str, says: Callable[[str], list[bytes]]
) -> None:
    text = '{"items": [{"text": "a"}]}' if method.endswith("_items") else '{"text": "a"}'
    extra = {"stream": False}
    async with (
        raw_server(sends(*says(text), pause=0)) as upstream,
        LLMClient(provider=provider, base_url=upstream.url, model="m", extra=extra, timeout_s=10) as client,
    ):
        await GENERATING[method](client)
        stats = client.stats()
    assert upstream.bodies
    assert [body["stream"] for body in upstream.bodies] == [True] * len(upstream.bodies)
    assert (stats.generations, stats.streamed) == (len(upstream.bodies), len(upstream.bodies))


def test_an_alarm_is_on_generations_that_did_not_stream() -> None:
    alarm = load("infra/observability.yaml")["Resources"]["NonStreamedGeneration"]["Properties"]
    assert (alarm["Namespace"], alarm["MetricName"]) == (NAMESPACE, "Generations")
    assert {"Name": "streamed", "Value": "false"} in alarm["Dimensions"]
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (0, "GreaterThanThreshold")
