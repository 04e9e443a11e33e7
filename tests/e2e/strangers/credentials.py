"""Credentials that let nobody in: what a stranger may send in place of a key or a token.

What does not belong here: what they are answered (`test_credentials.py`).
"""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from tests.e2e.local_cloud import LocalCloud
from tests.e2e.users import PASSWORD


class Forger:
    """Makes tokens of a user's own one: with the user pool's key, with another, with none."""

    def __init__(self, cloud: LocalCloud, token: str) -> None:
        name = f"{cloud.outputs['UserPoolId']}-id.pem"
        (path,) = cloud.state.folder.rglob(name)  # where the emulator keeps it; of AWS's nobody has one
        key = load_pem_private_key(path.read_bytes(), password=None)
        assert isinstance(key, rsa.RSAPrivateKey)
        self._key = key
        self._head = {"kid": jwt.get_unverified_header(token)["kid"]}
        self._claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})

    def signed(self, **changed: Any) -> str:
        """With the pool's own key: nothing is wrong but what is changed."""
        return self._signed(self._key, changed)

    def by_another_key(self) -> str:
        return self._signed(rsa.generate_private_key(public_exponent=65537, key_size=2048), {})

    def unsigned(self) -> str:
        return jwt.encode(self._claims, "", algorithm="none", headers=self._head)

    def by_the_public_key(self) -> str:
        """HS256 with the public key as its secret: who lets the token choose the algorithm takes it."""
        public = self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        parts = [{"alg": "HS256", "typ": "JWT", **self._head}, self._claims]
        body = ".".join(_encoded(json.dumps(part).encode()) for part in parts)
        return f"{body}.{_encoded(hmac.digest(public, body.encode(), hashlib.sha256))}"

    def _signed(self, key: rsa.RSAPrivateKey, changed: dict[str, Any]) -> str:
        return jwt.encode({**self._claims, **changed}, key, algorithm="RS256", headers=self._head)


def refused(cloud: LocalCloud, tokens: dict[str, str]) -> dict[str, str | None]:
    """Values of `Authorization` by what is wrong with them; None is no such header."""
    forger = Forger(cloud, tokens["IdToken"])
    wrong = {
        "a key that nobody made": "fk_" + "x" * 43,
        "no token": "not-a-token",
        "an access token": tokens["AccessToken"],
        "a refresh token": tokens["RefreshToken"],
        "an access token's claim": forger.signed(token_use="access"),
        "expired": forger.signed(exp=int(time.time()) - 60),
        "for another client": forger.signed(aud="another-client"),
        "of another issuer": forger.signed(iss="https://issuer.example"),
        "of another pool": _foreign(cloud),
        "signed by another key": forger.by_another_key(),
        "not signed": forger.unsigned(),
        "signed by the public key": forger.by_the_public_key(),
    }
    return {
        "nothing": None,
        "an empty header": "",
        "no credentials": "Bearer",
        "another scheme": "Basic ZGV2OmRldg==",
        "no scheme": tokens["IdToken"],
        **{name: f"Bearer {token}" for name, token in wrong.items()},
    }


def _foreign(cloud: LocalCloud) -> str:
    """A real token of a pool that is not the stack's."""
    cognito, name = cloud.aws.client("cognito-idp"), "mallory@example.org"
    pool = cognito.create_user_pool(PoolName="foreign")["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="foreign", ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    cognito.admin_create_user(UserPoolId=pool, Username=name, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(UserPoolId=pool, Username=name, Password=PASSWORD, Permanent=True)
    signed_in = cognito.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=client,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": name, "PASSWORD": PASSWORD},
    )
    return str(signed_in["AuthenticationResult"]["IdToken"])


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
