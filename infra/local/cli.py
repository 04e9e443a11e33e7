"""The command line: options, signals, and what the terminal shows.

What belongs here: words for the person in front of it. What does not: the local cloud itself (`cloud.py`).
"""

import argparse
import asyncio
import logging
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from infra.local.backends import Backends, Options
from infra.local.cloud import Cloud
from infra.local.demo import QUESTIONS, load_demo
from infra.local.errors import LocalCloudError
from infra.local.invoke import invoke
from infra.local.ports import HOST
from infra.local.template import Stack

log = logging.getLogger("cloud")

DEMO_S = 6.0  # that the welcome waits for the demo set; it takes about five

_QUIET = ("botocore", "boto3", "urllib3", "asyncio", "samtranslator", "watchfiles", "uvicorn")


def main(arguments: list[str]) -> int:
    """Runs what the arguments ask for; the exit code."""
    is_invoke = arguments[:1] == ["invoke"]
    given = _invoke_parser().parse_args(arguments[1:]) if is_invoke else _parser().parse_args(arguments)
    _log_to_terminal()
    options = Options(state=given.state) if is_invoke else _options(given)
    try:
        if is_invoke:
            return asyncio.run(_until_signal(lambda _: invoke(options, given.function, given.event)))
        return asyncio.run(_until_signal(lambda stop: _run(options, stop)))
    except LocalCloudError as error:
        sys.stderr.write(f"{error}\n")
        return 1


async def _run(options: Options, stop: asyncio.Event) -> int:
    begun = time.monotonic()
    cloud = Cloud(options)
    await cloud.start()
    try:
        assert cloud.backends
        assert cloud.stack
        demo = asyncio.create_task(load_demo(options.port, cloud.state)) if options.demo else None
        if demo:  # so that the first question of a new user finds something
            await asyncio.wait({demo}, timeout=DEMO_S)
        _say(_welcome(options, cloud.backends, cloud.stack, time.monotonic() - begun))
        await stop.wait()
        _say("\nStopping.")
        if demo:
            demo.cancel()
    finally:
        await cloud.stop()
    return 0


async def _until_signal(work: Callable[[asyncio.Event], Awaitable[int]]) -> int:
    """Runs `work` until Ctrl-C or SIGTERM sets its event; one that does not look at it is cancelled."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    task = asyncio.ensure_future(work(stop))

    def end() -> None:
        if stop.is_set():
            task.cancel()
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end)
    try:
        return await task
    except asyncio.CancelledError:
        return 130  # what a shell reports of a command that Ctrl-C ended


def _options(given: argparse.Namespace) -> Options:
    return Options(
        port=given.port,
        state=given.state,
        built=given.built,
        reload=given.reload,
        demo=not given.no_demo,
        iam=given.iam,
        other_template=given.template,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m infra.local", description="Runs template.yaml on this machine."
    )
    parser.add_argument("--port", type=int, default=8000, help="of the API on 127.0.0.1 (8000)")
    parser.add_argument("--built", action="store_true", help="run what `make build` made, not the source")
    parser.add_argument("--reload", action="store_true", help="follow changes of code and template")
    parser.add_argument("--no-demo", action="store_true", help="don't load the demo documents and behaviours")
    parser.add_argument("--iam", action="store_true", help="enforce IAM, each function under its own role")
    parser.add_argument("--template", type=Path, help="run another template than template.yaml")
    _add_state(parser)
    return parser


def _invoke_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m infra.local invoke", description="Runs one function once with an event from a file."
    )
    parser.add_argument("function", help="its name, such as parse")
    parser.add_argument("event", type=Path, help="a JSON file; - for standard input")
    _add_state(parser)
    return parser


def _add_state(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--state", type=Path, default=Path(".freshet"), help="folder of its state (.freshet)")


def _welcome(options: Options, backends: Backends, stack: Stack, took_s: float) -> str:
    base = f"http://{HOST}:{options.port}"
    given = backends.given
    strict = backends.environment.get("LOCAL_AUTH") == "strict"
    caller = (
        "only with a key (LOCAL_AUTH=strict); `fk_local` is `dev`"
        if strict
        else "`dev` unless a key says otherwise"
    )
    lines = [
        f"Freshet runs on {base} (ready in {took_s:.1f} s)",
        "",
        f"  console  {console_line(base, stack)}",
        f"  code     {'.aws-sam/build' if options.built else 'source'}"
        + (", follows changes" if options.reload else ""),
        f"  AWS      {backends.aws.endpoint}" + (", IAM enforced" if options.iam else ""),
        f"  Qdrant   {given['QDRANT_URL']}",
        f"  model    {_model(backends)}",
        f"  caller   {caller}",
        f"  state    {options.state.resolve()} (delete it to start afresh)",
        "",
        "Try:",
        f"  curl '{base}/health?deep=true'",
        f"  curl {base}/api/v1/documents",
        *(f"  {_curl(base, question)}" for question in QUESTIONS),
        f"  curl -F file=@your.pdf {base}/api/v1/documents/upload",
        f"  curl -X POST {base}/api/v1/events/extract/user_0001",
        "",
        "Ctrl-C stops it.",
    ]
    return "\n".join(lines)


def console_line(base: str, stack: Stack) -> str:
    """Where the console is, or how to get it."""
    function = stack.functions.get("console")
    if function and (function.folder / "web/dist/index.html").is_file():
        return f"{base}/"
    return "not built: install Node 20.19 or newer, then `make console`"


def _model(backends: Backends) -> str:
    if backends.stands_in_for_model:
        return (
            "a stand-in that quotes your documents; it is no LLM. "
            "For a real one: OPENAI_BASE_URL and OPENAI_API_KEY (MODEL_NAME, EMBEDDING_MODEL) in .env"
        )
    given = backends.given
    return f"{given.get('MODEL_NAME', '(the default)')} at {given.get('MODEL_BASE_URL', 'https://api.openai.com/v1')}"


def _curl(base: str, question: str) -> str:
    body = f'{{"query": "{question}"}}'
    return f"curl -N -H 'Content-Type: application/json' -d '{body}' {base}/api/v1/query/stream"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _log_to_terminal() -> None:
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(name)-9s | %(message)s")
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)
