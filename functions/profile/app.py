"""profile: what belongs to the caller alone. For now: Freshet keys. Buffered."""

from fastapi import Response, status
from pydantic import BaseModel, Field

from freshet import wiring
from freshet.errors import Conflict
from freshet.keys import MAX_KEYS, Key
from freshet.web import Model, Owner, buffered, create_app

app = create_app("profile")


class NewKey(Model):
    name: str = Field(min_length=1, max_length=100, description="what it is for")


class IssuedKey(Key):
    """A new key; `key` is shown this once."""

    key: str


class KeyList(BaseModel):
    items: list[Key]


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
async def revoke_key(key_id: str, owner: Owner) -> Response:
    await wiring.keys().revoke(owner, key_id)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


handler = buffered(app)
