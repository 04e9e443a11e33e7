"""Files that prompts name: the files API in the way of Qwen-Long, for texts in UTF-8.

A system message `fileid://<id>` (several joined by commas) is read as the files' texts, fenced.
https://www.alibabacloud.com/help/en/model-studio/openai-file-interface
https://www.alibabacloud.com/help/en/model-studio/long-context-qwen-long

What does not belong here: routes (`app`), other formats. They are kept in memory, the newest of them.
"""

import re
import time
import uuid
from dataclasses import dataclass, field
from html import escape
from typing import Any

from infra.local.model.protocol import BadRequestError, text_of

MAX_BYTES = 30_000_000  # of one file
_MAX_FILES = 100
_MAX_ALL = 100_000_000  # bytes
_NAMED = re.compile(r"\s*fileid://[^\s,]+(?:\s*,\s*[^\s,]+)*\s*")
_FENCE = re.compile(r"<(?=/?document\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class File:
    """A file, and its text, which can't end a fence around it."""

    name: str
    text: str
    bytes: int
    id: str = field(default_factory=lambda: f"file-fe-{uuid.uuid4().hex[:24]}")
    created_at: int = field(default_factory=lambda: int(time.time()))

    def as_json(self) -> dict[str, Any]:
        """It as the API tells of it."""
        return {
            "id": self.id,
            "object": "file",
            "bytes": self.bytes,
            "created_at": self.created_at,
            "filename": self.name,
            "purpose": "file-extract",
            "status": "processed",
            "status_details": None,
        }

    def fenced(self) -> str:
        """Its text as prompts hold documents."""
        return f'<document filename="{escape(self.name)}">\n{self.text}\n</document>'


class Files:
    """The newest files."""

    def __init__(self) -> None:
        self._files: dict[str, File] = {}

    def add(self, name: str, data: bytes, purpose: str) -> File:
        """Keeps a file. Raises BadRequestError unless it is a text in UTF-8."""
        if purpose != "file-extract":
            raise _refused("The purpose must be file-extract.", "purpose")
        if not data:
            raise _refused(f"File [{name}] content blank.")
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise _refused(f"File [{name}] format is not supported.") from None
        file = File(name, _FENCE.sub("‹", text), len(data))
        self._files[file.id] = file
        while len(self._files) > _MAX_FILES or sum(one.bytes for one in self._files.values()) > _MAX_ALL:
            del self._files[next(iter(self._files))]
        return file

    def get(self, file_id: str) -> File | None:
        """The file, if it is still there."""
        return self._files.get(file_id)

    def delete(self, file_id: str) -> bool:
        """Whether there was one."""
        return self._files.pop(file_id, None) is not None

    def read_into(self, body: dict[str, Any]) -> dict[str, Any]:
        """A checked chat request with texts in place of files. Raises BadRequestError for an unknown one."""
        return {**body, "messages": [self._read(message) for message in body["messages"]]}

    def _read(self, message: dict[str, Any]) -> dict[str, Any]:
        said = text_of(message)
        if message["role"] != "system" or not _NAMED.fullmatch(said):
            return message
        ids = [name.strip().removeprefix("fileid://") for name in said.split(",")]
        return {**message, "content": "\n\n".join(self._named(file_id).fenced() for file_id in ids)}

    def _named(self, file_id: str) -> File:
        file = self._files.get(file_id)
        if file is None:
            raise _refused(f"Invalid file [id:{file_id}].")
        return file


def _refused(message: str, param: str | None = None) -> BadRequestError:
    return BadRequestError(message, param, "invalid_parameter_error")
