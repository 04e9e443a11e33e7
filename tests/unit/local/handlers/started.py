"""A function that others start, and one that starts others."""

import json
from pathlib import Path
from typing import Any

from freshet.lambda_runtime import run
from freshet.stores.aws import Service
from freshet.stores.functions import Functions


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Adds a line with its event to the file that the event names, then fails if it is told to."""
    answer = {"event": event, "request_id": context.aws_request_id}
    if "file" in event:
        with Path(event["file"]).open("a") as notes:
            notes.write(json.dumps(answer) + "\n")
    if "fail" in event:
        raise ValueError(event["fail"])
    return answer


def starter(event: dict[str, Any], _context: Any) -> None:
    """Hands `event["event"]` to the function `event["function"]`, as the product does it."""
    run(Functions(Service("lambda", "functions")).start(event["function"], event["event"]))
