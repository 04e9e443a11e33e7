"""How the background loop ends with its process: quietly, in order, and with nothing left open."""

import asyncio
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from textwrap import dedent

import pytest

pytestmark = pytest.mark.timeout(60)

SLOW = re.compile("Executing <.*> took .* seconds")  # said by asyncio's debug mode where the cores are busy

PREAMBLE = """
import asyncio, atexit, os, signal, sys, threading, time
{before}
from freshet.llm.bridge import iterate_sync, run_sync, until_loop_ends

class Kept:
    def __init__(self, name):
        self.name = name
    async def open(self):
        reader, self.writer = await asyncio.open_connection(*address)
        self.stay = until_loop_ends(self.close)
        return self
    async def close(self):
        self.writer.close()
        await self.writer.wait_closed()
        print("closed", self.name, flush=True)

def serve():
    import socket
    server = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=accept, args=(server,), daemon=True).start()
    return server.getsockname()

open_connections = []
def accept(server):
    with server:
        while True:
            open_connections.append(server.accept()[0])

async def ticks():
    try:
        n = 0
        while True:
            yield (n := n + 1)
            await asyncio.sleep(0.005)
    finally:
        print("stream closed", flush=True)

async def slow():
    try:
        print("begun", flush=True)
        await asyncio.sleep(30)
    finally:
        await asyncio.sleep(0.01)
        print("cleaned up", flush=True)
"""


def python(body: str, *, before: str = "") -> list[str]:
    """A program's arguments; every warning is an error, asyncio and the allocator look closely."""
    program = PREAMBLE.format(before=before) + dedent(body)
    return [sys.executable, "-W", "error", "-X", "dev", "-c", program]


def run(body: str, *, before: str = "") -> list[str]:
    """The lines a program prints; it ends in time, well, and silent on stderr."""
    begun = time.monotonic()
    done = subprocess.run(
        python(body, before=before), capture_output=True, text=True, timeout=30, check=False
    )
    assert [line for line in done.stderr.splitlines() if not SLOW.match(line)] == []
    assert done.returncode == 0
    assert time.monotonic() - begun < 20
    return done.stdout.split("\n")[:-1]


def test_what_nobody_closed_is_closed_before_the_interpreter_ends() -> None:
    lines = run("""
        address = serve()
        kept = [run_sync(Kept(n).open()) for n in range(2)]
        print("end of main")
    """)
    assert lines[0] == "end of main"
    assert sorted(lines[1:]) == ["closed 0", "closed 1"]


def test_a_thread_that_outlives_main_may_still_call() -> None:
    assert run("""
        address = serve()
        kept = run_sync(Kept(0).open())
        def work():
            threading.main_thread().join()
            for n in range(3):
                print(run_sync(asyncio.sleep(0.05, n)))
        threading.Thread(target=work).start()
    """) == ["0", "1", "2", "closed 0"]


def test_a_thread_that_outlives_main_may_begin_to_call_and_use_the_loops_threads() -> None:
    assert run("""
        address = serve()
        def work():
            threading.main_thread().join()
            time.sleep(0.05)
            global kept
            kept = run_sync(Kept(0).open())
            print(run_sync(asyncio.to_thread(sum, [3, 4])))
            try:
                run_sync(asyncio.to_thread(open, "/no/such/file"))
            except FileNotFoundError:
                print("not there")
        threading.Thread(target=work).start()
    """) == ["7", "not there", "closed 0"]


def test_daemon_threads_in_the_middle_of_calls_hold_nothing_up_and_say_nothing() -> None:
    assert (
        run("""
        threads = [threading.Thread(target=lambda: run_sync(slow()), daemon=True) for _ in range(3)]
        threads.append(threading.Thread(target=lambda: list(iterate_sync(ticks)), daemon=True))
        for thread in threads:
            thread.start()
        time.sleep(0.3)
    """)
        == ["begun"] * 3 + ["stream closed"] + ["cleaned up"] * 3
    )


def test_a_half_read_stream_is_closed_before_the_interpreter_ends() -> None:
    assert run("""
        items = iterate_sync(ticks)
        print(next(items))
    """) == ["1", "stream closed"]


def test_a_call_after_the_end_is_refused_and_its_coroutine_closed() -> None:
    before = """
def late():
    try:
        run_sync(asyncio.sleep(0))
    except RuntimeError as error:
        print(error)
atexit.register(late)
"""
    assert run("print(run_sync(asyncio.sleep(0, 1)))", before=before) == ["1", "The interpreter is exiting"]


def test_work_in_the_loops_threads_is_waited_for() -> None:
    assert run("""
        address = serve()
        kept = run_sync(Kept(0).open())
        run_sync(asyncio.to_thread(time.sleep, 0.05))
        print("done")
    """) == ["done", "closed 0"]


@pytest.mark.parametrize("prefork", ["", "kept = run_sync(Kept('parent').open())"])
def test_a_forked_child_has_a_loop_of_its_own_and_the_parents_goes_on(prefork: str) -> None:
    lines = run(f"""
        import warnings
        warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
        address = serve()
        {prefork}
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            print("child", run_sync(asyncio.sleep(0.05, 1)))
            mine = run_sync(Kept("child").open())
            sys.exit(0)
        print("parent", run_sync(asyncio.sleep(0.1, 1)))
        print("child ended with", os.waitpid(child, 0)[1])
        print("parent", run_sync(asyncio.sleep(0.01, 2)))
    """)
    assert sorted(lines) == sorted(
        ["child 1", "closed child", "parent 1", "child ended with 0", "parent 2"]
        + (["closed parent"] if prefork else [])
    )


def test_a_fork_beside_running_calls_leaves_both_sides_working() -> None:
    lines = run("""
        import warnings
        warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
        def work():
            for n in range(300):
                run_sync(asyncio.sleep(0))
        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        children = []
        for n in range(5):
            child = os.fork()
            if child == 0:
                run_sync(asyncio.sleep(0.01))
                os._exit(7)
            children.append(child)
        for thread in threads:
            thread.join()
        print({os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children})
    """)
    assert lines == ["{7}"]


@pytest.mark.parametrize(
    ("call", "expected"),
    [("run_sync(slow())", ["begun", "cleaned up"]), ("list(iterate_sync(ticks))", ["stream closed"])],
)
async def test_ctrl_c_cancels_and_waits_for_the_cleanup(call: str, expected: Sequence[str]) -> None:
    process = await asyncio.create_subprocess_exec(
        *python(f"""
            print("ready", flush=True)
            try:
                {call}
            except KeyboardInterrupt:
                print("interrupted", [t.name for t in threading.enumerate()])
        """),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    await asyncio.sleep(0.3)
    process.send_signal(signal.SIGINT)
    out, err = await asyncio.wait_for(process.communicate(), 20)
    assert err == b""
    assert out.decode().splitlines() == [*expected, "interrupted ['MainThread']"]
    assert process.returncode == 0
