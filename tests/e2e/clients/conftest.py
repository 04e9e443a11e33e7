"""What other people's clients are given: a base URL, a key, names of models, a document to ask about."""

from typing import Any

import httpx
import pytest

from infra.local.identity import LOCAL_SECRET
from tests.e2e.client import checked
from tests.e2e.local_cloud import LocalCloud

RAG = "freshet-rag"


@pytest.fixture(scope="session")
def base_url(cloud: LocalCloud) -> str:
    return f"{cloud.url}/v1"


@pytest.fixture(scope="session")
def key() -> str:
    return LOCAL_SECRET


@pytest.fixture(scope="session")
def model(api: httpx.Client) -> str:
    """The stack's own, which is always there."""
    name: str = checked(api.get("/api/v1/models/1"))["name"]
    return name


@pytest.fixture(scope="session")
def rag(guide: dict[str, Any]) -> str:
    """The model that answers from the caller's documents; there is one to answer from."""
    return RAG
