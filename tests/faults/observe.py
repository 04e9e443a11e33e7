"""What was seen of a call that met a fault: its answer as one word, and whether all else agrees with it.

What belongs here: runs, data and usage after the fault. What does not: what was expected (`matrix`).
"""

import re
from dataclasses import dataclass
from typing import Any

import httpx

from infra.local.model.embeddings import EMBEDDING_MODEL
from tests.faults.answers import Answer, got
from tests.faults.capabilities import Capability
from tests.faults.material import Material
from tests.faults.waiting import until

ENDED_S = 40.0  # a run whose process is gone reads as failed after ten seconds; a busy machine needs more
LATE_S = 150.0  # until what waited behind a queue is done: messages come again after seconds
_COUNTED_S = 10.0
_PART = re.compile(r"\bThe (table|index|bucket|queue)\b")  # OpenAI's errors have no member for it
_GOES_ON = {"queued", "running"}


@dataclass(frozen=True)
class Before:
    """What an owner had before the call."""

    runs: frozenset[str]
    excess: int  # of tokens counted over those on the runs: dead processes had used them


async def before(api: httpx.AsyncClient) -> Before:
    """How things stand."""
    return Before(frozenset(run["id"] for run in await _runs(api)), await _excess(api))


def outcome(capability: Capability, answer: Answer, material: Material) -> str:
    """In a word: result, part, later, broken off; or `error` with the part or the code that it names."""
    if not answer.ended:
        return "later"
    if answer.error:
        return f"error: {named(answer.error)}"
    if answer.broken or (answer.is_stream and not answer.result):
        return "broken off"
    if not answer.result:
        return f"error: {answer.status}"
    if lacking := capability.lacks(answer, material):
        return f"without {lacking}"
    if _is_part(answer):
        return "part"
    return "result on return" if answer.returned else "result"


def named(error: dict[str, Any]) -> str:
    """The part that an error names, or else its code."""
    if part := error.get("part") or _PART.search(str(error.get("detail"))):
        return part if isinstance(part, str) else part[1]
    code = str(error.get("code") or error.get("type") or error.get("status"))
    return "model" if code.startswith("model_") else code


def _is_part(answer: Answer) -> bool:
    """Whether a result says itself that something is missing."""
    result = answer.result
    ungraded = any(item.get("graded_by") == "nobody" for item in answer.items)
    return bool(result.get("partial") or result.get("problems") or result.get("judged") is False or ungraded)


async def disagreements(
    capability: Capability, api: httpx.AsyncClient, answer: Answer, material: Material, had: Before
) -> list[str]:
    """What does not fit together once the fault is over: runs that go on, data lost or doubled."""
    wrong = answer.misshapen()
    runs = await until(lambda: _ended(api, had), ENDED_S) or [
        run for run in await _runs(api) if run["id"] not in had.runs
    ]
    wrong += [f"a run is still {run['status']}" for run in runs if run["status"] in _GOES_ON]
    if not capability.quiet:
        wrong += _wrong_runs(answer, runs)
    return wrong + await capability.doubled(api, material)


async def _ended(api: httpx.AsyncClient, had: Before) -> list[dict[str, Any]]:
    """The new runs, once none of them goes on."""
    runs = [run for run in await _runs(api) if run["id"] not in had.runs]
    return [] if any(run["status"] in _GOES_ON for run in runs) else runs or [{"id": "", "status": "none"}]


def _wrong_runs(answer: Answer, runs: list[dict[str, Any]]) -> list[str]:
    """What the runs' records say otherwise than the answer."""
    runs = [run for run in runs if run["id"]]
    if len(runs) > 1:
        return [f"{len(runs)} runs for one call"]
    if not runs:
        return [] if answer.error or answer.broken else ["a result without a run"]
    (run,) = runs
    kept: tuple[str, str | None] = run["status"], (run["error"] or {}).get("code")
    code = (answer.error or {}).get("code")
    if answer.broken or code == "internal":  # neither a cut nor the gateway's 502 says more
        must: tuple[str, str | None] = ("failed", "interrupted")
    elif answer.error:
        must = ("failed", code)
    elif not answer.ended:
        return []
    else:
        must = ("done", None)
    untold = answer.error and named(answer.error) == "table" and kept == ("failed", "interrupted")
    return [] if kept == must or untold else [f"the run is {kept[0]} ({kept[1]}), not {must[0]} ({must[1]})"]


async def miscounted(api: httpx.AsyncClient, had: Before, *, died: bool) -> list[str]:
    """Whether the usage of an owner has grown by the sum of its new runs', each counted once.

    What a process had used that `died` is counted, though nobody is left to say so on its run.
    """

    async def right() -> bool:
        excess = await _excess(api) - had.excess
        return excess >= 0 if died else excess == 0

    if await until(right, _COUNTED_S):
        return []
    return [f"{await _excess(api) - had.excess} tokens counted more than there are on the runs"]


async def _excess(api: httpx.AsyncClient) -> int:
    items = (await got(api, "/api/v1/usage"))["items"]
    used = sum(
        one["prompt_tokens"] + one["completion_tokens"] for one in items if one["model"] != EMBEDDING_MODEL
    )
    kept = sum(run["usage"]["total_tokens"] for run in await _runs(api) if run["usage"])
    return int(used - kept)


async def _runs(api: httpx.AsyncClient) -> list[dict[str, Any]]:
    """All of the owner's runs."""
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = await got(api, "/api/v1/runs", limit=100, **({"cursor": cursor} if cursor else {}))
        found += page["items"]
        cursor = page["next_cursor"]
        if not cursor:
            return found
