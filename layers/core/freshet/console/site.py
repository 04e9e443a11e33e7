"""The console's built files: pages that are asked for again each time, assets that never change."""

import asyncio
import re
import stat
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

from freshet.console.codings import SUFFIXES, acceptable
from freshet.console.headers import guarding
from freshet.console.page import anchored, prefix_of
from freshet.console.unbuilt import unbuilt
from freshet.settings import settings

# Not `mimetypes`: what it says depends on the machine's own tables.
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
_UNKNOWN = "application/octet-stream"
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,199}(?<!\.br)(?<!\.gz)")  # those are forms of others
_FOR_EVER = "public, max-age=31536000, immutable"  # an asset's name holds a hash of its content
_PREFIXES = 16  # an API has a stage and perhaps a domain or two


class Site:
    """A folder that `npm run build` has filled, or will."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = Files(directory=folder / "assets", check_dir=False)

    async def page(self, name: str, scope: Scope) -> Response:
        """A page by its path in the folder; 503 if it is not built."""
        prefix = prefix_of(scope)
        content = await asyncio.to_thread(self._made, name, prefix)
        if content is None:
            return unbuilt(("../" * name.count("/") or "./") if prefix is None else f"{prefix}/")
        headers = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-cache"}
        return self._files.answer(content, headers, scope)

    async def asset(self, name: str, scope: Scope) -> Response:
        """A file that pages refer to. Raises HTTPException: 404."""
        return await self._files.get_response(name, scope)

    def _made(self, name: str, prefix: str | None) -> bytes | None:
        path = self._folder / name
        try:
            return _page(path, path.stat().st_mtime_ns, name, prefix)
        except FileNotFoundError:
            return None


class Files(StaticFiles):
    """Static files, each in the smallest form that the client takes and the build has made.

    They are small, so each is read at once: one hop to a thread, and nothing of anyio's to import for it.
    """

    async def get_response(self, path: str, scope: Scope) -> Response:
        codings = acceptable(Headers(scope=scope).get("accept-encoding", ""))
        found = await asyncio.to_thread(self._form, path, codings) if _NAME.fullmatch(path) else None
        if found is None:
            raise HTTPException(404)
        coding, content = found
        headers = {
            "Content-Type": _TYPES.get(Path(path).suffix, _UNKNOWN),
            "Cache-Control": _FOR_EVER,
            "Vary": "Accept-Encoding",
            **({"Content-Encoding": coding} if SUFFIXES[coding] else {}),
        }
        return self.answer(content, headers, scope)

    def answer(self, content: bytes, headers: dict[str, str], scope: Scope) -> Response:
        """The content, or that the client has it already."""
        chosen = settings()
        guards = guarding(chosen.upload_origin, chosen.sign_in_url)
        tag = f'"{sha256(content).hexdigest()[:32]}"'
        response = Response(content, headers={**headers, **guards, "ETag": tag})
        if self.is_not_modified(response.headers, Headers(scope=scope)):
            return NotModifiedResponse(response.headers)
        return response

    def _form(self, name: str, codings: Sequence[str]) -> tuple[str, bytes] | None:
        """The first form that there is: its coding and its content."""
        for coding in codings:
            path, found = self.lookup_path(name + SUFFIXES[coding])
            if found and stat.S_ISREG(found.st_mode):
                return coding, Path(path).read_bytes()
        return None


@lru_cache(2 * _PREFIXES)  # there are two pages
def _page(path: Path, _changed_ns: int, name: str, prefix: str | None) -> bytes:
    """A page's content. When it changed is for the cache: locally pages are built anew."""
    return anchored(path.read_text(encoding="utf-8"), "" if name == "index.html" else name, prefix).encode()
