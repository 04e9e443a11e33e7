"""The first minute of somebody who just typed `make run`, without a key or a header."""

import httpx
import pytest

from infra.local.demo import QUESTIONS
from tests.e2e.client import ask, check_stream, checked, final
from tests.e2e.local_cloud import LocalCloud, until

DEMO_S = 30.0


@pytest.fixture(scope="module")
def demo(open_api: httpx.Client) -> list[str]:
    """The demo documents' ids, once both are ready."""

    def ready() -> list[str]:
        listed = checked(open_api.get("/api/v1/documents", params={"status": "ready"}))["items"]
        return [one["id"] for one in listed] if len(listed) == 2 else []

    return until(ready, DEMO_S, every_s=0.2)


@pytest.mark.parametrize(
    ("question", "answer", "page"), [(QUESTIONS[0], "25 days", 2), (QUESTIONS[1], "二十五天", 2)]
)
def test_the_questions_that_the_terminal_proposes_are_answered(
    fragile: LocalCloud, open_api: httpx.Client, demo: list[str], question: str, answer: str, page: int
) -> None:
    assert question in fragile.log
    events = ask(open_api, question)
    check_stream(events)
    assert answer in final(events)["output"]
    cited = final(events)["citations"][0]
    assert cited["document_id"] in demo
    assert cited["page"] == page
    assert answer in cited["quote"]


def test_what_the_terminal_proposes_names_this_cloud(fragile: LocalCloud) -> None:
    for line in ("/health", "/api/v1/documents", "/api/v1/documents/upload"):
        assert f"{fragile.url}{line}" in fragile.log
    assert str(fragile.state.folder) in fragile.log


def test_another_bearer_than_a_valid_one_is_refused(open_api: httpx.Client) -> None:
    for bearer in ("fk_wrong", "no.jwt.atall"):
        answer = open_api.get("/api/v1/documents", headers={"Authorization": f"Bearer {bearer}"})
        assert answer.status_code == 401
    answer = open_api.get("/api/v1/documents", headers={"Authorization": "Bearer fk_local"})
    assert answer.status_code == 200
