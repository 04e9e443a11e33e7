import json
from pathlib import Path

import pytest

from freshet import wiring
from freshet.errors import Unavailable
from tests.functions.events import event, token_request
from tests.functions.sandbox import Sandbox


@pytest.fixture
def key(sandbox: Sandbox, owner: str) -> str:
    return sandbox.run(lambda: wiring.keys().issue(owner, "laptop"))[1]


def test_a_valid_key_opens_the_whole_stage_for_its_owner(sandbox: Sandbox, owner: str, key: str) -> None:
    api = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5"
    assert event("authorize")["methodArn"].startswith(f"{api}/prod/GET/")
    allow = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": f"{api}/prod/*"}
    assert sandbox.invoke("authorize", token_request(f"Bearer {key}")) == {
        "principalId": owner,
        "policyDocument": {"Version": "2012-10-17", "Statement": [allow]},
        "context": {"owner": owner},
    }


def test_the_answer_does_not_depend_on_the_route(sandbox: Sandbox, key: str) -> None:
    """API Gateway keeps it by token: the next call with it may be to another route."""
    first = token_request(f"Bearer {key}")
    second = first | {
        "methodArn": first["methodArn"].replace("/GET/api/v1/documents", "/DELETE/api/v1/keys/1")
    }
    assert sandbox.invoke("authorize", first) == sandbox.invoke("authorize", second)


@pytest.mark.parametrize(
    "token", ["", "Bearer ", "Bearer fk_unknown", "Basic abc", "Bearer a.b.c", "Bearer 令牌"]
)
def test_any_other_token_is_answered_with_the_word_that_makes_a_401(sandbox: Sandbox, token: str) -> None:
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        sandbox.invoke("authorize", token_request(token))


def test_an_event_without_a_token_is_unauthorized_too(sandbox: Sandbox) -> None:
    asked = event("authorize")
    del asked["authorizationToken"]
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        sandbox.invoke("authorize", asked)


def test_a_revoked_key_opens_nothing(sandbox: Sandbox, owner: str, key: str) -> None:
    (known,) = sandbox.run(lambda: wiring.keys().of(owner))
    sandbox.run(lambda: wiring.keys().revoke(owner, known.id))
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        sandbox.invoke("authorize", token_request(f"Bearer {key}"))


def test_a_table_that_is_down_is_no_verdict(
    sandbox: Sandbox, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another exception: API Gateway makes a 5xx of it, keeps nothing, and the client may try again."""
    sandbox.run(wiring.aclose)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(Unavailable):
        sandbox.invoke("authorize", token_request(f"Bearer {key}"))


def test_events_of_aws_own_libraries_are_understood(sandbox: Sandbox, key: str, shared: Path) -> None:
    found = shared / "lambda_events/events/powertools__apiGatewayAuthorizerTokenEvent.json"
    asked = json.loads(found.read_text())
    answer = sandbox.invoke("authorize", asked | {"authorizationToken": f"bearer {key}"})
    (statement,) = answer["policyDocument"]["Statement"]
    assert statement["Resource"] == "arn:aws:execute-api:us-west-2:123456789012:ymy8tbxw7b/*/*"
