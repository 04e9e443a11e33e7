"""documents: uploads, states, files, chunks, parsing again, deletion. Buffered."""

from typing import Annotated, Any

from fastapi import Form, Query, Response, UploadFile, status
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

import freshet.documents.library  # noqa: F401  # for wiring, which would import it amid the first call
from freshet import wiring
from freshet.documents.record import CONTENT_TYPE, Document, Kind, Status
from freshet.stores.objects import PresignedPost
from freshet.web import Model, Owner, buffered, create_app

MAX_WAIT_S = 25  # API Gateway cuts a buffered answer at 29 s

app = create_app("documents")

Limit = Annotated[int, Query(ge=1, le=100)]


class NewDocument(Model):
    """What is about to be uploaded."""

    filename: str = Field(min_length=1, max_length=4096)
    content_type: str | None = Field(
        None, max_length=255, pattern=CONTENT_TYPE, description="default: that of the file name"
    )
    size: int | None = Field(None, ge=1, description="bytes")
    kind: Kind = "material"
    title: str | None = Field(None, min_length=1, max_length=500)
    tags: list[Annotated[str, Field(min_length=1, max_length=100)]] = Field([], max_length=50)


class StartedUpload(BaseModel):
    document: Document
    upload: PresignedPost


class Uploaded(BaseModel):
    document: Document


class Documents(BaseModel):
    items: list[Document]
    next_cursor: str | None


class IndexedChunk(BaseModel):
    """One chunk as it stands in the index; `start` and `end` are its place in the document's text.

    `context` is what a model said of that place, where the deployment asks for it.
    """

    chunk_id: str
    position: int
    text: str
    page: int | None
    heading: list[str]
    start: int
    end: int
    context: str | None


class Chunks(BaseModel):
    items: list[IndexedChunk]
    next_cursor: str | None


@app.post("/api/v1/documents", status_code=status.HTTP_201_CREATED, summary="Start an upload")
async def start_upload(body: NewDocument, owner: Owner) -> StartedUpload:
    document, upload = await wiring.library().start_upload(owner, **body.model_dump())
    return StartedUpload(document=document, upload=PresignedPost.model_validate(upload))


@app.post("/api/v1/documents/upload", status_code=status.HTTP_201_CREATED, summary="Upload a small file")
async def upload(file: UploadFile, owner: Owner, kind: Annotated[Kind, Form()] = "material") -> Uploaded:
    """`multipart/form-data` with a part `file` of up to 4 MB: `curl -F file=@handbook.pdf …`."""
    data = await file.read()
    document = await wiring.library().upload(
        owner, file.filename or "", data, content_type=file.content_type, kind=kind
    )
    return Uploaded(document=document)


@app.get("/api/v1/documents", summary="List documents, newest first")
async def list_documents(
    owner: Owner,
    limit: Limit = 20,
    cursor: Annotated[str | None, Query(min_length=26, max_length=26)] = None,
    status: Status | None = None,
    kind: Kind | None = None,
) -> Documents:
    items, following = await wiring.library().list_documents(
        owner, limit=limit, cursor=cursor, status=status, kind=kind
    )
    return Documents(items=items, next_cursor=following)


@app.get("/api/v1/documents/{document_id}", summary="One document")
async def get_document(
    document_id: str,
    owner: Owner,
    wait: Annotated[
        float, Query(ge=0, le=MAX_WAIT_S, description="seconds to wait until ready or failed")
    ] = 0,
) -> Document:
    return await wiring.library().get(owner, document_id, wait_s=wait)


@app.get(
    "/api/v1/documents/{document_id}/file",
    status_code=status.HTTP_302_FOUND,
    response_class=RedirectResponse,
    summary="Download the original file",
)
async def download(document_id: str, owner: Owner) -> RedirectResponse:
    url = await wiring.library().file_url(owner, document_id)
    return RedirectResponse(url, status_code=status.HTTP_302_FOUND)


@app.get("/api/v1/documents/{document_id}/chunks", summary="What was indexed")
async def chunks(
    document_id: str, owner: Owner, limit: Limit = 20, cursor: Annotated[int, Query(ge=0)] = 0
) -> Chunks:
    hits, following = await wiring.library().chunks(owner, document_id, limit=limit, cursor=cursor)
    items: list[Any] = [
        IndexedChunk(chunk_id=hit.id, position=hit.position, **_place(hit.payload)) for hit in hits
    ]
    return Chunks(items=items, next_cursor=None if following is None else str(following))


@app.post(
    "/api/v1/documents/{document_id}/parse", status_code=status.HTTP_202_ACCEPTED, summary="Parse again"
)
async def parse_again(document_id: str, owner: Owner) -> Document:
    return await wiring.library().parse_again(owner, document_id)


@app.delete(
    "/api/v1/documents/{document_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    summary="Delete from bucket, table and index",
)
async def delete(document_id: str, owner: Owner) -> None:
    await wiring.library().delete(owner, document_id)


def _place(payload: dict[str, Any]) -> dict[str, Any]:
    return {name: payload.get(name) for name in ("text", "page", "heading", "start", "end", "context")}


handler = buffered(app)
