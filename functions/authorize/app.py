"""authorize: the API's Lambda authorizer. A bearer token goes in, the caller comes out."""

from typing import Any

from freshet import wiring
from freshet.errors import Unauthenticated
from freshet.lambda_runtime import run


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """A policy for the whole stage: API Gateway caches it by token, across routes."""
    try:
        owner = run(wiring.identity().owner_of(event.get("authorizationToken") or ""))
    except Unauthenticated:
        # API Gateway's protocol: this very text makes the answer a 401.
        raise Exception("Unauthorized") from None
    api_and_stage = "/".join(event["methodArn"].split("/")[:2])
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": f"{api_and_stage}/*"}
    return {
        "principalId": owner,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"owner": owner},
    }
