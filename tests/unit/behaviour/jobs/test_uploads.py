import json
from typing import Any

import httpx
import pytest

from freshet import wiring
from freshet.behaviour.jobs.uploads import import_message
from freshet.behaviour.log import importing
from freshet.behaviour.log.importing import MAX_UPLOAD_BYTES, original
from freshet.behaviour.requests import Upload
from freshet.errors import Conflict, Invalid, NotFound, TooLarge
from freshet.runs.record import Record
from freshet.settings import settings
from freshet.stores.objects import Objects
from tests.unit.behaviour.jobs.workshop import Workshop
from tests.unit.behaviour.log.rows import Calls, Killed

CSV = "user_id,time,action,object\nann,2026-03-01 08:00,open,微信\nbob,yesterday,open,Mail\n" + "".join(
    f"bob,2026-03-01 08:{minute:02d},open,Mail\n" for minute in range(4)
)
COUNTS = {"rows": 6, "kept": 5, "duplicates": 0, "bad": 1}
ASKED = Upload(filename="log.csv", timezone="+08:00")


@pytest.fixture
def files() -> Objects:
    return Objects(wiring.s3(), settings().bucket, "logs")


async def begun(shop: Workshop, **members: Any) -> tuple[str, dict[str, Any]]:
    made = await shop.uploads.begin(shop.call(**members), ASKED)
    return made["run_id"], made["upload"]


async def send(form: dict[str, Any], data: bytes = CSV.encode()) -> int:
    async with httpx.AsyncClient(verify=False, trust_env=False) as client:
        answer = await client.post(form["url"], data=form["fields"], files={"file": ("log.csv", data)})
    return answer.status_code


async def tell(shop: Workshop, run_id: str) -> None:
    """What S3 says of the file."""
    key = f"logs/{shop.owner}/{original(run_id)}"
    body = json.dumps({"Records": [{"s3": {"object": {"key": key}}}]})
    await wiring.sqs().call("send_message", QueueUrl=shop.url, MessageBody=body)


async def run(shop: Workshop, run_id: str) -> Record:
    return await wiring.runs().get(shop.owner, run_id)


def counted(record: Record) -> dict[str, int]:
    assert record.final_response
    return {name: record.final_response[name] for name in COUNTS}


async def test_an_upload_waits_for_its_file_and_is_imported_by_whoever_hears_of_it(
    shop: Workshop, files: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "_STRETCH", 2)
    run_id, form = await begun(shop, key="k")
    assert (await run(shop, run_id)).status == "queued"
    assert await send(form) in {200, 204}
    for last in range(1, 5):  # killed in the middle, again and again
        await tell(shop, run_id)
        with pytest.raises(Killed):
            await shop.drain(shop.mortal(Calls(last)))
    assert (await run(shop, run_id)).status == "running"
    await shop.drain()
    record = await run(shop, run_id)
    assert (record.status, counted(record)) == ("done", COUNTS)
    assert record.metrics
    await tell(shop, run_id)
    await shop.queue.send(shop.owner, import_message(run_id))
    await shop.drain()
    assert await run(shop, run_id) == record
    assert (await begun(shop, key="k"))[0] == run_id
    assert await files.names(shop.owner, "") == []
    assert (await shop.log.head(shop.owner, "bob")).rows == 4


async def test_an_import_that_takes_longer_than_a_worker_has_goes_on_in_another(
    shop: Workshop, files: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "_STRETCH", 2)
    run_id, _ = await begun(shop)
    await files.put(shop.owner, original(run_id), CSV.encode(), content_type="text/csv")
    workers = 0
    await shop.uploads.work(shop.owner, run_id, budget_s=0)
    while not (record := await run(shop, run_id)).ended:
        (message,) = await shop.received()
        await wiring.sqs().call("delete_message", QueueUrl=shop.url, ReceiptHandle=message["receiptHandle"])
        await shop.uploads.work(shop.owner, run_id, budget_s=0)
        workers += 1
    assert workers > 1
    assert (record.status, counted(record)) == ("done", COUNTS)


async def test_a_stopped_upload_is_not_read_and_can_not_be_repeated(shop: Workshop, files: Objects) -> None:
    run_id, form = await begun(shop)
    assert (await wiring.runs().stop(shop.owner, run_id)).status == "stopped"
    assert await send(form) in {200, 204}
    await tell(shop, run_id)
    assert await shop.drain() == 1
    record = await run(shop, run_id)
    assert (record.status, record.error, counted(record)["rows"]) == ("stopped", None, 0)
    assert await files.names(shop.owner, "") == []
    with pytest.raises(NotFound):
        await shop.log.head(shop.owner, "ann")
    with pytest.raises(Conflict):
        await wiring.runs().retry(shop.owner, run_id)


async def test_what_is_wrong_makes_no_run_and_what_can_not_be_read_fails_it(
    shop: Workshop, files: Objects
) -> None:
    for wrong, refusal in (
        (Upload(size=MAX_UPLOAD_BYTES + 1), TooLarge),
        (Upload(timezone="Mars/Olympus"), Invalid),
    ):
        with pytest.raises(refusal):
            await shop.uploads.begin(shop.call(), wrong)
    assert (await wiring.runs().page(shop.owner, 10, None))[0] == []
    run_id, form = await begun(shop)
    assert await send(form, b"\x00\x01\x02 nothing") in {200, 204}
    lost, _ = await begun(shop)  # what S3 says of it is a lie
    unknown = "01JUNKNOWN"
    await files.put(shop.owner, original(unknown), b"x", content_type="text/csv")
    for one in (run_id, lost, unknown):
        await tell(shop, one)
    assert await shop.drain() == 3
    for one in (run_id, lost):
        record = await run(shop, one)
        assert record.status == "failed"
        assert record.error
        assert not record.interrupted
    assert unknown not in "".join(await files.names(shop.owner, ""))
