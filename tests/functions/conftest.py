"""A sandbox on top of the real services, and what its tests do over and over."""

import json
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from typing import Any

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from freshet import wiring
from freshet.ids import new_id
from infra.openapi import load
from tests.functions.events import batch, request
from tests.functions.sandbox import Answer, Sandbox
from tests.serving import as_caller, served
from tests.stack import Stack
from tests.unit.exercises.generation.examiner import Examiner, examiner
from tests.unit.llm.upstream import Models, RawServer, models, raw_server

HANDBOOK = "# Leave\n\nStaff have 25 days of paid leave per year.\n\n# Pay\n\nWages come on the 28th.\n"
MODEL_DOWN = {"MODEL_BASE_URL": "http://127.0.0.1:9", "LLM_ASYNC_TIMEOUT": "2"}  # tried again for so long

Put = Callable[..., str]
Chat = Callable[..., Answer]
Upstream = Callable[..., Models]
Study = Callable[..., Answer]
Configure = Callable[..., dict[str, Any]]
Teacher = Callable[..., tuple[int, Examiner]]
Site = Callable[..., Coroutine[Any, Any, httpx.Response]]


@pytest.fixture(scope="session")
def sandbox_thread() -> Iterator[Sandbox]:
    sandbox = Sandbox()
    yield sandbox
    sandbox.close()


@pytest.fixture
def sandbox(product: Stack, sandbox_thread: Sandbox) -> Iterator[Sandbox]:
    """Functions whose clients are built anew, and closed on the loop that opened them."""
    yield sandbox_thread
    sandbox_thread.run(wiring.aclose)


@pytest.fixture
def owner() -> str:
    """A caller that has nothing yet."""
    return f"owner-{new_id()}"


@pytest.fixture
def upload(sandbox: Sandbox, owner: str) -> Put:
    """`upload(text, filename)`: the id of a document of `owner`, uploaded and not yet parsed."""

    def put(text: str = HANDBOOK, filename: str = "handbook.md") -> str:
        files = {"file": (filename, text.encode())}
        answer = sandbox.ask(
            "documents", request("POST", "/api/v1/documents/upload", owner=owner, files=files)
        )
        assert answer.status == 201, answer.body
        return str(answer.json()["document"]["id"])

    return put


@pytest.fixture
def index(sandbox: Sandbox, owner: str, upload: Put) -> Put:
    """`index(text, filename)`: the id of a document of `owner` that the parse function has made ready."""

    def put(text: str = HANDBOOK, filename: str = "handbook.md") -> str:
        document_id = upload(text, filename)
        message = {"owner": owner, "document_id": document_id, "request": "s3:1:1"}
        assert sandbox.invoke("parse", batch({"Body": json.dumps(message)})) == {"batchItemFailures": []}
        return document_id

    return put


@pytest.fixture
def ask(sandbox: Sandbox, owner: str) -> Any:
    """`ask("query/stream", query=…)`: the query function's answer to `owner`."""

    def asked(route: str, *, headers: Any = None, **body: Any) -> Answer:
        event = request("POST", f"/api/v1/{route}", owner=owner, headers=headers, json=body)
        return sandbox.ask("query", event)

    return asked


@pytest.fixture
def chat(sandbox: Sandbox, owner: str) -> Chat:
    """`chat("GET /v1/models", headers=…)`: the chat function's answer to `owner`."""

    def asked(route: str, **options: Any) -> Answer:
        method, path = route.split(" ")
        return sandbox.ask("chat", request(method, path, **{"owner": owner} | options))

    return asked


@pytest.fixture
def study(sandbox: Sandbox, owner: str) -> Study:
    """`study("POST /generate", json=…)`: the exercises function's answer to `owner`."""

    def asked(route: str = "GET ", **options: Any) -> Answer:
        method, path = route.split(" ")
        event = request(method, f"/api/v1/exercises{path}", **{"owner": owner} | options)
        return sandbox.ask("exercises", event)

    return asked


@pytest.fixture
def configure(chat: Chat) -> Configure:
    """`configure("mine", base_url=…)`: a model of `owner`, called at its endpoint as here if not told."""

    def configured(name: str, **members: Any) -> dict[str, Any]:
        answer = chat("POST /api/v1/models", json={"name": name, "model": name} | members)
        assert answer.status == 201, answer.body
        return dict(answer.json())

    return configured


@pytest.fixture
def keep_secret(sandbox: Sandbox, owner: str) -> Callable[[str, str], None]:
    """`keep_secret("model-key", "sk-…")`: a secret of `owner`."""

    def kept(name: str, value: str) -> None:
        wanted = request("PUT", f"/api/v1/secrets/{name}", owner=owner, json={"value": value})
        assert sandbox.ask("profile", wanted).status == 201

    return kept


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    """A loop for servers that functions ask while their test waits for them."""
    with start_blocking_portal() as portal:
        yield portal


@pytest.fixture
def upstream(portal: BlockingPortal) -> Iterator[Upstream]:
    """`upstream(mine=says("…"))`: an endpoint of these models, which notes what it is asked."""
    with ExitStack() as servers:
        yield lambda **answers: servers.enter_context(portal.wrap_async_context_manager(models(**answers)))


@pytest.fixture
def teacher(portal: BlockingPortal, configure: Configure) -> Iterator[Teacher]:
    """`teacher("…", mends=…)`: the id of a model of `owner` that writes these questions, and the model."""
    with ExitStack() as servers:

        def taught(*writes: Any, **options: Any) -> tuple[int, Examiner]:
            server = portal.wrap_async_context_manager(examiner(*writes, **options))
            model = servers.enter_context(server)
            return configure(f"teacher-{new_id()}", base_url=model.url)["id"], model

        yield taught


@pytest.fixture
def web_server(portal: BlockingPortal) -> Iterator[Callable[..., RawServer]]:
    """`web_server(sends(b"…"))`: a server of these answers, which notes what it is asked."""
    with ExitStack() as servers:
        yield lambda *answers: servers.enter_context(portal.wrap_async_context_manager(raw_server(*answers)))


@pytest.fixture
async def site(product: Stack, owner: str) -> AsyncIterator[Site]:
    """`await site("runs", "GET", path)`: functions that answer `owner` side by side."""
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(httpx.AsyncClient(trust_env=False))
        served_as = {name: as_caller(load(name).app, owner) for name in ("chat", "runs")}
        urls = {name: await stack.enter_async_context(served(app)) for name, app in served_as.items()}

        async def asked(function: str, method: str, path: str, **options: Any) -> httpx.Response:
            return await http.request(method, urls[function] + path, **options)

        yield asked


@pytest.fixture
async def live(product: Stack, owner: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the exercises function for `owner`, whose answers are read side by side."""
    async with (
        served(as_caller(load("exercises").app, owner)) as url,
        httpx.AsyncClient(base_url=f"{url}/api/v1/exercises", trust_env=False, timeout=30) as http,
    ):
        yield http


@pytest.fixture
def fault(model_url: str) -> Iterator[Any]:
    """`fault("status=500", …)`: how the next requests to the model fail; `""` is not at all."""
    url = model_url.removesuffix("v1") + "__faults"

    def set_faults(*faults: str) -> None:
        for one in faults:
            httpx.post(url, json={"fault": one}).raise_for_status()

    yield set_faults
    httpx.delete(url)


@pytest.fixture
def generations(model_url: str) -> Callable[[], list[dict[str, Any]]]:
    """`generations()`: what the model was asked to write since the test began, oldest first."""
    url = model_url.removesuffix("v1") + "__requests"
    httpx.delete(url)

    def asked() -> list[dict[str, Any]]:
        found = httpx.get(url).json()["requests"]
        return [one for one in found if one["path"] == "/v1/chat/completions"]

    return asked


@pytest.fixture
def outage(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`with outage({"QDRANT_URL": …})`: parts are elsewhere meanwhile."""

    @contextmanager
    def elsewhere(environment: dict[str, str]) -> Iterator[None]:
        sandbox.run(wiring.aclose)
        with monkeypatch.context() as patched:
            for name, value in environment.items():
                patched.setenv(name, value)
            yield
            sandbox.run(wiring.aclose)

    return elsewhere
