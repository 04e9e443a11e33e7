"""An authorizer whose answer is the token's name; it counts how often it was asked."""

import os
from typing import Any

CALLS: dict[str, int] = {}


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    token = event["authorizationToken"]
    CALLS[token] = CALLS.get(token, 0) + 1
    if token == "Bearer broken":
        raise RuntimeError("no database")
    if token == "Bearer unknown":
        raise Exception("Unauthorized")
    api, stage = event["methodArn"].split("/")[:2]
    effect = "Deny" if token == "Bearer denied" else "Allow"
    resource = f"{api}/{stage}/GET/guarded" if token == "Bearer narrow" else f"{api}/{stage}/*"
    context = {"owner": token, "calls": CALLS[token], "admin": False, "process": os.getpid()}
    return {
        "principalId": token,
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource}],
        },
        "context": {"odd": ["list"]} if token == "Bearer odd" else context,
    }
