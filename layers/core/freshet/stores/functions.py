"""Lambda functions: starting one without waiting for its answer.

What belongs here: handing an event over. What does not: what the event says, and whether the function came to
an end; whoever starts one looks for what it leaves behind.
"""

from typing import Any

import orjson

from freshet.errors import NotFound, TooLarge, Unavailable
from freshet.observe import logger
from freshet.stores.aws import Service

EVENT_MAX_BYTES = 1024 * 1024  # Lambda's limit for an asynchronous event


class Functions:
    """The functions that this one's role may invoke."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def start(self, name: str, event: dict[str, Any]) -> None:
        """Queues `event` for the function of that name or ARN; it may run more than once, as Lambda says.

        Raises TooLarge, and Unavailable for a function that is gone too; the log has its name.
        """
        payload = orjson.dumps(event)
        if len(payload) > EVENT_MAX_BYTES:
            raise TooLarge(f"A function takes events of up to {EVENT_MAX_BYTES >> 20} MB.")
        try:
            await self._service.call("invoke", FunctionName=name, InvocationType="Event", Payload=payload)
        except NotFound:
            logger.error("a function is missing", function=name)
            raise Unavailable("A function of this deployment is missing.", part="functions") from None
