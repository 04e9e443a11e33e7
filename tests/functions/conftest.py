"""A sandbox on top of the real services, and what its tests do over and over."""

import json
from collections.abc import Callable, Iterator

import pytest

from freshet import wiring
from freshet.ids import new_id
from tests.functions.events import batch, request
from tests.functions.sandbox import Sandbox
from tests.stack import Stack

HANDBOOK = "# Leave\n\nStaff have 25 days of paid leave per year.\n\n# Pay\n\nWages come on the 28th.\n"

Put = Callable[..., str]


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
