"""What a stranger asks: every operation with one place of the request naming somebody's thing.

A request is a stranger's own and valid but for that place. What does not belong here: what the answers have
to be (`trial.py`).
"""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any
from urllib.parse import quote

import httpx

from tests.e2e.strangers.bodies import QUERIES, bodies
from tests.e2e.strangers.names import ID, Things, reading
from tests.e2e.strangers.routes import Operation, Place, Pointer, closed

# By a name of one's own choice something of one's own is written, whatever others call theirs: it comes last.
BY_OWN_NAME = {"PUT /api/v1/secrets/{secret_name}"}
_BEYOND = 5_000  # no caller has so many models


@dataclass(frozen=True)
class Case:
    """An operation, and the places of its request that name another's thing."""

    operation: Operation
    places: tuple[Place, ...]

    def __str__(self) -> str:
        named = ", ".join(f"{place.part} {'.'.join(place.pointer)}" for place in self.places)
        return f"{self.operation} ({named or 'nothing of others'})"

    @property
    def by_path(self) -> bool:
        """Whether what is asked for itself is another's, and not something about it."""
        return any(place.part == "path" for place in self.places)

    def send(
        self, api: httpx.Client, own: Things, others: Things, *, query: Mapping[str, Any] | None = None
    ) -> httpx.Response:
        """The request of whoever has `own`, with what `others` has at the places; `query` is added to it."""
        path, options = self.operation.path, self._body(own)
        query = {**QUERIES.get(str(self.operation), {}), **(query or {})}
        headers = options.pop("headers", {})
        for place in (*self.operation.of("path"), *self.operation.of("query"), *self.places):
            value = self._value(place, others if place in self.places else own)
            if place.part == "path":
                path = path.replace(f"{{{place.name}}}", quote(str(value), safe=""))
            elif place.part == "query" and (place.required or place in self.places):
                query[place.name] = value
            elif place.part == "header":
                headers[place.name] = value
            elif place.part == "body":
                _put(options["json"], place.pointer, value)
        return api.request(self.operation.method, path, params=query, headers=headers, **options)

    def named(self, things: Things) -> list[str]:
        """What stands at the places, member by member."""
        values = [self._value(place, things) for place in self.places]
        return [
            str(part) for one in values for part in (chain(*one.items()) if isinstance(one, dict) else [one])
        ]

    def _value(self, place: Place, things: Things) -> Any:
        read = reading(self.operation, place)
        return read(things) if read else place.first

    def _body(self, own: Things) -> dict[str, Any]:
        if not self.operation.has_body:
            return {}
        choices = bodies(own)[str(self.operation)]
        named = [place.pointer[0] for place in self.places if place.part == "body"]
        fitting = [one for one in choices if all(name in one.get("json", {}) for name in named)]
        return copy.deepcopy((fitting or choices)[0])


def cases() -> Iterator[Case]:
    """All of them: lists first, while a stranger has named nothing yet, and what is written by name last."""
    rest = [case for operation in closed() for case in _of(operation)]
    yield from (
        Case(operation, ())
        for operation in closed()
        if operation.method == "GET" and not operation.of("path")
    )
    yield from sorted(rest, key=lambda case: str(case.operation) in BY_OWN_NAME)


def _of(operation: Operation) -> Iterator[Case]:
    """Of a path with several things also with only the last another's."""
    if in_path := tuple(operation.of("path")):
        yield Case(operation, in_path)
    if len(in_path) > 1:
        yield Case(operation, in_path[-1:])
    for place in operation.places:
        if place.part != "path" and reading(operation, place):
            yield Case(operation, (place,))


def absent(things: Things) -> Things:
    """Things of the same form that nobody has: ids differ in one character, numbers are beyond all."""
    return {name: _altered(value) for name, value in things.items()}


def _altered(value: Any) -> Any:
    if isinstance(value, int):
        return value + _BEYOND
    swapped = ID.sub(lambda id_: id_[0][:20] + ("B" if id_[0][20] == "A" else "A") + id_[0][21:], value)
    return swapped if swapped != value else value[:-1] + ("x" if value[-1] != "x" else "y")


def _put(body: Any, pointer: Pointer, value: Any) -> None:
    """Sets a member, with what it stands in; of an array it is the only element."""
    *way, last = pointer[:-1] if pointer[-1] == "[]" else pointer
    for name in way:
        body = body.setdefault(name, {})
    body[last] = [value] if pointer[-1] == "[]" else value
