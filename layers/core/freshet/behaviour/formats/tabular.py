"""CSV for spreadsheets: UTF-8 with a byte order mark, without which Excel garbles Chinese.

Of a graph a row an edge, of events a row an event. Cells that a spreadsheet would take for formulas begin
with an apostrophe; several ids in a cell are parted by spaces.
"""

import csv
import io
from collections.abc import Iterable, Sequence

from freshet.behaviour.event import Event
from freshet.behaviour.formats.drawing import Drawing, Value
from freshet.download import cell, writable

_EVENT = ("id", "user_id", "type", "title", "start", "end", "confidence", "behaviours")


def graph(drawing: Drawing) -> bytes:
    """The file: the edge's ends by their labels, then all that is known of any edge."""
    known = dict.fromkeys(name for edge in drawing.edges for name in edge.known)
    rows = (
        [drawing.labels[edge.source], drawing.labels[edge.target], *(edge.known.get(name) for name in known)]
        for edge in drawing.edges
    )
    return _table([*drawing.ends, *known], rows)


def events(user_id: str, sessions: Sequence[Sequence[Event]]) -> bytes:
    """The file: all events, session by session."""
    rows = (
        [*(getattr(event, name) for name in _EVENT[:-1]), " ".join(event.behaviours)]
        for session in sessions
        for event in session
    )
    return _table(_EVENT, rows)


def _table(columns: Sequence[str], rows: Iterable[Sequence[Value | None]]) -> bytes:
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return file.getvalue().encode("utf-8-sig")


def _cell(value: Value | None) -> Value | None:
    return cell(writable(value)) if isinstance(value, str) else value
