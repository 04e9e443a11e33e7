"""What shape an answer is to have, in the words of OpenAI's chat API: `response_format`.

What does not belong here: making a model keep to it (`freshet.llm`).
"""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from freshet.chat.directory import Shape


class TextFormat(Shape):
    type: Literal["text"]


class JsonFormat(Shape):
    type: Literal["json_object"]


class NamedSchema(Shape):
    """`name`, `schema`, `description`, `strict`."""

    model_config = ConfigDict(extra="allow")

    name: str = Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")


class SchemaFormat(Shape):
    type: Literal["json_schema"]
    json_schema: NamedSchema


ResponseFormat = Annotated[TextFormat | JsonFormat | SchemaFormat, Field(discriminator="type")]
