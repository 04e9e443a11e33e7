"""Secrets: SSM SecureStrings by name, kept in memory for a few minutes, never logged."""

import time

from freshet.errors import NotFound, Unavailable
from freshet.observe import logger
from freshet.stores.aws import Service

KEPT_S = 300  # a rotated key is picked up within five minutes


class Secrets:
    """The parameter store."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._known: dict[str, tuple[float, str]] = {}

    async def get(self, name: str) -> str:
        """The decrypted value. Raises Unavailable if it is missing; the log has its name."""
        known = self._known.get(name)
        if known and known[0] > time.monotonic():
            return known[1]
        try:
            answer = await self._service.call("get_parameter", Name=name, WithDecryption=True)
        except NotFound:
            logger.error("an SSM parameter is missing", parameter=name)
            raise Unavailable("A secret of this deployment is missing.", part="secrets") from None
        value: str = answer["Parameter"]["Value"]
        self._known[name] = (time.monotonic() + KEPT_S, value)
        return value
