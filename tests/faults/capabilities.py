"""What is asked of the product: each capability, and what it stands on.

What belongs here: the rows of the matrix. What does not: what goes wrong, and what must come of it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from infra.local.model.embeddings import EMBEDDING_MODEL
from tests.faults import doubles, material, requests, results, waiting
from tests.faults.answers import Answer
from tests.faults.material import Api, Material
from tests.habits import USER
from tests.lessons import PHOTOSYNTHESIS


async def _nothing(api: Api, material: Material) -> list[str]:
    return []


async def _no_material(api: Api) -> Material:
    return {}


async def _as_it_came(api: Api, answer: Answer, material: Material, limit_s: float) -> Answer:
    return answer


@dataclass(frozen=True)
class Capability:
    """One of them.

    `parts` are what it stands on besides its caller's key. `request` makes the arguments of an HTTP request
    that nobody made before; `lacks` says what an answer lacks to be the whole result; `doubled` what the
    owner's data have lost or twice. `later` waits so many seconds for what goes on behind a queue when the
    answer is there. `quiet`: it is answered without a run.
    """

    name: str
    function: str
    parts: frozenset[str]
    request: Callable[[Material], dict[str, Any]]
    lacks: Callable[[Answer, Material], str]
    prepare: Callable[[Api], Awaitable[Material]] = _no_material
    doubled: Callable[[Api, Material], Awaitable[list[str]]] = _nothing
    later: Callable[[Api, Answer, Material, float], Awaitable[Answer]] = _as_it_came
    worker: str = ""  # the function behind the queue, where there is one
    quiet: bool = False
    streamed: bool = False
    half_done: bool = False  # a model that fails leaves a result that says what it is without

    @property
    def owner(self) -> str:
        """Whose data it works on: each has its own caller."""
        return "".join(letter if letter.isalnum() else "-" for letter in self.name).strip("-")


_MODEL, _INDEX, _TABLE, _BUCKET, _QUEUE = "model", "index", "table", "bucket", "queue"
_ANSWERS = frozenset({_MODEL, _INDEX, _TABLE})
_WRITES = frozenset({_MODEL, _TABLE})
_LOGS = frozenset({_MODEL, _TABLE, _BUCKET})

CAPABILITIES = (
    Capability(
        "upload and parse a document",
        "documents",
        frozenset({_MODEL, _INDEX, _TABLE, _BUCKET, _QUEUE}),
        requests.a_file,
        results.ready,
        doubled=doubles.documents,
        later=waiting.until_parsed,
        worker="parse",
        quiet=True,
    ),
    Capability(
        "search",
        "query",
        frozenset({_MODEL, _INDEX}),
        requests.asking("/api/v1/search", requests.CHINESE_QUESTION),
        results.has("items"),
        material.chinese_document,
        quiet=True,
    ),
    Capability(
        "query",
        "query",
        _ANSWERS,
        requests.asking("/api/v1/query", requests.CHINESE_QUESTION),
        results.has("answer", "citations"),
        material.chinese_document,
    ),
    Capability(
        "query, streamed",
        "query",
        _ANSWERS,
        requests.asking("/api/v1/query/stream", requests.QUESTION),
        results.has("output", "citations"),
        material.document,
        streamed=True,
    ),
    Capability(
        "summary of a document",
        "query",
        _ANSWERS,
        lambda material: {
            "method": "POST",
            "url": f"/api/v1/documents/{material['document']['id']}/summary",
            "json": {"stream": True, "refresh": True},
        },
        results.has("output"),
        material.document,
        streamed=True,
    ),
    Capability(
        "playground chat with a tool", "chat", _WRITES, requests.chat, results.tool_used, streamed=True
    ),
    Capability(
        "/v1/chat/completions", "chat", _WRITES, requests.completion, results.has("output"), streamed=True
    ),
    Capability(
        "/v1/responses",
        "chat",
        _ANSWERS,
        requests.response,
        results.has("output"),
        material.document,
        streamed=True,
    ),
    Capability(
        "/v1/embeddings",
        "chat",
        frozenset({_MODEL}),
        requests.posting("/v1/embeddings", model=EMBEDDING_MODEL, input=["渡轮", "a ferry"]),
        results.vectors,
        quiet=True,
    ),
    Capability(
        "analyse a text",
        "exercises",
        _WRITES | {_BUCKET},
        requests.posting("/api/v1/exercises/analyze", text=PHOTOSYNTHESIS),
        results.has("key_points"),
    ),
    Capability(
        "generate exercises",
        "exercises",
        _WRITES,
        requests.posting(
            "/api/v1/exercises/generate",
            text=PHOTOSYNTHESIS,
            types={"cloze": 1, "true_false": 1},
            stream=True,
        ),
        results.asked_for,
        doubled=doubles.exercises,
        streamed=True,
    ),
    Capability(
        "submit answers",
        "exercises",
        _WRITES,
        requests.answers,
        results.graded,
        material.exercise,
        doubled=doubles.attempts,
        half_done=True,
        streamed=True,
    ),
    Capability(
        "put behaviours in",
        "behaviour",
        frozenset({_TABLE, _BUCKET}),
        requests.rows,
        results.kept_rows,
        doubled=doubles.behaviours,
        quiet=True,
    ),
    Capability(
        "upload a log",
        "behaviour",
        frozenset({_TABLE, _BUCKET, _QUEUE}),
        requests.an_upload,
        results.kept_rows,
        doubled=doubles.behaviours,
        later=waiting.until_read,
        worker="extract",
    ),
    Capability(
        "extract events",
        "behaviour",
        _LOGS,
        lambda material: {
            "method": "POST",
            "url": f"/api/v1/events/extract/{USER}",
            "params": {"stream": "true"},
            "json": {"refresh": True},
        },
        results.found,
        material.log,
        doubled=doubles.found_events,
        streamed=True,
    ),
    Capability(
        "extract events in the background",
        "behaviour",
        _LOGS | {_QUEUE},
        requests.posting("/api/v1/events/extract", refresh=True),
        results.job_done,
        material.log,
        doubled=doubles.found_events,
        later=waiting.until_extracted,
        worker="extract",
    ),
    Capability(
        "ask events",
        "behaviour",
        _WRITES,
        requests.posting("/api/v1/events/ask", user_id=USER, question="小明买了什么？", stream=True),
        results.has("output"),
        material.events,
        streamed=True,
    ),
    Capability(
        "summary of a log",
        "behaviour",
        _LOGS,
        requests.posting(f"/api/v1/events/summary/{USER}", stream=True),
        results.has("output"),
        material.log,
        streamed=True,
    ),
    Capability(
        "causal graph",
        "behaviour",
        _LOGS,
        requests.posting("/api/v1/causal-graph/generate", **material.CAUSES, stream=True),
        results.edges,
        material.log,
        half_done=True,
        streamed=True,
    ),
    Capability(
        "ask a causal graph",
        "behaviour",
        _WRITES,
        requests.posting("/api/v1/causal-graph/ask", question="什么导致付款？", stream=True),
        results.has("output"),
        material.causes,
        streamed=True,
    ),
    Capability(
        "follow a run",
        "runs",
        frozenset({_TABLE}),
        lambda material: {"method": "GET", "url": f"/api/v1/runs/{material['run']}/stream"},
        results.the_run,
        material.finished_run,
        quiet=True,
    ),
)


def by_name(name: str) -> Capability:
    """The capability of that name."""
    return next(one for one in CAPABILITIES if one.name == name)
