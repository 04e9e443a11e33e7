import base64
import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from freshet.errors import Unauthenticated, Unavailable
from freshet.identity import Identity
from freshet.keys import Keys
from freshet.stores.aws import Service
from tests.stack import Stack

FOREIGN = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def keys(cloud: Stack) -> Keys:
    return Keys(Service("dynamodb", "table"), cloud.outputs["KeysTableName"])


@pytest.fixture
def identity(cloud: Stack, keys: Keys) -> Identity:
    pool = cloud.outputs["UserPoolId"]
    return Identity(
        keys,
        issuer=cloud.outputs["TokenIssuer"],
        audience=cloud.outputs["UserPoolClientId"],
        jwks_url=f"{cloud.aws.endpoint}/{pool}/.well-known/jwks.json",
    )


@pytest.fixture(scope="session")
def tokens(stack: Stack) -> dict[str, str]:
    """ID and access token of a user of the stack's pool, by Cognito's own sign-in."""
    cognito = stack.aws.client("cognito-idp")
    pool, client = stack.outputs["UserPoolId"], stack.outputs["UserPoolClientId"]
    name, password = "li@example.com", "Correct-Horse-1"
    cognito.admin_create_user(UserPoolId=pool, Username=name, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(UserPoolId=pool, Username=name, Password=password, Permanent=True)
    answer = cognito.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=client,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": name, "PASSWORD": password},
    )["AuthenticationResult"]
    return {"id": answer["IdToken"], "access": answer["AccessToken"]}


def claims_of(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


async def test_an_id_token_of_the_pool_speaks_for_its_user(
    identity: Identity, tokens: dict[str, str]
) -> None:
    assert await identity.owner_of(f"Bearer {tokens['id']}") == claims_of(tokens["id"])["sub"]


async def test_a_key_speaks_for_its_owner(identity: Identity, keys: Keys) -> None:
    _, secret = await keys.issue("ann", "x")
    assert await identity.owner_of(f"bearer {secret}") == "ann"


def forged(token: str, **changed: Any) -> str:
    """The token with other claims, under a signature of somebody else."""
    header = jwt.get_unverified_header(token)
    return jwt.encode({**claims_of(token), **changed}, FOREIGN, "RS256", headers={"kid": header["kid"]})


def unsigned(token: str) -> str:
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).rstrip(b"=").decode()
    return f"{header}.{token.split('.')[1]}."


async def test_no_other_token_speaks_for_anybody(identity: Identity, tokens: dict[str, str]) -> None:
    good = tokens["id"]
    bad = {
        "access token": tokens["access"],
        "foreign signature": forged(good),
        "somebody else": forged(good, sub="bob"),
        "expired": forged(good, exp=int(time.time()) - 3600),
        "unsigned": unsigned(good),
        "cut": good[:-10],
        "not a token": "abc",
        "unknown key": "fk_unknown",
        "nothing": "",
    }
    for why, token in bad.items():
        with pytest.raises(Unauthenticated):
            pytest.fail(f"{why}: {await identity.owner_of(f'Bearer {token}')}")


@pytest.mark.parametrize("header", ["", "Bearer", "Basic abc", "fk_local"])
async def test_other_schemes_are_refused(identity: Identity, header: str) -> None:
    with pytest.raises(Unauthenticated):
        await identity.owner_of(header)


async def test_another_audience_or_issuer_is_refused(
    keys: Keys, cloud: Stack, tokens: dict[str, str]
) -> None:
    jwks = f"{cloud.aws.endpoint}/{cloud.outputs['UserPoolId']}/.well-known/jwks.json"
    issuer, audience = cloud.outputs["TokenIssuer"], cloud.outputs["UserPoolClientId"]
    for chosen in (
        {"issuer": "https://other", "audience": audience},
        {"issuer": issuer, "audience": "other"},
    ):
        with pytest.raises(Unauthenticated):
            await Identity(keys, jwks_url=jwks, **chosen).owner_of(f"Bearer {tokens['id']}")


async def test_keys_of_the_issuer_out_of_reach_are_not_a_bad_token(
    keys: Keys, cloud: Stack, tokens: dict[str, str]
) -> None:
    issuer, audience = cloud.outputs["TokenIssuer"], cloud.outputs["UserPoolClientId"]
    unreachable = Identity(keys, issuer=issuer, audience=audience, jwks_url="http://127.0.0.1:9/jwks.json")
    with pytest.raises(Unavailable):
        await unreachable.owner_of(f"Bearer {tokens['id']}")
