"""Where a local cloud keeps its state, and the lock that keeps a second one out.

What belongs here: the folder, its lock, and two small files: the ports last used, and what runs now. What
does not: what the emulators write into it.
"""

import fcntl
import json
from pathlib import Path
from typing import IO, Any

from infra.local.errors import LocalCloudError


class State:
    """A state folder, `.freshet` unless asked otherwise."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._lock: IO[str] | None = None

    def open(self) -> None:
        """Makes the folder and takes its lock. Raises LocalCloudError."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = (self.folder / "lock").open("w")
        except OSError as error:
            raise LocalCloudError(f"Can't keep state in {self.folder}: {error.strerror}.") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.close()
            raise LocalCloudError(
                f"Another local cloud uses {self.folder}. Stop it, or give this one its own: --state DIR."
            ) from error
        self._lock = lock

    def close(self) -> None:
        """Gives the lock back, if `open` took it."""
        if self._lock:
            (self.folder / "running.json").unlink(missing_ok=True)
            self._lock.close()

    def is_taken(self) -> bool:
        """Whether a local cloud runs on this state."""
        try:
            with (self.folder / "lock").open() as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def read(self, name: str) -> dict[str, Any]:
        """One of the small files; empty if it is absent or unreadable."""
        try:
            found = json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def write(self, name: str, values: dict[str, Any]) -> None:
        """Writes one of the small files. Raises LocalCloudError."""
        try:
            (self.folder / f"{name}.json").write_text(json.dumps(values, indent=1), encoding="utf-8")
        except OSError as error:
            raise LocalCloudError(f"Can't keep state in {self.folder}: {error.strerror}.") from error
