"""Which column is what: by the names that a log gives them, or as the caller says.

What belongs here: from names to places. What does not: the names that are known (`names`), cells (`rows`).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from freshet.behaviour.intake.names import DEVICES, KIND_OF, SURE, UNSURE, folded, without_unit
from freshet.errors import Invalid

FIELDS = ("user_id", "time", "end_time", "duration", "action", "kind", "object")
_OTHERS = "properties"  # what a mapping may name besides: the column stays what it is
_TIMED = {"time", "end_time", "duration"}
_LISTED = 30  # columns that an error names


@dataclass(frozen=True, slots=True)
class Columns:
    """Places in a row. Of several objects the first one that a row has is its object.

    `date` is the day of times that have none, or the time itself if a row has no other.
    `loose`: the action is of a column that may as well hold kinds.
    `objects` are (place, what sort of thing it is by the column's name); `units` are seconds of the times and
    durations whose columns name a unit; `extra` is what becomes of the rest: (place, name).
    """

    names: tuple[str, ...]
    user: int | None = None
    time: int | None = None
    date: int | None = None
    end: int | None = None
    duration: int | None = None
    action: int | None = None
    kind: int | None = None
    loose: bool = False
    objects: tuple[tuple[int, str], ...] = ()
    units: Mapping[str, float] | None = None
    properties: int | None = None
    extra: tuple[tuple[int, str], ...] = ()

    def unit(self, field: str) -> float | None:
        """Seconds that a number in the column of `field` stands for, if its name says so."""
        return self.units.get(field) if self.units else None


def columns(names: Sequence[str], mapping: Mapping[str, str]) -> Columns:
    """The places of what a row has. Raises Invalid for a mapping that can't be."""
    places: dict[str, list[int]] = {field: [] for field in SURE}
    free = dict(enumerate(names))
    _map(names, mapping, places, free)
    free.pop(_kept_id(names), None)
    plain = _first(folded(name) for name in names)
    timed = _first(without_unit(name)[0] for name in names)
    for known in (SURE, UNSURE):
        for field in known:
            if not places[field]:
                places[field] = _found(known[field], timed if field in _TIMED else plain, field, free)
    if not places["user_id"] and not all(folded(names[at]) in DEVICES for at in places["object"]):
        places["user_id"] = _found(DEVICES, plain, "user_id", free)
    return _placed(tuple(names), places, free)


def need(names: Iterable[str], mapping: Mapping[str, str]) -> Columns:
    """The places in rows of these names. Raises Invalid if there is no time, or neither action nor object."""
    found = columns(tuple(dict.fromkeys(names)), mapping)
    if found.time is None:
        raise _missing("time", "when something happened", found.names)
    if found.action is None and not found.objects:
        raise _missing("action", "what was done", found.names)
    return found


def target(name: str) -> str:
    """The field that a mapping names. Raises Invalid."""
    field = name.strip().lower()
    if field not in {*FIELDS, _OTHERS}:
        message = f"{name[:60]!r} is none of {', '.join((*FIELDS, _OTHERS))}"
        raise Invalid(f"`mapping`: {message}.", errors=[{"field": "mapping", "message": message}])
    return field


def _map(
    names: Sequence[str], mapping: Mapping[str, str], places: dict[str, list[int]], free: dict[int, str]
) -> None:
    """Places the columns that the caller names; what is said to be a property stays one."""
    by_name: dict[str, int] = {}
    for place, name in enumerate(names):
        by_name.setdefault(name, place)
        by_name.setdefault(folded(name), place)
    for name, said in mapping.items():
        field = target(said)
        at = by_name.get(name, by_name.get(folded(name)))
        if at is None or at not in free:
            continue
        if field == _OTHERS:
            places.setdefault(_OTHERS, []).append(at)
        elif field == "time" and (without_unit(names[at])[0] in SURE["date"]):
            places["date"].append(at)
        else:
            places[field].append(at)
        del free[at]


def _first(names: Iterable[str]) -> dict[str, int]:
    """The first place of each name."""
    places: dict[str, int] = {}
    for place, name in enumerate(names):
        places.setdefault(name, place)
    return places


def _found(wanted: Sequence[str], there: Mapping[str, int], field: str, free: dict[int, str]) -> list[int]:
    """The place of the first wanted name that is free, which it takes; of objects all, in that order."""
    found = []
    for name in wanted:
        place = there.get(name)
        if place is not None and free.pop(place, None) is not None:
            found.append(place)
            if field != "object":
                break
    return found


def _kept_id(names: Sequence[str]) -> int:
    """The place of the id in a row as we show it: ids are made from the rest. -1 in any other row."""
    return names.index("id") if {"id", "user_id", "action", _OTHERS} <= set(names) else -1


def _placed(names: tuple[str, ...], places: dict[str, list[int]], free: dict[int, str]) -> Columns:
    first = {field: found[0] if found else None for field, found in places.items()}
    spare = [at for field in FIELDS if field != "object" for at in places[field][1:]]
    units = {field: _unit(names, first[field]) for field in _TIMED}
    loose = bool(places["action"]) and folded(names[places["action"][0]]) in UNSURE["kind"]
    inner = names.index(_OTHERS) if _OTHERS in names and names.index(_OTHERS) in free else None
    rest = sorted({*free, *spare, *places.get(_OTHERS, [])} - {inner})
    return Columns(
        names,
        user=first["user_id"],
        time=first["date"] if first["time"] is None else first["time"],
        date=first["date"],
        end=first["end_time"],
        duration=first["duration"],
        action=first["action"],
        kind=first["kind"],
        loose=loose,
        objects=tuple((at, KIND_OF.get(folded(names[at]), "")) for at in places["object"]),
        units={field: unit for field, unit in units.items() if unit is not None},
        properties=inner,
        extra=tuple((at, names[at]) for at in rest),
    )


def _unit(names: Sequence[str], at: int | None) -> float | None:
    return None if at is None else without_unit(names[at])[1]


def _missing(field: str, what: str, names: Sequence[str]) -> Invalid:
    """Says which columns there are, and how to name the one that is missing."""
    listed = ", ".join(f"`{name[:60]}`" for name in names[:_LISTED] if name) or "none"
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    name = names[0][:60] if names else "column"
    example = json.dumps({name: field}, ensure_ascii=False)
    detail = (
        f"No column tells {what}. The columns are: {listed}{more}. "
        f"Call one of them `{field}`, or say which one it is: ?map={name}:{field}, of an upload "
        f'"mapping": {example}.'
    )
    return Invalid(detail, errors=[{"field": "mapping", "message": f"no column is `{field}`"}])
