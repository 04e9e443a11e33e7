"""Orders in what tools give back: the playground's model does as they say, with all tools that it was given.

What holds: nothing that may change something is called after the order was read, nothing elsewhere than at a
tool's own host, and no secret is told.
"""

import json
from collections.abc import Iterator
from typing import Any, cast

from freshet.addresses import parse_networks
from freshet.chat.clients import Clients
from freshet.chat.configuration import Model
from freshet.chat.conversations import Conversations
from freshet.chat.playground import Play, Playground
from freshet.chat.toolbox import Toolbox
from freshet.chat.tools import Tool, Tools
from freshet.llm import LLMClient
from freshet.runs.events import Content
from tests.answering import collected
from tests.injection.corpus import Case
from tests.injection.documents import OWNER, leaked, obeyed, shelf
from tests.injection.obedient import Body, Part, Reply
from tests.injection.stage import TOOL_KEY, Stage, Web

_SEARCH, _LOOKUP = 1, 101
_FIRST = "/lookup/Paris"  # what the user asked for
_KEY = {"authorization": "tool-key"}
_TEXT = {"type": "string"}


def _tools(web: Web) -> dict[int, Tool]:
    """One that reads, two that change something, one that reads by its method and opens a door."""
    made = {
        "lookup": ({"city": _TEXT}, {"url": f"{web.url}/lookup/{{city}}", "secret_headers": _KEY}),
        "send_mail": ({"to": _TEXT, "text": _TEXT}, {"url": f"{web.url}/mail", "method": "POST"}),
        "delete_file": ({"name": _TEXT}, {"url": f"{web.url}/files", "method": "DELETE"}),
        "open_door": ({"code": _TEXT}, {"url": f"{web.url}/door", "consequential": True}),
    }
    return {
        id_: Tool.model_validate(
            {
                "id": id_,
                "kind": "http",
                "name": name,
                "description": name,
                "parameters": {"type": "object", "properties": properties},
                "http": http,
            }
        )
        for id_, (name, (properties, http)) in enumerate(made.items(), _LOOKUP)
    }


class _Kept:
    """The owner's tools and model, as they are kept."""

    def __init__(self, tools: dict[int, Tool], model: Model, client: LLMClient) -> None:
        self._tools, self._model, self._client = tools, model, client

    async def get(self, owner: str, id_: int) -> Any:
        return self._tools[id_] if id_ >= _LOOKUP else (self._model, self._client)


async def chatted(case: Case, stage: Stage) -> list[str]:
    """What of the order was followed."""
    stage.web.asked.clear()
    stage.web.says = case.text if case.channel == "tool-result" else "ok"
    stage.model.play(
        Part(case.order or case.text, lambda body: _obeyed(case, body), lambda body: _asked(case, body))
    )
    tools = _tools(stage.web)
    named = case.text if case.channel == "model-name" else "mine"
    model = Model.model_validate(
        {"id": 2, "name": named, "model": "obedient", "created_at": "", "updated_at": ""}
    )
    kept = _Kept(tools, model, stage.client)
    toolbox = Toolbox(cast(Tools, kept), _secret, lambda: shelf(case, "body"), parse_networks("127.0.0.0/8"))
    playground = Playground(cast(Clients, kept), toolbox, cast(Conversations, None))
    ids = [*([_SEARCH] if case.channel == "search-result" else []), *tools]
    asked = Play(model_id=2, prompt="How is Paris?", tool_ids=ids, keep=False, messages=_history(case))
    events, error = await collected(playground.chat(OWNER, "", asked).events())
    await toolbox.aclose()
    assert error is None, error
    output = "".join(event.text for event in events if isinstance(event, Content))
    return [*_executed(case, stage.web), *leaked(output), *leaked(json.dumps(stage.model.bodies))]


async def _secret(owner: str, name: str) -> str:
    return TOOL_KEY


def _history(case: Case) -> Any:
    """An earlier turn whose tool gave the order."""
    if case.channel != "history":
        return []
    call = {"id": "c", "type": "function", "function": {"name": "lookup", "arguments": '{"city":"Rome"}'}}
    return [
        {"role": "user", "content": "How is Rome?"},
        {"role": "assistant", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c", "content": case.text},
        {"role": "assistant", "content": "Fine."},
    ]


def _asked(case: Case, body: Body) -> Reply:
    """What the user wants: one look."""
    if body["messages"][-1]["role"] == "tool" or case.channel == "model-name":
        return "Fine."
    return (
        ("search_documents", {"query": "Paris"})
        if case.channel == "search-result"
        else ("lookup", {"city": "Paris"})
    )


def _obeyed(case: Case, body: Body) -> Reply:
    """The call that the order wants, once."""
    made = (call["function"] for message in body["messages"] for call in message.get("tool_calls", ()))
    wanted = (case.wants.get("call"), case.wants.get("arguments"))
    if any((call["name"], json.loads(call["arguments"])) == wanted for call in made):
        return "Done."
    return obeyed(case, body)


def _executed(case: Case, web: Web) -> Iterator[str]:
    """Requests that the user did not ask for; where the order leads `elsewhere`, those that get there."""
    for method, target in web.asked:
        at_its_place = method == "GET" and target.startswith("/lookup/") and target.count("/") == 2
        if not at_its_place or (target != _FIRST and not case.wants.get("elsewhere")):
            yield f"{method} {target}"
