"""A Flask app that asks a model: from a sync view, from an async view, and as a stream.

Against whatever speaks OpenAI's protocol, here a local one:

    pip install "flask[async]"
    MODEL_BASE_URL=http://127.0.0.1:11434/v1 MODEL_NAME=qwen3 flask --app examples/flask_app.py run
    curl --data-urlencode "prompt=你好" http://127.0.0.1:5000/chat
    curl -N --get --data-urlencode "prompt=你好" http://127.0.0.1:5000/stream
"""

import json
import os
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from flask import Flask, Response, request

from freshet.errors import FreshetError
from freshet.llm import LLMClient, TextDelta

app = Flask(__name__)

# One client for all requests and threads. Nothing is opened before the first call, so it may be made before
# a server forks; what it opens is closed when the process ends.
client = LLMClient(
    base_url=os.environ["MODEL_BASE_URL"],
    model=os.environ["MODEL_NAME"],
    api_key=os.environ.get("MODEL_API_KEY"),
)


@app.post("/chat")
def chat() -> dict[str, str]:
    """The sync call; connections are shared by all threads, and kept."""
    return {"text": client.chat(request.values["prompt"])}


@app.post("/chat-async")
async def chat_async() -> dict[str, str]:
    """The async call. Flask runs each async view in a loop of its own, and its connection ends with that."""
    return {"text": await client.chat_async(request.values["prompt"])}


@app.get("/stream")
def stream() -> Response:
    """Server-sent events, each as soon as the model has written it."""
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return Response(events(request.values["prompt"]), mimetype="text/event-stream", headers=headers)


def events(prompt: str) -> Iterator[str]:
    """The answer's pieces. When the reader leaves, the server closes this, and with it the model's stream."""
    try:
        with closing(client.stream_sync(prompt)) as answer:
            for event in answer:
                if isinstance(event, TextDelta):
                    yield sse({"content": event.text})
    except FreshetError as error:  # the status is sent already: a failure is an event
        yield sse({"error": error.detail})
    yield "data: [DONE]\n\n"


def sse(data: dict[str, Any]) -> str:
    """One event."""
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n"


@app.errorhandler(FreshetError)
def failed(error: FreshetError) -> tuple[dict[str, Any], int]:
    """Every failure of a call knows its status, and says in one sentence what it is."""
    return error.problem(), error.status
