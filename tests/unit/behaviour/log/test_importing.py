import asyncio
import time

import pytest

from freshet import wiring
from freshet.behaviour.behaviour import MAX_NAME
from freshet.behaviour.log import importing
from freshet.behaviour.log.importing import MAX_UPLOAD_BYTES, Import, Importer, original
from freshet.behaviour.log.log import Log
from freshet.behaviour.requests import Upload
from freshet.errors import Invalid, NotFound, TooLarge
from freshet.settings import settings
from freshet.stores.objects import Objects
from freshet.stores.table import Table
from tests.unit.behaviour.log.rows import Calls, Killed, Mortal, mortal_log

RUN = "01RUN"
LINES = [
    "user_id,time,action,object",
    "ann,2026-03-01 08:00,open,微信",
    "ann,2026-03-01 08:05,play,早间新闻",
    "bob,2026-03-01 08:05,open,Mail",
    "ann,yesterday,open,微信",
    "ann,2026-03-01 08:00,open,微信",
    "王小明,2026-03-01 09:00,open,Mail",
    f"bob,2026-03-01 08:05,open,{'x' * (MAX_NAME + 1)}",
    "bob,2026-03-01 08:07,close,Mail",
    "ann,2026-03-01 08:05,play,早间新闻",
]
USERS = {"ann": 2, "bob": 2, "王小明": 1}
COUNTS = {"rows": 9, "kept": 5, "duplicates": 2, "bad": 2}


@pytest.fixture
def files() -> Objects:
    return Objects(wiring.s3(), settings().bucket, "logs")


@pytest.fixture
def importer(table: Table, files: Objects, log: Log, monkeypatch: pytest.MonkeyPatch) -> Importer:
    """It reads two rows at a time."""
    monkeypatch.setattr(importing, "_STRETCH", 2)
    return Importer(table, files, log)


async def uploaded(
    importer: Importer, files: Objects, owner: str, data: bytes = "\n".join(LINES).encode(), run_id: str = RUN
) -> None:
    await importer.begin(owner, run_id, Upload(filename="log.csv", timezone="+08:00"))
    await files.put(owner, original(run_id), data, content_type="text/csv")


def later() -> float:
    return time.monotonic() + 60


def counts(shown: Import) -> dict[str, int]:
    return {name: getattr(shown, name) for name in COUNTS}


async def kept(log: Log, owner: str) -> dict[str, int]:
    return {one.user_id: one.rows for one in (await log.users(owner, 99))[0]}


async def test_an_uploaded_file_goes_into_the_logs(
    importer: Importer, files: Objects, log: Log, owner: str
) -> None:
    await uploaded(importer, files, owner)
    waiting = await importer.get(owner, RUN)
    assert (waiting.state, waiting.percent, waiting.filename) == ("waiting", 0, "log.csv")
    done = await importer.work(owner, RUN, until=later())
    assert (done.state, done.percent, done.error) == ("done", 100, None)
    assert counts(done) == COUNTS
    assert [problem.line for problem in done.problems] == [5, 8]
    assert await kept(log, owner) == USERS
    assert (await log.head(owner, "ann")).first == "2026-03-01T08:00:00+08:00"
    assert await files.names(owner, "") == []
    assert await importer.work(owner, RUN, until=later()) == done == await importer.get(owner, RUN)


async def test_a_file_that_takes_too_long_is_gone_on_with(
    importer: Importer, files: Objects, log: Log, owner: str
) -> None:
    await uploaded(importer, files, owner)
    seen: list[Import] = []
    while not seen or seen[-1].state == "running":
        seen.append(await importer.work(owner, RUN, until=0))
    assert len(seen) >= 4
    assert [one.rows for one in seen] == sorted(one.rows for one in seen)
    assert 0 < seen[0].percent <= seen[-1].percent == 100
    assert counts(seen[-1]) == COUNTS
    assert await kept(log, owner) == USERS


async def test_an_import_that_is_cut_off_anywhere_counts_the_same(
    importer: Importer, table: Table, files: Objects, log: Log, owner: str
) -> None:
    """It is cut off again and again, each time a little later, and so at each of its calls."""
    await uploaded(importer, files, owner)
    last, done = 0, None
    while done is None:
        last += 1
        calls = Calls(last)
        mortal = Importer(
            Table(Mortal(wiring.dynamodb(), calls), settings().behaviour_table),
            Objects(Mortal(wiring.s3(), calls), settings().bucket, "logs"),
            mortal_log(calls),
        )
        try:
            done = await mortal.work(owner, RUN, until=later())
        except Killed:
            continue
    assert last > 8
    assert counts(done) == COUNTS
    assert await kept(log, owner) == USERS
    assert await files.names(owner, "") == []


async def test_two_workers_at_once_count_once(
    importer: Importer, files: Objects, log: Log, owner: str
) -> None:
    await uploaded(importer, files, owner)
    told = await asyncio.gather(*(importer.work(owner, RUN, until=later()) for _ in range(2)))
    assert [one.state for one in told] == ["done", "done"]
    assert counts(await importer.get(owner, RUN)) == COUNTS
    assert await kept(log, owner) == USERS


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"colour,size\nred,3\n", "invalid_request"),
        (b"%PDF-1.7\n", "unsupported_media_type"),
    ],
)
async def test_a_file_that_can_not_be_read_fails_with_the_reason(
    importer: Importer, files: Objects, log: Log, owner: str, data: bytes, code: str
) -> None:
    await uploaded(importer, files, owner, data)
    failed = await importer.work(owner, RUN, until=later())
    assert failed.state == "failed"
    assert failed.error is not None
    assert failed.error["code"] == code
    assert await importer.work(owner, RUN, until=later()) == failed
    assert await files.names(owner, "") == [original(RUN)]
    assert await kept(log, owner) == {}


async def test_an_upload_can_be_begun_twice_and_ended(importer: Importer, files: Objects, owner: str) -> None:
    await uploaded(importer, files, owner)
    again = await importer.begin(owner, RUN, Upload(filename="other.csv"))
    assert (again.filename, again.state) == ("log.csv", "waiting")
    failed = await importer.fail(owner, RUN, TooLarge("too much"))
    assert (failed.state, failed.error and failed.error["detail"]) == ("failed", "too much")
    assert await importer.work(owner, RUN, until=later()) == failed


async def test_what_can_not_be_begun_is_refused(importer: Importer, owner: str) -> None:
    with pytest.raises(TooLarge, match=str(MAX_UPLOAD_BYTES)):
        await importer.begin(owner, RUN, Upload(size=MAX_UPLOAD_BYTES + 1))
    for asked, match in (
        (Upload(timezone="Mars/Olympus"), "Mars"),
        (Upload(mapping={"who": "user"}), "'user' is none of user_id"),
        (Upload(user_id="users"), "no user may be called"),
    ):
        with pytest.raises(Invalid, match=match):
            await importer.begin(owner, RUN, asked)
    with pytest.raises(NotFound, match=RUN):
        await importer.work(owner, RUN, until=later())
    await importer.begin(owner, RUN, Upload())
    gone = await importer.work(owner, RUN, until=later())
    assert gone.error is not None
    assert gone.error["detail"] == "The uploaded file is gone."
