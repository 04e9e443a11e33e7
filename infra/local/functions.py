"""The template's functions as the Lambda service takes them.

What belongs here: which folders, which interpreter and which credentials a function gets. What does not:
running it (`lambda_service`).
"""

import sys
from collections.abc import Mapping
from pathlib import Path

from infra.local.aws import Aws
from infra.local.lambda_service import FunctionPool, FunctionSpec
from infra.local.template import Function, Stack


def spec(function: Function, aws: Aws, *, built: bool) -> FunctionSpec:
    """The function on this AWS. `built`: all that it imports is in its folder and its layers."""
    return FunctionSpec(
        name=function.name,
        task_root=function.folder,
        handler=function.handler,
        environment={**function.environment, **_key_set(function.environment, aws), **aws.environment()},
        memory_mb=function.memory_mb,
        timeout_s=function.timeout_s,
        opt_paths=function.layers,
        import_paths=tuple(layer for layer in function.layers if not (layer / "python").is_dir()),
        # Outside of the virtual environment, so that a package that the build forgot is missing here too.
        python=str(Path(sys.executable).resolve()) if built else sys.executable,
    )


def by_every_name(stack: Stack, pools: Mapping[str, FunctionPool]) -> dict[str, FunctionPool]:
    """The pools as callers of Lambda name them: by the function's name, or its logical id in the template."""
    return {name: pools[one.name] for one in stack.functions.values() for name in (one.name, one.logical_id)}


def _key_set(environment: Mapping[str, str], aws: Aws) -> dict[str, str]:
    """Where the emulator has the keys of its user pool: its tokens name the issuer that AWS would be."""
    issuer = environment.get("TOKEN_ISSUER", "")
    if not issuer or "TOKEN_JWKS_URL" in environment:
        return {}
    pool = issuer.rstrip("/").rpartition("/")[2]
    return {"TOKEN_JWKS_URL": f"{aws.endpoint}/{pool}/.well-known/jwks.json"}
