from typing import Any

import orjson
import pytest

from freshet import wiring
from freshet.errors import FreshetError, Unavailable
from freshet.ids import new_id
from freshet.stores.aws import Service
from freshet.stores.queue import Queue
from tests.stack import Stack


async def test_any_number_of_messages_is_queued(cloud: Stack) -> None:
    sqs = wiring.sqs()
    url = (await sqs.call("create_queue", QueueName=f"q-{new_id()}"))["QueueUrl"]
    await Queue(sqs, url).send_batch("ann", [{"n": number, "name": "王"} for number in range(23)])
    await Queue(sqs, url).send_batch("ann", [])
    messages: list[Any] = []
    wanted = {"QueueUrl": url, "MaxNumberOfMessages": 10, "AttributeNames": ["MessageGroupId"]}
    while found := (await sqs.call("receive_message", **wanted)).get("Messages"):
        messages += found
    bodies = [orjson.loads(message["Body"]) for message in messages]
    assert {message["Attributes"]["MessageGroupId"] for message in messages} == {"ann"}
    assert sorted(body["n"] for body in bodies) == list(range(23))
    assert {(body["owner"], body["name"]) for body in bodies} == {("ann", "王")}
    await sqs.call("delete_queue", QueueUrl=url)
    with pytest.raises(FreshetError):
        await Queue(sqs, url).send_batch("ann", [{"n": 1}])


class Choosy(Service):
    """A queue that takes the first message of a batch only."""

    async def call(self, operation: str, **arguments: Any) -> dict[str, Any]:
        return {"Failed": arguments["Entries"][1:]}


async def test_a_message_that_the_queue_did_not_take_is_missed() -> None:
    with pytest.raises(Unavailable, match="2 of 3"):
        await Queue(Choosy("sqs", "queue"), "url").send_batch("ann", [{"n": number} for number in range(3)])
