import base64
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from freshet import wiring
from freshet.errors import Unauthenticated, Unavailable
from freshet.identity import Identity
from freshet.keys import Keys
from freshet.settings import settings
from freshet.stores.aws import Service
from tests.stack import Stack

USER, PASSWORD = "li@example.com", "Correct-Horse-1"
CONSOLE_CLIENT = "/freshet/tests/console-client-of-identity"
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


def signed_in(stack: Stack, client: str) -> dict[str, str]:
    """ID and access token of the pool's user by one of its app clients, by Cognito's own sign-in."""
    answer = stack.aws.client("cognito-idp").admin_initiate_auth(
        UserPoolId=stack.outputs["UserPoolId"],
        ClientId=client,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": USER, "PASSWORD": PASSWORD},
    )["AuthenticationResult"]
    return {"id": answer["IdToken"], "access": answer["AccessToken"]}


@pytest.fixture(scope="session")
def tokens(stack: Stack) -> dict[str, str]:
    cognito, pool = stack.aws.client("cognito-idp"), stack.outputs["UserPoolId"]
    cognito.admin_create_user(UserPoolId=pool, Username=USER, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(UserPoolId=pool, Username=USER, Password=PASSWORD, Permanent=True)
    return signed_in(stack, stack.outputs["UserPoolClientId"])


@pytest.fixture(scope="session")
def clients(stack: Stack) -> tuple[str, str]:
    """Two more app clients of the pool: the console's, and somebody else's."""
    cognito, pool = stack.aws.client("cognito-idp"), stack.outputs["UserPoolId"]
    flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    console, other = (
        cognito.create_user_pool_client(UserPoolId=pool, ClientName=name, ExplicitAuthFlows=flows)
        for name in ("console", "other")
    )
    return console["UserPoolClient"]["ClientId"], other["UserPoolClient"]["ClientId"]


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
    for expected in (("https://other", audience), (issuer, "other"), (issuer, "")):
        identity = Identity(keys, issuer=expected[0], audience=expected[1], jwks_url=jwks)
        with pytest.raises(Unauthenticated):
            await identity.owner_of(f"Bearer {tokens['id']}")


@pytest.fixture
def settled(cloud: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str | None], Identity]]:
    """`settled(client)`: identity as functions have it, once the console's parameter holds that client."""
    ssm, pool = cloud.aws.client("ssm"), cloud.outputs["UserPoolId"]
    monkeypatch.setenv("TOKEN_ISSUER", cloud.outputs["TokenIssuer"])
    monkeypatch.setenv("TOKEN_AUDIENCE", cloud.outputs["UserPoolClientId"])
    monkeypatch.setenv("TOKEN_JWKS_URL", f"{cloud.aws.endpoint}/{pool}/.well-known/jwks.json")
    monkeypatch.setenv("CONSOLE_CLIENT_PARAMETER", CONSOLE_CLIENT)
    settings.cache_clear()  # cloud has read it

    def identity(client: str | None) -> Identity:
        if client:
            ssm.put_parameter(Name=CONSOLE_CLIENT, Value=client, Type="String", Overwrite=True)
        return wiring.identity()

    yield identity
    ssm.delete_parameters(Names=[CONSOLE_CLIENT])


async def test_tokens_of_the_consoles_client_count_too_and_no_other_clients(
    settled: Callable[..., Identity], cloud: Stack, tokens: dict[str, str], clients: tuple[str, str]
) -> None:
    console, other = (signed_in(cloud, client) for client in clients)
    identity = settled(clients[0])
    for good in (tokens, console):
        assert await identity.owner_of(f"Bearer {good['id']}") == claims_of(tokens["id"])["sub"]
    for bad in (console["access"], other["id"], other["access"], forged(console["id"])):
        with pytest.raises(Unauthenticated):
            await identity.owner_of(f"Bearer {bad}")


async def test_until_there_is_a_console_client_its_tokens_are_nobodys(
    settled: Callable[..., Identity], cloud: Stack, tokens: dict[str, str], clients: tuple[str, str]
) -> None:
    token = signed_in(cloud, clients[0])["id"]
    with pytest.raises(Unauthenticated):
        await settled(None).owner_of(f"Bearer {token}")
    assert await settled(clients[0]).owner_of(f"Bearer {token}")


async def test_a_parameter_store_that_is_down_is_no_verdict_on_the_consoles_tokens_and_no_matter_to_others(
    settled: Callable[..., Identity],
    cloud: Stack,
    tokens: dict[str, str],
    clients: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    token = signed_in(cloud, clients[0])["id"]
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    identity = settled(None)
    assert await identity.owner_of(f"Bearer {tokens['id']}")
    for stranger in (forged(token), token[:-10]):  # who can't sign makes us ask nobody
        with pytest.raises(Unauthenticated):
            await identity.owner_of(f"Bearer {stranger}")
    with pytest.raises(Unavailable) as down:
        await identity.owner_of(f"Bearer {token}")
    assert down.value.part == "secrets"


async def test_keys_of_the_issuer_out_of_reach_are_not_a_bad_token(
    keys: Keys, cloud: Stack, tokens: dict[str, str]
) -> None:
    issuer, audience = cloud.outputs["TokenIssuer"], cloud.outputs["UserPoolClientId"]
    unreachable = Identity(keys, issuer=issuer, audience=audience, jwks_url="http://127.0.0.1:9/jwks.json")
    with pytest.raises(Unavailable):
        await unreachable.owner_of(f"Bearer {tokens['id']}")
