"""OpenAI's embeddings and list of models."""

import json
import struct
from base64 import b64decode
from typing import Any
from urllib.parse import quote

import pytest
from openai.types import CreateEmbeddingResponse, Model

from freshet.addresses import FROM_A_RUN
from tests.functions.conftest import Chat, Configure
from tests.functions.sandbox import Answer

EMBEDDINGS = "POST /v1/embeddings"
STACK = "freshet-stand-in"
TEXTS = ["Paid leave is 25 days.", "年假有25天 🙂"]


@pytest.fixture
def embed(chat: Chat) -> Any:
    """`embed("x", dimensions=64)`: the answer to `owner`."""

    def embedded(given: Any, **body: Any) -> Answer:
        return chat(EMBEDDINGS, json={"model": STACK, "input": given} | body)

    return embedded


def vectors_of(answer: Answer) -> list[list[float]]:
    assert answer.status == 200, answer.body
    CreateEmbeddingResponse.model_validate(answer.json())
    return [one["embedding"] for one in answer.json()["data"]]


def test_each_text_has_a_vector_in_its_place(embed: Any) -> None:
    both = embed(TEXTS)
    assert [one["index"] for one in both.json()["data"]] == [0, 1]
    assert vectors_of(both) == [vectors_of(embed(text))[0] for text in TEXTS]
    assert vectors_of(embed(TEXTS[::-1])) == vectors_of(both)[::-1]
    used = both.json()["usage"]
    assert used["total_tokens"] == used["prompt_tokens"] > 0


def test_both_formats_are_the_same_numbers(embed: Any) -> None:
    numbers = vectors_of(embed(TEXTS, dimensions=64))
    packed = [
        b64decode(one["embedding"])
        for one in embed(TEXTS, dimensions=64, encoding_format="base64").json()["data"]
    ]
    unpacked = [list(struct.unpack("<64f", one)) for one in packed]
    assert unpacked == [pytest.approx(one, abs=1e-6) for one in numbers]


def test_an_owners_model_embeds(chat: Chat, configure: Configure, model_url: str, embed: Any) -> None:
    configure("mine", model=STACK, base_url=model_url, capabilities=["embeddings"])
    assert vectors_of(embed(TEXTS, model="mine", dimensions=64)) == vectors_of(embed(TEXTS, dimensions=64))
    foreign = chat(EMBEDDINGS, owner="stranger", json={"model": "mine", "input": "x"})
    assert (foreign.status, foreign.json()["error"]["code"]) == (404, "model_not_found")


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({"input": ""}, "input"),
        ({"input": []}, "input"),
        ({"input": ["x", ""]}, "input[1]"),
        ({"input": [1, 2]}, "input"),
        ({"input": ["x"] * 2049}, "input"),
        ({"input": 5}, "input"),
        ({"input": "\ud83d"}, "input"),
        ({"dimensions": 0}, "dimensions"),
        ({"dimensions": "64"}, "dimensions"),
        ({"encoding_format": "hex"}, "encoding_format"),
        ({"model": ""}, "model"),
        ({"nonsense": 1}, "nonsense"),
    ],
)
def test_what_is_wrong_is_refused_and_named(chat: Chat, wrong: Any, param: str) -> None:
    content = json.dumps({"model": STACK, "input": "x"} | wrong).encode()
    answer = chat(EMBEDDINGS, content=content, headers={"content-type": "application/json"})
    assert (answer.status, answer.json()["error"]["param"]) == (400, param)
    assert answer.headers["x-should-retry"] == "false"


def test_what_a_run_asks_elsewhere_embeds_nothing_here(chat: Chat) -> None:
    body = {"model": STACK, "input": "x"}
    refused = chat(EMBEDDINGS, json=body, headers={FROM_A_RUN: "1"})
    assert (refused.status, refused.json()["error"]["code"]) == (409, "conflict")


def test_the_names_that_models_go_by_are_listed(chat: Chat, configure: Configure) -> None:
    configure("我的 🤖")
    mine = chat("GET /v1/models").json()
    assert mine["object"] == "list"
    names = [Model.model_validate(one).id for one in mine["data"]]
    assert names == [STACK, "我的 🤖", "freshet-rag"]
    assert mine["data"][1]["created"] > 0
    theirs = chat("GET /v1/models", owner="stranger").json()["data"]
    assert [one["id"] for one in theirs] == [STACK, "freshet-rag"]
    one = f"GET /v1/models/{quote('我的 🤖')}"
    assert chat(one).json() == mine["data"][1]
    refused = chat(one, owner="stranger")
    assert (refused.status, refused.json()["error"]["code"]) == (404, "model_not_found")
