"""What requests are made of, whatever they ask for: closed bodies, ids, texts that say something."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

STACK_MODEL = 1  # the id of the stack's own

Id = Annotated[str, Field(min_length=1, max_length=64)]


class Asked(BaseModel):
    """A body: types are taken as they are, and members that nobody knows are refused."""

    model_config = ConfigDict(strict=True, extra="forbid")


def said(text: str) -> str:
    """Raises ValueError for a text that says nothing, or that can't be written as UTF-8."""
    if not text.strip():
        raise ValueError("it has no text")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("it holds half a character") from None
    return text
