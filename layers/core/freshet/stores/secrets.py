"""Secrets: SSM SecureStrings, kept in memory for a few minutes, never logged.

The deployment's own go by their parameter's name (`Secrets`), an owner's by a name of the owner's choice
(`OwnerSecrets`).
"""

import re
import time
from datetime import UTC, datetime

from pydantic import BaseModel

from freshet.errors import Conflict, Invalid, NotFound, Unavailable
from freshet.observe import logger
from freshet.stores.aws import Service
from freshet.stores.table import decode, encode

KEPT_S = 300  # a rotated key is picked up within five minutes
MAX_SECRETS = 100  # an owner's; SSM keeps 10,000 of an account
NAME = "^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"
# Printable ASCII, since they go into HTTP headers; never `{{`, which SSM takes for a reference.
VALUE = r"^(\{?[ -z|}~])*\{?$"
MAX_VALUE_BYTES = 4096  # SSM's own bound


class Secret(BaseModel):
    """A secret without its value."""

    name: str
    updated_at: str


class Secrets:
    """The parameter store."""

    def __init__(self, service: Service) -> None:
        self._values = _Values(service)

    async def get(self, name: str) -> str:
        """The decrypted value. Raises Unavailable if it is missing; the log has its name."""
        try:
            return await self._values.get(name)
        except NotFound:
            logger.error("an SSM parameter is missing", parameter=name)
            raise Unavailable("A secret of this deployment is missing.", part="secrets") from None

    async def find(self, name: str) -> str | None:
        """The same; None if it is missing, for what a deployment may be without."""
        try:
            return await self._values.get(name)
        except NotFound:
            return None


class OwnerSecrets:
    """Owners' secrets, below `prefix`: `<prefix>/<owner>/<name>`. They are written, used, and never shown."""

    def __init__(self, service: Service, prefix: str, names: "SecretNames") -> None:
        self._service = service
        self._prefix = prefix
        self._names = names
        self._values = _Values(service)

    async def get(self, owner: str, name: str) -> str:
        """The decrypted value, to be used. Raises Invalid if there is none: who asks named it."""
        try:
            return await self._values.get(self._parameter(owner, name))
        except NotFound:
            raise Invalid(f"There is no secret named {name}.") from None

    async def put(self, owner: str, name: str, value: str) -> tuple[Secret, bool]:
        """Keeps a value; with it comes whether the name is new. Raises Invalid, Conflict.

        Other processes use the former value for up to KEPT_S.
        """
        parameter = self._parameter(owner, name)
        if not 0 < len(value) <= MAX_VALUE_BYTES or not re.fullmatch(VALUE, value):
            limits = f"1 to {MAX_VALUE_BYTES} printable ASCII characters, without `{{{{`"
            raise Invalid(f"The value of a secret is {limits}.")
        names = {secret.name for secret in await self.of(owner)}
        if len(names | {name}) > MAX_SECRETS:
            raise Conflict(f"There are {MAX_SECRETS} secrets already; delete one first.")
        secret = Secret(name=name, updated_at=datetime.now(UTC).isoformat(timespec="milliseconds"))
        await self._names.put(owner, secret)  # first: of a value that nobody knows of nobody gets rid
        try:
            await self._service.call(
                "put_parameter", Name=parameter, Value=value, Type="SecureString", Overwrite=True
            )
        finally:  # it may be written, though we did not hear of it
            self._values.forget(parameter)
        return secret, name not in names

    async def delete(self, owner: str, name: str) -> None:
        """It can't be used any more; by other processes for up to KEPT_S. Raises NotFound."""
        parameter = self._parameter(owner, name)
        try:
            await self._service.call("delete_parameter", Name=parameter)
        except NotFound:
            raise NotFound(f"There is no secret named {name}.") from None
        finally:
            self._values.forget(parameter)
            await self._names.delete(owner, name)

    async def of(self, owner: str) -> list[Secret]:
        """The owner's secrets, by name."""
        return await self._names.of(owner)

    def _parameter(self, owner: str, name: str) -> str:
        if not re.fullmatch(NAME, name):
            raise Invalid("A secret's name is up to 64 letters, digits, `.`, `-` and `_`.")
        return f"{self._prefix}/{_encoded(owner)}/{name}"


class SecretNames:
    """Which secrets owners have: items among the keys, whose partition key can be no key's hash.

    SSM could tell, but who may list parameters there may also read them.
    """

    def __init__(self, service: Service, table: str) -> None:
        self._service = service
        self._table = table

    async def of(self, owner: str) -> list[Secret]:
        """The owner's, by name."""
        answer = await self._service.call(
            "query",
            TableName=self._table,
            IndexName="by_owner",
            KeyConditionExpression="#owner = :owner",
            ExpressionAttributeNames={"#owner": "owner"},
            ExpressionAttributeValues=encode({":owner": f"{owner}/secrets"}),
            Limit=MAX_SECRETS,
        )
        items = map(decode, answer["Items"])
        return [Secret(name=item["id"], updated_at=item["updated_at"]) for item in items]

    async def put(self, owner: str, secret: Secret) -> None:
        """Writes a name down; safe to repeat."""
        about = {"owner": f"{owner}/secrets", "id": secret.name, "updated_at": secret.updated_at}
        item = {"hash": _name_key(owner, secret.name), **about}
        await self._service.call("put_item", TableName=self._table, Item=encode(item))

    async def delete(self, owner: str, name: str) -> None:
        """Forgets a name; safe to repeat."""
        key = encode({"hash": _name_key(owner, name)})
        await self._service.call("delete_item", TableName=self._table, Key=key)


def _name_key(owner: str, name: str) -> str:
    return f"secret/{owner}/{name}"


class _Values:
    """Decrypted values by parameter, as they were up to KEPT_S ago."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._known: dict[str, tuple[float, str]] = {}

    async def get(self, parameter: str) -> str:
        """Raises NotFound."""
        now = time.monotonic()
        self._known = {name: known for name, known in self._known.items() if known[0] > now}
        if parameter in self._known:
            return self._known[parameter][1]
        answer = await self._service.call("get_parameter", Name=parameter, WithDecryption=True)
        value = str(answer["Parameter"]["Value"])
        self._known[parameter] = (time.monotonic() + KEPT_S, value)
        return value

    def forget(self, parameter: str) -> None:
        self._known.pop(parameter, None)


def _encoded(owner: str) -> str:
    """An owner in the alphabet of SSM's names, no two alike: `_` and what is not in it become `_` and hex."""
    return re.sub(
        r"[^A-Za-z0-9.-]", lambda found: "".join(f"_{byte:02x}" for byte in found[0].encode()), owner
    )
