"""Logs and metrics: structured lines by Powertools, metrics in CloudWatch's embedded format.

Prompts, answers, keys and file contents are never logged.
"""

from traceback import extract_tb
from typing import Any

from aws_lambda_powertools import Logger

NAMESPACE = "Freshet"

logger = Logger(service="freshet", log_uncaught_exceptions=False)


def log_failure(message: str, error: BaseException, **fields: Any) -> None:
    """An unexpected failure: its type and where it came from, not its words, which may quote a user's."""
    where = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in extract_tb(error.__traceback__)]
    logger.error(message, error=type(error).__name__, where=where, **fields)


def measure(name: str, value: float, unit: str = "Count", **dimensions: str) -> None:
    """Writes one metric with its dimensions at once: a stream has no end at which to flush a batch."""
    from aws_lambda_powertools.metrics import single_metric

    with single_metric(name=name, unit=unit, value=value, namespace=NAMESPACE) as metric:  # type: ignore[arg-type]  # units are CloudWatch's words
        for key, text in dimensions.items():
            metric.add_dimension(name=key, value=text)
