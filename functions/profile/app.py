"""profile: what belongs to the caller alone. For now: Freshet keys and secrets. Buffered."""

from typing import Annotated

from fastapi import Path, Response, status
from pydantic import BaseModel, Field

from freshet import wiring
from freshet.errors import Conflict
from freshet.keys import MAX_KEYS, Key
from freshet.stores.secrets import MAX_VALUE_BYTES, NAME, VALUE, Secret
from freshet.web import Model, Owner, buffered, create_app

app = create_app("profile")


class NewKey(Model):
    name: str = Field(min_length=1, max_length=100, description="what it is for")


class IssuedKey(Key):
    """A new key; `key` is shown this once."""

    key: str


class KeyList(BaseModel):
    items: list[Key]


class NewSecret(Model):
    value: str = Field(
        min_length=1,
        max_length=MAX_VALUE_BYTES,
        pattern=VALUE,
        description="printable ASCII without `{{`; kept encrypted and never shown",
    )


class SecretList(BaseModel):
    items: list[Secret]


SecretName = Annotated[str, Path(pattern=NAME, description="what models and tools refer to it by")]


@app.get("/api/v1/keys", summary="List keys")
async def list_keys(owner: Owner) -> KeyList:
    return KeyList(items=await wiring.keys().of(owner))


@app.post("/api/v1/keys", status_code=status.HTTP_201_CREATED, summary="Make a key")
async def issue_key(body: NewKey, owner: Owner) -> IssuedKey:
    if len(await wiring.keys().of(owner)) >= MAX_KEYS:
        raise Conflict(f"There are {MAX_KEYS} keys already; revoke one first.")
    key, secret = await wiring.keys().issue(owner, body.name)
    return IssuedKey(**key.model_dump(), key=secret)


@app.delete(
    "/api/v1/keys/{key_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    summary="Revoke a key",
)
async def revoke_key(key_id: str, owner: Owner) -> None:
    await wiring.keys().revoke(owner, key_id)


@app.get("/api/v1/secrets", summary="List secrets")
async def list_secrets(owner: Owner) -> SecretList:
    """Their names; what they hold is never shown."""
    return SecretList(items=await wiring.owner_secrets().of(owner))


@app.put(
    "/api/v1/secrets/{secret_name}",
    summary="Write a secret",
    responses={status.HTTP_201_CREATED: {"model": Secret, "description": "It is new"}},
)
async def write_secret(secret_name: SecretName, body: NewSecret, owner: Owner, response: Response) -> Secret:
    """Models and tools of the caller may refer to it. A new value is used everywhere within five minutes."""
    secret, new = await wiring.owner_secrets().put(owner, secret_name, body.value)
    response.status_code = status.HTTP_201_CREATED if new else status.HTTP_200_OK
    return secret


@app.delete(
    "/api/v1/secrets/{secret_name}",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    summary="Delete a secret",
)
async def delete_secret(secret_name: SecretName, owner: Owner) -> None:
    await wiring.owner_secrets().delete(owner, secret_name)


handler = buffered(app)
