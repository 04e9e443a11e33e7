"""Where tags are kept: an item a name and language, an item a vocabulary that has grown.

What does not belong here: how names get tags (`tagging`).
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from hashlib import blake2b
from typing import get_args

from freshet.behaviour.requests import TagKind
from freshet.concurrency import together
from freshet.profile.concept import folded
from freshet.stores.contention import insist
from freshet.stores.table import Table

MAX_GROWN = 300  # words that a vocabulary of an owner's may grow by
_PAGE = 1_000  # items
_MOST_READ = 50_000  # tagged names that a graph is labelled from
_UNCHANGED = "attribute_not_exists(#version) OR #version = :seen"


class KeptTags:
    """The tags of all owners' names."""

    def __init__(self, table: Table) -> None:
        self._table = table

    async def find(
        self, owner: str, kind: TagKind, names: Sequence[str], language: str
    ) -> dict[str, tuple[str, ...]]:
        """The tags of the names that have some in this language."""
        ids = {name: _id(kind, name, language) for name in names}
        distinct = list(dict.fromkeys(ids.values()))
        items = await together(*(self._table.get(owner, id_) for id_ in distinct))
        kept = {id_: tuple(item["tags"]) for id_, item in zip(distinct, items, strict=True) if item}
        return {name: kept[id_] for name, id_ in ids.items() if id_ in kept}

    async def keep(self, owner: str, kind: TagKind, name: str, language: str, tags: Sequence[str]) -> None:
        """Keeps them, over those that the name had: safe to repeat."""
        said = {"name": name, "language": language, "tags": list(tags)}
        await self._table.write(owner, {"id": _id(kind, name, language), **said})

    async def grown(self, owner: str, kind: TagKind, language: str) -> list[str]:
        """The words that were added to the vocabulary."""
        item = await self._table.get(owner, _vocabulary(kind, language))
        return list(item["words"]) if item else []

    async def grow(self, owner: str, kind: TagKind, language: str, words: Iterable[str]) -> None:
        """Adds words to the vocabulary, unless they are there, while there is room; safe to repeat."""
        new = list(words)

        async def added() -> None:
            item = await self._table.get(owner, _vocabulary(kind, language))
            before = list(item["words"]) if item else []
            known = {folded(word) for word in before}
            fresh = [word for word in new if folded(word) not in known][: MAX_GROWN - len(before)]
            if fresh:
                seen = item["version"] if item else 0
                await self._table.update(
                    owner,
                    _vocabulary(kind, language),
                    {"words": [*before, *fresh], "version": seen + 1},
                    when=_UNCHANGED,
                    seen=seen,
                )

        if new:
            await insist(added, "vocabulary")

    async def known(self, owner: str, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """The tags of those names that have some, as an app or as a medium.

        In the language that most of them have tags in; of a name that has none in it, in another one.
        """
        keys = await asyncio.to_thread(_keys, names)
        wanted = set(keys.values())
        found: dict[str, dict[str, list[str]]] = {}
        languages: Counter[str] = Counter()
        for kind in get_args(TagKind):
            async with aclosing(self._all(owner, kind)) as kept:
                async for key, language, tags in kept:
                    if key in wanted:
                        languages[language] += 1
                        found.setdefault(key, {}).setdefault(language, []).extend(tags)
        order = sorted(languages, key=lambda language: (-languages[language], language))
        return {name: _first(found[key], order) for name, key in keys.items() if key in found}

    async def _all(self, owner: str, kind: TagKind) -> AsyncGenerator[tuple[str, str, list[str]], None]:
        """Key of the name, language and tags."""
        cursor: str | None = None
        for _ in range(_MOST_READ // _PAGE):
            page = await self._table.page(
                owner, limit=_PAGE, cursor=cursor, newest_first=False, prefix=f"tag#{kind}#"
            )
            for item in page.items:
                key, language = item["id"].split("#")[2:]
                yield key, language, item["tags"]
            cursor = page.cursor
            if cursor is None:
                return


def _first(tags: Mapping[str, Sequence[str]], order: Sequence[str]) -> tuple[str, ...]:
    return next(tuple(dict.fromkeys(tags[language])) for language in order if language in tags)


def _keys(names: Sequence[str]) -> dict[str, str]:
    """The key of each name. Work for a thread: a second for some hundred thousand."""
    return {name: _key(name) for name in names}


def _key(name: str) -> str:
    """What all spellings of a name share; it may be long, and hold any character."""
    return blake2b(folded(name).encode(), digest_size=16).hexdigest()


def _id(kind: TagKind, name: str, language: str) -> str:
    return f"tag#{kind}#{_key(name)}#{language}"


def _vocabulary(kind: TagKind, language: str) -> str:
    return f"vocabulary#{kind}#{language}"
