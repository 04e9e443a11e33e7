"""Journals of batches: what is kept, what is asked again, what is no journal, and processes that die."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from freshet.errors import Invalid, ModelBadRequest, ModelMalformed, ModelOverloaded
from freshet.llm.batch import BatchItem, run_batch
from freshet.llm.completion import Completion, Metrics, ToolCall
from freshet.llm.events import Usage
from freshet.llm.request import Messages
from tests.blocking import guarded
from tests.unit.llm.upstream import StandIn

pytestmark = pytest.mark.timeout(60)

PROMPTS = [f"第 {number} 个问题" for number in range(12)]


def answer(text: str, **other: Any) -> Completion:
    usage = Usage(30, 20, cached_tokens=4, model="m", cost=0.25, attempts=2, failures=("m: model_cut",))
    return Completion(text, "stop", usage, Metrics(1.5, 20.25, None, 2, ("m: model_cut",)), **other)


class Model:
    """Answers a prompt with itself; knows what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Messages] = []

    async def __call__(self, prompt: Messages) -> Completion:
        self.asked.append(prompt)
        await asyncio.sleep(0.001)
        return answer(str(prompt))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.jsonl"


def read(path: Path) -> bytes:
    return path.read_bytes()


def write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in read(path).splitlines()]


def texts(items: list[BatchItem]) -> list[str]:
    return [item.text for item in items]


async def asked_of(path: Path, prompts: list[Any], **options: Any) -> list[Messages]:
    """What a batch over `prompts` asks a model, beyond what the journal knows; all must be answered."""
    model = Model()
    assert texts(await run_batch(prompts, model, limit=3, journal=path, **options)) == prompts
    return model.asked


async def test_a_second_run_asks_nothing_and_has_the_same_items(path: Path) -> None:
    model = Model()
    first = await run_batch(PROMPTS, model, limit=3, journal=path)
    assert texts(first) == PROMPTS
    seen: list[tuple[int, int | None]] = []
    again = await run_batch(
        PROMPTS, model, limit=3, journal=str(path), on_progress=lambda *report: seen.append(report)
    )
    assert again == first
    assert len(model.asked) == 12
    assert seen == [(done, 12) for done in range(1, 13)]


async def test_the_file_is_readable_json_with_everything_but_what_was_parsed(path: Path) -> None:
    whole = answer("你好", cost=0.5, reasoning="想", tool_calls=(ToolCall("c", "找", "{}"),), parsed={"x": 1})

    async def call(prompt: Messages) -> Completion:
        return whole

    await run_batch(["问"], call, limit=1, journal=path)
    assert "你好".encode() in read(path)
    (line,) = lines(path)
    assert set(line) == {"key", "completion"}
    assert len(bytes.fromhex(line["key"])) == 32
    assert "parsed" not in line["completion"]
    (item,) = await run_batch(["问"], call, limit=1, journal=path)
    assert item.completion == replace(whole, parsed=None)
    (item,) = await run_batch(["问"], call, limit=1, journal=path, parse=lambda text: [text])
    assert item.completion == replace(whole, parsed=["你好"])


_numbers = st.floats(allow_nan=False, allow_infinity=False)
_words = st.text(st.characters(exclude_categories=["Cs"]))


@given(
    completion=st.builds(
        Completion,
        text=_words,
        finish_reason=_words,
        usage=st.builds(
            Usage,
            st.integers(0, 2**40),
            st.integers(0, 2**40),
            model=_words,
            cost=st.none() | _numbers,
            failures=st.lists(_words).map(tuple),
        ),
        metrics=st.builds(Metrics, st.none() | _numbers, _numbers, st.none() | _numbers, st.integers(1, 9)),
        cost=st.none() | _numbers,
        reasoning=_words,
        tool_calls=st.lists(st.builds(ToolCall, _words, _words, _words)).map(tuple),
        parsed=st.none(),
    ),
    prompt=_words.filter(bool),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_answer_comes_back_as_it_was(path: Path, completion: Completion, prompt: str) -> None:
    path.unlink(missing_ok=True)
    calls = 0

    async def call(_: Messages) -> Completion:
        nonlocal calls
        calls += 1
        return completion

    for _ in range(2):
        (item,) = asyncio.run(run_batch([prompt], call, limit=1, journal=path))
        assert item.completion == completion
    assert calls == 1


async def test_a_prompt_that_comes_twice_is_kept_twice(path: Path) -> None:
    assert len(await asked_of(path, ["a", "a", "b"])) == 3
    assert await asked_of(path, ["b", "a", "a", "a"]) == ["a"]
    assert await asked_of(path, ["a"] * 3) == []


async def test_a_text_and_its_message_are_one_prompt_whatever_the_order_of_names(path: Path) -> None:
    await asked_of(path, ["a"])
    model = Model()
    message = {"content": "a", "role": "user"}
    await run_batch([[message]], model, limit=1, journal=path)
    assert model.asked == []


async def test_other_options_are_another_question_and_share_the_file(path: Path) -> None:
    assert len(await asked_of(path, PROMPTS, options={"model": "x", "temperature": 0})) == 12
    assert len(await asked_of(path, PROMPTS, options={"model": "y", "temperature": 0})) == 12
    assert len(await asked_of(path, PROMPTS)) == 12
    assert await asked_of(path, PROMPTS, options={"temperature": 0, "model": "x"}) == []
    assert await asked_of(path, PROMPTS, options={"model": "y", "temperature": 0}) == []


async def test_options_that_are_not_json_count_by_their_repr(path: Path) -> None:
    assert await asked_of(path, ["a"], options={"shape": Path, "stop": {"\n"}}) == ["a"]
    assert await asked_of(path, ["a"], options={"shape": Path, "stop": {"\n"}}) == []
    assert await asked_of(path, ["a"], options={"shape": os, "stop": {"\n"}}) == ["a"]


async def test_options_that_no_key_can_be_made_of_are_refused(path: Path) -> None:
    with pytest.raises(Invalid, match="options"):
        await run_batch(["a"], Model(), limit=1, journal=path, options={"x": {(1, 2): 3}})


async def test_failures_are_tried_again(path: Path) -> None:
    async def call(prompt: Messages) -> Completion:
        if prompt in PROMPTS[3:5]:
            raise ModelOverloaded
        return answer(str(prompt))

    items = await run_batch(PROMPTS, call, limit=3, journal=path)
    assert [item.index for item in items if not item.ok] == [3, 4]
    assert await asked_of(path, PROMPTS) == PROMPTS[3:5]


async def test_what_is_no_prompt_is_an_item_s_error_with_a_journal_too(path: Path) -> None:
    async def call(prompt: Messages) -> Completion:
        try:
            str(prompt).encode()
        except UnicodeEncodeError:
            raise ModelBadRequest("half of a surrogate pair") from None
        return answer(str(prompt))

    prompts: Any = ["a", [], 7, [{("role",): "user"}], "half of a pair: \ud83d"]
    items = await run_batch(prompts, call, limit=2, journal=path)
    assert [type(item.error) for item in items[1:]] == [Invalid, Invalid, Invalid, ModelBadRequest]
    assert items[0].text == "a"
    assert len(lines(path)) == 1


async def test_a_kept_answer_that_does_not_fit_any_more_is_asked_again(path: Path) -> None:
    await asked_of(path, PROMPTS[:3])

    def parse(text: str) -> str:
        if text == PROMPTS[1]:
            raise ModelMalformed("another shape")
        if text == PROMPTS[2]:
            raise ValueError("another shape")
        return text

    assert await asked_of(path, PROMPTS[:3], parse=parse) == PROMPTS[1:3]
    assert await asked_of(path, PROMPTS[:3]) == []


async def test_a_line_is_in_the_file_before_its_item_counts_as_done(path: Path) -> None:
    def tell(done: int, _: int | None) -> None:
        assert len(lines(path)) >= done

    await run_batch(PROMPTS * 10, Model(), limit=30, journal=path, on_progress=tell)
    assert len(lines(path)) == 120


async def test_a_half_written_last_line_is_dropped_wherever_it_broke_off(path: Path) -> None:
    await asked_of(path, PROMPTS[:3])
    whole = read(path)
    end = whole.rindex(b"\n", 0, -1) + 1
    kept = [line["completion"]["text"] for line in lines(path)]
    for size in [*range(end, len(whole), 9), len(whole) - 2, len(whole) - 1]:
        write(path, whole[:size])
        missing = [] if size == len(whole) - 1 else kept[2:]  # only its line's end is missing
        assert await asked_of(path, PROMPTS[:3]) == missing
        assert len(lines(path)) == 3
        assert read(path).endswith(b"}\n")


async def test_a_file_that_is_only_the_beginning_of_a_line_is_a_journal(path: Path) -> None:
    await asked_of(path, ["a"])
    whole = read(path)
    for size in (0, 1, 5, 8, 30, len(whole) - 2):
        write(path, whole[:size])
        assert await asked_of(path, ["a"]) == ["a"]
        assert len(lines(path)) == 1


@pytest.mark.parametrize(
    "damage",
    [
        lambda line: line[: len(line) // 2],
        lambda line: line.replace(b'"text"', b'"test"'),
        lambda line: line.replace(b'"text":"', b'"text":7,"x":"'),
        lambda line: b"\x00" * len(line),
        lambda line: b"\xff\xfe" + line,
        lambda line: b"",
        lambda line: b"[1, 2]",
    ],
)
async def test_a_damaged_line_is_skipped_and_its_item_asked_again(
    path: Path, damage: Callable[[bytes], bytes]
) -> None:
    await asked_of(path, PROMPTS)
    written = read(path).splitlines()
    for place in (0, 5):
        lost = json.loads(written[place])["completion"]["text"]
        damaged = damage(written[place])
        write(path, b"\n".join([*written[:place], damaged, *written[place + 1 :], b""]))
        assert await asked_of(path, PROMPTS) == [lost]
        assert await asked_of(path, PROMPTS) == []


async def test_fields_of_a_later_version_are_ignored(path: Path) -> None:
    await asked_of(path, ["a"])
    (line,) = lines(path)
    line["completion"]["usage"]["thought_tokens"] = 3
    line["completion"]["citations"] = []
    write(path, json.dumps({"version": 2, **line}).encode() + b"\n")
    assert await asked_of(path, ["a"]) == []


FOREIGN = {
    "a table": "用户,时间\n张三,2024-01-01\n".encode(),
    "a table without a line end": b"a,b\n1,2",
    "other lines of json": b'{"prompt":"a"}\n{"prompt":"b"}\n',
    "other keys": b'{"key":"a","value":1}\n{"key":"b","value":2}\n',
    "one other key": b'{"key":"a","value":1}',
    "a beginning that could be ours, and more": b'{"key":"a\n{"key":"b',
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 50,
    "an empty line": b"\n",
}


@pytest.mark.parametrize("content", FOREIGN.values(), ids=FOREIGN.keys())
async def test_a_file_of_something_else_is_refused_and_stays_as_it_is(path: Path, content: bytes) -> None:
    write(path, content)
    model = Model()
    with pytest.raises(Invalid, match="not a journal"):
        await run_batch(PROMPTS, model, limit=3, journal=path)
    assert read(path) == content
    assert model.asked == []


async def test_a_path_that_no_file_can_be_at_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "file", b"")
    os.mkfifo(tmp_path / "pipe")
    for name in (".", "missing/journal.jsonl", "file/journal.jsonl", "pipe", "/dev/null", "a\0b", "n" * 300):
        with pytest.raises(Invalid, match="can't be used"):
            await run_batch(PROMPTS, Model(), limit=3, journal=tmp_path / name)
    assert names(tmp_path) == ["file", "pipe"]


async def test_a_file_is_made_where_there_is_none(path: Path) -> None:
    assert await asked_of(path, []) == []
    assert read(path) == b""
    assert await asked_of(path, ["a"]) == ["a"]


async def test_two_batches_can_not_have_one_file_at_once(path: Path) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def call(prompt: Messages) -> Completion:
        begun.set()
        await go_on.wait()
        return answer(str(prompt))

    first = asyncio.create_task(run_batch(["a"], call, limit=1, journal=path))
    await begun.wait()
    with pytest.raises(Invalid, match="Another batch"):
        await run_batch(["a"], call, limit=1, journal=path)
    go_on.set()
    assert texts(await first) == ["a"]
    assert await asked_of(path, ["a"]) == []


async def test_a_cancelled_batch_has_kept_every_answer_and_given_the_file_back(path: Path) -> None:
    answered: list[str] = []
    first = asyncio.Event()

    async def call(prompt: Messages) -> Completion:
        for _ in range(int(str(prompt))):
            await asyncio.sleep(0)
        answered.append(str(prompt))
        first.set()
        return answer(str(prompt))

    prompts = [str(number) for number in range(40)]
    before = asyncio.all_tasks()
    for turns in range(40):
        write(path, b"")
        answered.clear()
        first.clear()
        batch = asyncio.create_task(run_batch(prompts, call, limit=40, journal=path))
        await first.wait()
        for _ in range(turns):
            await asyncio.sleep(0)
        assert batch.cancel()
        with pytest.raises(asyncio.CancelledError):
            await batch
        assert asyncio.all_tasks() == before
        rest = await asked_of(path, prompts)
        assert sorted([*answered, *map(str, rest)]) == sorted(prompts)


async def test_a_batch_that_is_cancelled_as_it_reads_the_file_gives_it_back(path: Path) -> None:
    await asked_of(path, PROMPTS * 100)
    before = asyncio.all_tasks()
    for step in range(20):
        batch = asyncio.create_task(run_batch(PROMPTS, Model(), limit=3, journal=path))
        await asyncio.sleep(step * 0.001)
        for _ in range(2):  # by somebody impatient
            batch.cancel()
            await asyncio.sleep(0)
        await asyncio.wait([batch])
        assert asyncio.all_tasks() == before
        assert await asked_of(path, PROMPTS) == []


async def test_nothing_of_it_blocks_the_event_loop(path: Path) -> None:
    on_files = {"open", "fstat", "flock", "readline", "write", "truncate", "fsync"}
    blocked: list[str] = []

    def watch(_: FrameType, event: str, function: Any) -> None:
        if event == "c_call" and function.__name__ in on_files:
            blocked.append(function.__qualname__)

    with guarded(slow_s=1.0) as guard:  # the machine may be busy elsewhere, and the profiler takes its share
        sys.setprofile(watch)  # sees this thread only, which is the loop's
        try:
            await asked_of(path, PROMPTS * 50)
            await asked_of(path, PROMPTS * 50)
        finally:
            sys.setprofile(None)
    assert blocked == []
    assert (guard.calls, guard.imports, guard.slow) == ([], [], [])


CHILD = """
import asyncio, resource, sys
from freshet.llm.batch import run_batch
from freshet.llm.completion import Completion, Metrics
from freshet.llm.events import Usage

async def call(prompt):
    print("asked", prompt, flush=True)
    await asyncio.sleep(0.002)
    return Completion(prompt, "stop", Usage(1, 1), Metrics(None, 1.0, None, 1, ()))

async def main(journal, most_bytes):
    if int(most_bytes):
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(most_bytes), int(most_bytes)))
    told = lambda done, total: print("done", done, flush=True)
    prompts = (f"第 {number} 个问题" for number in range(200))
    items = await run_batch(prompts, call, limit=4, journal=journal, on_progress=told)
    print("end", *[item.text.split()[1] for item in items], flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


class Child:
    """A process that runs a batch of 200 prompts, and what it said so far."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.asked: set[str] = set()
        self.done = 0
        self.end: list[int] = []

    async def listen(self, until_done: int = 1_000) -> None:
        """Reads until so many items are done, or to the end; a line that death cut off says nothing."""
        assert self.process.stdout is not None
        while self.done < until_done and (line := await self.process.stdout.readline()).endswith(b"\n"):
            what, _, said = line.decode().rstrip("\n").partition(" ")
            if what == "asked":
                self.asked.add(said)
            elif what == "done":
                self.done = int(said)
            else:
                self.end = [int(number) for number in said.split()]

    async def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        await self.listen()
        await self.process.wait()


@asynccontextmanager
async def child(path: Path, most_bytes: int = 0) -> Any:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", CHILD, str(path), str(most_bytes)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield Child(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def kept(path: Path) -> set[str]:
    whole = read(path).rpartition(b"\n")[0]
    return {json.loads(line)["completion"]["text"] for line in whole.splitlines()}


async def test_killed_processes_lose_no_item_and_ask_none_again_that_was_kept(path: Path) -> None:
    known: set[str] = set()
    for until_done in (1, 37, 120):
        async with child(path) as running:
            await running.listen(until_done)
            with pytest.raises(Invalid, match="Another batch"):
                await run_batch(["a"], Model(), limit=1, journal=path)
            await running.kill()
            assert not running.end
            assert running.asked.isdisjoint(known)
            assert len(kept(path)) >= running.done
            assert kept(path) >= known
            known = kept(path)
    async with child(path) as running:
        await running.listen()
        assert running.end == list(range(200))
        assert running.asked | known == {f"第 {number} 个问题" for number in range(200)}
        assert running.asked.isdisjoint(known)
    assert len(lines(path)) == 200


async def test_a_full_disk_ends_the_batch_and_the_file_has_whole_lines(path: Path) -> None:
    async with child(path, most_bytes=20_000) as running:
        await running.listen()
        _, stderr = await running.process.communicate()
        assert b"OSError" in stderr
        assert not running.end
    assert 0 < len(kept(path)) < 200
    assert read(path).endswith(b"}\n")
    assert running.done <= len(kept(path))
    known = kept(path)
    async with child(path) as running:
        await running.listen()
        assert running.end == list(range(200))
        assert len(running.asked) == 200 - len(known)


async def test_answers_of_the_model_client_are_kept(stand_in: StandIn, path: Path) -> None:
    prompts = [f"Say the number {number}. 请说数字 {number}。" for number in range(6)]
    async with stand_in.client() as client:
        items = await run_batch(prompts, client.complete, limit=3, journal=path)
        assert all(item.ok and item.text for item in items)
        assert await run_batch(prompts, client.complete, limit=3, journal=path) == items
    assert len(await stand_in.requests()) == 6
