"""What the console has to know about its deployment before it can ask for anything. All of it is public."""

import asyncio
from importlib import import_module

from pydantic import BaseModel, Field

from freshet import reference
from freshet.settings import settings


class SignIn(BaseModel):
    """OAuth 2.0's code flow with PKCE, at Cognito's hosted pages."""

    url: str = Field(description="base of /oauth2/authorize, /oauth2/token and /logout")
    client_id: str


class Configuration(BaseModel):
    version: str = Field(description="of Freshet")
    model: str = Field(description="the stack's own model")
    sign_in: SignIn | None = Field(description="null where nobody signs in: locally, without a user pool")
    upload_origin: str | None = Field(description="where presigned uploads go")


async def configuration() -> Configuration:
    """Raises Unavailable if the parameter store does not answer."""
    chosen = settings()
    document = await asyncio.to_thread(reference.document)  # reads a file
    return Configuration(
        version=document["info"]["version"],
        model=chosen.model_name,
        sign_in=await _sign_in(),
        upload_origin=chosen.upload_origin or None,
    )


async def _sign_in() -> SignIn | None:
    url = settings().sign_in_url
    if not url:
        return None
    # Not at the top: only this needs it, and the pages' cold start would take a third longer.
    wiring = await asyncio.to_thread(import_module, "freshet.wiring")
    client_id = await wiring.console_client()
    return SignIn(url=url.rstrip("/"), client_id=client_id) if client_id else None
