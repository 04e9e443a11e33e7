"""profile: what belongs to the caller alone: who they are, what they know, keys and secrets. Buffered."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Path, Query, Response, status
from pydantic import BaseModel, Field

from freshet import wiring
from freshet.concurrency import together
from freshet.errors import Conflict
from freshet.keys import MAX_KEYS, Key
from freshet.profile.mastery import KnownConcept
from freshet.profile.profile import NewProfile, Profile
from freshet.stores.secrets import MAX_VALUE_BYTES, NAME, VALUE, Secret
from freshet.web import Model, Owner, buffered, create_app

app = create_app("profile")


class Learned(BaseModel):
    """What the caller knows, as far as their answers tell: concepts in alphabetical order."""

    items: list[KnownConcept]
    next_cursor: str | None
    due: int = Field(
        description="how many concepts are due now; at least so many, where more than a thousand are known. "
        "GET /api/v1/exercises/due has their questions"
    )


class Learner(Profile):
    """The caller's profile, and what they have learned."""

    mastery: Learned


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


@app.get("/api/v1/user/profile", summary="The caller's profile, and what they have learned")
async def get_profile(
    owner: Owner,
    limit: Annotated[int, Query(ge=1, le=500, description="concepts")] = 100,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
) -> Learner:
    """Made on first use. Mastery is counted from graded answers, by FSRS."""
    now = datetime.now(UTC)
    profile, (concepts, following), due = await together(
        wiring.profiles().get(owner),
        wiring.mastery().concepts(owner, limit, cursor, now=now),
        wiring.mastery().count_due(owner, now),
    )
    mastery = Learned(items=concepts, next_cursor=following, due=due)
    return Learner(**profile.model_dump(), mastery=mastery)


@app.put("/api/v1/user/profile", summary="Write the caller's profile")
async def write_profile(body: NewProfile, owner: Owner) -> Profile:
    """Whole: what is left out is as in a new one."""
    return await wiring.profiles().put(owner, body)


@app.delete(
    "/api/v1/user/profile",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    summary="Erase the caller's profile, and what they have learned",
)
async def erase_profile(owner: Owner) -> None:
    """With all practice behind it. Attempts stay with their exercises; the next one begins to count anew."""
    await wiring.mastery().erase(owner)
    await wiring.profiles().delete(owner)


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
