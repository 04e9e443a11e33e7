"""Writes the OpenAPI document of all functions: `python -m infra.openapi [--check]`.

Each function's FastAPI app describes its own routes; here they become one document, which the package
ships because a Lambda can't see its siblings' code.
"""

import argparse
import importlib.util
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import orjson
from fastapi import FastAPI
from pydantic import BaseModel

from freshet.chat.openai_api.errors import ErrorAnswer
from freshet.web import Problem

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "layers/core/freshet/openapi.json"
PUBLIC = {
    *("/health", "/openapi.json", "/docs"),
    *("/", "/pages/debug.html", "/assets/{asset}", "/config.json"),
}
OPENAI = "/v1/"  # paths whose errors have the shape of OpenAI's API
RETRY_HEADERS = {
    "x-should-retry": {
        "description": "whether the same request may succeed a moment later",
        "schema": {"enum": ["true", "false"]},
    },
    "retry-after-ms": {
        "description": "how long to wait, where that is known",
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    },
}


def functions() -> dict[str, FastAPI]:
    """The apps of the functions that have one, by name."""
    folders = sorted(path.parent.name for path in ROOT.glob("functions/*/app.py"))
    apps = {name: getattr(load(name), "app", None) for name in folders}
    return {name: app for name, app in apps.items() if isinstance(app, FastAPI)}


def load(function: str) -> ModuleType:
    """A function's code as a module of its own; in their folders all are called `app`."""
    path = ROOT / f"functions/{function}/app.py"
    spec = importlib.util.spec_from_file_location(f"functions_{function}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # pydantic looks up annotations there
    spec.loader.exec_module(module)
    return module


def document() -> dict[str, Any]:
    """One OpenAPI 3.1 document of all functions. Raises ValueError if two disagree about a name."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    apps = functions()
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for name, app in apps.items():
        described = app.openapi()
        for path, operations in described["paths"].items():
            for operation in operations.values():
                operation["tags"] = [name]
                for parameter in operation.get("parameters", []):
                    parameter["schema"] = _sendable(parameter["schema"])
                for status in ("4XX", "5XX"):
                    operation["responses"][status].update(_failure(path))
                if path in PUBLIC:
                    operation["security"] = []
            _merge(paths.setdefault(path, {}), operations)
        _merge(schemas, described.get("components", {}).get("schemas", {}))
    _merge(schemas, {**_schemas(Problem), **_schemas(ErrorAnswer)})
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Freshet",
            "version": version,
            "description": "A serverless, streaming-first backend for LLM applications.",
        },
        "servers": [{"url": "./", "description": "where this document was read"}],
        "security": [{"bearer": []}],
        "tags": [{"name": name} for name in apps],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def rendered() -> bytes:
    """The document as it is shipped."""
    return orjson.dumps(document(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _failure(path: str) -> dict[str, Any]:
    """How a path answers what fails: a problem, or on OpenAI's paths OpenAI's error.

    What the gateway itself refuses is both, and calls itself a problem.
    """
    if path.startswith(OPENAI):
        return {
            "headers": RETRY_HEADERS,
            "content": {"application/json": _ref(ErrorAnswer), "application/problem+json": _ref(ErrorAnswer)},
        }
    return {"content": {"application/problem+json": _ref(Problem)}}


def _ref(model: type[BaseModel]) -> dict[str, Any]:
    return {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}


def _schemas(model: type[BaseModel]) -> dict[str, Any]:
    """A model's schema and those that it is made of, by name."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs", {}), model.__name__: schema}


def _sendable(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter's schema without null, which can't be sent: who has no value leaves the parameter out."""
    kinds = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
    if len(kinds) != 1:
        return schema
    return {**kinds[0], **{name: value for name, value in schema.items() if name != "anyOf"}}


def _merge(into: dict[str, Any], found: dict[str, Any]) -> None:
    for name, value in found.items():
        if into.setdefault(name, value) != value:
            raise ValueError(f"two functions disagree about {name}")


def main() -> int:
    """Writes the document; with `--check`, says whether the shipped one is still true."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    if not parser.parse_args().check:
        TARGET.write_bytes(rendered())
        return 0
    if TARGET.read_bytes() == rendered():
        return 0
    print("openapi.json is not what the functions say: run `make openapi`", file=sys.stderr)  # noqa: T201
    return 1


if __name__ == "__main__":
    sys.exit(main())
