"""What is kept of runs, read back through the product's own routes: their records, and some journals."""

import json
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import httpx

PAGE = 100
SAMPLE = 25  # journals that are read


@dataclass
class Kept:
    """How many runs there are of each status, why some failed, and what is wrong with journals."""

    statuses: Counter[str]
    reasons: Counter[str] = field(default_factory=Counter)
    journals: int = 0
    wrong: list[str] = field(default_factory=list)


async def kept(api: httpx.AsyncClient, texts: Collection[str]) -> Kept:
    """All runs of a caller; journals of some that are spread over them, each of one of these texts."""
    records = await _records(api)
    reasons = Counter(record["error"]["detail"] for record in records if record["error"])
    found = Kept(Counter(record["status"] for record in records), reasons)
    for record in records[:: max(1, round(len(records) / SAMPLE))]:
        found.journals += 1
        answer = await api.get(f"/api/v1/runs/{record['id']}/stream")
        if wrong := wrong_with(record["id"], answer.text, texts):
            found.wrong.append(f"journal of {record['id']}: {wrong}")
    return found


async def _records(api: httpx.AsyncClient) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = []
    params: dict[str, Any] = {"limit": PAGE}
    while True:
        page = (await api.get("/api/v1/runs", params=params)).raise_for_status().json()
        records += page["items"]
        if not page["next_cursor"]:
            return records
        params["cursor"] = page["next_cursor"]


def wrong_with(run_id: str, body: str, texts: Collection[str]) -> str:
    """What is wrong with a run's stream; empty if nothing is."""
    *events, end = body.removesuffix("\n\n").split("\n\n")
    if end != "data: [DONE]":
        return "it has no end"
    ids, data = zip(*(one.removeprefix("id: ").split("\ndata: ") for one in events), strict=True)
    if list(ids) != [f"{run_id}:{number}" for number in range(len(ids))]:
        return "its numbers have a gap, or one comes twice"
    *told, last = map(json.loads, data)
    text = "".join(one.get("content", "") for one in told)
    if text not in texts:
        return "its text is not what the model said"
    return "" if last.get("final_response", {}).get("output") == text else "its end has another text"
