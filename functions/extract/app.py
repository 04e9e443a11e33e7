"""extract: the worker behind the extract queue. Large uploads and all users' extraction come as messages."""

from typing import Any

import freshet.behaviour.extraction.extract  # these for wiring, which would import them amid the first call
import freshet.chat.clients
import freshet.usage.account  # noqa: F401
from freshet import wiring
from freshet.behaviour.jobs.messages import Worker, process_batch
from freshet.lambda_runtime import run


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Reports the messages that should come again (`ReportBatchItemFailures`)."""
    remaining_s = context.get_remaining_time_in_millis() / 1000
    worker = Worker(wiring.extraction_job(), wiring.uploads())
    failed = run(
        process_batch(event.get("Records", []), worker, wiring.extract_queue(), remaining_s=remaining_s)
    )
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}
