"""End to end: the whole product behind HTTP, on local clouds that the tests start as a user would.

One is shared by all tests that neither stop it nor break it, another by those that do (`fragile/`).
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from freshet.keys import Keys
from freshet.stores.aws import Service
from infra.local.identity import LOCAL_SECRET
from tests.e2e import papers
from tests.e2e.client import add, checked, client, send_file, start_upload, wait
from tests.e2e.local_cloud import LocalCloud, started


@dataclass(frozen=True)
class Revoked:
    """A key that was used, and then revoked at a time on the monotonic clock."""

    secret: str
    at: float


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """The shared one, as strict as AWS: each function under its own role, no caller without a key."""
    folder = tmp_path_factory.mktemp("cloud")
    with started(LocalCloud(folder, "--no-demo", "--iam", LOCAL_AUTH="strict")) as cloud:
        yield cloud


@pytest.fixture(scope="session")
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """As `make run` starts it, with the demo documents. It is stopped, killed and broken; whoever does that
    puts it right again."""
    with started(LocalCloud(tmp_path_factory.mktemp("fragile"))) as cloud:
        yield cloud


@pytest.fixture(scope="session")
def open_api(fragile: LocalCloud) -> Iterator[httpx.Client]:
    """A client of the fragile one, without a header: the caller `dev`."""
    with client(fragile) as found:
        yield found


@pytest.fixture(scope="session")
def revoked(cloud: LocalCloud) -> Revoked:
    """Made early in the session: API Gateway keeps what it knows of a key for a while."""
    with client(cloud, LOCAL_SECRET) as dev:
        key = checked(dev.post("/api/v1/keys", json={"name": "short-lived"}))
        with client(cloud, key["key"]) as short_lived:
            assert short_lived.get("/api/v1/keys").status_code == 200
        assert dev.delete(f"/api/v1/keys/{key['id']}").status_code == 204
    return Revoked(key["key"], time.monotonic())


@pytest.fixture(scope="session")
def api(cloud: LocalCloud, revoked: Revoked) -> Iterator[httpx.Client]:
    """A client with the local key: the caller `dev`."""
    with client(cloud, LOCAL_SECRET) as found:
        yield found


@pytest.fixture(scope="session")
def anybody(cloud: LocalCloud) -> Iterator[httpx.Client]:
    """A client without a header."""
    with client(cloud) as found:
        yield found


@pytest.fixture(scope="session")
async def stranger_key(cloud: LocalCloud) -> str:
    """A key of somebody else, made by the product's own code."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in cloud.aws.environment().items():
            patch.setenv(name, value)
        service = Service("dynamodb", "table")
        try:
            _, secret = await Keys(service, cloud.outputs["KeysTableName"]).issue("stranger", "e2e")
        finally:
            await service.aclose()
    return secret


@pytest.fixture(scope="session")
def stranger(cloud: LocalCloud, stranger_key: str) -> Iterator[httpx.Client]:
    """A client of that somebody else."""
    with client(cloud, stranger_key) as found:
        yield found


@pytest.fixture(scope="session")
def guide_pdf(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return papers.pdf(tmp_path_factory.mktemp("papers"), papers.GUIDE)


@pytest.fixture(scope="session")
def chinese_pdf(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return papers.pdf(tmp_path_factory.mktemp("papers"), papers.CHINESE_GUIDE)


@pytest.fixture(scope="session")
def guide(api: httpx.Client, guide_pdf: bytes) -> dict[str, Any]:
    """The English guide, uploaded by multipart."""
    return add(api, "guide.pdf", guide_pdf)


@pytest.fixture(scope="session")
def chinese_guide(api: httpx.Client, chinese_pdf: bytes) -> dict[str, Any]:
    """The Chinese guide, uploaded by presigned POST."""
    document, form = start_upload(
        api, filename="参观指南.pdf", content_type="application/pdf", size=len(chinese_pdf)
    )
    assert send_file(form, chinese_pdf).is_success
    ready = wait(api, document["id"])
    assert ready["status"] == "ready", ready
    return ready


@pytest.fixture
def faults(cloud: LocalCloud) -> Iterator[Callable[..., None]]:
    """`faults("", "slow=60")`: how the model's next requests go wrong; an answer asks for vectors first."""

    def set_faults(*texts: str) -> None:
        for text in texts:
            checked(httpx.post(f"{cloud.model_url}/__faults", json={"fault": text}))

    yield set_faults
    httpx.delete(f"{cloud.model_url}/__faults")
