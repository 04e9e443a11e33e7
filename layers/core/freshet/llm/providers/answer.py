"""What an upstream answered, as events: a stream, or, though a stream was asked for, one piece."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING

from freshet.errors import ModelMalformed
from freshet.llm.decode import Decoder
from freshet.llm.events import Event, Unstreamed
from freshet.llm.providers.http import content_type, decoded, drain, reads, whole
from freshet.llm.sse import is_stream

if TYPE_CHECKING:
    from httpx2 import Response


async def answered(
    response: "Response", decoder: Decoder
) -> AsyncGenerator[Sequence[Event | Unstreamed], None]:
    """The events of an answer, a batch a read. Raises ModelError, after the events that came before it."""
    kind = content_type(response)
    if kind == "text/html":
        raise ModelMalformed("The model's endpoint answered with text/html, not with a stream")
    if kind == "application/json":
        body = await whole(response)
        if is_stream(body):  # only its header is wrong
            yield [*decoder.feed(body), *decoder.flush()]
        else:
            yield [Unstreamed(), *decoder.whole(decoded(body))]
        yield decoder.end()
        return
    async with aclosing(reads(response)) as pieces:
        async for data in pieces:
            yield decoder.feed(data)  # a keep-alive is no event, but a sign of life
            if decoder.done:
                break
        yield decoder.flush()
        yield decoder.end()
        await drain(pieces)
