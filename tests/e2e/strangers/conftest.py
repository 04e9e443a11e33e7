"""Two callers of the shared local cloud, each with one of everything."""

from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from freshet.ids import new_id
from tests.e2e.client import checked, client, wait
from tests.e2e.local_cloud import LocalCloud, until
from tests.e2e.strangers.belongings import Caller, Site, settle
from tests.e2e.users import sign_up

EXTRACTED_S = 60.0


@pytest.fixture(scope="module")
def callers(cloud: LocalCloud) -> Iterator[tuple[Caller, Caller]]:
    """The owner, and the stranger whose answers are looked through for the owner's things."""
    given = cloud.running["given"]
    site = Site(given["MODEL_BASE_URL"], given["MODEL_NAME"], given["EMBEDDING_MODEL"], _ready)
    with ExitStack() as clients:

        def settled(spare: int) -> Caller:
            token = sign_up(cloud, f"{new_id()}@example.org")["IdToken"]
            api = clients.enter_context(client(cloud, token))
            caller = settle(api, f"word{new_id()}", site, spare=spare)
            until(lambda: _extracted(api), EXTRACTED_S)
            return caller

        yield settled(12), settled(0)  # one after the other: at once they need two sandboxes of everything


@pytest.fixture(scope="module")
def owner(callers: tuple[Caller, Caller]) -> Caller:
    return callers[0]


@pytest.fixture(scope="module")
def stranger(callers: tuple[Caller, Caller]) -> Caller:
    return callers[1]


def _ready(api: httpx.Client, document_id: str) -> None:
    assert wait(api, document_id)["status"] == "ready"


def _extracted(api: httpx.Client) -> bool:
    """Whether the job in the background is over, after which nothing of a caller's changes by itself."""
    progress = checked(api.get("/api/v1/events/extract/progress"))
    assert progress["status"] != "failed", progress
    return bool(progress["status"] == "done")
