"""The engine: all collections of a folder, on one thread of their own.

The engine is synchronous and one process may open a folder at a time; calls queue up for its thread in
the order in which they came, so a write is seen by every later read.
"""

import asyncio
import re
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, unquote

from infra.local.qdrant.collection import Collection
from infra.local.qdrant.refusal import Refused, wrong

T = TypeVar("T")

_NAME = re.compile(r'[^<>:"/\\|?*\0]{1,255}')  # Qdrant's own rule


class Engine:
    """The collections below `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[str, Collection] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="engine")

    async def run(self, work: Callable[..., T], *arguments: Any) -> T:
        """`work(*arguments)` on the engine's thread. Raises Refused, also for what the engine refuses."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, _guarded, work, *arguments)

    def load(self) -> None:
        """Opens what is there; unfinished collections are removed."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for folder in sorted(self._folder.iterdir()):
            collection = Collection.load(folder)
            if collection:
                self._open[unquote(folder.name)] = collection
            else:
                shutil.rmtree(folder)

    def close(self) -> None:
        """Writes and closes everything."""
        while self._open:
            self._open.popitem()[1].close()

    def flush(self) -> None:
        """Writes what is pending."""
        for collection in self._open.values():
            collection.flush()

    def names(self) -> list[str]:
        return sorted(self._open)

    def has(self, name: str) -> bool:
        return name in self._open

    def get(self, name: str) -> Collection:
        """An open collection. Raises Refused (404)."""
        if name not in self._open:
            raise Refused(404, f"Not found: Collection `{name}` doesn't exist!")
        return self._open[name]

    def create(self, name: str, body: Any) -> bool:
        """A new collection. Raises Refused (409 if it exists)."""
        if name in self._open:
            raise Refused(409, f"Wrong input: Collection `{name}` already exists!")
        if not _NAME.fullmatch(name) or name in (".", ".."):
            raise wrong(f"`{name}` can't be a collection's name")
        folder = self._path(name)
        try:
            self._open[name] = Collection.create(folder, body)
        except Exception:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return True

    def drop(self, name: str) -> bool:
        """Deletes a collection; False if there was none."""
        collection = self._open.pop(name, None)
        if not collection:
            return False
        collection.forget()
        shutil.rmtree(self._path(name))
        return True

    def _path(self, name: str) -> Path:
        return self._folder / quote(name, safe="")


def _guarded(work: Callable[..., T], *arguments: Any) -> T:
    try:
        return work(*arguments)
    except (Refused, OSError):
        raise
    except (TypeError, ValueError, OverflowError) as error:  # a value that the engine can't take over
        raise wrong(str(error)) from error
    except Exception as error:
        if type(error) is not Exception or str(error).startswith("Service"):
            raise
        raise wrong(str(error)) from error  # the engine's only exception: its text is Qdrant's
