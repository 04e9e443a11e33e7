import json

import pytest

from freshet.documents.claim import Work
from freshet.documents.messages import works


def s3_event(*keys: str) -> str:
    records = [{"s3": {"object": {"key": key, "eTag": "e1", "sequencer": "0A"}}} for key in keys]
    return json.dumps({"Records": records})


def test_an_s3_event_names_owner_document_and_request() -> None:
    (work,) = works(s3_event("documents/a%40b.cn/01J/original"), receipts=2)
    assert work == Work("a@b.cn", "01J", "s3:e1:0A", 2)


def test_a_call_to_parse_again_is_taken_as_it_is() -> None:
    message = {"owner": "dev", "document_id": "01J", "request": "api:1"}
    assert list(works(json.dumps(message))) == [Work("dev", "01J", "api:1", 1)]


def test_the_test_event_that_s3_sends_first_asks_for_nothing() -> None:
    assert list(works('{"Service":"Amazon S3","Event":"s3:TestEvent"}')) == []


@pytest.mark.parametrize(
    "body",
    ["", "not json", "[]", "{}", '{"owner": "dev"}', s3_event("other/dev/01J/original"), s3_event("short")],
)
def test_any_other_message_is_refused(body: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        list(works(body))
