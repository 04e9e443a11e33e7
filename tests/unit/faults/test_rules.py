"""The rules of the fault matrix: what befalls which request, and how limits get into the template."""

import yaml
from samtranslator.yaml_helper import yaml_parse

from tests.faults.kinds import KINDS
from tests.faults.proxy import SOUND, Request
from tests.faults.rig import Limits, limited
from tests.stack import ROOT

DYNAMODB = b"POST / HTTP/1.1\r\nX-Amz-Target: DynamoDB_20120810.PutItem\r\n\r\n"
DELETION = b"POST / HTTP/1.1\r\nX-Amz-Target: AmazonSQS.DeleteMessage\r\n\r\n"
OBJECT = b"GET /freshet-000000000000-1/documents/x HTTP/1.1\r\n\r\n"


def hit(title: str, head: bytes, body: bytes = b"{}") -> bool:
    """Whether a request meets the fault."""
    rule = next(kind for kind in KINDS if kind.title == title).rule()
    return rule(Request(head, body)) is not SOUND


def test_a_fault_of_one_service_spares_the_others() -> None:
    heads = {"DynamoDB: down": DYNAMODB, "S3: 500": OBJECT, "SQS: duplicate": DELETION}
    for title in heads:
        assert {other for other, head in heads.items() if hit(title, head)} == {title}


def test_the_look_at_the_caller_s_key_is_spared() -> None:
    assert hit("DynamoDB: down", DYNAMODB, b'{"TableName": "freshet-Data-RunsTable-1"}')
    assert not hit("DynamoDB: down", DYNAMODB, b'{"TableName": "freshet-Data-KeysTable-1"}')


def test_throttling_lets_every_other_request_through() -> None:
    rule = next(kind for kind in KINDS if kind.title == "DynamoDB: throttled").rule()
    hits = [rule(Request(DYNAMODB, b"")) is not SOUND for _ in range(4)]
    assert hits == [True, False, True, False]


def test_limits_change_the_named_functions_and_nothing_else() -> None:
    template = (ROOT / "template.yaml").read_text(encoding="utf-8")
    before = yaml_parse(template)
    after = yaml_parse(limited(template, {"query": Limits(timeout_s=9), "runs": Limits(memory_mb=77)}))
    assert after["Resources"]["QueryFunction"]["Properties"].pop("Timeout") == 9
    assert before["Resources"]["QueryFunction"]["Properties"].pop("Timeout") == 300
    assert after["Resources"]["RunsFunction"]["Properties"].pop("MemorySize") == 77
    assert "MemorySize" not in before["Resources"]["RunsFunction"]["Properties"]
    assert yaml.dump(after) == yaml.dump(before)
