"""The reference for cold starts: the smallest FastAPI function with Mangum."""

from fastapi import FastAPI
from mangum import Mangum

app = FastAPI()


@app.post("/api/v1/query/stream", status_code=401)
async def refuse() -> dict[str, str]:
    return {"detail": "no"}


handler = Mangum(app, lifespan="off")
