"""What may lead to a model, and where: the rules of the audit, each over one module's code.

What belongs here: what can be read off the code. What does not: what the client does (`test_generations`).
"""

import ast
import re
from collections.abc import Iterator
from typing import Any

LLM = "layers/core/freshet/llm"
PROVIDERS = f"{LLM}/providers"

# What can reach a model over the wire: SDKs, their transports, and cloud services by name.
SDKS = {"openai", "anthropic", "httpx2", "aiohttp", "litellm", "google.genai", "dashscope", "ollama"}
# Who may hold connections to elsewhere: to tools that users name, and to their models by the providers.
CARRIERS = {
    "layers/core/freshet/outbound.py": "httpx2",
    "layers/core/freshet/chat/http_tool.py": "httpx2",
    "layers/core/freshet/stores/qdrant_rest.py": "httpx2",
}
SERVICES = re.compile(r"^(bedrock|sagemaker)-\w+")
PATHS = re.compile(
    r"/(completions|responses|messages|api/generate|api/chat|converse|invoke-with-\w+)\b|:\w*enerateContent"
)
DOORS = {f"{PROVIDERS}/openai.py": "/chat/completions", f"{PROVIDERS}/anthropic.py": "/messages"}

# Ways through an SDK that don't stream, or bring events of another kind.
NAMESPACES = {"completions", "responses", "beta"}
VERBS = {"create", "parse", "stream", "batches", "with_raw_response", "with_streaming_response"}

# Who may know what leads to a model, inside of `freshet.llm`.
KNOWS = {
    "Http": {f"{LLM}/rerank.py", *DOORS},
    "provider_named": {f"{LLM}/client.py", f"{LLM}/lane.py", f"{PROVIDERS}/__init__.py"},
    "OpenAIProvider": {f"{PROVIDERS}/__init__.py", f"{PROVIDERS}/openai.py"},
    "AnthropicProvider": {f"{PROVIDERS}/__init__.py", f"{PROVIDERS}/anthropic.py"},
    "generate": {f"{LLM}/client.py", f"{LLM}/attempts.py"},
}


def findings(file: str, source: str) -> list[str]:
    """What is wrong with a file, by its path in the repository."""
    tree = ast.parse(source)
    return [
        f"{file}:{node.lineno} {what}"
        for check in (foreign_imports, paths_to_models, ways_through_an_sdk, attempts, knowledge)
        for node, what in check(file, tree)
    ]


Found = Iterator[tuple[Any, str]]


def foreign_imports(file: str, tree: ast.Module) -> Found:
    """Imports, also by name at run time, of what reaches a model, outside of the providers."""
    if file.startswith(f"{PROVIDERS}/"):
        return
    for node, module in imported(tree):
        if any(module == sdk or module.startswith(f"{sdk}.") for sdk in SDKS - {CARRIERS.get(file)}):
            yield node, f"imports {module}"
        elif module.startswith("freshet.llm.providers") and not file.startswith(f"{LLM}/"):
            yield node, "reaches past the client"


def imported(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node, alias.name) for alias in names)
            case ast.ImportFrom(module=str(module), names=names):
                yield from ((node, f"{module}.{alias.name}") for alias in names)
            case ast.Call(func=function, args=[ast.Constant(value=str(module)), *_]) if name_of(function) in {
                "import_module",
                "__import__",
            }:
                yield node, module


def paths_to_models(file: str, tree: ast.Module) -> Found:
    """Paths and services of models, anywhere but in each provider's one place, and in our own routes."""
    door = DOORS.get(file)
    for node in strings(tree):
        if node.value == door:
            door = None  # a second one is another
        elif PATHS.search(node.value) or SERVICES.search(node.value):
            yield node, f"names {node.value!r}"


def strings(tree: ast.Module) -> list[Any]:
    """The texts of a module, without docstrings and routes."""
    passed_over = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            passed_over.add(node.value)
        for decorator in getattr(node, "decorator_list", []):
            passed_over |= {inner for inner in ast.walk(decorator) if isinstance(inner, ast.Constant)}
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in passed_over
    ]


def ways_through_an_sdk(_: str, tree: ast.Module) -> Found:
    """`sdk.chat.completions`, `sdk.responses.create`, `sdk.messages.stream`, `sdk.beta` and the like."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute):
            continue
        if node.attr in NAMESPACES or (node.attr in VERBS and name_of(node.value) == "messages"):
            yield node, f"goes through an SDK: {ast.unparse(node)}"


def attempts(file: str, tree: ast.Module) -> Found:
    """A provider's stream, opened by anybody but `generate`."""
    opened = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "stream" and "provider" in name_of(node.value)
    ]
    if file == f"{LLM}/attempts.py":
        (generate,) = [
            node for node in tree.body if isinstance(node, ast.AsyncFunctionDef) and node.name == "generate"
        ]
        opened = [node for node in opened if node not in set(ast.walk(generate))]
    yield from ((node, "opens a provider's stream") for node in opened)


def knowledge(file: str, tree: ast.Module) -> Found:
    """Names that only some modules need."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("freshet.llm"):
            for alias in node.names:
                if file not in KNOWS.get(alias.name, {file}):
                    yield node, f"imports {alias.name}"


def name_of(node: ast.expr) -> str:
    """The last name of an expression: `b` of `a.b`, of `b` and of `a.b()`."""
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case ast.Call(func=function):
            return name_of(function)
    return ""
