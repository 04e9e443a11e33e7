"""A figure and how it is printed."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured, the figures, the ratio to its reference, and what it should reach."""

    what: str
    figures: str
    ratio: str
    reach: str


def rendered(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table."""
    lines = ["| what | figures | ratio | reach |", "|---|---|---|---|"]
    return "\n".join(
        [*lines, *(f"| {row.what} | {row.figures} | {row.ratio} | {row.reach} |" for row in rows)]
    )
