"""Responses as runs: made from what came before, found again, taken up again, cancelled.

What does not belong here: the wire (`response_events`), and who answers (`freshet.chat.door`).
"""

from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from typing import Any

from freshet.chat.door import Door, behind_v1
from freshet.chat.openai_api.response_events import ResponseFold
from freshet.chat.openai_api.response_request import ResponseRequest
from freshet.chat.openai_api.responses import Message, conversation, conversation_of, run_id_of
from freshet.errors import Invalid, NotFound
from freshet.runs.events import RunEvent
from freshet.runs.frame import Feed, Frame
from freshet.runs.record import Record
from freshet.runs.service import Runs

CAPABILITY = "responses"


class Responses:
    """The responses of all owners. One that is not there, or not the owner's, is NotFound."""

    def __init__(self, door: Door, runs: Runs) -> None:
        self._door = door
        self._runs = runs

    async def events(self, owner: str, asked: ResponseRequest) -> AsyncGenerator[RunEvent, None]:
        """The run's. Raises Invalid for a previous response that there is none of, or that has no answer."""
        earlier = await self._earlier(owner, asked.previous_response_id)
        known = await self._known(owner, asked.references())
        ask, search = asked.ask(earlier, known), asked.file_search()
        so_far = [*earlier, *asked.own_messages(known)]

        def kept(final: dict[str, Any]) -> dict[str, Any]:
            """From what is not to be stored nobody goes on."""
            functions = asked.toolset.functions
            return {"conversation": conversation(so_far, final, functions)} if asked.store else {}

        answered = behind_v1(
            self._door.answer(owner, asked.model, ask, search),
            streamed=asked.stream,
            started={"model": asked.model, "response": asked.echo()},
            done=kept,
        )
        async with aclosing(answered) as events:
            async for event in events:
                yield event

    async def get(self, owner: str, response_id: str) -> dict[str, Any]:
        """The Response object as it stands."""
        record, frames = await self._runs.frames(owner, run_id_of(response_id))
        _require_response(record, frames)
        return _response(record, frames)

    async def follow(self, owner: str, response_id: str, *, timeout_s: float) -> Feed:
        """The response's run from its start."""
        run_id = run_id_of(response_id)
        _require_response(*await self._runs.frames(owner, run_id))
        return await self._runs.follow(owner, run_id, after=-1, timeout_s=timeout_s)

    async def cancel(self, owner: str, response_id: str) -> dict[str, Any]:
        """Stops it; one that has ended stays as it is."""
        await self.get(owner, response_id)
        await self._runs.stop(owner, run_id_of(response_id))
        return await self.get(owner, response_id)

    async def _earlier(self, owner: str, response_id: str | None) -> list[Message]:
        if response_id is None:
            return []
        try:
            record = await self._runs.get(owner, run_id_of(response_id))
        except NotFound:
            record = None
        if not record or record.capability != CAPABILITY:
            message = f"Previous response with id '{response_id}' not found."
            field = {"field": "previous_response_id", "message": message}
            raise Invalid(message, errors=[field | {"code": "previous_response_not_found"}])
        return conversation_of(response_id, record.final_response)

    async def _known(self, owner: str, run_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """The items of these responses' outputs, by id; of those that are the owner's."""
        items: dict[str, dict[str, Any]] = {}
        for run_id in run_ids:
            try:
                record, frames = await self._runs.frames(owner, run_id)
                _require_response(record, frames)
            except NotFound:
                continue
            items |= {item["id"]: item for item in _response(record, frames)["output"]}
        return items


def _require_response(record: Record, frames: list[Frame]) -> None:
    """Other runs are no responses, and one that was not to be stored can't be had."""
    echo = frames[0].data.get("response", {}) if frames else {}
    if record.capability != CAPABILITY or echo.get("store") is False:
        raise NotFound(f"Response with id 'resp_{record.id}' not found.")


def folded(run_id: str, frames: Iterable[Frame]) -> ResponseFold:
    """What the frames of a run come to."""
    fold = ResponseFold(run_id)
    for frame in frames:
        fold.feed(frame.data)
    return fold


def _response(record: Record, frames: list[Frame]) -> dict[str, Any]:
    fold = folded(record.id, frames)
    if record.interrupted:  # it has no end of its own
        fold.feed({"done": True, "problem": record.error, "final_response": {"output": ""}, "metrics": {}})
    return fold.response
