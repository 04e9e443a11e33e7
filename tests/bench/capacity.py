"""What a client's DynamoDB calls cost: requests, units and money, by the rules that AWS documents.

Sizes and rounding: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
Prices: on demand, us-east-1. Storage is left out: a run's items are gone after a day.
"""

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

WRITE_USD, READ_USD = 0.625e-6, 0.125e-6  # a request unit
_WRITE_BYTES, _READ_BYTES = 1024, 4096  # that a unit is good for
_WRITES = {"PutItem", "UpdateItem", "DeleteItem"}


@dataclass
class Bill:
    """Requests and the units that they took."""

    writes: int = 0
    write_units: float = 0
    reads: int = 0
    read_units: float = 0

    @property
    def usd(self) -> float:
        return self.write_units * WRITE_USD + self.read_units * READ_USD


@dataclass
class Meter:
    """Counts the calls of the client that it is attached to, by the owner in their keys."""

    bills: dict[str, Bill] = field(default_factory=lambda: defaultdict(Bill))

    def attach(self, client: Any) -> None:
        client.meta.events.register("before-parameter-build.dynamodb", self._asked)
        client.meta.events.register("after-call.dynamodb", self._answered)

    def _asked(self, params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        context["asked"] = params

    def _answered(self, parsed: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        asked = context["asked"]
        bill = self.bills[_owner(asked)]
        if model.name == "TransactWriteItems":
            bill.writes += 1
            bill.write_units += sum(map(_transacted, asked["TransactItems"]))
        elif model.name in _WRITES:
            written = asked.get("Item") or parsed.get("Attributes") or parsed.get("Item") or {}
            bill.writes += 1
            bill.write_units += _units(_size(written), _WRITE_BYTES)
        else:
            found = parsed.get("Items") or [parsed.get("Item") or {}]
            units = _units(sum(map(_size, found)), _READ_BYTES)
            bill.reads += 1
            bill.read_units += units if asked.get("ConsistentRead") else units / 2


def _owner(asked: Mapping[str, Any]) -> str:
    """Who owns the partition that a call is about; runs have partitions below their owner's."""
    if transacted := asked.get("TransactItems"):
        (asked,) = transacted[0].values()
    key = asked.get("Key") or asked.get("Item") or {"owner": asked["ExpressionAttributeValues"][":owner"]}
    return str(key.get("owner", {"S": ""})["S"]).partition("/")[0]  # a key's hash has no owner


def _transacted(action: Mapping[str, Any]) -> int:
    """All or nothing is twice the price. What a deletion finds is not told: a unit, then."""
    ((_, asked),) = action.items()
    return 2 * _units(_size(asked.get("Item", {})), _WRITE_BYTES)


def _units(size: int, of: int) -> int:
    """A call that finds nothing takes one too."""
    return max(1, math.ceil(size / of))


def _size(item: Mapping[str, Any]) -> int:
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _value_size(typed: Mapping[str, Any]) -> int:
    ((kind, value),) = typed.items()
    match kind:
        case "S":
            return len(value.encode())
        case "B":
            return len(value)
        case "N":
            return math.ceil(sum(map(str.isdigit, value)) / 2) + 1
        case "M":
            return 3 + sum(1 + len(name.encode()) + _value_size(inner) for name, inner in value.items())
        case "L":
            return 3 + sum(1 + _value_size(inner) for inner in value)
    return 1  # NULL and BOOL
