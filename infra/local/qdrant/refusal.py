"""Refusing what Qdrant would refuse, and what this stand-in does not carry."""

from typing import Any


class Refused(Exception):
    """An answer other than 200, in Qdrant's words."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def wrong(message: str) -> Refused:
    """400, as Qdrant words it."""
    return Refused(400, f"Wrong input: {message}")


def members(body: Any, where: str, *allowed: str) -> dict[str, Any]:
    """The members of a JSON object that are not null. Raises Refused for one that is not `allowed`."""
    if not isinstance(body, dict):
        raise wrong(f"{where} must be an object")
    given = {name: value for name, value in body.items() if value is not None}
    for name in given:
        if name not in allowed:
            raise wrong(f"{where}.{name} is not carried by this stand-in (it knows {', '.join(allowed)})")
    return given


def required(given: dict[str, Any], name: str, where: str) -> Any:
    """A member that has to be there."""
    if name not in given:
        raise wrong(f"{where}.{name} is missing")
    return given[name]


def listed(value: Any, where: str) -> list[Any]:
    """The value, which has to be a list."""
    if not isinstance(value, list):
        raise wrong(f"{where} must be a list")
    return value


def whole(value: Any, where: str, *, least: int = 0) -> int:
    """The value, which has to be an integer of at least `least`."""
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise wrong(f"{where} must be an integer of at least {least}")
    return value


def truth(value: Any, where: str) -> bool:
    """The value, which has to be a boolean."""
    if not isinstance(value, bool):
        raise wrong(f"{where} must be true or false")
    return value
