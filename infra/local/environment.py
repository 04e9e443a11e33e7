"""What the developer says by environment variables and `.env`, as the template's parameters.

What belongs here: names. `OPENAI_BASE_URL` means the parameter `ModelBaseUrl`; any other parameter is set by
its own name in upper case (`QdrantUrl` by `QDRANT_URL`). What does not: what the parameters do.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ALIASES = {"MODEL_BASE_URL": "OPENAI_BASE_URL"}
# Which variable holds the secret that a parameter of the template names.
SECRETS = {
    "MODEL_KEY_PARAMETER": "OPENAI_API_KEY",
    "QDRANT_KEY_PARAMETER": "QDRANT_API_KEY",
    "RERANK_KEY_PARAMETER": "RERANK_API_KEY",
    "BAILIAN_KEY_PARAMETER": "BAILIAN_ACCESS_KEY",
}
_LOCAL_DEFAULTS = {"DELETION_PROTECTION": "false"}  # a failed first deployment must be removable


def read_environment(folder: Path) -> dict[str, str]:
    """`.env` in `folder` under the real environment, which wins; empty values count as absent."""
    from dotenv import dotenv_values

    values = {**dotenv_values(folder / ".env"), **os.environ}
    return {name: value for name, value in values.items() if value}


def variable(parameter: str) -> str:
    """The environment variable of a template parameter: `ModelBaseUrl` is `MODEL_BASE_URL`."""
    return _WORD.sub("_", parameter).upper()


def parameters(environment: Mapping[str, str], started: Mapping[str, str]) -> dict[str, str]:
    """Parameter values by variable name. `started` are what this local cloud itself stands in for."""
    given = {**_LOCAL_DEFAULTS, **started}
    for name, alias in _ALIASES.items():
        if alias in environment:
            given[name] = environment[alias]
    return {**_no_keys(environment), **given, **environment}


def _no_keys(environment: Mapping[str, str]) -> dict[str, str]:
    """Without a key there is no secret to name: the functions are told so by an empty name."""
    return {name: "" for name, key in SECRETS.items() if key not in environment}
