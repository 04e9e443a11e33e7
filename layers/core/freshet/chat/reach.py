"""Whether a place that an owner names may be reached: told early, when it is saved."""

import asyncio
from collections.abc import Sequence
from urllib.parse import urlsplit

from freshet.addresses import Network, resolve
from freshet.errors import AddressRefused

MAX_URL = 2_000  # characters
_RESOLVE_S = 2.0  # a name that is slower is judged at its use, as every one is


async def check_address(url: str, allowed: Sequence[Network], field: str) -> None:
    """Raises AddressRefused, naming the `field` that the URL stands in.

    What counts in the end is each connection's own look (`freshet.outbound`).
    """
    parts = urlsplit(url)
    assert parts.hostname, "a URL that was checked"
    try:
        async with asyncio.timeout(_RESOLVE_S):
            await resolve(parts.hostname, parts.port or 443, allowed)
    except (OSError, TimeoutError):
        return  # a name that is not known yet
    except AddressRefused as refused:
        wrong = [{"field": field, "message": refused.detail}]
        raise AddressRefused(refused.detail, errors=wrong) from None
