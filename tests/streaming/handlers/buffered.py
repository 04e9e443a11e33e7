"""A buffered function: Mangum, on the loop that `run` uses."""

import asyncio
from typing import Any

from fastapi import FastAPI
from mangum import Mangum

from freshet.lambda_runtime import run

app = FastAPI()
mangum = Mangum(app, lifespan="off")


@app.get("/loop")
async def loop() -> int:
    return id(asyncio.get_running_loop())


async def _loop_id() -> int:
    return id(asyncio.get_running_loop())


def handler(event: Any, context: Any) -> Any:
    answer = mangum(event, context)
    return {"mangum": int(answer["body"]), "run": run(_loop_id())}
