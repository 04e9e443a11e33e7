"""Identity: whom a bearer token speaks for. Asked by `authorize`, and by `health` for a deep look.

Two kinds of token: Freshet keys (`fk_…`), and ID tokens of the stack's Cognito user pool, verified after
https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
"""

import asyncio
from functools import cache
from typing import TYPE_CHECKING, Any

from freshet.errors import Unauthenticated, Unavailable
from freshet.keys import PREFIX, Keys

if TYPE_CHECKING:
    from jwt import PyJWKClient

JWKS_TIMEOUT_S = 3
LEEWAY_S = 10  # clocks differ


class Identity:
    """Checks bearer tokens against the keys table and one token issuer."""

    def __init__(self, keys: Keys, *, issuer: str, audience: str, jwks_url: str) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._jwks_url = jwks_url or f"{issuer}/.well-known/jwks.json"

    async def owner_of(self, authorization: str) -> str:
        """The owner behind an `Authorization` header. Raises Unauthenticated."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("Send `Authorization: Bearer <key or token>`.")
        if token.startswith(PREFIX):
            owner = await self._keys.owner_of(token)
        else:
            owner = await asyncio.to_thread(self._subject, token.strip())
        if not owner:
            raise Unauthenticated("The key or token is not valid.")
        return owner

    def _subject(self, token: str) -> str | None:
        import jwt

        if not self._issuer:
            return None
        try:
            key = _jwks(self._jwks_url).get_signing_key_from_jwt(token)
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=["RS256"],
                issuer=self._issuer,
                audience=self._audience,
                leeway=LEEWAY_S,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except jwt.PyJWKClientConnectionError as error:
            raise Unavailable("The token issuer's keys can't be fetched.", part="identity") from error
        except jwt.PyJWTError:
            return None
        return claims["sub"] if claims.get("token_use") == "id" else None


@cache
def _jwks(url: str) -> "PyJWKClient":
    from jwt import PyJWKClient

    return PyJWKClient(url, cache_keys=True, timeout=JWKS_TIMEOUT_S)
