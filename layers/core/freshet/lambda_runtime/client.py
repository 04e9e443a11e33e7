"""AWS's runtime client, taught one more kind of answer. Everything else stays AWS's code."""

import gc
import json
from typing import Any

from awslambdaric.lambda_runtime_client import LambdaRuntimeClient
from awslambdaric.lambda_runtime_marshaller import LambdaMarshaller
from simplejson.raw_json import RawJSON  # type: ignore[import-untyped]  # it comes with awslambdaric

from freshet.lambda_runtime.loop import run
from freshet.lambda_runtime.post import OpenStream, open_stream, post_stream
from freshet.lambda_runtime.stream import CONTENT_TYPE, HttpStream


class StreamingMarshaller(LambdaMarshaller):  # type: ignore[misc]  # awslambdaric has no types
    """Opens an `HttpStream` where AWS's client still turns exceptions into function errors."""

    def marshal_response(self, response: object) -> tuple[Any, str]:
        if isinstance(response, HttpStream):
            return run(open_stream(response)), CONTENT_TYPE
        marshalled: tuple[Any, str] = super().marshal_response(response)
        return marshalled


class StreamingClient(LambdaRuntimeClient):  # type: ignore[misc]  # awslambdaric has no types
    """Posts an opened stream chunk by chunk."""

    marshaller = StreamingMarshaller()

    def wait_next_invocation(self) -> Any:
        if not gc.isenabled():  # the end of the init phase: what was imported lives as long as the sandbox
            gc.freeze()
            gc.enable()
        return super().wait_next_invocation()

    def call_rapid(
        self,
        http_method: str,
        endpoint: str,
        expected_http_code: int,
        payload: Any = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        """AWS's own gives http.client text, which takes it for Latin-1: a Chinese init error gets lost."""
        escaped = RawJSON(json.dumps(payload))
        super().call_rapid(http_method, endpoint, expected_http_code, escaped, headers)

    def post_invocation_result(
        self,
        invoke_id: str,
        result_data: Any,
        content_type: str = "application/json",
        invocation_id: str | None = None,
    ) -> None:
        if isinstance(result_data, OpenStream):
            run(post_stream(self.lambda_runtime_address, invoke_id, result_data, invocation_id))
        else:
            super().post_invocation_result(invoke_id, result_data, content_type, invocation_id)
