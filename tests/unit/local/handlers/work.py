"""A worker whose messages say what becomes of them; it notes each batch in the file named by NOTES."""

import json
import os
from pathlib import Path
from typing import Any


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    with Path(os.environ["NOTES"]).open("a") as notes:
        notes.write(json.dumps(event) + "\n")
    bodies = {record["messageId"]: json.loads(record["body"]) for record in event["Records"]}
    if any(body.get("crash") for body in bodies.values()):
        raise RuntimeError("crash")
    if any(body.get("nonsense") for body in bodies.values()):
        return {"batchItemFailures": [{"itemIdentifier": "nobody"}]}
    return {
        "batchItemFailures": [{"itemIdentifier": name} for name, body in bodies.items() if body.get("fail")]
    }
