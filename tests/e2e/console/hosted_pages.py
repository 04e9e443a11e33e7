"""Cognito's hosted pages on loopback: the code flow with PKCE, as strict as the real ones.

The emulator's own pages would do but for renewed tokens: theirs claim a new time of authentication, which
OpenID Connect forbids. Tokens are signed with the pool's own key, so the API takes them.
https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-userpools-server-contract-reference.html
"""

import base64
import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from urllib.parse import urlencode

import httpx
import jwt
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.e2e.local_cloud import REQUEST_S, START_S, LocalCloud, until

VALID_S = 3600
COOKIE = "cognito"
CORS = {"Access-Control-Allow-Origin": "*"}  # of token and revocation endpoint, for every origin
ASKED = ("client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge")


@dataclass(frozen=True)
class Grant:
    """What a code or a refresh token stands for."""

    email: str
    asked: Mapping[str, str]
    auth_time: int


@dataclass
class HostedPages:
    """One pool's pages, with what a test may look at or spoil."""

    passwords: dict[str, str]
    spoilt: dict[str, str] = field(default_factory=dict)  # goes over what the redirect or the token says
    grants: list[str] = field(default_factory=list)  # the grant types of the tokens that were issued
    renewable: dict[str, Grant] = field(default_factory=dict)  # by refresh token
    asked: list[Mapping[str, str]] = field(default_factory=list)
    _codes: dict[str, Grant] = field(default_factory=dict)
    _client: Mapping[str, list[str]] = field(default_factory=dict)
    _client_id: str = ""
    _issuer: str = ""
    _key: bytes = b""
    _kid: str = ""

    def serve(self, cloud: LocalCloud) -> None:
        """Stands in for the pool of this cloud, with the client that its template gives the console."""
        pool = cloud.outputs["UserPoolId"]
        self._client_id = until(lambda: _client_id(cloud), START_S)  # a busy machine wakes it slowly
        found = cloud.aws.client("cognito-idp").describe_user_pool_client(
            UserPoolId=pool, ClientId=self._client_id
        )
        self._client = found["UserPoolClient"]
        self._issuer = cloud.outputs["TokenIssuer"]
        jwks = f"{cloud.running['endpoint']}/{pool}/.well-known/jwks.json"
        keys = httpx.get(jwks, timeout=REQUEST_S).json()["keys"]
        self._key = Path(cloud.state.folder / f"aws/cognito-pool-keys/{pool}-id.pem").read_bytes()
        self._kid = next(key["kid"] for key in keys if self._signs(key))

    def _signs(self, key: Mapping[str, str]) -> bool:
        token = jwt.encode({}, self._key, algorithm="RS256")
        try:
            jwt.decode(token, jwt.PyJWK(dict(key)), algorithms=["RS256"])
        except jwt.InvalidSignatureError:
            return False
        return True

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/oauth2/authorize", self._authorize),
                Route("/login", self._login, methods=["POST"]),
                Route("/oauth2/token", self._token, methods=["POST"]),
                Route("/oauth2/revoke", self._revoke, methods=["POST"]),
                Route("/logout", self._logout),
            ]
        )

    async def _authorize(self, request: Request) -> Response:
        query = dict(request.query_params)
        self.asked.append(query)
        if wrong := self._wrong(query):
            return HTMLResponse(f"An error was encountered: {escape(wrong)}", 400)
        if email := request.cookies.get(COOKIE):
            return self._granted(email, query)
        return HTMLResponse(_form(query))

    def _wrong(self, query: Mapping[str, str]) -> str:
        if query.get("client_id") != self._client_id or query.get("response_type") != "code":
            return "client"
        if query.get("redirect_uri") not in self._client["CallbackURLs"]:
            return f"redirect_mismatch: {query.get('redirect_uri')}"
        if not set(query.get("scope", "").split()) <= set(self._client["AllowedOAuthScopes"]):
            return "invalid_scope"
        if query.get("code_challenge_method") != "S256" or len(query.get("code_challenge", "")) != 43:
            return "PKCE"
        return ""

    async def _login(self, request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        asked = {name: form.get(name, "") for name in ASKED}
        if "cancel" in form:
            refusal = {"error": "access_denied", "error_description": "User cancelled the sign-in."}
            return _back(asked, refusal | {"state": asked["state"]})
        if self.passwords.get(form["username"]) != form["password"]:
            return HTMLResponse(_form(asked, "Incorrect username or password."))
        return self._granted(form["username"], asked)

    def _granted(self, email: str, asked: Mapping[str, str]) -> Response:
        code = secrets.token_urlsafe()
        self._codes[code] = Grant(email, asked, int(time.time()))
        answer = _back(asked, {"code": code, "state": asked["state"]} | self.spoilt)
        answer.set_cookie(COOKIE, email, httponly=True)
        return answer

    async def _token(self, request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        if form.get("client_id") != self._client_id:
            return _refused("invalid_client")
        if form["grant_type"] == "refresh_token":
            grant, refreshed = self.renewable.get(form["refresh_token"]), True
        else:
            grant, refreshed = self._redeemed(form), False
        if not grant:
            return _refused("invalid_grant")
        self.grants.append(form["grant_type"])
        return JSONResponse(self._tokens(grant, refreshed=refreshed), headers=CORS)

    def _redeemed(self, form: Mapping[str, str]) -> Grant | None:
        """The code's grant, once, for who has its verifier."""
        grant = self._codes.pop(form["code"], None)
        if not grant or grant.asked["redirect_uri"] != form["redirect_uri"]:
            return None
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return grant if secrets.compare_digest(challenge, grant.asked["code_challenge"]) else None

    def _tokens(self, grant: Grant, *, refreshed: bool) -> dict[str, str | int]:
        now = int(time.time())
        shared: dict[str, str | int] = {
            "iss": self._issuer,
            "iat": now,
            "exp": now + VALID_S,
            "auth_time": grant.auth_time,
        }
        shared |= {"sub": hashlib.sha256(grant.email.encode()).hexdigest()[:32]}
        mine: dict[str, str | int] = {"aud": self._client_id, "token_use": "id", "email": grant.email}
        if not refreshed:
            mine["nonce"] = self.spoilt.get("nonce", grant.asked["nonce"])
        tokens: dict[str, str | int] = {
            "id_token": self._signed(shared | mine),
            "access_token": self._signed(shared | {"token_use": "access", "client_id": self._client_id}),
            "token_type": "Bearer",
            "expires_in": VALID_S,
        }
        if not refreshed:
            tokens["refresh_token"] = secrets.token_urlsafe()
            self.renewable[str(tokens["refresh_token"])] = grant
        return tokens

    def _signed(self, claims: Mapping[str, str | int]) -> str:
        return jwt.encode(dict(claims), self._key, algorithm="RS256", headers={"kid": self._kid})

    async def _revoke(self, request: Request) -> Response:
        form = await request.form()
        self.renewable.pop(str(form["token"]), None)
        return Response(headers=CORS)

    async def _logout(self, request: Request) -> Response:
        query = request.query_params
        if (
            query.get("client_id") != self._client_id
            or query.get("logout_uri") not in self._client["LogoutURLs"]
        ):
            return HTMLResponse("Required String parameter 'redirect_uri' is not present", 400)
        answer = RedirectResponse(query["logout_uri"], 302)
        answer.delete_cookie(COOKIE)
        return answer


def _client_id(cloud: LocalCloud) -> str:
    answer = httpx.get(f"{cloud.url}/config.json", timeout=REQUEST_S)
    return str(answer.json()["sign_in"]["client_id"]) if answer.is_success else ""


def _back(asked: Mapping[str, str], query: Mapping[str, str]) -> RedirectResponse:
    return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(query)}", 302)


def _refused(error: str) -> JSONResponse:
    return JSONResponse({"error": error}, 400, headers=CORS)


def _form(asked: Mapping[str, str], said: str = "") -> str:
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(asked.get(name, ""))}">' for name in ASKED
    )
    return (
        f'<!doctype html><title>Sign in</title><h1>Hosted pages</h1><p>{said}</p><form method="post" '
        f'action="/login">{hidden}<label>Email <input name="username"></label>'
        '<label>Password <input type="password" name="password"></label>'
        '<button>Sign in</button><button name="cancel">Cancel</button></form>'
    )
