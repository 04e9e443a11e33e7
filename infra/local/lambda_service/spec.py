"""What Lambda knows of one function."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class FunctionSpec:
    """One function as deployed.

    `opt_paths` play /opt (layers): an exec wrapper is looked up in them, and their `python` directories
    are imported from. `import_paths` come after the task root and the layers on PYTHONPATH. `python` must
    be of the same minor version as the interpreter that runs the local cloud.
    """

    name: str
    task_root: Path
    handler: str
    environment: Mapping[str, str]
    memory_mb: int
    timeout_s: float
    opt_paths: tuple[Path, ...] = ()
    import_paths: tuple[Path, ...] = ()
    python: str = sys.executable
    max_concurrency: int = 20
    idle_s: float = 300
