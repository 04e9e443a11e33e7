"""What reached this server, so that a test can see it: `GET /__requests`."""

import time
from collections import deque
from dataclasses import asdict, dataclass, field
from typing import Any

_KEPT = 200


@dataclass(slots=True)
class Seen:
    """One request. Times are in milliseconds since it came; None while it has not happened."""

    id: int
    path: str
    authorized: bool  # whether an Authorization header came: never its value
    connection: int  # the client's port
    body: Any = None
    status: int = 0
    pieces: int = 0
    finished_ms: float | None = None
    disconnected_ms: float | None = None
    started: float = field(default_factory=time.monotonic)

    def since(self) -> float:
        """Milliseconds since the request came."""
        return round((time.monotonic() - self.started) * 1000, 1)


class Journal:
    """The last requests, oldest first."""

    def __init__(self) -> None:
        self._seen: deque[Seen] = deque(maxlen=_KEPT)
        self._count = 0

    def enter(self, path: str, *, authorized: bool, connection: int) -> Seen:
        """Opens the record of a request."""
        self._count += 1
        seen = Seen(self._count, path, authorized, connection)
        self._seen.append(seen)
        return seen

    def clear(self) -> None:
        """Forgets them."""
        self._seen.clear()

    def as_json(self) -> list[dict[str, Any]]:
        """The records, without what only this process understands."""
        return [{k: v for k, v in asdict(seen).items() if k != "started"} for seen in self._seen]
