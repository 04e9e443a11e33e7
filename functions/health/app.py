"""health: liveness, the OpenAPI document of all functions, and a page that shows it."""

from typing import Any

from fastapi import Query, Response
from fastapi.responses import HTMLResponse, JSONResponse

from freshet import health, reference
from freshet.web import buffered, create_app

app = create_app("health")


@app.get("/health", summary="Liveness", responses={503: {"model": health.Report}})
async def check(deep: bool = Query(False, description="also try table, bucket, index and model")) -> Response:
    """Shallow: the API answers. Deep: every part is tried, with its latency; 503 names those that fail."""
    report = await health.deep() if deep else health.SHALLOW
    return JSONResponse(
        report.model_dump(exclude_none=True), status_code=200 if report.status == "ok" else 503
    )


@app.get("/openapi.json", summary="This document")
async def openapi() -> dict[str, Any]:
    return reference.document()


@app.get("/docs", summary="A readable page of this document", response_class=HTMLResponse)
async def docs() -> HTMLResponse:
    return HTMLResponse(reference.page())


handler = buffered(app)
