"""What functions print, for a person in front of a terminal.

Functions write what CloudWatch reads: JSON lines, and metrics as JSON among them. Here a line becomes a
sentence, and metrics are left out. What does not belong here: what is logged (`freshet.observe`).
"""

import json
import logging
from typing import Any

_ALWAYS_THE_SAME = {
    "level",
    "location",
    "message",
    "timestamp",
    "service",
    "taskName",
    "xray_trace_id",
    "exception",
    "exception_name",
    "stack_trace",
}


def show(function: str, line: str) -> None:
    """Puts a function's line before the person."""
    shown = readable(line)
    if shown:
        logging.getLogger(function).info("%s", shown)


def readable(line: str) -> str | None:
    """A line as it is shown; None for one that is for machines only."""
    found = _parsed(line)
    if found is None:
        return line
    if "_aws" in found:  # CloudWatch's embedded metric format
        return None
    if "message" not in found or "level" not in found:
        return line
    level = "" if found["level"] == "INFO" else f"{found['level']}: "
    rest = " ".join(
        f"{name}={_short(value)}" for name, value in found.items() if name not in _ALWAYS_THE_SAME
    )
    text = f"{level}{found['message']} {rest}".rstrip()
    return f"{text}\n{found['exception']}" if "exception" in found else text


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        found = json.loads(line) if line.startswith("{") else None
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _short(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
