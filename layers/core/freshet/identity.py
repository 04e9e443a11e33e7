"""Identity: whom a bearer token speaks for. Asked by `authorize`, and by `health` for a deep look.

Two kinds of token: Freshet keys (`fk_…`), and ID tokens of the stack's Cognito user pool, verified after
https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from freshet.errors import Unauthenticated, Unavailable
from freshet.keys import PREFIX, Keys

if TYPE_CHECKING:
    from jwt import PyJWKClient

JWKS_TIMEOUT_S = 3
LEEWAY_S = 10  # clocks differ


class Identity:
    """Checks bearer tokens against the keys table and one token issuer.

    Tokens may be for `audience`, or for the app client whose id `console_client` looks up, if there is one.
    """

    def __init__(
        self,
        keys: Keys,
        *,
        issuer: str,
        audience: str,
        jwks_url: str,
        console_client: Callable[[], Awaitable[str | None]] | None = None,
    ) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._jwks_url = jwks_url or f"{issuer}/.well-known/jwks.json"
        self._console_client = console_client

    async def owner_of(self, authorization: str) -> str:
        """The owner behind an `Authorization` header. Raises Unauthenticated."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("Send `Authorization: Bearer <key or token>`.")
        if token.startswith(PREFIX):
            owner = await self._keys.owner_of(token)
        else:
            owner = await self._subject(token.strip())
        if not owner:
            raise Unauthenticated("The key or token is not valid.")
        return owner

    async def _subject(self, token: str) -> str | None:
        claims = await asyncio.to_thread(self._issued, token)
        if claims is None or claims.get("token_use") != "id":
            return None
        subject: str | None = claims["sub"] if await self._is_for_us(claims["aud"]) else None
        return subject

    def _issued(self, token: str) -> dict[str, Any] | None:
        """The claims of a token that the issuer signed, whoever it is for."""
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
                leeway=LEEWAY_S,
                options={"require": ["exp", "iss", "aud", "sub"], "verify_aud": False},
            )
        except jwt.PyJWKClientConnectionError as error:
            raise Unavailable("The token issuer's keys can't be fetched.", part="identity") from error
        except jwt.PyJWTError:
            return None
        return claims

    async def _is_for_us(self, audience: Any) -> bool:
        """Asks for the console's client only if it may be that one's: the common case costs nothing."""
        if not isinstance(audience, str) or not audience:
            return False
        if audience == self._audience:
            return True
        return self._console_client is not None and audience == await self._console_client()


@cache
def _jwks(url: str) -> "PyJWKClient":
    from jwt import PyJWKClient

    return PyJWKClient(url, cache_keys=True, timeout=JWKS_TIMEOUT_S)
