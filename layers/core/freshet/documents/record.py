"""The document record: what a client sees of it, and what only the machinery needs.

    uploading → parsing → ready | failed          (re-parse: ready | failed → parsing)

Every change of state is one conditional write. `generation` counts parses: what a parse wrote carries it,
so that a late or repeated one can be told apart. `lease_until` says until when a worker may be trusted to
be at it; `request` names the S3 event or the call that the current (or last) parse answers. What becomes
searchable is `live_generation`, of `chunks` chunks.
"""

import mimetypes
import re
import time
import unicodedata
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from freshet.errors import Invalid

Kind = Literal["material", "doc"]
Status = Literal["uploading", "parsing", "ready", "failed"]

ATTEMPTS = 3  # workers that may die over a document before it is given up
GIVEN_UP_S = 900  # after a lapsed lease; by then the queue has brought the message again, if it ever will
UPLOAD_KEPT_S = 24 * 3600  # an upload that never finishes is forgotten after a day
MAX_FILENAME = 255
INTERRUPTED = {
    "code": "interrupted",
    "message": f"Parsing was interrupted {ATTEMPTS} times. Parse it again, or split the file.",
}
CONTENT_TYPE = r"^[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+( *;[\x20-\x7e]*)?$"  # RFC 6838, ASCII


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
    """A record as a client sees it. One whose worker died and whose message is lost reads as failed."""
    if item["status"] == "parsing" and 0 < item["lease_until"] < given_up_before():
        item = {**item, "status": "failed", "error": INTERRUPTED}
    return Document.model_validate(item)


def given_up_before() -> int:
    """A lease that ended before this (seconds since 1970) was never followed by another worker."""
    return int(time.time()) - GIVEN_UP_S


def expired(item: dict[str, Any]) -> bool:
    """DynamoDB deletes what has expired within days, not at once."""
    return bool(item.get("expires_at", 0) and item["expires_at"] < time.time())


def now() -> str:
    """ISO 8601 in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def original(document_id: str) -> str:
    """Where the file lies in its owner's area of the bucket."""
    return f"{document_id}/original"


def content_type_of(filename: str, given: str | None) -> str:
    """The type that the client names, if it is one; else that of the file name."""
    if given and len(given) <= MAX_FILENAME and re.fullmatch(CONTENT_TYPE, given):
        return given
    # It takes URLs, too, and a name may look like one that is broken, or that names a type itself.
    return mimetypes.guess_type(f"./{filename}")[0] or "application/octet-stream"


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
