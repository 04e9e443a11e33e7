"""parse: the worker behind the parse queue. S3 events and calls for another parse come as SQS messages."""

from typing import Any

from freshet import wiring
from freshet.documents.messages import process_batch
from freshet.lambda_runtime import run


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Reports the messages that should come again (`ReportBatchItemFailures`)."""
    failed = run(process_batch(event.get("Records", []), wiring.ingest(), wiring.parse_queue()))
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}
