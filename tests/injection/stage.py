"""The stage: the obedient model, a client of it, and a web server that notes whoever comes to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from freshet.llm import LLMClient
from freshet.llm.writer import Writer
from tests.injection.obedient import Obedient, obedient
from tests.serving import served

MODEL_KEY = "sk-of-the-model-0123456789"
TOOL_KEY = "Bearer of-the-tool-9876543210"
FOREIGN = "The merger with Fabrikam is planned for June."  # another owner's document


@dataclass
class Web:
    """Tools' host, and the order's own below `/evil`. `asked` are method and path of what came to it.

    It answers what it `says`, and the key that it was asked with.
    """

    url: str = ""
    says: str = "ok"
    asked: list[tuple[str, str]] = field(default_factory=list)

    @property
    def evil(self) -> str:
        """Where an order would have things sent."""
        return f"{self.url}/evil"

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        target = scope["raw_path"].decode() + f"?{scope['query_string'].decode()}".rstrip("?")
        self.asked.append((scope["method"], target))
        key = dict(scope["headers"]).get(b"authorization", b"")
        headers = [(b"content-type", b"text/plain; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": self.says.encode() + b"\n" + key})


@dataclass
class Stage:
    """What a scene plays on."""

    model: Obedient
    client: LLMClient
    web: Web

    @property
    def writer(self) -> Writer:
        return Writer(self.client, model_id=1)


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    web = Web()
    async with (
        obedient() as model,
        served(web) as web.url,
        LLMClient(base_url=model.url, model="obedient", api_key=MODEL_KEY, timeout_s=5) as client,
    ):
        yield Stage(model, client, web)
