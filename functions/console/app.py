"""console: the web console's files, and what they are told of their deployment. Public. Streams."""

from pathlib import Path

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from freshet.console.configuration import Configuration, configuration
from freshet.console.site import Site
from freshet.lambda_runtime import streaming
from freshet.web import create_app

app = create_app("console")
site = Site(Path(__file__).parent / "web" / "dist")

NOT_BUILT = {
    503: {"description": "The console is not built; the page says how to", "content": {"text/html": {}}}
}
FILE = {200: {"description": "The file", "content": {"*/*": {}}}}


@app.get("/", summary="The web console", response_class=HTMLResponse, responses=NOT_BUILT)
async def index(request: Request) -> Response:
    return await site.page("index.html", request.scope)


@app.get("/pages/debug.html", summary="The playground", response_class=HTMLResponse, responses=NOT_BUILT)
async def debug(request: Request) -> Response:
    return await site.page("pages/debug.html", request.scope)


@app.get("/assets/{asset}", summary="A file of the console", response_class=Response, responses=FILE)
async def asset(asset: str, request: Request) -> Response:
    """Its name changes with its content, so it may be kept for ever."""
    return await site.asset(asset, request.scope)


@app.get("/config.json", summary="What the console is told of its deployment")
async def config(response: Response) -> Configuration:
    response.headers["Cache-Control"] = "no-cache"
    return await configuration()


handler = streaming(app)
