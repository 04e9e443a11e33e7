"""Embeddings: OpenAI's request for vectors, and its answer."""

import sys
from array import array
from base64 import b64encode
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal

import orjson
from pydantic import Field, field_validator

from freshet.chat.openai_api.body import Body
from freshet.chat.openai_api.errors import wrong

MAX_TEXTS = 2048  # OpenAI's
_TOKENS = (
    "Arrays of tokens are not supported here, each model has tokens of its own: send the texts "
    "(in LangChain: `check_embedding_ctx_length=False`)."
)

Text = Annotated[str, Field(min_length=1)]


class EmbeddingRequest(Body):
    """Body of `POST /v1/embeddings`; texts, no tokens."""

    input: Text | Annotated[list[Text], Field(min_length=1, max_length=MAX_TEXTS)]
    model: str = Field(min_length=1)
    dimensions: int | None = Field(None, ge=1)
    encoding_format: Literal["float", "base64"] = "float"
    user: str | None = Field(None, description="accepted, not used")

    @field_validator("input", mode="before")
    @classmethod
    def _no_tokens(cls, sent: Any) -> Any:
        if isinstance(sent, list) and sent and isinstance(sent[0], int | list):
            raise wrong("input", _TOKENS, "unsupported_value")
        return sent

    def texts(self) -> list[str]:
        """What to embed, in order."""
        return [self.input] if isinstance(self.input, str) else self.input


def embeddings(asked: EmbeddingRequest, vectors: Iterable[Sequence[float]], tokens: int) -> dict[str, Any]:
    """The answer, one vector a text; `tokens` are those of all texts."""
    written = _base64 if asked.encoding_format == "base64" else list
    data = [
        {"object": "embedding", "index": index, "embedding": written(vector)}
        for index, vector in enumerate(vectors)
    ]
    return {
        "object": "list",
        "data": data,
        "model": asked.model,
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }


def encoded(asked: EmbeddingRequest, vectors: Iterable[Sequence[float]], tokens: int) -> bytes:
    """The answer as JSON. Of many texts that takes long: it is work for a thread."""
    return orjson.dumps(embeddings(asked, vectors, tokens))


def _base64(vector: Sequence[float]) -> str:
    """A vector as base64 of its little-endian 32-bit floats: a third of the size, and not parsed."""
    numbers = array("f", vector)
    if sys.byteorder == "big":
        numbers.byteswap()
    return b64encode(numbers.tobytes()).decode()
