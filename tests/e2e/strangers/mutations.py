"""Stores that forget whose things they hold: to a stranger they answer from the owner's part.

Each is a mutation that the stranger test has to notice, and so is one call more. What does not belong here:
the test (`tests/functions/test_strangers.py`).
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any

import pytest

from freshet.keys import Keys
from freshet.stores.objects import Objects
from freshet.stores.secrets import OwnerSecrets, SecretNames
from freshet.stores.table import Table
from freshet.stores.vectors import Vectors


@dataclass(frozen=True)
class Mutation:
    """A store, all of it or the part that an attribute names, without its owner filter."""

    store: type
    attribute: str = ""
    part: str = ""

    def __str__(self) -> str:
        return f"{self.store.__name__} {self.part}".strip()

    @contextmanager
    def made(self, owner: str, stranger: str) -> Iterator[None]:
        """For as long as this lasts, the stranger's name is the owner's to the store."""

        def renamed(store: Any, name: str) -> str:
            chosen = not self.attribute or getattr(store, self.attribute) == self.part
            return name.replace(stranger, owner) if chosen else name

        with pytest.MonkeyPatch.context() as patch:
            for name, method in _owned(self.store):
                patch.setattr(self.store, name, _blind(method, renamed))
            yield


def mutations(environment: Mapping[str, str], areas: set[str]) -> list[Mutation]:
    """One of each table and each area of the bucket, of the index, the keys and the secrets."""
    tables = [
        value for name, value in environment.items() if name.endswith("_TABLE") and name != "KEYS_TABLE"
    ]
    return [
        *(Mutation(Table, "_name", one) for one in tables),
        *(Mutation(Objects, "_area", one) for one in sorted(areas)),
        *map(Mutation, (Vectors, Keys, SecretNames, OwnerSecrets)),
    ]


@contextmanager
def telling(owner: str, stranger: str) -> Iterator[None]:
    """For as long as it lasts, tables answer rightly, but later where somebody else has what is asked for."""
    get = Table.get

    async def slower(table: Table, name: str, id_: str) -> Any:
        found = await get(table, name, id_)
        if found is None and name == stranger and await get(table, owner, id_):
            await get(table, name, id_)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Table, "get", slower)
        yield


def _owned(store: type) -> Iterator[tuple[str, Callable[..., Any]]]:
    """The methods that take an owner first, which is how stores are made."""
    for name, method in vars(store).items():
        if inspect.isfunction(method) and list(inspect.signature(method).parameters)[1:2] == ["owner"]:
            yield name, method


def _blind(method: Callable[..., Any], renamed: Callable[[Any, str], str]) -> Callable[..., Any]:
    @wraps(method)
    def called(store: Any, owner: str, *arguments: Any, **options: Any) -> Any:
        return method(store, renamed(store, owner), *arguments, **options)

    return called
