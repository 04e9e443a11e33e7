"""A tool: a function with the name, the description and the JSON schema that a model is shown of it."""

import asyncio
import inspect
import logging
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from traceback import walk_tb
from typing import Any, overload

from freshet.errors import Invalid
from freshet.llm.tools import docstring
from freshet.llm.tools.arguments import read_object
from freshet.llm.tools.results import ToolError, as_text
from freshet.llm.tools.signature import Parameters, documentation, name_of_function

_NAME = re.compile(r"[\w.-]{1,64}")  # OpenAI's length; providers differ in the letters they take
_log = logging.getLogger("freshet.llm")


@dataclass(frozen=True)
class Tool:
    """A function that a model may call by `name`; `parameters` is the JSON schema of its arguments' object.

    `tool` makes one of a typed function. One made by hand for a schema of its own (an MCP server's, a stored
    one) is called with the members of the object as keywords; only `read` can check them then. `read` turns
    the arguments' JSON text into those keywords and raises ToolError.
    """

    name: str
    description: str
    parameters: dict[str, Any]
    function: Callable[..., Any]
    read: Callable[[str], dict[str, Any]] = field(default=read_object, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise Invalid(f"A tool's name has 1 to 64 letters, digits, `_`, `-` or `.`, unlike {self.name!r}")

    def definition(self) -> dict[str, Any]:
        """The tool as OpenAI's chat API defines one."""
        function = {"name": self.name, "description": self.description, "parameters": self.parameters}
        return {"type": "function", "function": function}

    async def call(self, arguments: str, *, timeout_s: float = 30) -> str:
        """The result as text (see `as_text`) of a call with `arguments`, JSON text as the model wrote it.

        Whatever fails is a ToolError with the words for the model. A function that is not async runs in a
        thread, which nothing can stop: after `timeout_s` it runs on, unheard.
        """
        try:
            async with asyncio.timeout(timeout_s) as deadline:
                return as_text(await self._called(self.read(arguments)))
        except ToolError:
            raise
        except asyncio.CancelledError as error:
            if _cancelled_from_outside():
                raise
            raise self._failure(error) from error
        except Exception as error:
            if deadline.expired():
                raise ToolError(f"{self.name} took longer than {timeout_s:g} s") from None
            raise self._failure(error) from error

    async def _called(self, values: dict[str, Any]) -> Any:
        if inspect.iscoroutinefunction(self.function):
            return await self.function(**values)
        result = await asyncio.to_thread(self.function, **values)
        return await result if inspect.isawaitable(result) else result

    def _failure(self, error: BaseException) -> ToolError:
        """Tells the type of `error` alone: its message may hold secrets, for neither model nor log."""
        where = [f"{frame.f_code.co_filename}:{line}" for frame, line in walk_tb(error.__traceback__)]
        _log.warning("Tool %s failed: %s at %s", self.name, type(error).__name__, where)
        return ToolError(f"{self.name} failed: {type(error).__name__}")


AnyTool = Tool | Callable[..., Any] | Mapping[str, Any]


@overload
def tool(function: Callable[..., Any], /) -> Tool: ...
@overload
def tool(
    *, name: str | None = None, description: str | None = None
) -> Callable[[Callable[..., Any]], Tool]: ...
@overload
def tool(
    function: Callable[..., Any], /, *, name: str | None = None, description: str | None = None
) -> Tool: ...
def tool(
    function: Callable[..., Any] | None = None,
    /,
    *,
    name: str | None = None,
    description: str | None = None,
) -> Tool | Callable[[Callable[..., Any]], Tool]:
    """A tool of a typed function, async or not; also a decorator, with and without arguments.

    The description is the first paragraph of the docstring; that of a parameter is in its annotation
    (`Annotated[int, Field(description=…)]`) or in the docstring, in Google's or reST's form. What a
    `functools.partial` has bound stays out of the model's sight. Raises TypeError for a function whose
    parameters can't be given by name or described by a JSON schema.
    """
    if function is None:
        return partial(_tool, name=name, description=description)
    return _tool(function, name=name, description=description)


def as_tools(tools: Iterable[AnyTool]) -> list[Tool | Mapping[str, Any]]:
    """Functions become tools, ready-made definitions in OpenAI's form stay what they are.

    Describing a function takes some milliseconds: make a tool of it once where that matters. Raises Invalid
    if two have the same name.
    """
    known = [one if isinstance(one, Tool | Mapping) else tool(one) for one in tools]
    names = [name for name in map(name_of, known) if name]
    for name in names:
        if names.count(name) > 1:
            raise Invalid(f"Two tools have the name {name}")
    return known


def definitions(tools: Iterable[AnyTool]) -> list[Mapping[str, Any]]:
    """What a model is shown of `tools`, in OpenAI's form. Raises as `as_tools` does."""
    return [one.definition() if isinstance(one, Tool) else one for one in as_tools(tools)]


def name_of(tool: Tool | Mapping[str, Any]) -> str | None:
    """The name a model calls it by; definitions of providers' own tools may have none."""
    if isinstance(tool, Tool):
        return tool.name
    function = tool.get("function", tool)
    name = function.get("name") if isinstance(function, Mapping) else None
    return name if isinstance(name, str) else None


def _tool(function: Callable[..., Any], *, name: str | None, description: str | None) -> Tool:
    parameters = Parameters(function)
    doc = documentation(function)
    return Tool(
        name=name or name_of_function(function),
        description=docstring.summary(doc) if description is None else description,
        parameters=parameters.schema(docstring.parameters(doc)),
        function=function,
        read=parameters.read,
    )


def _cancelled_from_outside() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
