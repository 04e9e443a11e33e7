"""What holds for every route that starts a run: keys and deadlines."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import quote

import pytest

from freshet.addresses import FROM_A_RUN
from freshet.reference import document
from tests.functions.conftest import HANDBOOK, MODEL_DOWN, Put, Study, Teacher
from tests.functions.events import request
from tests.functions.sandbox import Answer, Sandbox
from tests.functions.streams import frames, written
from tests.habits import USER, lived
from tests.lessons import WATER
from tests.unit.exercises.generation.examiner import written as drafts

KEY = "Idempotency-Key"
TIMEOUT = "X-Request-Timeout-Ms"
MODEL = "freshet-stand-in"
SUMMARY = "/api/v1/documents/{document_id}/summary"


@dataclass(frozen=True)
class Way:
    """A way to start a run: `other` members make another request of it, `wrong` ones a bad one."""

    function: str
    path: str
    body: dict[str, Any] = field(default_factory=dict)
    other: dict[str, Any] = field(default_factory=dict)
    wrong: dict[str, Any] = field(default_factory=lambda: {"model_id": "1"})

    @property
    def openai(self) -> bool:
        """Whether its errors have OpenAI's shape, and all that fails before the first word is one."""
        return self.path.startswith("/v1/")

    @property
    def streams(self) -> bool:
        """Whether it answers by events."""
        return self.path.endswith(("/stream", "?stream=true")) or bool(self.body.get("stream"))


def _streamed(way: Way) -> Way:
    return Way(way.function, way.path, way.body | {"stream": True}, way.other, way.wrong)


ASKED = {"query": "When do wages come?"}
SAID = [{"role": "user", "content": "When do wages come?"}]
QUERY = [Way("query", f"/api/v1/{path}", ASKED, {"top_k": 3}) for path in ("query", "query/stream")]
SUMMARIES = [Way("query", f"{SUMMARY}{query}", other={"refresh": True}) for query in ("", "?stream=true")]
PLAY = Way("chat", "/api/debug/chat", {"prompt": "When do wages come?"}, {"keep": False})
COMPLETION = Way(
    "chat", "/v1/chat/completions", {"model": MODEL, "messages": SAID}, {"seed": 1}, {"model": 5}
)
RESPONSE = Way("chat", "/v1/responses", {"model": MODEL, "input": "Hi"}, {"store": False}, {"model": 5})

ESSAY = {
    "type": "essay",
    "question": "What becomes of the sea under the sun?",
    "quote": "Evaporation turns the water of the oceans into vapour.",
    "rubric": [{"criterion": "names evaporation", "points": 2}],
}
EXERCISES = "/api/v1/exercises"
ANALYSES = [
    Way("exercises", f"{EXERCISES}/analyze", {"text": HANDBOOK}, {"title": "Leave"}),
    Way("exercises", f"{EXERCISES}/analyze-file", {"document_id": "{document_id}"}, {"language": "zh"}),
]
GENERATE = Way(
    "exercises", f"{EXERCISES}/generate", {"text": WATER, "types": {"true_false": 1}}, {"title": "Water"}
)
REGENERATE = Way(
    "exercises",
    f"{EXERCISES}/{{exercise_id}}/questions/{{question_id}}/regenerate",
    {"type": "true_false"},
    {"difficulty": "hard"},
)
SUBMIT = Way(
    "exercises",
    f"{EXERCISES}/{{exercise_id}}/submit",
    {"answers": {"{question_id}": "Evaporation turns it into vapour."}},
    {"only_answered": True},
)

BEHAVIOUR = [
    Way("behaviour", f"/api/v1/{path}", body, other)
    for path, body, other in (
        (f"events/extract/{quote(USER)}?stream=true", {}, {"gap_minutes": 5}),
        ("events/tags/apps", {"name": "微信"}, {"language": "zh"}),
        ("events/tags/media", {"names": ["早间新闻"]}, {"language": "zh"}),
        (f"events/summary/{quote(USER)}", {}, {"language": "en"}),
        ("events/graph/views", {"name": "main"}, {"focus": "news"}),
        ("events/ask", {"user_id": USER, "question": "他什么时候付款？"}, {"language": "en"}),
        ("causal-graph/generate", {}, {"by": "title"}),
        ("causal-graph/ask", {"question": "什么导致付款？"}, {"language": "en"}),
    )
]
# What workers make: neither streamed nor waited for.
JOBS = [
    Way("behaviour", "/api/v1/events/extract", {}, {"gap_minutes": 5}),
    Way("behaviour", "/api/v1/behaviors/uploads", {}, {"filename": "log.json"}, {"filename": 1}),
]

OWN = [*QUERY, *SUMMARIES, PLAY, _streamed(PLAY)]
STUDY = [*ANALYSES, _streamed(GENERATE), REGENERATE, SUBMIT]
OPENAI = [COMPLETION, _streamed(COMPLETION), RESPONSE, _streamed(RESPONSE)]
WAYS = [*OWN, *STUDY, *OPENAI, *BEHAVIOUR]
# Of the others some need no model, and some make the best of half an answer.
FAILING = [*OWN, *STUDY, *OPENAI, *(way for way in BEHAVIOUR if way.path.endswith(("apps", "events/ask")))]


def by(ways: list[Way]) -> pytest.MarkDecorator:
    """A test for each of the ways."""
    ids = [f"{way.path}{', streamed' if way.body.get('stream') else ''}" for way in ways]
    return pytest.mark.parametrize("way", ways, ids=ids)


def problem(answer: Answer) -> dict[str, Any]:
    """`code`, `field` and `run_id` of an error, in whichever shape."""
    found = answer.json()
    if "error" in found:
        return {**found["error"], "field": found["error"]["param"]}
    return {"field": found.get("errors", [{}])[0].get("field"), **found}


@pytest.fixture
def start(sandbox: Sandbox, owner: str, index: Put, quiz: Callable[[], dict[str, str]]) -> Any:
    """`start(way, headers, **changes)`: the answer to `owner`, who has the handbook, an exercise, a log."""
    document_id = index()
    lived_before = cache(lambda: sandbox.run(lambda: lived(owner)))

    def started(way: Way, headers: dict[str, str], **changes: Any) -> Answer:
        asked = json.dumps([way.path, way.body | changes]).replace("{document_id}", document_id)
        if "{exercise_id}" in asked:
            for name, value in quiz().items():
                asked = asked.replace(name, value)
        if way.function == "behaviour":
            lived_before()
        path, body = json.loads(asked)
        return sandbox.ask(way.function, request("POST", path, owner=owner, headers=headers, json=body))

    return started


@pytest.fixture
def quiz(study: Study, teacher: Teacher) -> Callable[[], dict[str, str]]:
    """`quiz()`: the ids of an exercise of `owner` and of its question, by their names in paths."""

    @cache
    def made() -> dict[str, str]:
        model_id, _ = teacher(drafts(ESSAY))
        asked = {"text": WATER, "types": {"essay": 1}, "model_id": model_id}
        answer = study("POST /generate", json=asked).json()
        return {"{exercise_id}": answer["exercise"]["id"], "{question_id}": answer["items"][0]["id"]}

    return made


def test_these_are_all_the_routes_that_start_runs() -> None:
    keyed = {
        path
        for path, verbs in document()["paths"].items()
        if KEY in {one["name"] for one in verbs.get("post", {}).get("parameters", [])}
    }
    assert keyed == {way.path.partition("?")[0].replace(quote(USER), "{user_id}") for way in [*WAYS, *JOBS]}


@by(WAYS)
def test_the_same_request_with_the_same_key_is_the_same_run(start: Any, generations: Any, way: Way) -> None:
    first = start(way, {KEY: "k"})
    asked = len(generations())
    again = start(way, {KEY: "k"})
    assert (first.status, again.body) == (200, first.body)
    assert len(generations()) == asked > 0
    assert start(way, {KEY: "another"}).body != first.body


def test_a_key_stands_for_the_first_good_request_and_for_no_other(start: Any, generations: Any) -> None:
    for number, way in enumerate(WAYS, 1):
        key, bad = {KEY: "k" * number}, 400 if way.openai else 422
        assert start(way, key, **way.wrong).status == bad
        assert start(way, {**key, TIMEOUT: "soon"}).status == bad
        assert start(way, key).status == 200
        asked = len(generations())
        refused = start(way, key, **way.other)
        assert (refused.status, problem(refused)["code"]) == (409, "conflict")
        assert len(generations()) == asked


def test_a_job_is_begun_once_by_a_key(start: Any) -> None:
    for number, way in enumerate(JOBS, 1):
        begun, again = start(way, {KEY: "k" * number}), start(way, {KEY: "k" * number})
        assert {begun.status, again.status} <= {201, 202}
        assert again.json()["run_id"] == begun.json()["run_id"]
        assert start(way, {KEY: "k" * number}, **way.other).status == 409
        assert start(way, {KEY: "k" * number}, **way.wrong).status == 422
    assert start(JOBS[0], {}, model_id=99).status == 404


def test_a_key_is_the_callers_own(sandbox: Sandbox, start: Any, owner: str) -> None:
    mine = start(QUERY[1], {KEY: "k"})
    theirs = request("POST", QUERY[1].path, owner=f"{owner}-2", headers={KEY: "k"}, json=ASKED)
    assert frames(sandbox.ask("query", theirs))[0][1]["sources"] == []
    assert frames(mine)[0][1]["sources"] != []
    assert start(QUERY[1], {KEY: "k"}).body == mine.body


@by(QUERY)
def test_what_fails_before_the_start_leaves_its_key_free(start: Any, outage: Any, way: Way) -> None:
    with outage(MODEL_DOWN):
        failed = start(way, {KEY: "k"})
        assert (failed.status, failed.json()["part"]) == (503, "model")
    done = start(way, {KEY: "k"})
    assert done.status == 200
    assert failed.json()["run_id"] not in done.body.decode()


@by(OPENAI)
def test_a_model_that_fails_before_its_first_word_leaves_the_key_free(
    start: Any, fault: Any, way: Way
) -> None:
    fault("status=400")
    failed, done = start(way, {KEY: "k"}), start(way, {KEY: "k"})
    assert (failed.status, done.status) == (400, 200)
    assert problem(failed)["run_id"] not in done.body.decode()


@by(FAILING)
def test_what_fails_after_the_start_keeps_its_key(start: Any, fault: Any, generations: Any, way: Way) -> None:
    fault(*([""] if way in QUERY else []), "cut=2", "status=400")
    failed, again = start(way, {KEY: "k"}), start(way, {KEY: "k"})
    assert failed.status >= 400 or b'"error"' in failed.body or b'"problem":{' in failed.body
    assert (again.status, again.body) == (failed.status, failed.body)
    assert len(generations()) == (1 if way.openai and way.streams else 2)


@pytest.mark.parametrize(
    ("name", "values"),
    [(KEY, ["k" * 256, "键".encode(), "a\tb"]), (TIMEOUT, ["0", "-5", "1.5", "soon", "1e3"])],
)
def test_a_bad_header_is_refused_and_named(
    start: Any, generations: Any, name: str, values: list[Any]
) -> None:
    for way in [*WAYS, *JOBS]:
        for value in values:
            answer = start(way, {name: value})
            assert (answer.status, problem(answer)["field"]) == (400 if way.openai else 422, name)
    assert generations() == []


def test_what_a_run_asks_elsewhere_starts_no_run_here(start: Any, generations: Any) -> None:
    for way in [*WAYS, *JOBS]:
        refused = start(way, {FROM_A_RUN: "1"})
        assert (refused.status, problem(refused)["code"]) == (409, "conflict")
    assert generations() == []


@by(OWN)
def test_a_deadline_ends_the_run_with_what_was_written(
    start: Any, sandbox: Sandbox, owner: str, fault: Any, generations: Any, way: Way
) -> None:
    fault(*([""] if way in QUERY else []), "slow=300")
    answer = start(way, {TIMEOUT: "1500"})
    (asked,) = generations()
    assert asked["disconnected_ms"]
    if way.streams:
        events = frames(answer)
        ended, partial = events[-1][1]["problem"], events[-1][1]["final_response"]
        assert (events[0][1]["started"], partial["output"]) == (True, written(events))
    else:
        ended = answer.json()
        assert answer.status == 504
        run = sandbox.ask("runs", request("GET", f"/api/v1/runs/{ended['run_id']}", owner=owner))
        partial = run.json()["final_response"]
    assert (ended["code"], partial["finish_reason"]) == ("deadline", "deadline")
    assert partial["output"]


@by([*QUERY, *OPENAI])
def test_a_deadline_before_the_start_is_a_status(start: Any, fault: Any, way: Way) -> None:
    fault("hang=start")
    late = start(way, {TIMEOUT: "500"})
    assert (late.status, problem(late)["code"]) == (504, "deadline")
    assert len(problem(late)["run_id"]) == 26
