"""Bodies that come in one of several forms: JSON, a form with a file, or a file as it is.

They are read by hand, after the run has kept the request as it came; so is JSON whose types are to be taken
as they are, though its models read others liberally. What does not belong here: other bodies of one form,
which FastAPI reads.
"""

from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.datastructures import UploadFile

from freshet.errors import Invalid, UnsupportedMediaType

M = TypeVar("M", bound=BaseModel)

MULTIPART, JSON = "multipart/form-data", "application/json"


@dataclass(frozen=True, slots=True)
class File:
    """A file that came along."""

    filename: str
    data: bytes
    content_type: str | None


class _Nothing(BaseModel):
    """A form with nothing but a file."""

    model_config = ConfigDict(extra="forbid")


def read_by_hand(as_json: type[BaseModel], as_form: type[BaseModel]) -> dict[str, Any]:
    """What OpenAPI is told of such a body; the form has a part `file`, too."""
    form = as_form.model_json_schema()
    file = {"type": "string", "format": "binary"}
    form = {
        **form,
        "properties": {"file": file, **form["properties"]},
        "required": ["file", *form.get("required", [])],
    }
    content = {JSON: {"schema": as_json.model_json_schema()}, MULTIPART: {"schema": form}}
    return {"requestBody": {"required": True, "content": content}}


def json_by_hand(model: type[BaseModel]) -> dict[str, Any]:
    """What OpenAPI is told of a JSON body whose parts it describes elsewhere: answers have them, too."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    del schema["$defs"]
    return {"requestBody": {"required": True, "content": {JSON: {"schema": schema}}}}


def media_type(request: Request) -> str:
    """What the body says it is, in lower case."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def json_of(request: Request, model: type[M], *, takes: str = f"{JSON} or {MULTIPART}") -> M:
    """The JSON body as a `model`. Raises what FastAPI raises: a 422 that names the fields."""
    if media_type(request) not in {JSON, ""}:
        raise UnsupportedMediaType(f"This takes {takes}.")
    body = await request.body()
    try:
        return model.model_validate_json(body, strict=True)
    except ValidationError as error:
        raise _refused(error) from None


async def file_of(request: Request) -> File:
    """A form's part `file`. Raises Invalid without one."""
    return (await form_of(request, _Nothing))[1]


async def form_of(request: Request, model: type[M]) -> tuple[M, File]:
    """A form's fields as a `model`, and its part `file`. Raises as `json_of`, and Invalid without a file."""
    async with request.form(max_files=1, max_fields=20) as form:
        fields: dict[str, Any] = {name: value for name, value in form.items() if isinstance(value, str)}
        sent = form.get("file")
        if not isinstance(sent, UploadFile):
            raise Invalid(
                "A part `file` is missing.", errors=[{"field": "file", "message": "a file is needed"}]
            )
        file = File(sent.filename or "", await sent.read(), sent.content_type)
    try:
        return model.model_validate(fields, strict=False), file
    except ValidationError as error:
        raise _refused(error) from None


def _refused(error: ValidationError) -> RequestValidationError:
    found = error.errors(include_url=False, include_context=False)
    return RequestValidationError([{**one, "loc": ("body", *one["loc"])} for one in found])
