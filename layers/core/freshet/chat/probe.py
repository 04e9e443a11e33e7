"""A configured model, tried: one small question, and what came of it."""

import asyncio
import time
from collections.abc import Awaitable
from contextlib import aclosing

from pydantic import BaseModel, Field

from freshet.chat.answer import options
from freshet.chat.configuration import Model, merged
from freshet.errors import AddressRefused, FreshetError, ModelError, ModelTimeout
from freshet.llm import Completion, LLMClient
from freshet.llm.completion import Answer

TIMEOUT_S = 20.0  # whoever tries a model waits for it
MAX_TOKENS = 64  # a model that reasons first may not get to its answer: that is one, too
MAX_OUTPUT = 200  # characters that are shown

_QUESTION = "Reply with the word OK."


class Failure(BaseModel):
    """Why a model did not answer, as in a problem."""

    code: str
    detail: str


class Used(BaseModel):
    """What the trial used; `estimated` where the model did not say."""

    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    estimated: bool
    cost: float | None
    currency: str | None


class Trial(BaseModel):
    """What came of a trial. An answer that ended at its bound before any text is one, too."""

    ok: bool
    model: str = Field(description="what it is called at its endpoint; empty if it could not be asked")
    latency_ms: float
    ttft_ms: float | None = None
    output: str = Field("", description="the beginning of the answer")
    finish_reason: str | None = None
    usage: Used | None = None
    error: Failure | None = None


async def try_model(configured: Awaitable[tuple[Model, LLMClient]]) -> Trial:
    """Asks once and streams the answer, or asks for one vector where the model makes nothing else.

    That the model fails is a result. Whatever else goes wrong (a budget that is spent, a store that does not
    answer) is raised.
    """
    begun, name = time.perf_counter(), ""
    try:
        async with asyncio.timeout(TIMEOUT_S):
            model, client = await configured
            name = model.model
            tried = await (_embedded(client) if _only_embeds(model) else _answered(model, client))
    except (ModelError, AddressRefused) as error:
        tried = _failed(name, error)
    except TimeoutError:
        tried = _failed(name, ModelTimeout(f"The model did not answer within {TIMEOUT_S:g} s"))
    return tried.model_copy(update={"latency_ms": _ms(time.perf_counter() - begun)})


def _only_embeds(model: Model) -> bool:
    return "embeddings" in model.capabilities and "chat" not in model.capabilities


async def _embedded(client: LLMClient) -> Trial:
    (vector,) = await client.embed([_QUESTION], model=client.model)
    return Trial(ok=True, model=client.model, latency_ms=0, output=f"a vector of {len(vector)} numbers")


async def _answered(model: Model, client: LLMClient) -> Trial:
    # Thinking has a budget of its own, which the bound of the answer has to be above.
    bound = {} if "thinking" in model.params.extra else {"max_tokens": MAX_TOKENS}
    answer = Answer()
    async with aclosing(client.stream(_QUESTION, **options(merged(model.params, bound)))) as events:
        async for event in events:
            answer.add(event)
    return _trial(answer.completion())


def _failed(name: str, error: FreshetError) -> Trial:
    failure = Failure(code=error.code, detail=error.detail)
    return Trial(ok=False, model=name, latency_ms=0, error=failure)


def _trial(completion: Completion) -> Trial:
    used, ttft = completion.usage, completion.metrics.ttft_ms
    return Trial(
        ok=True,
        model=used.model,
        latency_ms=0,
        ttft_ms=None if ttft is None else round(ttft, 1),
        output=completion.text[:MAX_OUTPUT],
        finish_reason=completion.finish_reason,
        usage=Used(
            prompt_tokens=used.prompt_tokens,
            cached_tokens=used.cached_tokens,
            completion_tokens=used.completion_tokens,
            estimated=used.estimated,
            cost=used.cost,
            currency=used.currency if used.cost is not None else None,
        ),
    )


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
