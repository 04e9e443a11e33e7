"""Segments as bytes: rows of one user in columns, as zlib'd JSON.

Equal texts are written once. Times are whole numbers, each as the distance from the one before, in the
coarsest unit that gives every time back exactly; of times that no unit fits, the numbers themselves. Ids are
kept, though they could be computed: that costs more than all the rest of reading, and they stay what they
were if they are ever computed otherwise.

What belongs here: the format. What does not: where segments are (`segments`), which rows go into which
(`rewriting`).
"""

import json
import zlib
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from typing import Any

from freshet.behaviour.behaviour import Behaviour, Moment

_LEVEL = 4  # of zlib: a tenth more bytes than at 6, in half the time
_UNITS = (1, 1_000, 1_000_000)  # parts of a second


def pack(rows: Sequence[Behaviour]) -> bytes:
    """The rows, which are all of one user, whose id is not in it."""
    columns: dict[str, Any] = {
        "rows": len(rows),
        "times": _times([row.at.seconds for row in rows]),
        "ids": "".join(row.id for row in rows),
        "width": len(rows[0].id) if rows else 0,
        "offsets": _coded(row.at.offset for row in rows),
        "actions": _coded(row.action for row in rows),
        "objects": _coded(row.object for row in rows),
        "kinds": _coded(row.kind for row in rows),
        "durations": _coded(row.duration for row in rows),
    }
    if any(row.properties for row in rows):
        columns["properties"] = [dict(row.properties) or 0 for row in rows]
    return zlib.compress(json.dumps(columns, separators=(",", ":")).encode(), _LEVEL)


def unpack(data: bytes, user_id: str) -> list[Behaviour]:
    """The rows as they were, in their order."""
    columns = json.loads(zlib.decompress(data))
    count, width, ids = columns["rows"], columns["width"], columns["ids"]
    properties = columns.get("properties") or [0] * count
    members = zip(
        _seconds(*columns["times"]),
        *(_decoded(*columns[name]) for name in ("offsets", "actions", "objects", "kinds", "durations")),
        properties,
        range(0, count * width, width or 1),
        strict=True,
    )
    return [
        Behaviour(user_id, Moment(at, offset), action, thing, kind, duration, more or {}, ids[n : n + width])
        for at, offset, action, thing, kind, duration, more, n in members
    ]


def _times(seconds: Sequence[float]) -> list[Any]:
    """`[parts of a second, the distances]`; with 0 the times themselves."""
    for unit in _UNITS:
        whole = [round(at * unit) for at in seconds]
        if all(there / unit == at for there, at in zip(whole, seconds, strict=True)):
            return [unit, [*whole[:1], *(after - before for before, after in pairwise(whole))]]
    return [0, list(seconds)]


def _seconds(unit: int, numbers: Sequence[float]) -> list[float]:
    if not unit:
        return [float(number) for number in numbers]
    return [number / unit for number in accumulate(numbers)]


def _coded(values: Iterable[Any]) -> list[Any]:
    """`[what there is, the place of each row's in it]`; where there is only one thing, how many rows."""
    places: dict[tuple[type, Any], int] = {}  # 1 and 1.0 are two: ids tell them apart
    codes = [places.setdefault((type(value), value), len(places)) for value in values]
    return [[value for _, value in places], len(codes) if len(places) == 1 else codes]


def _decoded(values: Sequence[Any], codes: int | Sequence[int]) -> list[Any]:
    if isinstance(codes, int):
        return list(values) * codes
    return [values[code] for code in codes]
