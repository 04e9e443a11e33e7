"""Another's things, wherever a request can name them: not there, for a stranger.

That each of these requests works with one's own things, and takes no other calls of AWS, is shown by
`tests/functions/test_strangers.py`, where it costs less.
"""

import re

import httpx
import pytest

from tests.e2e.client import checked, send_file, start_upload
from tests.e2e.strangers.belongings import Caller, shared
from tests.e2e.strangers.cases import Case
from tests.e2e.strangers.routes import Operation, closed
from tests.e2e.strangers.trial import Trial, secrets_of, seen, unmarked

pytestmark = pytest.mark.timeout(300)  # to settle twice takes half a minute, on a busy machine more

# A number of chunks, which any caller can count.
POSITIONS = {"GET /api/v1/documents/{document_id}/chunks"}
PAGED = [
    one
    for one in closed()
    if any(place.name == "cursor" for place in one.places) and str(one) not in POSITIONS
]


@pytest.fixture(scope="module")
def looks(owner: Caller) -> dict[str, str]:
    """What the owner has, before anybody else asks for it."""
    return seen(owner)


@pytest.fixture(scope="module")
def trial(owner: Caller, stranger: Caller, looks: dict[str, str]) -> Trial:
    return Trial(stranger, owner, secrets_of(looks, owner))


def _page(caller: Caller, operation: Operation, **query: str | int) -> httpx.Response:
    """A list of the caller's; what is in its path is the caller's, too."""
    return Case(operation, ()).send(caller.api, caller.things, caller.things, query=query)


def test_idempotency_keys_are_a_caller_s_own(owner: Caller, stranger: Caller) -> None:
    """Both settled with the same keys."""
    assert not shared(owner, stranger)


def test_what_is_anothers_is_not_there(owner: Caller, trial: Trial, looks: dict[str, str]) -> None:
    assert unmarked(looks, owner) == []
    assert list(trial.findings()) == []
    assert seen(owner) == looks


@pytest.mark.parametrize("operation", PAGED, ids=str)
def test_anothers_cursor_leads_to_nothing_of_theirs(
    owner: Caller, stranger: Caller, trial: Trial, operation: Operation
) -> None:
    page = _page(owner, operation, limit=1)
    cursor = re.search(r'"next_cursor": ?"([^"]+)"', page.text)
    assert cursor, f"let belongings.py make two of what {operation} lists: {page.text[:300]}"
    assert trial.leaked(_page(stranger, operation, limit=100, cursor=cursor[1])) == []


def test_a_form_takes_nothing_to_another_s_place(owner: Caller, stranger: Caller) -> None:
    theirs, _ = start_upload(owner.api, filename="guide.md", content_type="text/markdown", size=10)
    _, form = start_upload(stranger.api, filename="guide.md", content_type="text/markdown", size=10)
    location = owner.api.get(f"/api/v1/documents/{owner.things['document_id']}/file").headers["location"]
    place = httpx.URL(location).path.partition("/documents/")[2].rpartition("/original")[0]
    for key in (
        f"documents/{place}/original",
        f"documents/{place.partition('/')[0]}/{theirs['id']}/original",
    ):
        changed = {**form, "fields": {**form["fields"], "key": key}}
        assert send_file(changed, b"# Not yours").status_code == 403
    assert b"Not yours" not in httpx.get(location).content
    assert checked(owner.api.get(f"/api/v1/documents/{theirs['id']}"))["status"] == "uploading"


def test_a_signed_address_opens_nothing_else(owner: Caller, stranger: Caller) -> None:
    def location(caller: Caller) -> httpx.URL:
        answer = caller.api.get(f"/api/v1/documents/{caller.things['document_id']}/file")
        return httpx.URL(answer.headers["location"])

    own, theirs = location(stranger), location(owner)
    assert httpx.get(own).status_code == 200
    assert httpx.get(own.copy_with(path=theirs.path)).status_code == 403
    assert httpx.get(theirs.copy_with(query=None)).status_code == 403
