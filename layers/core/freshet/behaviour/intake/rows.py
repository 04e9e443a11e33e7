"""A row's cells → a behaviour.

What does not belong here: which cell is what (`columns`), where rows come from (`entries`).
"""

import json
from collections.abc import Mapping, Sequence
from functools import partial

from freshet.behaviour.behaviour import (
    MAX_NAME,
    MAX_PROPERTIES_BYTES,
    MAX_USER,
    RESERVED,
    Behaviour,
    Moment,
    Scalar,
)
from freshet.behaviour.intake.columns import Columns
from freshet.behaviour.intake.durations import bounded, duration, missing
from freshet.behaviour.intake.names import KIND_SAID
from freshet.behaviour.intake.outcome import Unreadable, shown
from freshet.behaviour.intake.texts import Texts, cleaned, exact
from freshet.behaviour.intake.times import Clock, is_clock
from freshet.behaviour.intake.zones import zone
from freshet.behaviour.requests import Reading

NOBODY = "default"  # the user of a log that tells none
_ACTIONS = {"app": "use", "media": "play", "web": "visit"}
_DAY = 86_400.0  # seconds
_MAX_BYTES = 4  # of a character in UTF-8; escapes take up to six for one character
_AROUND = 8  # bytes around a property in JSON: quotes, colon, comma

_json = partial(json.dumps, ensure_ascii=False, separators=(",", ":"))


class Rows:
    """Makes behaviours of rows. `default` is the user of those that name none; without it, they are bad."""

    def __init__(self, reading: Reading, default: str | None) -> None:
        self._clock = Clock(zone(reading.timezone))
        self._default = default
        self._texts, self._users = Texts(MAX_NAME), Texts(MAX_USER)

    def behaviour(self, columns: Columns, cells: Sequence[object]) -> Behaviour:
        """Raises Unreadable with the reason."""
        at = self._time(columns, cells)
        thing, kind, chosen = self._object(columns, cells)
        if columns.kind is not None:
            kind = self._text(columns, cells, columns.kind) or kind
        action = "" if columns.action is None else self._text(columns, cells, columns.action)
        if columns.loose and thing and action.lower() in KIND_SAID:
            action, kind = _done(action), action
        elif not action:
            if columns.action is not None or not thing:
                raise Unreadable("the action is missing")
            action = _done(kind)
        user = self._user(columns, cells)
        took = self._duration(columns, cells, at)
        if columns.extra or columns.properties is not None or len(columns.objects) > 1:
            return Behaviour(user, at, action, thing, kind, took, _properties(columns, cells, chosen))
        return Behaviour(user, at, action, thing, kind, took)

    def _text(self, columns: Columns, cells: Sequence[object], place: int) -> str:
        return self._texts.text(cells[place], columns.names[place])

    def _user(self, columns: Columns, cells: Sequence[object]) -> str:
        place = columns.user
        user = "" if place is None else user_of(self._users, cells[place], columns.names[place])
        if user:
            return user
        if self._default is None:
            raise Unreadable("the user is missing")
        return self._default

    def _object(self, columns: Columns, cells: Sequence[object]) -> tuple[str, str, int]:
        """The object, its kind by its column, and the place of that: the first that says something."""
        for place, kind in columns.objects:
            if thing := self._texts.text(cells[place], columns.names[place]):
                return thing, kind, place
        return "", "", -1

    def _time(self, columns: Columns, cells: Sequence[object]) -> Moment:
        if columns.time is None:
            raise Unreadable("the time is missing")
        cell, date = cells[columns.time], columns.date
        if date == columns.time:
            return self._clock.moment(cell, dated=True)
        if date is not None and is_clock(cell) and not missing(cells[date]):
            return self._clock.on(cells[date], cell)
        return self._clock.moment(cell, unit=columns.unit("time"))

    def _duration(self, columns: Columns, cells: Sequence[object], at: Moment) -> float | None:
        if columns.duration is not None:
            took = duration(cells[columns.duration], columns.unit("duration") or 1.0)
            if took is not None:
                return took
        if columns.end is None or missing(cells[columns.end]):
            return None
        end = cells[columns.end]
        if is_clock(end):  # of the same day, or of the night that follows it
            took = (self._clock.after(at, end).seconds - at.seconds) % _DAY
        else:
            took = self._clock.moment(end, unit=columns.unit("end_time")).seconds - at.seconds
        if took < 0:
            raise Unreadable("it ends before it begins")
        return bounded(took)


def _done(kind: str) -> str:
    """What is done with an object of a kind, where the row doesn't say it."""
    return _ACTIONS.get(KIND_SAID.get(kind.lower(), kind), "use")


def user_of(texts: Texts, cell: object, column: str) -> str:
    """A user's id, "" if the cell has none. Raises Unreadable."""
    user = texts.text(cell, column)
    if user in RESERVED:
        raise Unreadable(f"no user may be called {shown(user)}")
    return user


def _properties(columns: Columns, cells: Sequence[object], chosen: int) -> dict[str, Scalar]:
    """What else a row says. Raises Unreadable for what is no plain value, and for too much of it."""
    found: dict[str, Scalar] = {}
    for place, name in columns.extra:
        _add(found, name, cells[place])
    for place, _ in columns.objects:
        if place != chosen:
            _add(found, columns.names[place], cells[place])
    if columns.properties is not None:
        _add_all(found, cells[columns.properties])
    size = sum(len(name) + (len(value) if isinstance(value, str) else 32) for name, value in found.items())
    if size * _MAX_BYTES + len(found) * _AROUND > MAX_PROPERTIES_BYTES:
        bytes_ = len(_json(found).encode())
        if bytes_ > MAX_PROPERTIES_BYTES:
            raise Unreadable(f"the other columns have {bytes_} bytes; {MAX_PROPERTIES_BYTES} are allowed")
    return found


def _add_all(found: dict[str, Scalar], cell: object) -> None:
    """The members of an object that is called `properties`, as we show it."""
    if isinstance(cell, Mapping):
        for name, value in cell.items():
            _add(found, name, value)
    else:
        _add(found, "properties", cell)


def _add(found: dict[str, Scalar], name: str, cell: object) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, str):
        if text := cleaned(cell, name):
            found[cleaned(name, name)] = text
    elif isinstance(cell, bool | int | float):
        found[cleaned(name, name)] = exact(cell, name) if isinstance(cell, float) else cell
    else:
        raise Unreadable(
            f"{shown(name)} is {'a list' if isinstance(cell, list) else 'an object'}, no plain value"
        )
