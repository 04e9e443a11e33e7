"""Requests as capabilities make them: the arguments of an HTTP request that nobody made before."""

from collections.abc import Callable
from typing import Any

from freshet.ids import new_id
from infra.local.model.protocol import MODEL
from tests.e2e.papers import GUIDE
from tests.faults.material import Material
from tests.habits import USER, csv

QUESTION = "Where do the guided tours of the museum start every day?"
CHINESE_QUESTION = "滨海科技馆的免费讲解几点开始？"


def asking(path: str, question: str, **more: Any) -> Callable[[Material], dict[str, Any]]:
    def request(material: Material) -> dict[str, Any]:
        body = {"query": f"{question} ({new_id()})", "document_ids": [material["document"]["id"]], **more}
        return {"method": "POST", "url": path, "json": body}

    return request


def posting(path: str, **body: Any) -> Callable[[Material], dict[str, Any]]:
    return lambda material: {"method": "POST", "url": path.format(**material), "json": body}


def a_file(material: Material) -> dict[str, Any]:
    name = material["sent"] = f"{new_id()}.md"
    return {"method": "POST", "url": "/api/v1/documents/upload", "files": {"file": (name, GUIDE.encode())}}


def rows(material: Material) -> dict[str, Any]:
    """The rows of a user who was not there before."""
    user = material["sent"] = f"用户{new_id()}"
    log = csv().replace(USER, user)
    headers = {"content-type": "text/csv"}
    return {"method": "POST", "url": "/api/v1/behaviors", "content": log.encode(), "headers": headers}


def an_upload(material: Material) -> dict[str, Any]:
    user = material["sent"] = f"用户{new_id()}"
    material["log"] = csv().replace(USER, user).encode("gb18030")
    body = {"filename": "日志.csv", "size": len(material["log"])}
    return {"method": "POST", "url": "/api/v1/behaviors/uploads", "json": body}


def answers(material: Material) -> dict[str, Any]:
    given: dict[str, Any] = {one["id"]: "Ice is less dense than water." for one in material["questions"]}
    given |= {one["id"]: True for one in material["questions"] if one["type"] == "true_false"}
    url = f"/api/v1/exercises/{material['exercise']}/submit"
    return {"method": "POST", "url": url, "json": {"answers": given, "stream": True}}


def completion(material: Material) -> dict[str, Any]:
    body = {
        "model": MODEL,
        "messages": [{"role": "user", "content": f"介绍一下渡轮 {new_id()}"}],
        "stream": True,
    }
    return {"method": "POST", "url": "/v1/chat/completions", "json": body}


def response(material: Material) -> dict[str, Any]:
    body = {"model": "freshet-rag", "input": f"{QUESTION} ({new_id()})", "stream": True}
    return {"method": "POST", "url": "/v1/responses", "json": body}


def chat(material: Material) -> dict[str, Any]:
    body = {"prompt": f"What is 12 * 34? ({new_id()})", "tool_ids": [2], "stream": True, "model_id": 1}
    return {"method": "POST", "url": "/api/debug/chat", "json": body}
