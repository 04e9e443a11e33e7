"""health: liveness, the OpenAPI document of all functions, and a page that shows it."""

import asyncio
from typing import Annotated, Any

from fastapi import Header, Query, Response
from fastapi.responses import HTMLResponse, JSONResponse

from freshet import health, reference, wiring
from freshet.web import buffered, create_app

app = create_app("health")


@app.get("/health", summary="Liveness", responses={503: {"model": health.Report}})
async def check(
    deep: Annotated[bool, Query(description="try table, bucket, index and model; needs a caller")] = False,
    authorization: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response:
    """Shallow: the API answers. Deep: every part is tried, with its latency; 503 names those that fail."""
    report = health.SHALLOW
    if deep:
        await wiring.identity().owner_of(authorization)  # the route is public, so no authorizer was asked
        report = await health.deep()
    return JSONResponse(
        report.model_dump(exclude_none=True), status_code=200 if report.status == "ok" else 503
    )


@app.get("/openapi.json", summary="This document")
async def openapi() -> dict[str, Any]:
    return await asyncio.to_thread(reference.document)  # reads a file


@app.get("/docs", summary="A readable page of this document", response_class=HTMLResponse)
async def docs() -> HTMLResponse:
    return HTMLResponse(await asyncio.to_thread(reference.page))


handler = buffered(app)
