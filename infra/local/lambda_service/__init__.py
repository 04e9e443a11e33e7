"""AWS Lambda on a laptop: AWS's runtime client, in processes of its own, against a local Runtime API.

    FunctionPool ── Sandbox (one process) ── RuntimeApi ── Connection (HTTP)
                        └── Invocation: the answer on its way to the caller
    InvokeApi ── Background ── FunctionPool: the same for callers outside, and for functions

What belongs here: how Lambda starts, feeds, limits and ends functions. What does not: API Gateway, event
sources, the template (its readers make `FunctionSpec`s of it).
"""

from infra.local.lambda_service.invocation import FunctionError, Invocation
from infra.local.lambda_service.invoke_api import Check, InvokeApi, InvokeError, Request
from infra.local.lambda_service.pool import FunctionPool, TooManyRequests
from infra.local.lambda_service.spec import FunctionSpec

__all__ = [
    "Check",
    "FunctionError",
    "FunctionPool",
    "FunctionSpec",
    "Invocation",
    "InvokeApi",
    "InvokeError",
    "Request",
    "TooManyRequests",
]
