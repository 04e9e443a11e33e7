"""The tools that an owner has: the built-in ones, which are nobody's to change, and HTTP tools of their own.

What belongs here: their shapes, and which there may be. What does not: names, ids and keeping (`directory`),
calling one (`http_tool`), choosing some for a chat (`toolbox`).
"""

from collections.abc import Sequence
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from freshet.addresses import Network
from freshet.chat.builtin import described
from freshet.chat.directory import Directory, Members, New, Shape
from freshet.chat.headers import PlainHeaders, SecretHeaders, require_distinct
from freshet.chat.json_schema import require_sound
from freshet.chat.reach import MAX_URL, check_address
from freshet.chat.url_template import UrlTemplate
from freshet.errors import Conflict, Forbidden
from freshet.stores.table import Table

MAX_TOOLS = 100  # an owner's own
FIRST_OWN = 101

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]


def _url(url: str) -> str:
    UrlTemplate(url)
    return url


def _schema(schema: dict[str, Any]) -> dict[str, Any]:
    require_sound(schema)
    return schema


class Http(Shape):
    """The request that is made of a call's arguments.

    Those that the URL has no place for go into the query of GET and DELETE; they are the JSON body of the
    others.
    """

    method: Method = "GET"
    url: Annotated[str, Field(max_length=MAX_URL), AfterValidator(_url)] = Field(
        description="with `{name}` where an argument goes in path or query; it is percent-encoded"
    )
    headers: PlainHeaders = Field({}, description="sent with every request")
    secret_headers: SecretHeaders = Field(
        {}, description="headers whose whole values are secrets, by the secrets' names"
    )
    timeout_s: float = Field(10, ge=1, le=30, description="seconds that a call may take in all")
    consequential: bool | None = Field(
        None,
        description="whether a call may change something: then it is not run in a chat that has read a "
        "document or a tool's answer, which may hold orders; if not told, so of all methods but GET",
    )

    @model_validator(mode="after")
    def _distinct(self) -> "Http":
        require_distinct(self.headers, self.secret_headers)
        return self


class NewTool(New):
    """An HTTP tool, as its owner describes it."""

    name: str = Field(pattern="^[A-Za-z0-9_-]{1,64}$", description="what a model calls it by")
    description: str = Field(min_length=1, max_length=4_000, description="when and how a model should use it")
    parameters: Annotated[dict[str, Any], AfterValidator(_schema)] = Field(
        description='JSON schema of its arguments, of `"type": "object"`'
    )
    http: Http

    @field_validator("http")
    @classmethod
    def _fillable(cls, http: Http, others: ValidationInfo) -> Http:
        """What the URL needs is among the arguments; without what its path needs there is no call."""
        schema = others.data.get("parameters")
        if schema is None:  # it is wrong itself
            return http
        template = UrlTemplate(http.url)
        if unknown := template.names - schema.get("properties", {}).keys():
            raise ValueError(f"url: {min(unknown)} is not among the properties of the parameters")
        if optional := template.in_path - set(schema.get("required", ())):
            raise ValueError(f"url: {min(optional)} is in the path, so it has to be a required parameter")
        return http


class Tool(BaseModel):
    """A tool as its owner sees it; a built-in one has no `http` and no times."""

    id: int
    name: str
    description: str
    parameters: dict[str, Any]
    kind: Literal["builtin", "http"]
    http: Http | None = None
    created_at: str | None = Field(None, description="ISO 8601, in UTC")
    updated_at: str | None = Field(None, description="ISO 8601, in UTC")


class Tools:
    """HTTP tools of all owners. Integer ids rise from 101 and are never given twice.

    With `allowed` an address that could not be reached is refused when it is saved, not only when it is used.
    """

    def __init__(self, table: Table, allowed: Sequence[Network] | None = None) -> None:
        self._allowed = allowed
        self._directory = Directory(table, "tool", first=FIRST_OWN, most=MAX_TOOLS)

    async def create(self, owner: str, new: NewTool) -> Tool:
        """A new tool. Raises Conflict (the name is taken, or there are too many), AddressRefused."""
        await self._check(new)
        return _tool(await self._directory.create(owner, new))

    async def get(self, owner: str, id_: int) -> Tool:
        """Raises NotFound."""
        return _built_in().get(id_) or _tool(await self._directory.get(owner, id_))

    async def list(self, owner: str) -> list[Tool]:
        """All of them by id: the built-in ones first."""
        return [*_built_in().values(), *map(_tool, await self._directory.items(owner))]

    async def replace(self, owner: str, id_: int, new: NewTool) -> Tool:
        """The tool as `new` says. Raises NotFound, Forbidden (a built-in one), and what `create` raises."""
        _require_own(id_)
        await self._check(new)
        return _tool(await self._directory.replace(owner, id_, new))

    async def delete(self, owner: str, id_: int) -> None:
        """Raises NotFound, Forbidden (a built-in one)."""
        _require_own(id_)
        await self._directory.delete(owner, id_)

    async def _check(self, new: NewTool) -> None:
        if new.name in {tool.name for tool in _built_in().values()}:
            raise Conflict(f"The name {new.name!r} is that of a built-in tool.")
        if self._allowed is not None:
            await check_address(new.http.url, self._allowed, "http.url")


def is_consequential(tool: Tool) -> bool:
    """Whether a call may change something; GET is safe by RFC 9110, section 9.2.1."""
    if tool.http is None:
        return False
    told = tool.http.consequential
    return tool.http.method != "GET" if told is None else told


@cache
def _built_in() -> dict[int, Tool]:
    return {id_: Tool(id=id_, kind="builtin", **function) for id_, function in described().items()}


def _require_own(id_: int) -> None:
    if id_ in _built_in():
        raise Forbidden(f"Tool {id_} is built in: it can be neither changed nor deleted.")


def _tool(members: Members) -> Tool:
    return Tool(kind="http", **members)
