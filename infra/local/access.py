"""Who may invoke which function: the emulator's IAM says it.

The caller's own request, signature and all, is shown to the emulator. It has none of the functions, so to a
caller who may invoke it says that there is no such function, and to any other what is wrong. What does not
belong here: roles and their policies; `aws.py` deploys the template's.
"""

import asyncio
import http.client
import json
from urllib.parse import urlsplit

from infra.local.aws import Aws
from infra.local.lambda_service import Check, InvokeError, Request

ANSWER_S = 5.0  # it takes about 15 ms
_ALLOWED = "ResourceNotFoundException"


def check_of(aws: Aws) -> Check:
    """A check of each caller's right to `lambda:InvokeFunction` on the function that the request names."""

    async def check(request: Request) -> None:
        try:
            status, kind, body = await asyncio.to_thread(_ask, aws.endpoint, request)
        except (OSError, http.client.HTTPException) as error:
            words = f"IAM does not answer: {error!r}"
            raise InvokeError(503, "ServiceException", words) from error
        if status >= 400 and kind != _ALLOWED:
            raise InvokeError(status, kind, _message(body))

    return check


def _ask(endpoint: str, request: Request) -> tuple[int, str, bytes]:
    """The emulator's status, the error's name and the body. Blocks."""
    address = urlsplit(endpoint)
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    connection = kind(address.netloc, timeout=ANSWER_S)
    try:
        # Nothing is added or rewritten: the signature covers the target, the host and more.
        connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
        for name, value in request.headers.items():
            connection.putheader(name, value)
        connection.endheaders(request.body)
        response = connection.getresponse()
        return response.status, response.getheader("x-amzn-errortype", ""), response.read()
    finally:
        connection.close()


def _message(body: bytes) -> str:
    try:
        return str(json.loads(body)["message"])
    except (ValueError, KeyError, TypeError):
        return body.decode(errors="replace")
