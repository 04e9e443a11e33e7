"""Freshet keys: bearer tokens `fk_…`, shown once, stored as a hash, revocable.

A key holds 256 random bits, so a plain SHA-256 is enough to keep it (there is nothing to guess).
"""

import hashlib
import secrets
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel

from freshet.errors import NotFound
from freshet.ids import new_id
from freshet.stores.aws import Service
from freshet.stores.table import decode, encode

PREFIX = "fk_"
MAX_KEYS = 100  # an owner's; more than anyone needs, few enough for one page


class Key(BaseModel):
    """A key without its secret."""

    id: str
    name: str
    created_at: str


class Keys:
    """The table of keys: partition key `hash`, and an index `by_owner` (owner, id)."""

    def __init__(self, service: Service, table: str) -> None:
        self._service = service
        self._table = table

    async def issue(self, owner: str, name: str) -> tuple[Key, str]:
        """A new key and its secret, which can't be had again."""
        secret = PREFIX + secrets.token_urlsafe(32)
        return await self.put(owner, secret, name), secret

    async def put(self, owner: str, secret: str, name: str, *, id_: str | None = None) -> Key:
        """Lets `secret` speak for `owner`."""
        key = Key(
            id=id_ or new_id(), name=name, created_at=datetime.now(UTC).isoformat(timespec="milliseconds")
        )
        item = {"hash": hash_of(secret), "owner": owner, **key.model_dump()}
        await self._service.call("put_item", TableName=self._table, Item=encode(item))
        return key

    async def owner_of(self, secret: str) -> str | None:
        """Whom the key speaks for; None if it is unknown or revoked."""
        answer = await self._service.call(
            "get_item", TableName=self._table, Key=encode({"hash": hash_of(secret)}), ConsistentRead=True
        )
        return decode(answer["Item"])["owner"] if "Item" in answer else None

    async def of(self, owner: str) -> list[Key]:
        """The owner's keys, newest first."""
        return [Key.model_validate(item) for item in await self._items(owner)]

    async def revoke(self, owner: str, key_id: str) -> None:
        """The key is refused from now on, within the authorizer's cache time. Raises NotFound."""
        for item in await self._items(owner):
            if item["id"] == key_id:
                await self._service.call(
                    "delete_item", TableName=self._table, Key=encode({"hash": item["hash"]})
                )
                return
        raise NotFound(f"There is no key {key_id}.")

    async def _items(self, owner: str) -> list[dict[str, Any]]:
        answer = await self._service.call(
            "query",
            TableName=self._table,
            IndexName="by_owner",
            KeyConditionExpression="#owner = :owner",
            ExpressionAttributeNames={"#owner": "owner"},
            ExpressionAttributeValues=encode({":owner": owner}),
            ScanIndexForward=False,
            Limit=MAX_KEYS,
        )
        return [decode(item) for item in answer["Items"]]


def hash_of(secret: str) -> str:
    """How a key is stored."""
    return hashlib.sha256(secret.encode()).hexdigest()
