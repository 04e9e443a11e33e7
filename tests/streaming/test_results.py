"""What is not a stream stays AWS's business: results, errors, init errors, the event loop, logs."""

import json
import shutil
from pathlib import Path

import pytest

from infra.local.lambda_service import FunctionPool
from tests.streaming.conftest import MakePool
from tests.streaming.functions import LAYER, WRAPPER, eventually, free, request, whole


async def payload(pool: FunctionPool, event: object) -> object:
    invocation = await pool.invoke(json.dumps(event).encode())
    assert invocation.function_error is None, invocation.function_error
    assert not invocation.streaming
    return json.loads(invocation.payload)


@pytest.mark.parametrize("wrapped", [True, False], ids=["our wrapper", "awslambdaric alone"])
async def test_a_plain_result_is_what_awslambdaric_makes_of_it(function: MakePool, wrapped: bool) -> None:
    pool = function("results.plain", wrapped=wrapped, timeout_s=20)
    invocation = await pool.invoke('{"问": 1}'.encode())
    assert invocation.content_type == "application/json"
    result = json.loads(invocation.payload)
    assert (result["event"], result["text"]) == ({"问": 1}, "你好")
    assert 10_000 < result["deadline"] <= 20_000


async def test_a_handler_may_return_a_stream_itself(function: MakePool) -> None:
    pool = function("results.stream")
    metadata, body = await whole(await pool.invoke(json.dumps({"parts": ["一", "", "二"]}).encode()))
    assert metadata == {"statusCode": 200, "headers": {"content-type": "text/plain"}}
    assert body.decode() == "一二"
    assert (await whole(await pool.invoke(b'{"parts": []}')))[1] == b""


async def test_a_stream_that_fails_before_its_first_byte_is_the_functions_error(function: MakePool) -> None:
    invocation = await function("results.stream").invoke(b'{"parts": [null]}')
    assert not invocation.streaming
    assert invocation.function_error is not None
    assert (invocation.function_error.type, invocation.function_error.message) == (
        "LookupError",
        "nothing more",
    )


async def test_a_stream_that_fails_later_has_its_error_in_the_trailers(function: MakePool) -> None:
    invocation = await function("results.stream").invoke(b'{"parts": ["a", null]}')
    assert (await whole(invocation))[1] == b"a"
    assert invocation.function_error is not None
    assert invocation.function_error.type == "LookupError"


async def test_all_coroutines_of_a_sandbox_run_on_one_loop(function: MakePool) -> None:
    pool = function("results.loops", max_concurrency=1)
    seen = set()
    for _ in range(2):
        result = await payload(pool, {})
        assert isinstance(result, list)
        seen |= set(result)
        await free(pool)
    assert len(seen) == 1


async def test_garbage_is_collected_again_once_the_function_is_imported(function: MakePool) -> None:
    result = await payload(function("results.collector"), {})
    assert isinstance(result, dict)
    assert result["enabled"]
    assert result["frozen"] > 1000


async def test_a_built_layer_brings_its_own_code(function: MakePool, tmp_path: Path) -> None:
    shutil.copy(WRAPPER, tmp_path)
    shutil.copytree(LAYER / "freshet", tmp_path / "python" / "freshet")
    pool = function("results.modules", opt_paths=(tmp_path,), import_paths=())
    result = await payload(pool, {"names": ["freshet.lambda_runtime.asgi"]})
    assert result == {"freshet.lambda_runtime.asgi": f"{tmp_path}/python/freshet/lambda_runtime/asgi.py"}


async def test_mangum_runs_on_the_same_loop(function: MakePool) -> None:
    invocation = await function("buffered.handler").invoke(request("/loop"))
    result = json.loads(invocation.payload)
    assert result["mangum"] == result["run"]


@pytest.mark.parametrize(
    ("handler", "error_type", "message"),
    [
        ("results.missing", "Runtime.HandlerNotFound", "'missing' missing on module 'results'"),
        ("broken_import.handler", "Runtime.ImportModuleError", "no_such_module_anywhere"),
        ("broken_init.handler", "RuntimeError", "配置缺失"),
        ("nothing", "Runtime.MalformedHandlerName", "Bad handler 'nothing'"),
        ("quits_at_import.handler", "Runtime.ExitError", "exit status 7"),
    ],
)
async def test_a_function_that_cannot_start_says_why(
    function: MakePool, handler: str, error_type: str, message: str
) -> None:
    invocation = await function(handler).invoke(b"{}")
    assert invocation.function_error is not None
    assert invocation.function_error.type == error_type
    assert message in invocation.function_error.message
    assert json.loads(invocation.payload)["errorType"] == error_type


async def test_a_missing_exec_wrapper_is_an_invalid_entrypoint(function: MakePool) -> None:
    pool = function("results.plain", environment={"AWS_LAMBDA_EXEC_WRAPPER": "/opt/no-such-wrapper"})
    invocation = await pool.invoke(b"{}")
    assert invocation.function_error is not None
    assert invocation.function_error.type == "Runtime.InvalidEntrypoint"


async def test_more_than_six_megabytes_are_refused(function: MakePool) -> None:
    invocation = await function("results.too_large").invoke(b"{}")
    assert invocation.function_error is not None
    assert invocation.function_error.type == "Function.ResponseSizeTooLarge"
    assert not invocation.streaming


async def test_a_handler_that_ends_the_process_is_an_exit_error(function: MakePool) -> None:
    invocation = await function("results.leave").invoke(b"{}")
    assert invocation.function_error is not None
    assert invocation.function_error.type == "Runtime.ExitError"
    assert "exit status 3" in invocation.function_error.message


async def test_a_process_that_dies_while_streaming_ends_the_stream_with_an_error(plain: FunctionPool) -> None:
    invocation = await plain.invoke(request("/crash"))
    assert (await whole(invocation))[1] == b"first"
    assert invocation.function_error is not None
    assert invocation.function_error.type in {"Runtime.TruncatedResponse", "Runtime.ExitError"}
    assert (await whole(await plain.invoke(request("/status?code=200&text=again"))))[1] == b"again"


async def test_what_a_function_writes_is_its_log(function: MakePool) -> None:
    lines: list[tuple[str, str]] = []
    pool = function("results.talk", log=lambda name, line: lines.append((name, line)))
    await pool.invoke(b"{}")
    await eventually(lambda: len(lines) > 1)
    assert lines[0] == ("results", "一行日志")
    assert lines[1][1].startswith("[ERROR] ValueError: 它失败了\nTraceback (most recent call last):")
