"""What a sandbox is started with: its command line and its environment, as on AWS.

Nothing of the local cloud's own environment gets through but PATH and HOME: a function that works here
because of somebody's shell would not work there.
"""

import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from infra.local.lambda_service.spec import FunctionSpec

WRAPPER = "AWS_LAMBDA_EXEC_WRAPPER"
ACCOUNT = "000000000000"


class EntrypointError(Exception):
    """The exec wrapper is not there."""


def sandbox_command(spec: FunctionSpec) -> list[str]:
    """The runtime's command line, under the exec wrapper if the function has one. Raises EntrypointError."""
    command = [spec.python, "-m", "awslambdaric", spec.handler]
    wrapper = spec.environment.get(WRAPPER)
    if wrapper:
        command = [str(_in_layers(wrapper, spec)), *command]
    return _dying_with_parent(command)


def sandbox_environment(spec: FunctionSpec, runtime_api: str) -> dict[str, str]:
    """Lambda's variables over the function's own over the few that every process has."""
    return (
        _process()
        | _region()
        | dict(spec.environment)
        | _reserved(spec)
        | {"AWS_LAMBDA_RUNTIME_API": runtime_api}
    )


def function_arn(spec: FunctionSpec) -> str:
    region = (_region() | dict(spec.environment))["AWS_REGION"]
    return f"arn:aws:lambda:{region}:{ACCOUNT}:function:{spec.name}"


def _process() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return kept | {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": ":UTC"}


def _region() -> dict[str, str]:
    return {"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1"}


def _reserved(spec: FunctionSpec) -> dict[str, str]:
    imports = [spec.task_root, *(path / "python" for path in spec.opt_paths), *spec.import_paths]
    return {
        "_HANDLER": spec.handler,
        "LAMBDA_TASK_ROOT": str(spec.task_root.absolute()),
        "PYTHONPATH": os.pathsep.join(str(path.absolute()) for path in imports),
        "AWS_EXECUTION_ENV": f"AWS_Lambda_python{sys.version_info.major}.{sys.version_info.minor}",
        "AWS_LAMBDA_FUNCTION_NAME": spec.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(spec.memory_mb),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{spec.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": f"{datetime.now(UTC):%Y/%m/%d}/[$LATEST]{uuid4().hex}",
    }


def _in_layers(wrapper: str, spec: FunctionSpec) -> Path:
    """`/opt/x` is the first `x` among the layers; any other path is itself."""
    path = Path(wrapper)
    if not path.is_relative_to("/opt"):
        candidates = [path]
    else:
        candidates = [layer / path.relative_to("/opt") for layer in spec.opt_paths]
    for candidate in candidates:
        if candidate.is_file():
            return candidate.absolute()
    raise EntrypointError(f"fork/exec {wrapper}: no such file or directory")


def _dying_with_parent(command: list[str]) -> list[str]:
    """Linux's parent-death signal covers a local cloud that is killed; util-linux sets it without a fork
    in Python. Elsewhere an orphan ends when its Runtime API is gone."""
    setpriv = shutil.which("setpriv") if sys.platform == "linux" else None
    return [setpriv, "--pdeathsig", "KILL", "--", *command] if setpriv else command
