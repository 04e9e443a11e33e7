"""Files at a model's endpoint, which a prompt then names: OpenAI's files API in the way of Qwen-Long.

A file goes up with the purpose `file-extract`; once it is processed, a system message `fileid://<id>` stands
for its text (several are joined by commas, up to 100), and every call pays the text's tokens. A file has up
to 150 MB, an account 10,000 of them, and they stay until they are deleted: whoever uploads deletes.
https://www.alibabacloud.com/help/en/model-studio/openai-file-interface
https://www.alibabacloud.com/help/en/model-studio/long-context-qwen-long

What does not belong here: the wire (`providers`), the prompt. Neither is counted as usage.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

from freshet.errors import ModelError, ModelNotFound, ModelTimeout
from freshet.llm.endpoint import Endpoint
from freshet.llm.retry import wait_for_retry

if TYPE_CHECKING:
    from freshet.llm.lane import Lane

UPLOAD_S = 120.0  # a long document is read for a minute
DELETE_S = 15.0

_TIDY_S = 5.0  # to delete what can't be used, beyond the deadline
_FIRST_PAUSE_S = 0.3  # between two questions whether the file is processed; each is twice as long
_MAX_PAUSE_S = 5.0

T = TypeVar("T")


class FileStore(Protocol):
    """A provider's side: one request a call. Raises ModelError."""

    async def upload(self, filename: str, data: bytes) -> str:
        """The id of a new file."""

    async def is_processed(self, file_id: str) -> bool:
        """Whether a file has been read. Raises ModelBadRequest if it can't be."""

    async def forget(self, file_id: str) -> None:
        """Deletes a file. Raises ModelNotFound if there is none."""


class Files:
    """The files at one endpoint. Raises Invalid, in each method, where its protocol has none."""

    def __init__(self, lane: Callable[[], "Lane"], endpoint: Endpoint) -> None:
        self._lane = lane
        self._endpoint = endpoint

    async def upload(self, filename: str, data: bytes, *, timeout: float = UPLOAD_S) -> str:
        """The id of a new file that the endpoint has read; `timeout` seconds bound it all.

        The endpoint tells the format by the suffix of `filename`. Raises ModelBadRequest if it can't read it
        and ModelTimeout; the file is then deleted there.
        """
        until = asyncio.get_running_loop().time() + timeout
        try:
            async with asyncio.timeout_at(until):
                file_id = await _persistently(partial(self._sent, filename, data, until), until)
                try:
                    await self._read(file_id, until)
                except BaseException:
                    with suppress(ModelError):
                        await self.delete(file_id, timeout=_TIDY_S)
                    raise
                return file_id
        except TimeoutError:
            raise ModelTimeout(f"The model's endpoint did not read the file within {timeout:g} s") from None

    async def delete(self, file_id: str, *, timeout: float = DELETE_S) -> None:
        """Deletes a file; one that is gone already is no error."""
        until = asyncio.get_running_loop().time() + timeout
        try:
            async with asyncio.timeout_at(until):
                await _persistently(partial(self._store().forget, file_id), until)
        except TimeoutError:
            raise ModelTimeout(f"The model's endpoint did not delete the file in {timeout:g} s") from None
        except ModelNotFound as error:
            if error.extra.get("upstream_status") != 404:
                raise

    def _store(self) -> FileStore:
        return self._lane().candidate(self._endpoint).provider.files()

    async def _sent(self, filename: str, data: bytes, until: float) -> str:
        store = self._store()
        async with self._lane().slots.slot(until):
            return await store.upload(filename, data)

    async def _read(self, file_id: str, until: float) -> None:
        """Returns when the endpoint has read the file."""
        pause = _FIRST_PAUSE_S
        while not await _persistently(partial(self._store().is_processed, file_id), until):
            await asyncio.sleep(pause)
            pause = min(2 * pause, _MAX_PAUSE_S)


async def _persistently(call: Callable[[], Awaitable[T]], until: float) -> T:
    attempt = 0
    while True:
        attempt += 1
        try:
            return await call()
        except ModelError as error:
            await wait_for_retry(error, attempt, until)
