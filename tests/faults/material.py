"""What capabilities work on, made before any fault: documents, logs, events, graphs, exercises, a run."""

from typing import Any

import httpx

from tests.e2e.client import checked
from tests.e2e.papers import CHINESE_GUIDE, GUIDE
from tests.faults.waiting import settled
from tests.habits import USER, csv

Material = dict[str, Any]
Api = httpx.AsyncClient

CAUSES = {"of": "behaviors", "by": "action"}
_READY_S = 60.0
_GIFT = "::a:: Why does ice float on water? {}\n\n::b:: Water boils at 100 degrees. {TRUE}\n"


async def _a_document(api: Api, name: str = "guide.md", text: str = GUIDE) -> dict[str, Any]:
    answer = await api.post("/api/v1/documents/upload", files={"file": (name, text.encode())})
    document = await settled(api, f"/api/v1/documents/{checked(answer)['document']['id']}", _READY_S)
    assert document["status"] == "ready", document
    return document


async def document(api: Api) -> Material:
    return {"document": await _a_document(api)}


async def chinese_document(api: Api) -> Material:
    return {"document": await _a_document(api, "参观指南.md", CHINESE_GUIDE)}


async def log(api: Api) -> Material:
    checked(await api.post("/api/v1/behaviors", content=csv().encode(), headers={"content-type": "text/csv"}))
    return {"user": USER}


async def events(api: Api) -> Material:
    material = await log(api)
    checked(await api.post(f"/api/v1/events/extract/{USER}"))
    return material


async def causes(api: Api) -> Material:
    material = await log(api)
    checked(await api.post("/api/v1/causal-graph/generate", json={**CAUSES, "judge": False}))
    return material


async def exercise(api: Api) -> Material:
    imported = checked(await api.post("/api/v1/exercises/import", json={"content": _GIFT}))["exercise"]
    found = checked(await api.get(f"/api/v1/exercises/{imported['id']}"))
    return {"exercise": imported["id"], "questions": found["items"]}


async def finished_run(api: Api) -> Material:
    answer = checked(await api.post("/api/debug/chat", json={"prompt": "Say something about ferries."}))
    return {"run": answer["run_id"], "output": answer["output"]}
