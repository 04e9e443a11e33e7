import math
from typing import Any, Literal

import openai
import pytest
from fastapi import FastAPI
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no types

from freshet.chat.openai_api.embeddings import EmbeddingRequest, embeddings
from freshet.chat.openai_api.models import model_list
from freshet.chat.openai_api.schemas import EMBEDDINGS, MODELS
from freshet.web import create_app
from tests.unit.chat.openai_api.door import client_of

VECTOR = [0.1, -2.5, math.pi, 0.0]


def app() -> FastAPI:
    app = create_app("vectors")

    @app.post("/v1/embeddings")
    async def embed(body: EmbeddingRequest) -> dict[str, Any]:
        vectors = [[float(len(text)), *VECTOR] for text in body.texts()]
        answer = embeddings(body, vectors, 7)
        Draft202012Validator(EMBEDDINGS).validate(answer)
        return answer

    @app.get("/v1/models")
    async def models() -> dict[str, Any]:
        answer = model_list([("freshet-rag", 1, "freshet"), ("我的模型", 2, "alice")])
        Draft202012Validator(MODELS).validate(answer)
        return answer

    return app


@pytest.mark.parametrize("encoding_format", ["float", openai.omit], ids=["float", "the client's base64"])
async def test_the_client_reads_vectors_in_both_formats(
    encoding_format: Literal["float"] | openai.Omit,
) -> None:
    texts = ["你好世界", "😀"]
    async with client_of(app()) as client:
        answer = await client.embeddings.create(model="e", input=texts, encoding_format=encoding_format)
    assert [one.index for one in answer.data] == [0, 1]
    assert [one.embedding[0] for one in answer.data] == [4.0, 1.0]
    assert answer.data[0].embedding[1:] == pytest.approx(VECTOR, rel=1e-6)
    assert answer.usage.prompt_tokens == answer.usage.total_tokens == 7


async def test_one_text_is_one_vector() -> None:
    async with client_of(app()) as client:
        answer = await client.embeddings.create(model="e", input="x")
    assert len(answer.data) == 1
    assert answer.model == "e"


@pytest.mark.parametrize(
    ("body", "param", "words"),
    [
        ({"input": [1, 2, 3]}, "input", "tokens"),
        ({"input": [[1], [2]]}, "input", "tokens"),
        ({"input": []}, "input", "at least 1"),
        ({"input": ""}, "input", "at least 1"),
        ({"input": ["a", ""]}, "input[1]", "at least 1"),
        ({"input": ["a"] * 2049}, "input", "at most 2048"),
        ({"input": "a", "dimensions": 0}, "dimensions", "greater than or equal to 1"),
        ({"input": "a", "encoding_format": "hex"}, "encoding_format", "'float' or 'base64'"),
        ({"input": 7}, "input", "valid"),
        ({}, "input", "Missing required parameter: 'input'"),
    ],
)
async def test_what_can_not_be_embedded_is_refused_by_name(
    body: dict[str, Any], param: str, words: str
) -> None:
    async with client_of(app()) as client:
        with pytest.raises(openai.BadRequestError) as refused:
            await client.post("/embeddings", body={"model": "e", **body}, cast_to=object)
    assert refused.value.param == param
    assert words in refused.value.message


async def test_the_client_lists_models() -> None:
    async with client_of(app()) as client:
        found = [model async for model in client.models.list()]
    assert [(model.id, model.created, model.owned_by) for model in found] == [
        ("freshet-rag", 1, "freshet"),
        ("我的模型", 2, "alice"),
    ]
