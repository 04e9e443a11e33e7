"""The document record: what a client sees of it, and what only the machinery needs.

    uploading → parsing → ready | failed          (re-parse: ready | failed → parsing)

Every change of state is one conditional write. `generation` counts parses: what a parse wrote carries it,
so that a late or repeated one can be told apart. `lease_until` says until when a worker may be trusted to
be at it; `request` names the S3 event or the call that the current (or last) parse answers.
"""

import re
import time
import unicodedata
from typing import Any, Literal

from pydantic import BaseModel, Field

from freshet.errors import Invalid

Kind = Literal["material", "doc"]
Status = Literal["uploading", "parsing", "ready", "failed"]

ATTEMPTS = 3  # the queue's maxReceiveCount
UPLOAD_KEPT_S = 24 * 3600  # an upload that never finishes is forgotten after a day
MAX_FILENAME = 255


class DocumentFailure(BaseModel):
    """Why a document failed: a code of the catalogue and a sentence for its owner."""

    code: str
    message: str


class Document(BaseModel):
    """A document as its owner sees it; times are ISO 8601 in UTC."""

    id: str
    filename: str
    title: str
    kind: Kind
    status: Status
    content_type: str
    tags: list[str]
    size: int | None = Field(None, description="bytes, once known")
    pages_done: int = 0
    pages_total: int | None = None
    chunks: int = 0
    summary: str | None = None
    error: DocumentFailure | None = None
    created_at: str
    updated_at: str


def view(item: dict[str, Any]) -> Document:
    """A record as a client sees it. A parse that died on its last attempt reads as failed."""
    document = Document.model_validate(item)
    if given_up(item):
        interrupted = DocumentFailure(
            code="interrupted",
            message=f"Parsing was interrupted {ATTEMPTS} times; parse it again, or split the file.",
        )
        return document.model_copy(update={"status": "failed", "error": interrupted})
    return document


def given_up(item: dict[str, Any]) -> bool:
    """Whether the last worker died and the queue will not bring the document again."""
    lease, attempts = item.get("lease_until", 0), item.get("attempts", 0)
    return bool(item["status"] == "parsing" and attempts >= ATTEMPTS and 0 < lease < time.time())


def expired(item: dict[str, Any]) -> bool:
    """DynamoDB deletes what has expired within days, not at once."""
    return bool(item.get("expires_at", 0) and item["expires_at"] < time.time())


def clean_filename(given: str) -> str:
    """The last path segment, normalised (NFC), without control characters. Raises Invalid."""
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", given)[-1])
    name = "".join(char for char in name if unicodedata.category(char) not in {"Cc", "Cs"}).strip()
    if name in {"", ".", ".."}:
        raise Invalid("The file name is empty.", errors=[{"field": "filename", "message": "is empty"}])
    if len(name) > MAX_FILENAME:
        message = f"is longer than {MAX_FILENAME} characters"
        raise Invalid(f"The file name {message}.", errors=[{"field": "filename", "message": message}])
    return name
