"""parse: the worker behind the parse queue. S3 events and calls for another parse come as SQS messages."""

from typing import Any

import freshet.usage.account  # noqa: F401  # for wiring, which would import it amid the first call
from freshet import wiring
from freshet.documents.messages import process_batch
from freshet.lambda_runtime import run


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Reports the messages that should come again (`ReportBatchItemFailures`)."""
    remaining_s = context.get_remaining_time_in_millis() / 1000
    records = event.get("Records", [])
    failed = run(process_batch(records, wiring.ingest(), wiring.parse_queue(), remaining_s=remaining_s))
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}
