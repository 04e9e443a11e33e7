"""What an owner's data have lost, or have twice, or in a state that nothing leads out of."""

from typing import Any

from tests.e2e.client import checked
from tests.faults.answers import got
from tests.faults.material import Api, Material
from tests.faults.requests import QUESTION
from tests.faults.waiting import until
from tests.habits import USER, rows

_SETTLED_S = 30.0


def _twice(ids: list[str], what: str) -> list[str]:
    return [f"{what} twice"] if len(set(ids)) != len(ids) else []


async def documents(api: Api, material: Material) -> list[str]:
    listed = await until(lambda: _settled(api), _SETTLED_S) or await _listed(api)
    wrong = _twice([one["filename"] for one in listed], "a document")
    wrong += [f"a document is {one['status']}" for one in listed if one["status"] != "ready"]
    chunks = {one["chunks"] for one in listed}
    wrong += ["documents of the same text have different chunks"] if len(chunks) > 1 else []
    body = {"query": QUESTION, "top_k": 50, "document_ids": [one["id"] for one in listed[:10]]}
    found = checked(await api.post("/api/v1/search", json=body))["items"]
    return wrong + _twice([one["chunk_id"] for one in found], "a chunk")


async def _settled(api: Api) -> list[dict[str, Any]]:
    """The documents, once nobody works at any."""
    found = await _listed(api)
    return [] if any(one["status"] == "parsing" for one in found) else found


async def _listed(api: Api) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await got(api, "/api/v1/documents", limit=100))["items"]
    return found


async def behaviours(api: Api, material: Material) -> list[str]:
    """The rows of the last user: all of them or, if nothing ever came in, none."""
    if material["sent"] not in [one["user_id"] for one in await _users(api)]:
        return []
    found = await got(api, "/api/v1/behaviors", user_id=material["sent"], limit=1000)
    kept = [one["id"] for one in found["items"]]
    lost = ["rows are missing"] if len(kept) != len(rows()) else []
    return _twice(kept, "a row") + lost


async def _users(api: Api) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await got(api, "/api/v1/behaviors/users", limit=100))["items"]
    return found


async def found_events(api: Api, material: Material) -> list[str]:
    found = (await got(api, "/api/v1/events", user_id=USER, limit=1000))["items"]
    used = [id_ for event in found for id_ in event["behaviours"]]
    return _twice([event["id"] for event in found], "an event") + _twice(used, "a behaviour in events")


async def exercises(api: Api, material: Material) -> list[str]:
    listed = (await got(api, "/api/v1/exercises", limit=100))["items"]
    wrong = [f"an exercise is {one['state']}" for one in listed if one["state"] == "generating"]
    ids: list[str] = []
    for one in listed[:3]:
        whole = await got(api, f"/api/v1/exercises/{one['id']}")
        ids += [question["id"] for question in whole["items"]]
        wrong += _twice([question["question"] for question in whole["items"]], "a question's text")
    return wrong + _twice(ids, "a question")


async def attempts(api: Api, material: Material) -> list[str]:
    path = f"/api/v1/exercises/{material['exercise']}/attempts"
    listed = (await got(api, path, limit=100))["items"]
    return _twice([one["id"] for one in listed], "an attempt")
