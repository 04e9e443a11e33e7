"""Asks Freshet and prints the answer as it comes. A file to copy: it needs Python 3.11 and httpx.

    python examples/stream.py "How many days of paid leave do employees get?"
    python examples/stream.py "员工每年有多少天带薪年假？" --url https://… --key fk_…

A connection may break at any byte; the run goes on at the server, and `events` takes it up where it was.
Ctrl-C stops the run.
"""

# ruff: noqa: T201 - a program prints
import argparse
import asyncio
import json
import re
import sys
import uuid
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

import httpx

TRIES = 6  # in a row without a new event
FIRST_WAIT_S = 0.5  # before the second; each time twice as long
SILENCE_S = 30  # the server sends a comment at least every ten seconds
BUSY = {429, 503, 504}  # worth another try


class Failed(Exception):
    """What went wrong, in the server's words."""


class Broken(Exception):
    """What went wrong with one connection."""


async def events(client: httpx.AsyncClient, path: str, body: Any) -> AsyncGenerator[dict[str, Any], None]:
    """The events of a run, each once and in order, whatever becomes of the connection. Raises Failed.

    `client` knows the server's address and the key, `path` is a route that streams. After `{"reset": true}`
    drop what you have shown: the answer begins again. The last event has `"done": true`.
    """
    # Asked again with this key, the server goes on with the run that it has: nothing is billed twice.
    key = {"Idempotency-Key": str(uuid.uuid4())}
    request: dict[str, Any] = {"method": "POST", "url": path, "json": body, "headers": key}
    failures = 0
    while True:
        try:
            async with aclosing(connection(client, request)) as received:
                async for event_id, event in received:
                    run_id = event_id.partition(":")[0]
                    resume = {"Last-Event-ID": event_id}
                    request = {"method": "GET", "url": f"/api/v1/runs/{run_id}/stream", "headers": resume}
                    failures = 0
                    yield event
            return
        except (httpx.TransportError, Broken) as error:
            failures += 1
            if failures == TRIES:
                raise Failed(f"{client.base_url} {error or type(error).__name__}") from error
            await asyncio.sleep(FIRST_WAIT_S * 2 ** (failures - 1))


async def connection(
    client: httpx.AsyncClient, request: dict[str, Any]
) -> AsyncGenerator[tuple[str, dict[str, Any]], None]:
    """The events of one connection, each with its id. Raises Broken if it ends before the stream does."""
    async with client.stream(**request, timeout=httpx.Timeout(10, read=SILENCE_S)) as response:
        if not response.is_success:
            detail = await problem(response)
            raise Broken(detail) if response.status_code in BUSY else Failed(detail)
        async for event_id, data in parsed(response.aiter_bytes()):
            if data == "[DONE]":
                return
            event = json.loads(data)
            yield event_id, event
            if event["done"]:  # the last one; no need of the connection any more
                return
    raise Broken("The stream was cut.")


async def parsed(pieces: AsyncIterator[bytes]) -> AsyncIterator[tuple[str, str]]:
    """Server-sent events, (id, data), from pieces of bytes that end anywhere, inside a character too.

    `response.aiter_lines()` would not do: it also breaks lines at characters that JSON may hold.
    """
    rest, event_id, data = b"", "", []
    async for piece in pieces:
        # A carriage return at the very end may be half of a CRLF: it waits for what follows.
        *lines, rest = re.split(rb"\r\n|\n|\r(?!\Z)", rest + piece)
        for line in lines:
            name, _, value = line.decode().partition(":")
            if name == "data":
                data.append(value.removeprefix(" "))
            elif name == "id":
                event_id = value.removeprefix(" ")
            elif not line and data:
                yield event_id, "\n".join(data)
                data = []


async def problem(response: httpx.Response) -> str:
    """Why the server refused."""
    await response.aread()
    try:
        return str(response.json()["detail"])
    except (ValueError, KeyError, TypeError):  # not from Freshet: a proxy's page
        return f"{response.status_code} {response.reason_phrase}"


async def ask(question: str, url: str, key: str | None) -> None:
    """Prints the answer as it comes, then what it rests on."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    run_id = ""
    async with httpx.AsyncClient(base_url=url, headers=headers) as client:
        try:
            async with aclosing(events(client, "/api/v1/query/stream", {"query": question})) as answer:
                async for event in answer:
                    run_id = event.get("run_id", run_id)
                    show(event)
        except asyncio.CancelledError:  # Ctrl-C; by itself the run would go on
            if run_id:
                print("\n\nStopped. What was kept:", await stop(client, run_id), sep="\n")
            raise


async def stop(client: httpx.AsyncClient, run_id: str) -> str:
    """Stops the run; the text that was written until then."""
    response = await client.post(f"/api/v1/runs/{run_id}/stop", timeout=SILENCE_S)
    if not response.is_success:
        raise Failed(await problem(response))
    final = response.json()["final_response"] or {}  # null if the run is slow to end
    return str(final.get("output", ""))


def show(event: dict[str, Any]) -> None:
    """Prints one event, if it is of a kind that an answer from documents has."""
    if "content" in event:
        print(event["content"], end="", flush=True)
    elif "reset" in event:
        print("\n\nThe answer begins again:")
    elif "error" in event:
        raise Failed(event["error"])
    elif event["done"]:
        print("\n")
        for cited in event.get("final_response", {}).get("citations", []):
            page = f", page {cited['page']}" if cited["page"] else ""
            print(f"[{cited['marker']}] {cited['filename']}{page}: “{cited['quote']}”")


def main() -> None:
    parser = argparse.ArgumentParser(description="Asks Freshet a question about your documents.")
    parser.add_argument("question")
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="Freshet's address (%(default)s)")
    parser.add_argument("--key", help="a Freshet key, fk_…; a local Freshet needs none")
    args = parser.parse_args()
    try:
        asyncio.run(ask(args.question, args.url, args.key))
    except (Failed, httpx.HTTPError) as error:
        sys.exit(f"\n{error}")
    except KeyboardInterrupt:
        sys.exit(130)  # what a shell expects of a program that Ctrl-C ended


if __name__ == "__main__":
    main()
