"""Callers: each capability with a key of its own, what it works on, and its careful requests."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import httpx

from freshet.ids import new_id
from tests.faults.answers import Answer
from tests.faults.capabilities import Capability
from tests.faults.material import Material
from tests.faults.matrix import DEADLINE_S
from tests.faults.rig import Rig


@dataclass
class Caller:
    """A capability with its caller and what it works on."""

    capability: Capability
    api: httpx.AsyncClient
    material: Material

    def request(self) -> dict[str, Any]:
        """A new request, as a careful client makes it: with a deadline and a key to come again with."""
        made = self.capability.request(self.material)
        bounds = {"X-Request-Timeout-Ms": str(int(DEADLINE_S * 1000)), "Idempotency-Key": new_id()}
        return {**made, "headers": {**made.get("headers", {}), **bounds}}

    async def later(self, answer: Answer, limit_s: float) -> Answer:
        """The answer with what goes on behind a queue, if anything does."""
        if not self.capability.worker or answer.broken or answer.status >= 400:
            return answer
        return await self.capability.later(self.api, answer, self.material, limit_s)


async def callers(rig: Rig, wanted: Iterable[Capability]) -> list[Caller]:
    """One for each, with all that it needs already there."""
    found = []
    for capability in wanted:
        api = await rig.client(capability.owner)
        found.append(Caller(capability, api, await capability.prepare(api)))
    return found
