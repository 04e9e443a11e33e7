"""DynamoDB tables. Items are plain dictionaries; numbers come back as int or float, never Decimal.

In expressions every attribute is written `#name` and every value `:name`; the table fills in the names,
so reserved words never matter.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from freshet.concurrency import together
from freshet.stores.aws import ConditionFailed, Service

Item = dict[str, Any]

_READ = 250  # items that each further query of a page looks at, where a filter leaves it short
_ROUNDS = 5  # queries a page may take: within a second, however little matches

_AT_ONCE = 100  # items removed at a time

MAX_ID_BYTES = 1024  # DynamoDB's limit for a sort key
MAX_ITEM_BYTES = 300_000  # that an item's text should have, of the 400 KB that DynamoDB takes of all of it


@dataclass(frozen=True, slots=True)
class Page:
    """Some items and where to go on; `cursor` is None at the end."""

    items: list[Item]
    cursor: str | None


class Table:
    """One table whose items belong to owners: partition key `owner`, sort key `id`."""

    def __init__(self, service: Service, name: str) -> None:
        self._service = service
        self._name = name

    async def get(self, owner: str, id_: str) -> Item | None:
        """The item, read consistently, or None."""
        if len(id_.encode()) > MAX_ID_BYTES:
            return None  # a client's path may be longer; DynamoDB would refuse the call
        key = encode({"owner": owner, "id": id_})
        answer = await self._service.call("get_item", TableName=self._name, Key=key, ConsistentRead=True)
        return decode(answer["Item"]) if "Item" in answer else None

    async def put(self, owner: str, item: Mapping[str, Any]) -> None:
        """Writes a new item. Raises ConditionFailed if its id is taken."""
        owned = {**item, "owner": owner}
        try:
            await self._service.call(
                "put_item",
                TableName=self._name,
                Item=encode(owned),
                **_expressions(ConditionExpression="attribute_not_exists(#id)"),
            )
        except ConditionFailed:
            # A retry after a lost answer meets what its first attempt wrote.
            if await self.get(owner, item["id"]) != owned:
                raise

    async def write(self, owner: str, item: Mapping[str, Any]) -> None:
        """Writes an item over whatever has its id: safe to repeat."""
        await self._service.call("put_item", TableName=self._name, Item=encode({**item, "owner": owner}))

    async def write_together(
        self,
        owner: str,
        items: Sequence[Item],
        *,
        when: str,
        of: tuple[str, str] | None = None,
        delete: Sequence[str] = (),
        **values: Any,
    ) -> None:
        """Writes the items over whatever has their ids, and deletes others: all of it, or nothing.

        Raises ConditionFailed if `when` does not hold of the first item, or of another one that `of` names by
        its owner and its id; or if another such write is at them.
        """
        name = self._name
        writes = [{"Put": {"TableName": name, "Item": encode({**item, "owner": owner})}} for item in items]
        condition = _expressions(values, ConditionExpression=when)
        if of is None:
            writes[0]["Put"] |= condition
        else:
            key = encode({"owner": of[0], "id": of[1]})
            writes.append({"ConditionCheck": {"TableName": name, "Key": key, **condition}})
        keys = [encode({"owner": owner, "id": id_}) for id_ in delete]
        deletions = [{"Delete": {"TableName": name, "Key": key}} for key in keys]
        await self._service.call("transact_write_items", TransactItems=[*writes, *deletions])

    async def update(
        self,
        owner: str,
        id_: str,
        changes: Mapping[str, Any],
        *,
        when: str,
        add: Mapping[str, int] | None = None,
        **values: Any,
    ) -> Item:
        """Sets `changes` (None removes), adds `add`, if `when` holds; returns the whole new item.

        What is not there yet is made, if `when` allows that. Raises ConditionFailed with what stands there
        otherwise.
        """
        kept = {name: value for name, value in changes.items() if value is not None}
        clauses = [
            _clause("SET", (f"#{name} = :{name}_new" for name in kept)),
            _clause("REMOVE", (f"#{name}" for name in changes if changes[name] is None)),
            _clause("ADD", (f"#{name} :{name}_add" for name in add or {})),
        ]
        named = {f"{name}_new": value for name, value in kept.items()}
        added = {f"{name}_add": value for name, value in (add or {}).items()}
        answer = await self._conditional(
            "update_item",
            Key=encode({"owner": owner, "id": id_}),
            ReturnValues="ALL_NEW",
            **_expressions(
                {**values, **named, **added},
                UpdateExpression=" ".join(filter(None, clauses)),
                ConditionExpression=when,
            ),
        )
        return decode(answer["Attributes"])

    async def delete(self, owner: str, id_: str, *, when: str = "", **values: Any) -> bool:
        """Removes the item; False if it was not there.

        Raises ConditionFailed, with what stands there, if there is a `when` that does not hold.
        """
        if len(id_.encode()) > MAX_ID_BYTES:
            return False
        answer = await self._conditional(
            "delete_item",
            Key=encode({"owner": owner, "id": id_}),
            ReturnValues="ALL_OLD",
            **(_expressions(values, ConditionExpression=when) if when else {}),
        )
        return "Attributes" in answer

    async def clear(self, owner: str) -> None:
        """Removes all of the owner's items; what fails half-way can be repeated."""
        while items := (await self.page(owner, limit=_AT_ONCE, consistent=True)).items:
            await self.remove(owner, [item["id"] for item in items])

    async def remove(self, owner: str, ids: Sequence[str]) -> None:
        """Removes the items of these ids, however many."""
        for start in range(0, len(ids), _AT_ONCE):
            await together(*(self.delete(owner, id_) for id_ in ids[start : start + _AT_ONCE]))

    async def page(
        self,
        owner: str,
        *,
        limit: int,
        cursor: str | None = None,
        newest_first: bool = True,
        consistent: bool = False,
        prefix: str = "",
        matching: str = "",
        **values: Any,
    ) -> Page:
        """The owner's items, or those whose ids begin with `prefix`, in the order of their ids.

        With a filter a page may hold fewer than `limit` although there are more: follow the cursor.
        """
        items: list[Item] = []
        key = "#owner = :owner"
        if prefix:
            key, values = f"{key} AND begins_with(#id, :prefix)", {**values, "prefix": prefix}
        for number in range(_ROUNDS):
            arguments = _expressions(
                {**values, "owner": owner},
                KeyConditionExpression=key,
                **({"FilterExpression": matching} if matching else {}),
            )
            if cursor:
                arguments["ExclusiveStartKey"] = encode({"owner": owner, "id": cursor})
            answer = await self._service.call(
                "query",
                TableName=self._name,
                ScanIndexForward=not newest_first,
                ConsistentRead=consistent,
                Limit=_READ if number else limit + 1,
                **arguments,
            )
            items += map(decode, answer["Items"])
            if len(items) > limit:
                return Page(items[:limit], items[limit - 1]["id"])
            if "LastEvaluatedKey" not in answer:
                return Page(items, None)
            cursor = decode(answer["LastEvaluatedKey"])["id"]
        return Page(items, cursor)

    async def count(self, owner: str, *, prefix: str, matching: str = "", **values: Any) -> int:
        """How many items the owner has whose ids begin with `prefix`; without those that don't match."""
        arguments = _expressions(
            {**values, "owner": owner, "prefix": prefix},
            KeyConditionExpression="#owner = :owner AND begins_with(#id, :prefix)",
            **({"FilterExpression": matching} if matching else {}),
        )
        counted = 0
        while True:
            answer = await self._service.call("query", TableName=self._name, Select="COUNT", **arguments)
            counted += int(answer["Count"])
            if "LastEvaluatedKey" not in answer:
                return counted
            arguments["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    async def span(self, owner: str, first: str, last: str) -> list[Item]:
        """The owner's items with ids from `first` to `last`, oldest id first, read consistently.

        At most a megabyte: where the last one returned is not the last one wanted, there may be more.
        """
        answer = await self._service.call(
            "query",
            TableName=self._name,
            ConsistentRead=True,
            **_expressions(
                {"owner": owner, "first": first, "last": last},
                KeyConditionExpression="#owner = :owner AND #id BETWEEN :first AND :last",
            ),
        )
        return [decode(item) for item in answer["Items"]]

    async def ping(self) -> None:
        """Raises Unavailable or NotFound if the table can't be used."""
        await self._service.call("describe_table", TableName=self._name)

    async def _conditional(self, operation: str, **arguments: Any) -> dict[str, Any]:
        try:
            return await self._service.call(
                operation, TableName=self._name, ReturnValuesOnConditionCheckFailure="ALL_OLD", **arguments
            )
        except ConditionFailed as failure:
            raise ConditionFailed(decode(failure.item) if failure.item else None) from None


def _clause(word: str, parts: Any) -> str:
    joined = ", ".join(parts)
    return f"{word} {joined}" if joined else ""


def _expressions(values: Mapping[str, Any] | None = None, **expressions: str) -> dict[str, Any]:
    text = " ".join(expressions.values())
    arguments: dict[str, Any] = dict(expressions)
    arguments["ExpressionAttributeNames"] = {f"#{name}": name for name in re.findall(r"#(\w+)", text)}
    if values:
        arguments["ExpressionAttributeValues"] = {f":{name}": value for name, value in encode(values).items()}
    return arguments


def encode(item: Mapping[str, Any]) -> Item:
    """A plain item in DynamoDB's typed JSON. boto3's own encoder would cost its import, in the event loop."""
    return {name: _typed(value) for name, value in item.items()}


def decode(item: Mapping[str, Any]) -> Item:
    """The other way round."""
    return {name: _plain(value) for name, value in item.items()}


def _typed(value: Any) -> dict[str, Any]:
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case int() | float():
            return {"N": repr(value)}
        case str():
            return {"S": value}
        case bytes():
            return {"B": value}
        case dict():
            return {"M": encode(value)}
        case list() | tuple():
            return {"L": [_typed(inner) for inner in value]}
    raise TypeError(f"a table holds no {type(value).__name__}")


def _plain(typed: Mapping[str, Any]) -> Any:
    ((kind, value),) = typed.items()
    match kind:
        case "NULL":
            return None
        case "N":
            number = Decimal(value)
            return int(number) if number == number.to_integral_value() else float(number)
        case "M":
            return decode(value)
        case "L":
            return [_plain(inner) for inner in value]
    return value
