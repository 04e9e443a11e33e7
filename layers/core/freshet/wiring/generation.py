"""The stack's own model, and the account that is kept of every call."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from freshet.observe import measure
from freshet.runs.meter import Consumed, consume
from freshet.settings import settings
from freshet.wiring.services import secret, usage_table

if TYPE_CHECKING:
    from freshet.llm import Endpoint, Expect, Generation, LLMClient, Settle
    from freshet.usage.budget import Budget
    from freshet.usage.ledger import Ledger


def stack_endpoint() -> "Endpoint":
    """Where the stack's own model is; its key goes nowhere else."""
    from freshet.llm import Endpoint, Price

    chosen = settings()
    price = chosen.model_prices.get(chosen.model_name)
    return Endpoint(
        chosen.model_name,
        chosen.model_provider,
        chosen.model_base_url,
        key=secret(chosen.model_key_parameter),
        price=Price(*price) if price else None,
    )


@cache
def model() -> "LLMClient":
    from freshet.llm import LLMClient

    chosen = settings()
    return LLMClient(
        provider=chosen.model_provider,
        base_url=chosen.model_base_url,
        model=chosen.model_name,
        key=secret(chosen.model_key_parameter),
        fallbacks=[name.strip() for name in chosen.model_fallbacks.split(",") if name.strip()],
        transport=chosen.llm_transport,
        on_generation=account,
        admit=admit if chosen.usage_table else None,
    )


def at_once() -> int:
    """Calls that one piece of work makes at a time: a worker stays free for others."""
    return max(1, settings().llm_async_workers - 1)


def account(generation: "Generation") -> None:
    """Every generation streams: an alarm is on those that did not. A retry is told by what it cures.

    What it used is counted for the run that asked for it.
    """
    if not generation.embedding:
        measure("Generations", 1, streamed=str(generation.streamed).lower())
    for failure in generation.retried:
        measure("Retries", 1, code=failure.rpartition(" ")[2])
    for used in generation.usages:
        consume(
            Consumed(
                used.prompt_tokens,
                used.completion_tokens,
                used.estimated,
                used.attempts,
                used.cost,
                used.cached_tokens,
                used.currency,
                used.model,
                generation.embedding,
            )
        )


@cache
def ledger() -> "Ledger":
    from freshet.usage.ledger import Ledger

    return Ledger(usage_table())


@cache
def budget() -> "Budget":
    from freshet.usage.amount import amount
    from freshet.usage.budget import Budget

    return Budget(usage_table(), amount(settings().budget_tokens, settings().budget_cost))


async def admit(expect: "Expect") -> "Settle":
    """Leave for a model call, within its owner's budget. Raises BudgetSpent."""
    from freshet.usage.account import Account

    return await Account(budget(), ledger()).admit(expect)


async def embed(texts: Sequence[str]) -> list[list[float]]:
    """Dense vectors of the texts."""
    chosen = settings()
    return await model().embed(texts, model=chosen.embedding_model, dimensions=chosen.embedding_dimensions)
