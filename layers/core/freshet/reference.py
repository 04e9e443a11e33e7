"""The API reference: the OpenAPI document of all functions, and a page that shows it.

The document is made by `make openapi` from the functions themselves and shipped with the package; a test
holds it to them. The page is plain HTML without scripts: nothing is loaded from elsewhere.
"""

from collections.abc import Iterator
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

import orjson

_STYLE = """
:root{color-scheme:light dark;--line:#8884;--soft:#8881;--mark:#0a7ea4}
body{font:16px/1.55 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:2rem 1rem}
h1{margin:0}h2{margin:2.5rem 0 .5rem;border-bottom:1px solid var(--line)}
details{border:1px solid var(--line);border-radius:8px;margin:.5rem 0}
summary{padding:.6rem .8rem;cursor:pointer}details>div{padding:0 1rem 1rem;overflow-x:auto}
code,pre{font:14px/1.5 ui-monospace,monospace}
pre{background:var(--soft);padding:.7rem;border-radius:6px;overflow-x:auto}
.verb{display:inline-block;min-width:4.2em;font-weight:700;color:var(--mark)}.path{overflow-wrap:anywhere}
.open{font-size:.8em;border:1px solid var(--line);border-radius:4px;padding:0 .4em}
table{border-collapse:collapse;width:100%}
td,th{text-align:left;padding:.25rem .6rem .25rem 0;vertical-align:top}
"""


@cache
def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document."""
    loaded: dict[str, Any] = orjson.loads(files("freshet").joinpath("openapi.json").read_bytes())
    return loaded


@cache
def page() -> str:
    """The document as one self-contained HTML page."""
    spec = document()
    info = spec["info"]
    body = "".join(_section(tag, spec) for tag in (entry["name"] for entry in spec["tags"]))
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(info["title"])} API</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style>'
        f"<h1>{escape(info['title'])} API</h1><p>{escape(info['description'])}</p>"
        f'<p>Version {escape(info["version"])} · <a href="openapi.json">openapi.json</a></p>{body}</html>'
    )


def _section(tag: str, spec: dict[str, Any]) -> str:
    operations = "".join(
        _operation(verb, path, operation, spec)
        for path, verbs in spec["paths"].items()
        for verb, operation in verbs.items()
        if tag in operation["tags"]
    )
    return f"<h2>{escape(tag)}</h2>{operations}"


def _operation(verb: str, path: str, operation: dict[str, Any], spec: dict[str, Any]) -> str:
    public = ' <span class="open">public</span>' if operation.get("security") == [] else ""
    title = f'<span class="verb">{verb.upper()}</span> <code class="path">{escape(path)}</code>'
    parts = (
        f"<p>{escape(operation.get('description', ''))}</p>",
        _parameters(operation, spec),
        _bodies("Request", operation.get("requestBody", {}), spec),
        _responses(operation, spec),
    )
    summary = f"{title} {escape(operation.get('summary', ''))}{public}"
    return f"<details><summary>{summary}</summary><div>{''.join(parts)}</div></details>"


def _parameters(operation: dict[str, Any], spec: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(found['name'])}{'' if found.get('required') else '?'}</code><td>{found['in']}"
        f"<td><code>{escape(_type(found['schema'], spec) + _default(found['schema']))}</code>"
        f"<td>{escape(found.get('description') or found['schema'].get('description', ''))}"
        for found in operation.get("parameters", [])
    )
    return f"<table><tr><th>Parameter<th>In<th>Type<th>About{rows}</table>" if rows else ""


def _default(schema: dict[str, Any]) -> str:
    return "" if schema.get("default") in (None, "", []) else f" = {_written(schema['default'])}"


def _responses(operation: dict[str, Any], spec: dict[str, Any]) -> str:
    return "".join(
        _bodies(f"{code}: {response.get('description', '')}", response, spec)
        for code, response in operation["responses"].items()
        if not code.endswith("XX")
    )


def _bodies(title: str, holder: dict[str, Any], spec: dict[str, Any]) -> str:
    shown = [f"<h4>{escape(title)}</h4>"] if holder else []
    for media_type, content in holder.get("content", {}).items():
        schema = content.get("schema", {})
        lines = "\n".join(_lines(schema, spec, 0)) or _type(schema, spec)
        shown.append(f"<p><code>{escape(media_type)}</code></p><pre>{escape(lines)}</pre>")
        examples = (
            [content["example"]] if "example" in content else _members(schema, spec).get("examples", [])
        )
        shown += [f"<p>For example</p><pre>{escape(_written(one))}</pre>" for one in examples]
    return "".join(shown)


def _written(example: Any) -> str:
    return example if isinstance(example, str) else orjson.dumps(example).decode()


def _lines(schema: dict[str, Any], spec: dict[str, Any], depth: int) -> Iterator[str]:
    schema = _members(schema, spec)
    if "oneOf" in schema:
        for choice in schema["oneOf"]:
            yield f"{'  ' * depth}— {choice.get('title', 'or')}"
            yield from _lines(choice, spec, depth + 1)
    for name, inner in schema.get("properties", {}).items():
        needed = "" if name in schema.get("required", []) else "?"
        about = f"  — {inner['description']}" if "description" in inner else ""
        yield f"{'  ' * depth}{name}{needed}: {_type(inner, spec)}{_default(inner)}{about}"
        nested = _members(inner.get("items", inner), spec)
        if "properties" in nested:
            yield from _lines(nested, spec, depth + 1)


def _type(schema: dict[str, Any], spec: dict[str, Any]) -> str:
    schema = _resolved(schema, spec)
    if "anyOf" in schema:
        return " | ".join(_type(choice, spec) for choice in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(map(repr, schema["enum"]))
    if "const" in schema:
        return repr(schema["const"])
    if schema.get("type") == "array":
        return f"[{_type(schema.get('items', {}), spec)}]"
    return str(schema.get("type", "any"))


def _members(schema: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    """The schema whose members are listed: of what may be null, the other one."""
    schema = _resolved(schema, spec)
    others = [choice for choice in schema.get("anyOf", []) if choice != {"type": "null"}]
    return _resolved(others[0], spec) if len(others) == 1 else schema


def _resolved(schema: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    reference = schema.get("$ref", "")
    found: dict[str, Any] = (
        spec["components"]["schemas"][reference.rsplit("/", 1)[-1]] if reference else schema
    )
    return found
