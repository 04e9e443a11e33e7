"""Nothing blocks the loop: every route over real sockets, the parse worker, each function's first calls."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest

from freshet import wiring
from freshet.behaviour.jobs.messages import Worker
from freshet.behaviour.jobs.messages import process_batch as process_steps
from freshet.behaviour.jobs.plan import plan_message, user_message
from freshet.behaviour.requests import EventFormat, GraphFormat
from freshet.console.site import Site as Console
from freshet.exercises.formats import FORMATS
from freshet.ids import new_id
from freshet.reference import document
from freshet.web import create_app
from infra.openapi import functions
from tests.blocking import Guard, guarded
from tests.functions.conftest import HANDBOOK
from tests.functions.events import batch
from tests.functions.first_calls import MODEL, failed_run, first_events, parse
from tests.habits import USER, csv
from tests.lessons import WATER
from tests.serving import as_caller, served
from tests.stack import ROOT, Stack
from tests.unit.console.dist import SCRIPT, built

ROUNDS = 3  # the machine may be busy elsewhere: what is slow in all of them is slow by itself
PATIENCE_S = 30.0
COLD_S = 100  # ten seconds, unless the machine is busy


class Site:
    """All functions, served in this event loop to one caller; notes which routes were asked."""

    def __init__(self, owner: str, http: httpx.AsyncClient) -> None:
        self.owner = owner
        self.asked: set[tuple[str, str]] = set()
        self._http = http
        self._urls: dict[str, str] = {}

    async def add(self, name: str, app: Any, stack: AsyncExitStack) -> None:
        async def noting(scope: Any, receive: Any, send: Any) -> None:
            await app(scope, receive, send)
            self.asked.add((scope["method"], scope["route"].path_format))

        self._urls[name] = await stack.enter_async_context(served(as_caller(noting, self.owner)))

    async def __call__(
        self, function: str, method: str, path: str, *, refused: int = 0, **options: Any
    ) -> httpx.Response:
        answer = await self._http.request(method, self._urls[function] + path, **options)
        assert answer.status_code == refused or (answer.status_code < 400 and not refused), answer.text
        return answer


@pytest.fixture
def everything(product: Stack, model_url: str, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """The product with all that a deployment can add."""
    monkeypatch.setenv("SIGN_IN_URL", "https://sign-in.example")
    monkeypatch.setenv("CONSOLE_CLIENT_PARAMETER", "/freshet/tests/console-client")
    monkeypatch.setenv("SUMMARIES", "true")
    monkeypatch.setenv("CONTEXTUAL_CHUNKS", "true")
    monkeypatch.setenv("RERANK_URL", f"{model_url}/rerank")
    monkeypatch.setenv("RERANK_MODEL", "freshet-stand-in")
    return product


@pytest.fixture
async def site(everything: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(httpx.AsyncClient(trust_env=False, timeout=PATIENCE_S))
        site = Site(f"owner-{new_id()}", http)
        for name, app in functions().items():
            await site.add(name, app, stack)
        monkeypatch.setattr(sys.modules["functions_console"], "site", Console(built(tmp_path)))
        yield site


async def visit(site: Site, model_url: str) -> None:
    """A caller who uses everything once."""
    issued = (await site("profile", "POST", "/api/v1/keys", json={"name": "x"})).json()
    await site("profile", "GET", "/api/v1/keys")
    bearer = {"authorization": f"Bearer {issued['key']}"}
    await site("health", "GET", "/health?deep=true", headers=bearer)
    await site("health", "GET", "/openapi.json")
    await site("health", "GET", "/docs")
    for path in ("/", "/pages/debug.html", f"/assets/{SCRIPT}", "/config.json"):
        await site("console", "GET", path)
    await site("documents", "POST", "/api/v1/documents", json={"filename": "later.pdf"})
    files = {"file": ("手册.md", HANDBOOK.encode())}
    uploaded = (await site("documents", "POST", "/api/v1/documents/upload", files=files)).json()
    document_id = uploaded["document"]["id"]
    await parse(site.owner, document_id)
    await site("documents", "GET", "/api/v1/documents?status=ready")
    one = f"/api/v1/documents/{document_id}"
    await site("documents", "GET", f"{one}?wait=1")
    await site("documents", "GET", f"{one}/chunks")
    await site("documents", "GET", f"{one}/file")
    question = {"query": "How many days of paid leave?", "history": [{"role": "user", "content": "Leave?"}]}
    await site("query", "POST", "/api/v1/query/stream", json=question)
    await site("query", "POST", "/api/v1/query", json={**question, "document_ids": [document_id]})
    await site("query", "POST", "/api/v1/search", json={"query": "带薪年假"})
    key = {"Idempotency-Key": document_id}
    await site("query", "POST", f"{one}/summary", json={"refresh": True}, headers=key)
    newest = (await site("runs", "GET", "/api/v1/runs?limit=1")).json()["items"][0]
    run = f"/api/v1/runs/{newest['id']}"
    await site("runs", "GET", run)
    await site("runs", "GET", f"{run}/stream?after=0")
    await site("runs", "POST", f"{run}/stop")
    failed = await failed_run(site.owner)
    await site("runs", "POST", f"/api/v1/runs/{failed}/retry", refused=503)
    await chat(site, model_url)
    await study(site, document_id)
    await behave(site)
    await site("documents", "POST", f"{one}/parse")
    await site("documents", "DELETE", one)
    await site("profile", "DELETE", f"/api/v1/keys/{issued['id']}")


async def chat(site: Site, model_url: str) -> None:
    """A caller who uses all of the playground, and then the door that OpenAI's clients come by."""
    await site("profile", "PUT", "/api/v1/secrets/model-key", json={"value": "sk-test"})
    await site("profile", "GET", "/api/v1/secrets")
    own = {"name": "自己的", "base_url": model_url, "model": MODEL, "key": "model-key"}
    model = f"/api/v1/models/{(await site('chat', 'POST', '/api/v1/models', json=own)).json()['id']}"
    await site("chat", "GET", "/api/v1/models")
    await site("chat", "GET", model)
    await site("chat", "PUT", model, json={**own, "params": {"temperature": 0}})
    await site("chat", "POST", f"{model}/test")
    http = {"method": "GET", "url": f"{model_url}/models"}
    new = {"name": "list_models", "description": "Lists.", "parameters": {"type": "object"}, "http": http}
    tool = f"/api/v1/tools/{(await site('chat', 'POST', '/api/v1/tools', json=new)).json()['id']}"
    await site("chat", "GET", "/api/v1/tools")
    await site("chat", "GET", tool)
    await site("chat", "PUT", tool, json=new)
    asked = {"prompt": "How many days of paid leave?", "tool_ids": [1, 2, 3, int(tool.rpartition("/")[2])]}
    await site("chat", "POST", "/api/debug/chat", json={**asked, "stream": True})
    answer = (await site("chat", "POST", "/api/debug/chat", json=asked)).json()
    await converse(site, answer["conversation_id"])
    await openai(site)
    await site("chat", "GET", "/api/v1/usage")
    await site("chat", "DELETE", model)
    await site("chat", "DELETE", tool)
    await site("profile", "DELETE", "/api/v1/secrets/model-key")


async def converse(site: Site, conversation_id: str) -> None:
    """A conversation goes on, and is taken away."""
    await site(
        "chat", "POST", "/api/debug/chat", json={"prompt": "再说一遍", "conversation_id": conversation_id}
    )
    one = f"/api/v1/conversations/{conversation_id}"
    await site("chat", "GET", "/api/v1/conversations")
    await site("chat", "GET", one)
    await site("chat", "PUT", one, json={"title": "假期"})
    await site("chat", "GET", f"{one}/export?format=jsonl")
    await site("chat", "GET", f"{one}/export?format=md")
    await site("chat", "DELETE", one)


async def openai(site: Site) -> None:
    """What OpenAI's clients ask."""
    await site("chat", "GET", "/v1/models/freshet-rag")
    names = [model["id"] for model in (await site("chat", "GET", "/v1/models")).json()["data"]]
    asked = {
        "model": "freshet-rag",
        "messages": [{"role": "user", "content": "How many days of paid leave?"}],
    }
    await site("chat", "POST", "/v1/chat/completions", json={**asked, "stream": True})
    await site("chat", "POST", "/v1/chat/completions", json={**asked, "model": names[0]})
    search = {"type": "file_search", "vector_store_ids": ["documents"]}
    wanted = {"model": names[0], "input": "How many days of paid leave?", "tools": [search]}
    response = (await site("chat", "POST", "/v1/responses", json=wanted)).json()["id"]
    await site(
        "chat", "POST", "/v1/responses", json={**wanted, "previous_response_id": response, "stream": True}
    )
    await site("chat", "GET", f"/v1/responses/{response}")
    await site("chat", "GET", f"/v1/responses/{response}?stream=true&starting_after=1")
    await site("chat", "POST", f"/v1/responses/{response}/cancel")
    await site("chat", "POST", "/v1/embeddings", json={"model": MODEL, "input": ["年假", "leave"]})


async def study(site: Site, document_id: str) -> None:
    """Somebody who makes exercises of all kinds of material, takes them, and learns."""
    every = "/api/v1/exercises"
    await site("exercises", "POST", f"{every}/analyze", json={"text": HANDBOOK, "stream": True})
    analysis = (await site("exercises", "POST", f"{every}/analyze", json={"text": WATER})).json()
    await site("exercises", "GET", f"{every}/analyses/{analysis['analysis_id']}")
    await site("exercises", "POST", f"{every}/analyze-file", json={"document_id": document_id})
    asked = {"analysis_id": analysis["analysis_id"], "use_documents": True, "types": {"cloze": 1, "essay": 1}}
    made = (await site("exercises", "POST", f"{every}/generate", json=asked)).json()
    one = f"{every}/{made['exercise']['id']}"
    again = f"{one}/questions/{made['items'][0]['id']}/regenerate"
    anew = (await site("exercises", "POST", again, json={"difficulty": "hard"})).json()["question"]
    await site(
        "exercises", "PUT", again.removesuffix("/regenerate"), json={**anew, "explanation": "So it is."}
    )
    await site("exercises", "GET", f"{every}?type=cloze&state=ready&concept=water&q=wa&document_id=none")
    await site("exercises", "GET", f"{one}?answers=false")
    answers = {item["id"]: "Water turns into vapour." for item in made["items"]}
    graded = (await site("exercises", "POST", f"{one}/submit", json={"answers": answers})).json()
    await site("exercises", "GET", f"{one}/attempts")
    attempt = f"{one}/attempts/{graded['id']}"
    await site("exercises", "GET", attempt)
    override = {"question_id": made["items"][0]["id"], "score": 0}
    await site("exercises", "PUT", attempt, json=override)
    for name in FORMATS:
        await site("exercises", "GET", f"{one}/export?format={name}")
    files = {"file": ("quiz.gift", "水在几度沸腾？{#100}".encode())}
    await site("exercises", "POST", f"{every}/import", files=files)
    await site("exercises", "GET", f"{every}/due")
    await site("exercises", "DELETE", one)
    await site("profile", "PUT", "/api/v1/user/profile", json={"name": "小明", "timezone": "Asia/Shanghai"})
    await site("profile", "GET", "/api/v1/user/profile")
    await site("profile", "DELETE", "/api/v1/user/profile")


async def behave(site: Site) -> None:
    """Somebody who puts logs in, has events found in them, and asks what they mean."""
    logs, events, graphs = "/api/v1/behaviors", "/api/v1/events", "/api/v1/causal-graph"
    await site("behaviour", "POST", logs, content=csv().encode(), headers={"content-type": "text/csv"})
    await site("behaviour", "GET", f"{logs}?user_id={USER}&limit=2")
    await site("behaviour", "GET", f"{logs}/users")
    upload = (await site("behaviour", "POST", f"{logs}/uploads", json={})).json()
    await site("behaviour", "GET", f"{logs}/uploads/{upload['run_id']}")
    await site("behaviour", "POST", f"{events}/extract/{USER}")
    begun = (await site("behaviour", "POST", f"{events}/extract")).json()
    await extract(site.owner, begun["run_id"])
    await site("behaviour", "GET", f"{events}/extract/progress?stream=true")
    await site("behaviour", "GET", f"{events}?user_id={USER}&type=news")
    await site("behaviour", "GET", f"{events}/sequences")
    for name in get_args(EventFormat):
        await site("behaviour", "GET", f"{events}/export?user_id={USER}&format={name}")
    await site("behaviour", "POST", f"{events}/tags/apps", json={"names": ["微信", "Slack"]})
    await site("behaviour", "POST", f"{events}/tags/media", json={"name": "早间新闻", "stream": True})
    await site("behaviour", "POST", f"{events}/summary/{USER}")
    await site("behaviour", "POST", f"{events}/graph/views", json={"name": "main"})
    await site("behaviour", "GET", f"{events}/graph?view=main")
    await site("behaviour", "GET", f"{events}/patterns?of=behaviors&by=object")
    asked = {"user_id": USER, "question": "他什么时候付款？"}
    await site("behaviour", "POST", f"{events}/ask", json=asked)
    made = (await site("behaviour", "POST", f"{graphs}/generate", json={"by": "title"})).json()
    await site("behaviour", "GET", graphs)
    await site("behaviour", "GET", f"{graphs}/graphs")
    for name in get_args(GraphFormat):
        await site("behaviour", "GET", f"{events}/graph/export?format={name}")
        await site("behaviour", "GET", f"{graphs}/export?format={name}")
    await site("behaviour", "POST", f"{graphs}/ask", json={"question": "什么导致付款？"})
    await site("behaviour", "DELETE", f"{graphs}/graphs/{made['id']}")
    await site("behaviour", "DELETE", f"{logs}/{USER}")


async def extract(owner: str, run_id: str) -> None:
    """The extract worker's batches: the plan of a job, its user, and a message that is none."""
    steps = [plan_message(run_id), user_message(run_id, USER)]
    good = [{"Body": json.dumps(step | {"owner": owner})} for step in steps]
    bad = {"Body": "not json", "MessageId": "bad", "ReceiptHandle": "none"}
    worker = Worker(wiring.extraction_job(), wiring.uploads())
    records = batch(*good, bad)["Records"]
    assert await process_steps(records, worker, wiring.extract_queue(), remaining_s=60) == ["bad"]


async def test_no_route_and_no_worker_blocks_the_loop(site: Site, model_url: str) -> None:
    wiring.ingest()  # made before there is a loop, in the workers
    wiring.extraction_job()
    rounds: list[Guard] = []
    for _ in range(ROUNDS):
        with guarded() as guard:
            await visit(site, model_url)
        assert guard.calls == []
        assert guard.imports == []
        rounds.append(guard)
        if not guard.slow:
            break
    assert not rounds[-1].slow, [guard.slow for guard in rounds]
    served_routes = {
        (method.upper(), path) for path, methods in document()["paths"].items() for method in methods
    }
    assert site.asked == served_routes


async def test_no_function_blocks_its_loop_on_its_first_calls(everything: Stack, tmp_path: Path) -> None:
    """In fresh processes, where everything is still to be imported and connected."""
    events = await first_events(f"owner-{new_id()}")
    assert events.keys() == {path.parent.name for path in ROOT.glob("functions/*/app.py")}
    await cold(events, tmp_path)
    for name in events:
        guard = Guard(**json.loads((tmp_path / name).read_text()))
        assert (guard.calls, guard.imports) == ([], []), name


async def cold(events: dict[str, list[dict[str, Any]]], folder: Path) -> None:
    """Puts into the folder what held up each function's loop in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-X", "faulthandler", "-m", "tests.functions.cold", str(folder)),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(COLD_S):
            said, _ = await process.communicate(json.dumps(events).encode())
    except TimeoutError:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    assert process.returncode == 0, said.decode()


naughty = create_app("naughty")


@naughty.get("/sleeps")
async def sleeps() -> None:
    time.sleep(0.01)  # noqa: ASYNC251  # that is the point


@naughty.get("/swallows")
async def swallows() -> str:
    try:
        return Path(__file__).read_text()[:1]  # noqa: ASYNC240  # that is the point
    except Exception:
        return "as if nothing had been"


@naughty.get("/computes")
async def computes() -> int:
    until = time.perf_counter() + 0.15
    return sum(1 for _ in iter(lambda: time.perf_counter() < until, False))


@naughty.get("/imports")
async def imports() -> str:
    import this  # a module that nobody else needs

    return this.s[:1]


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("/sleeps", 500, "calls"),
        ("/swallows", 200, "calls"),
        ("/computes", 200, "slow"),
        ("/imports", 200, "imports"),
    ],
)
async def test_a_route_that_blocks_is_caught(path: str, status: int, kind: str) -> None:
    async with served(naughty) as url, httpx.AsyncClient(base_url=url, trust_env=False) as http:
        await http.get("/warm")
        with guarded() as guard:
            assert (await http.get(path)).status_code == status
    assert getattr(guard, kind)
    others = {"calls", "imports", "slow"} - {kind}
    assert not any(getattr(guard, other) for other in others)


async def test_what_a_thread_does_blocks_nothing() -> None:
    def work() -> None:
        time.sleep(0.12)
        Path(__file__).read_bytes()

    with guarded() as guard:
        await asyncio.to_thread(work)
    assert guard == Guard()
