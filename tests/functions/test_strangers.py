"""What somebody else's things are to a stranger, call by call; and that the test of it sees a store which has
forgotten whose things it holds. The same before a whole cloud: `tests/e2e/strangers`."""

import json
from collections.abc import Callable, Iterator, Sequence

import httpx
import pytest

from freshet.ids import new_id
from freshet.runs import service
from tests.contract.template_rules import PREFIXES
from tests.e2e.strangers.belongings import Caller, Site, settle, shared
from tests.e2e.strangers.cases import Case, cases
from tests.e2e.strangers.mutations import Mutation, mutations, telling
from tests.e2e.strangers.trial import Send, Trial, secrets_of, seen, unmarked
from tests.functions.answers import calls as made
from tests.functions.calls import Calls, recorded
from tests.functions.conftest import Chat, Put, Upstream
from tests.functions.events import batch
from tests.functions.over_http import SandboxTransport
from tests.functions.sandbox import Answer, Sandbox
from tests.stack import Stack
from tests.unit.llm.upstream import RawServer, says, sends

OWNER, STRANGER = f"owner-{new_id()}", f"stranger-{new_id()}"
MODEL = "freshet-stand-in"
SEARCH = 1  # the number of the tool that searches documents
AREAS = {prefix.split("/")[1] for prefix in PREFIXES if "BucketArn" in prefix}
# Of the bucket only what a table of the same owner has named is asked for: without their owner these areas
# are still shut, and nothing is to be noticed.
BEHIND_A_TABLE = {
    f"Objects {area}" for area in ("analyses", "conversations", "documents", "exercises", "runs")
}
# Beside lists, what shows a store's things and changes none: store after store is tried on the same ones.
READING = {"POST /api/v1/search", "POST /api/v1/documents", "POST /api/v1/behaviors/uploads"}


@pytest.fixture
def calls() -> Iterator[Calls]:
    with recorded() as found:
        yield found


@pytest.fixture
def settled(calls: Calls, sandbox: Sandbox, model_url: str) -> Callable[..., Caller]:
    """`settled(name, spare=…)`: a caller with one of everything."""

    def settling(name: str, **options: int) -> Caller:
        def parsed(_: httpx.Client, document_id: str) -> None:
            message = {"owner": name, "document_id": document_id, "request": "s3:1:1"}
            assert sandbox.invoke("parse", batch({"Body": json.dumps(message)})) == {"batchItemFailures": []}

        api = httpx.Client(transport=SandboxTransport(sandbox, name), base_url="http://functions")
        return settle(api, f"word{new_id()}", Site(model_url, MODEL, MODEL, parsed), **options)

    return settling


@pytest.mark.timeout(300)  # half a minute; on a busy machine four times that
def test_what_is_anothers_takes_the_calls_of_what_is_not_there(
    product: Stack, settled: Callable[..., Caller], calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a store without its owner is noticed: one test of both, since to settle takes longest."""
    stranger, owner = settled(STRANGER), settled(OWNER, spare=12)
    assert not shared(stranger, owner)
    monkeypatch.setattr(service, "YOUNG_S", 0)  # a run whose record is not there is given no time to arrive
    asked: set[str] = set()

    def watch(send: Send) -> tuple[httpx.Response, tuple[str, ...]]:
        calls.since()
        answer, found = send(), calls.since()
        asked.update(one.partition(" ")[0].partition(".")[0] for one in found)
        return answer, found

    before = seen(owner)
    assert unmarked(before, owner) == []
    trial = Trial(stranger, owner, secrets_of(before, owner), watch)
    *stores, secrets = mutations(product.environment(), AREAS)
    assert {str(one) for one in stores if not _finding(trial, one, _reads)} == BEHIND_A_TABLE
    with telling(OWNER, STRANGER):
        assert next(trial.findings(), None), "one call more for what is there was not noticed"
    assert list(trial.findings(controlled=True)) == []
    assert asked >= {"dynamodb", "s3", "qdrant"}
    assert seen(owner) == before
    secret = f"/api/v1/secrets/{owner.things['secret_name']}"
    assert stranger.api.delete(secret).status_code == 204  # one of the stranger's own by that name
    assert _finding(trial, secrets, lambda case: str(case.operation).startswith("DELETE /api/v1/secrets"))


def _reads(case: Case) -> bool:
    return not case.places or str(case.operation) in READING


def _finding(trial: Trial, mutation: Mutation, chosen: Callable[[Case], bool]) -> str | None:
    """The first that the mutation brings."""
    with mutation.made(OWNER, STRANGER):
        return next(trial.findings(filter(chosen, cases())), None)


@pytest.fixture
def played(chat: Chat) -> Callable[..., Answer]:
    """`played(owner, url, tool_ids=…)`: the playground's answer to who has a model there."""

    def playing(owner: str, url: str, *, key: str | None = None, tool_ids: Sequence[int] = ()) -> Answer:
        model = {"name": f"model-{new_id()}", "model": "obedient", "base_url": url, "key": key}
        made = chat("POST /api/v1/models", owner=owner, json=model)
        asked = {"prompt": "Go on.", "model_id": made.json()["id"], "tool_ids": list(tool_ids)}
        return chat("POST /api/debug/chat", owner=owner, json=asked)

    return playing


def test_a_model_that_obeys_a_stranger_finds_nothing_of_anothers(
    owner: str, index: Put, upstream: Upstream, played: Callable[..., Answer]
) -> None:
    document_id = index("# Lock\n\nThe code of the lock is xylem. 门锁的密码是木质部。\n")
    searches = (
        ("search_documents", {"query": "the code of the lock, 门锁的密码"}),
        ("search_documents", {"query": "the code of the lock", "document_ids": [document_id]}),
    )
    for caller, found in ((owner, True), (STRANGER, False)):
        model = upstream(obedient=(made(*searches), says("So.")))
        played(caller, model.url, tool_ids=[SEARCH])
        results = [one["content"] for one in model.calls[-1].body["messages"] if one["role"] == "tool"]
        assert len(results) == len(searches)
        assert ("xylem" in str(results), "木质部" in str(results)) == (found, found)


def test_the_name_of_anothers_secret_is_no_key(
    owner: str, keep_secret: Callable[[str, str], None], upstream: Upstream, played: Callable[..., Answer]
) -> None:
    keep_secret("key", "sk-xylem")
    model = upstream(obedient=says("So."))
    assert played(owner, model.url, key="key").status == 200
    assert "Bearer sk-xylem" in model.calls[0].head
    refused = played(STRANGER, model.url, key="key")
    assert (refused.status, refused.json()["code"]) == (502, "model_authentication")
    assert len(model.calls) == 1


def test_the_name_of_anothers_secret_is_no_header(
    owner: str,
    chat: Chat,
    keep_secret: Callable[[str, str], None],
    upstream: Upstream,
    web_server: Callable[..., RawServer],
    played: Callable[..., Answer],
) -> None:
    keep_secret("pass", "sk-xylem")
    for caller, sent in ((owner, True), (STRANGER, False)):
        host = web_server(sends(b"{}", kind="application/json"))
        http = {"url": host.url, "secret_headers": {"x-pass": "pass"}}
        tool = {"name": "look", "description": "Looks.", "parameters": {"type": "object"}, "http": http}
        tool_id = chat("POST /api/v1/tools", owner=caller, json=tool).json()["id"]
        model = upstream(obedient=(made(("look", {})), says("So.")))
        played(caller, model.url, tool_ids=[tool_id])
        assert len(model.calls) == 2
        assert ("sk-xylem" in str(host.heads), "sk-xylem" in str(model.calls[-1].body)) == (sent, False)
