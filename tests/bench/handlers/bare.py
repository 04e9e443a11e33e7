"""The floor of cold starts: the smallest FastAPI function with Mangum."""

from fastapi import FastAPI
from mangum import Mangum

app = FastAPI()


@app.post("/api/v1/query/stream")
async def answer() -> dict[str, str]:
    return {"answer": "Staff have 25 days of paid leave per year."}


handler = Mangum(app, lifespan="off")
