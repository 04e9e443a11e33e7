"""Any OpenAI-compatible endpoint: OpenAI, Azure, DeepSeek, Qwen, Groq, OpenRouter, vLLM, Ollama, Bedrock …

Spoken without the `openai` SDK: its import takes a third of a second, building its request costs more than
the rest of a call, and its chunks ten times more than ours (`openai_stream`). Every generation streams:
`_generation` is the one place that asks for one.
"""

import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from freshet.errors import ModelBadRequest, ModelMalformed
from freshet.llm.endpoint import Endpoint
from freshet.llm.events import Event, Unstreamed
from freshet.llm.files import FileStore
from freshet.llm.providers.answer import answered
from freshet.llm.providers.dialect import Dialect
from freshet.llm.providers.http import Http, Transport
from freshet.llm.providers.openai_stream import ChatDecoder
from freshet.llm.request import Request

if TYPE_CHECKING:
    from httpx2 import Response

_AZURE = re.compile(r"https://[^/?]+\.(openai|cognitiveservices|services\.ai)\.azure\.com(:\d+)?(/|\?|$)")

_FILE_ID = re.compile(r"\w[\w.:-]{0,199}", re.ASCII)
_MAX_DETAILS = 500  # characters that an endpoint says of a file


class OpenAIProvider:
    """One endpoint, used from one event loop. Its key is asked before every request: cache there."""

    def __init__(self, endpoint: Endpoint, transport: Transport) -> None:
        self._endpoint = endpoint
        self._http = Http(endpoint.url, transport, endpoint.headers, endpoint.allowed)
        self._dialect = Dialect()

    async def stream(self, request: Request) -> AsyncGenerator[Sequence[Event | Unstreamed], None]:
        """One attempt at an answer; the events of one read are one batch. Closing it closes the upstream."""
        async with (
            aclosing(await self._generation(request)) as response,
            aclosing(answered(response, ChatDecoder())) as batches,
        ):
            with self._http.discreet(response.request.headers):
                async for batch in batches:
                    yield batch

    async def embed(self, texts: Sequence[str], *, model: str, dimensions: int | None) -> Any:
        """The decoded answer to one embeddings request."""
        body: dict[str, Any] = {"input": list(texts), "model": model, "encoding_format": "float"}
        if dimensions is not None:
            body["dimensions"] = dimensions
        headers = await self._headers()
        with self._http.discreet(headers):
            return await self._http.post_json("/embeddings", body, headers)

    def files(self) -> FileStore:
        """Its files API."""
        return self

    async def upload(self, filename: str, data: bytes) -> str:
        """The id of a new file, whose text is to be extracted."""
        form = {"purpose": "file-extract"}
        file = await self._http.upload("/files", form, filename, data, await self._headers())
        file_id = file.get("id") if isinstance(file, dict) else None
        if not (isinstance(file_id, str) and _FILE_ID.fullmatch(file_id)):
            raise ModelMalformed("The model's endpoint took the file and gave it no id")
        return file_id

    async def is_processed(self, file_id: str) -> bool:
        """Whether a file has been read. Raises ModelBadRequest, in the endpoint's words, if it can't be."""
        headers = await self._headers()
        with self._http.discreet(headers):
            return _is_processed(await self._http.call("GET", _file_path(file_id), headers))

    async def forget(self, file_id: str) -> None:
        """Deletes a file."""
        await self._http.call("DELETE", _file_path(file_id), await self._headers())

    async def ping(self) -> None:
        """Raises ModelError unless the endpoint answers and takes the key; it need not know `/models`."""
        await self._http.ping("/models", await self._headers())

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def _generation(self, request: Request) -> "Response":
        headers = await self._headers()
        while True:
            body = self._dialect.body(request)
            try:
                return await self._http.post("/chat/completions", body, headers)
            except ModelBadRequest as error:
                if not self._dialect.learn(request, body, error):
                    raise

    async def _headers(self) -> Mapping[str, str]:
        key = await self._endpoint.secret()
        if not key:
            return {}
        if _AZURE.match(self._endpoint.url):
            return {"api-key": key}
        return {"Authorization": f"Bearer {key}"}


def _file_path(file_id: str) -> str:
    if not _FILE_ID.fullmatch(file_id):
        raise ModelBadRequest("This is no id of a file at the model's endpoint")
    return f"/files/{file_id}"


def _is_processed(file: Any) -> bool:
    if not isinstance(file, dict):
        raise ModelMalformed("The model's endpoint does not tell of the file")
    if file.get("status") in {"error", "failed"}:
        details = str(file.get("status_details") or "it does not say why")[:_MAX_DETAILS]
        raise ModelBadRequest(f"The model's endpoint can't read the file: {details}")
    return bool(file.get("status", "processed") == "processed")  # OpenAI means to leave it out one day
