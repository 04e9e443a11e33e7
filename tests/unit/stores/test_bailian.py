"""What the SDK is asked for, what stands on the wire, and what its failures mean."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.responses import PlainTextResponse, Response

from freshet.errors import Unavailable
from freshet.stores.bailian import MOST, KnowledgeBase
from infra.local.ports import free_ports
from tests.blocking import guarded
from tests.unit.stores.bailian_server import (
    ACCESS_KEY,
    INDEX,
    WORKSPACE,
    Bailian,
    File,
    bailian_server,
    failure,
    success,
)

# The SDK takes the time by a function that Python will drop.
pytestmark = pytest.mark.filterwarnings(r"ignore:datetime\.datetime\.utcnow:DeprecationWarning")

HANDBOOK = File("file_1", "手册", ["水泵每周检查一次。", "阀门每月检查一次。"])
ROUNDS = 3  # the machine may be busy elsewhere: what is slow in all of them is slow by itself
STALL_S = 0.03  # a TLS context takes 50 ms; Python's threads change places every 5


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK takes a proxy from the environment, even to loopback."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def server() -> AsyncIterator[Bailian]:
    async with bailian_server(HANDBOOK) as running:
        yield running


def keyed(key: str | None) -> Callable[[], Awaitable[str | None]]:
    async def look_up() -> str | None:
        return key

    return look_up


def base(url: str, **options: Any) -> KnowledgeBase:
    return KnowledgeBase(url, WORKSPACE, INDEX, **{"key": keyed(":".join(ACCESS_KEY)), **options})


@pytest.fixture
async def knowledge(server: Bailian) -> AsyncIterator[KnowledgeBase]:
    opened = base(server.url)
    yield opened
    await opened.aclose()


async def refusal(knowledge: KnowledgeBase) -> Unavailable:
    with pytest.raises(Unavailable) as caught:
        await knowledge.retrieve("水泵", tags=[], limit=3)
    assert caught.value.part == "index"
    assert caught.value.__cause__ is None  # the SDK's words quote the request
    return caught.value


async def test_finds_the_best_nodes_first(knowledge: KnowledgeBase) -> None:
    nodes = await knowledge.retrieve("阀门多久检查？", tags=[], limit=5)
    assert [node.text for node in nodes] == ["阀门每月检查一次。", "水泵每周检查一次。"]
    assert nodes[0].score > nodes[1].score
    assert nodes[0].metadata["doc_id"] == "file_1"


async def test_asks_for_a_reranked_answer_of_the_wanted_length(
    server: Bailian, knowledge: KnowledgeBase
) -> None:
    await knowledge.retrieve("How often? 水泵&x=1", tags=[], limit=1)
    assert server.parameters == {
        "IndexId": INDEX,
        "Query": "How often? 水泵&x=1",
        "EnableReranking": "True",
        "RerankTopN": "1",
    }


async def test_never_asks_for_more_than_bailian_gives(server: Bailian, knowledge: KnowledgeBase) -> None:
    await knowledge.retrieve("水泵", tags=[], limit=500)
    assert server.parameters["RerankTopN"] == str(MOST)


async def test_the_secret_signs_and_stays_here(server: Bailian, knowledge: KnowledgeBase) -> None:
    assert await knowledge.retrieve("水泵", tags=["一"], limit=1) == []
    (request,) = server.asked
    assert request.headers["authorization"].startswith(f"ACS3-HMAC-SHA256 Credential={ACCESS_KEY[0]},")
    sent = f"{request.url} {request.headers.raw!r} {await request.body()!r}"
    assert all(part not in sent for part in ACCESS_KEY[1].split(":"))


async def test_no_other_credentials_are_looked_for(
    server: Bailian, knowledge: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI5tSomebodyElse")
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "somebody else's")
    await knowledge.retrieve("水泵", tags=[], limit=1)
    assert f"Credential={ACCESS_KEY[0]}," in server.asked[0].headers["authorization"]


async def test_a_rotated_key_is_used_at_once(server: Bailian) -> None:
    held = ["old:secret"]

    async def look_up() -> str:
        return held[0]

    knowledge = base(server.url, key=look_up)
    await refusal(knowledge)
    held[0] = ":".join(ACCESS_KEY)
    assert len(await knowledge.retrieve("水泵", tags=[], limit=2)) == 2
    await knowledge.aclose()


@pytest.mark.parametrize("key", [None, "", "LTAI5tLoopback", "LTAI5tLoopback:", ":secret"])
async def test_a_malformed_key_is_said_to_be_one(server: Bailian, key: str | None) -> None:
    error = await refusal(base(server.url, key=keyed(key)))
    assert "<AccessKeyId>:<AccessKeySecret>" in error.detail
    assert error.retry_after is None
    assert not server.asked


@pytest.mark.parametrize("key", ["LTAI5tUnknown:secret", f"{ACCESS_KEY[0]}:another secret"])
async def test_a_refused_key_is_said_to_be_one(server: Bailian, key: str) -> None:
    knowledge = base(server.url, key=keyed(key))
    error = await refusal(knowledge)
    assert "refused the key" in error.detail
    assert error.retry_after is None
    await knowledge.aclose()


@pytest.mark.parametrize(
    ("answer", "detail", "retry_after"),
    [
        (failure(403, "Index.NoWorkspacePermissions", "No."), "refused the key", None),
        (failure(429, "Throttling.User", "Slow down."), "limiting the rate", 1.0),
        (failure(400, "Throttling", "Slow down.", {"x-acs-retry-after": "2500"}), "limiting the rate", 2.5),
        (failure(200, "Throttling.AllocationQuota", "Slow down."), "limiting the rate", 1.0),
        (failure(400, "Index.InvalidParameter", "Required parameter"), "refused the search", None),
        (failure(500, "InternalError", "Oops."), "is failing", 1.0),
        (failure(200, "Index.InternalError", "Oops."), "is failing", 1.0),
        (PlainTextResponse("<html>bad gateway</html>", 502), "does not answer", 1.0),
    ],
)
async def test_says_what_a_failure_means(
    server: Bailian, knowledge: KnowledgeBase, answer: Response, detail: str, retry_after: float | None
) -> None:
    server.answers.append(answer)
    error = await refusal(knowledge)
    assert detail in error.detail
    assert error.retry_after == retry_after
    assert "水泵" not in error.detail


@pytest.mark.parametrize(
    "answer",
    [
        PlainTextResponse('{"Success": tr', media_type="application/json"),
        PlainTextResponse("[]", media_type="application/json"),
        PlainTextResponse("{}", media_type="application/json"),
        success("nodes"),
        success(3),
        PlainTextResponse('{"Success": true, "Data": [1]}', media_type="application/json"),
    ],
    ids=["cut", "a list", "empty", "nodes are text", "nodes are a number", "data is a list"],
)
async def test_an_answer_that_is_not_the_protocol_is_an_error(
    server: Bailian, knowledge: KnowledgeBase, answer: Response
) -> None:
    server.answers.append(answer)
    await refusal(knowledge)


async def test_nodes_that_are_none_are_left_out(server: Bailian, knowledge: KnowledgeBase) -> None:
    whole = {"Text": "水泵", "Score": 1, "Metadata": {"doc_id": "a"}}
    broken = ({"Text": " "}, {"Text": None}, {"Score": "high"}, {"Score": None}, {"Metadata": "doc_id"})
    server.answers.append(success([None, "text", {}, *(whole | part for part in broken), whole]))
    (node,) = await knowledge.retrieve("水泵", tags=[], limit=9)
    assert (node.text, node.score, node.metadata) == ("水泵", 1.0, {"doc_id": "a"})


async def test_nothing_found_is_an_empty_list(server: Bailian, knowledge: KnowledgeBase) -> None:
    server.files.clear()
    assert await knowledge.retrieve("水泵", tags=[], limit=3) == []


async def test_a_base_that_is_not_there_is_unavailable() -> None:
    (port,) = free_ports([0])
    knowledge = base(f"http://127.0.0.1:{port}")
    assert "does not answer" in (await refusal(knowledge)).detail
    await knowledge.aclose()


async def test_the_deadline_ends_the_call_too(server: Bailian) -> None:
    server.hanging = True
    knowledge = base(server.url, timeout_s=0.2)
    assert "within 0.2 s" in (await refusal(knowledge)).detail
    await asyncio.wait_for(server.left.wait(), 5)
    await knowledge.aclose()


async def test_a_search_that_is_given_up_leaves_the_server(server: Bailian, knowledge: KnowledgeBase) -> None:
    server.hanging = True
    search = asyncio.create_task(knowledge.retrieve("水泵", tags=[], limit=3))
    await server.arrived.acquire()
    search.cancel()
    await asyncio.wait_for(server.left.wait(), 5)
    with pytest.raises(asyncio.CancelledError):
        await search


async def test_searches_run_at_the_same_time(server: Bailian, knowledge: KnowledgeBase) -> None:
    server.hanging = True
    searches = [asyncio.create_task(knowledge.retrieve("水泵", tags=[], limit=3)) for _ in range(20)]
    async with asyncio.timeout(5):
        for _ in searches:
            await server.arrived.acquire()
    for search in searches:
        search.cancel()
    await asyncio.gather(*searches, return_exceptions=True)


async def test_a_closed_base_opens_again(knowledge: KnowledgeBase) -> None:
    await knowledge.retrieve("水泵", tags=[], limit=1)
    await knowledge.aclose()
    await knowledge.aclose()
    assert await knowledge.retrieve("水泵", tags=[], limit=1)


async def test_a_call_over_tls_does_not_hold_up_the_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The SDK builds its TLS context anew for each call, and reads every certificate of the machine."""
    certificate = _certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server = Bailian(files=[HANDBOOK])
    async with _served(server, certificate) as address:
        knowledge = base(address)  # without a scheme, as deployments name it
        with guarded() as guard:
            await knowledge.retrieve("水泵", tags=[], limit=2)
            stalls = [await _longest_stall(knowledge) for _ in range(ROUNDS)]
            await knowledge.aclose()
    assert not guard.calls
    assert not guard.imports
    assert min(stalls) < STALL_S
    assert len(server.asked) == 1 + ROUNDS


async def _longest_stall(knowledge: KnowledgeBase) -> float:
    """How long this loop did nothing else, at most, while a search ran."""
    search = asyncio.create_task(knowledge.retrieve("水泵", tags=[], limit=2))
    longest, before = 0.0, time.perf_counter()
    while not search.done():
        await asyncio.sleep(0.001)
        now = time.perf_counter()
        longest, before = max(longest, now - before), now
    assert len(await search) == 2
    return longest


def _certificate(folder: Path) -> Path:
    """A file with a new key and its own certificate, for loopback."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "loopback")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    held = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + certificate.public_bytes(pem)
    file = folder / "loopback.pem"
    file.write_bytes(held)
    return file


@asynccontextmanager
async def _served(server: Bailian, certificate: Path) -> AsyncIterator[str]:
    """The host and port of the server over TLS."""
    config = uvicorn.Config(server.app, port=0, log_level="warning", ssl_certfile=certificate, ws="none")
    running = uvicorn.Server(config)
    serving = asyncio.create_task(running.serve())
    while not running.started:  # noqa: ASYNC110  # uvicorn has no event for it
        await asyncio.sleep(0.01)
    try:
        yield f"127.0.0.1:{running.servers[0].sockets[0].getsockname()[1]}"
    finally:
        running.should_exit = True
        await serving
