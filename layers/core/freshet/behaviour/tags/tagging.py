"""Tagging: what apps and media are, by name; many names a call, and each name asked about once.

What belongs here: the calls, and what becomes of names that a model leaves out. What does not: which tags
there are (`vocabulary`), where they are kept (`kept`).
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from freshet.behaviour.requests import Tag, TagKind
from freshet.behaviour.tags.kept import KeptTags
from freshet.behaviour.tags.prompt import Tagging, tagging_messages
from freshet.behaviour.tags.vocabulary import Vocabulary
from freshet.concurrency import together
from freshet.errors import ModelCut, ModelError, ModelMalformed, ModelRefused
from freshet.llm.options import ToolOptions
from freshet.llm.writer import Choose, Writer
from freshet.observe import logger
from freshet.profile.concept import folded
from freshet.rag.parts import evenly
from freshet.runs.events import Done, Item, RunEvent, Started
from freshet.runs.telling import Tell, told
from freshet.stores.table import Table

_BATCH = 50  # names a call
_ROUNDS = 2  # calls that a name may take
_MOST_TOKENS = 6_000  # an answer takes some 1,500; a model that never ends is cut
_MOST_OFFERED = 200  # words of a vocabulary that a model is shown
_USELESS = (ModelMalformed, ModelCut, ModelRefused)  # the model answers, though not to this
_ENGLISH = "en"


@dataclass(slots=True)
class _Job:
    """Whose names are tagged, how, and what has come of it, by folded names: `keys` are those, by name."""

    owner: str
    kind: TagKind
    language: str
    keys: Mapping[str, str]
    tags: dict[str, tuple[str, ...]] = field(default_factory=dict)
    cached: set[str] = field(default_factory=set)
    failures: list[ModelError] = field(default_factory=list)

    def open(self) -> list[str]:
        """Names without tags, one of those that are spelled alike."""
        first: dict[str, str] = {}
        for name, key in self.keys.items():
            first.setdefault(key, name)
        return [name for key, name in first.items() if key not in self.tags]

    def spelled(self, key: str) -> list[dict[str, Any]]:
        """What clients see of the names that share a key."""
        return [self.shown(name) for name, own in self.keys.items() if own == key]

    def shown(self, name: str) -> dict[str, Any]:
        key = self.keys[name]
        return {"name": name, "tags": list(self.tags[key]), "cached": key in self.cached}


class Tagger:
    """Tags the names that an owner asks about. Belongs to one event loop, as its calls' turns do."""

    def __init__(self, table: Table, choose: Choose, *, at_once: int = 2) -> None:
        """`at_once` calls run at a time, whoever's they are."""
        self._kept = KeptTags(table)
        self._choose = choose
        self._turns = asyncio.Semaphore(at_once)

    async def tag(self, owner: str, kind: TagKind, asked: Tag) -> AsyncGenerator[RunEvent, None]:
        """Started, an Item a name as soon as it has tags, Done (`items`, `failed` names, …).

        Names that were tagged before come first and cost nothing. Raises NotFound (the model) if one is
        needed, ModelError if no name that was asked about got tags.
        """
        keys = {name: folded(name) for name in asked.wanted}
        job = _Job(owner, kind, (asked.language or _ENGLISH).lower(), keys)
        found = await self._kept.find(owner, kind, list(keys), job.language)
        job.tags = {keys[name]: tags for name, tags in found.items()}
        job.cached = set(job.tags)
        writer = await self._choose(owner, asked.model_id) if job.open() else None
        model = {"model": writer.client.model} if writer else {}
        yield Started({**model, "kind": kind, "names": len(keys), "cached": len(found)})
        for name in found:
            yield Item(job.shown(name))
        if writer:
            async with aclosing(self._asked(job, writer)) as events:
                async for event in events:
                    yield event
        yield _done(job)

    async def known(self, owner: str, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """The tags of those names that have some, without a model: for graphs by tag."""
        return await self._kept.known(owner, names)

    async def _asked(self, job: _Job, writer: Writer) -> AsyncGenerator[RunEvent, None]:
        """The names that have no tags yet. Raises ModelError if none of them got any."""
        grown = await self._kept.grown(job.owner, job.kind, job.language)
        vocabulary = Vocabulary(job.kind, job.language, grown)
        missing = len(job.open())
        for _ in range(_ROUNDS):
            async with aclosing(told(partial(self._round, job, writer, vocabulary))) as events:
                async for event in events:
                    yield event
        if len(job.open()) == missing and job.failures:
            raise job.failures[-1]

    async def _round(self, job: _Job, writer: Writer, vocabulary: Vocabulary, tell: Tell) -> None:
        names = job.open()
        batches = [names[first : first + _BATCH] for first in range(0, len(names), _BATCH)]
        await together(*(self._batch(job, writer, vocabulary, some, tell) for some in batches))

    async def _batch(
        self, job: _Job, writer: Writer, vocabulary: Vocabulary, names: Sequence[str], tell: Tell
    ) -> None:
        """One call."""
        offered = evenly(vocabulary.words, _MOST_OFFERED)
        messages = tagging_messages(job.kind, names, vocabulary=offered, language=job.language)
        options: ToolOptions = {"max_tokens": _MOST_TOKENS, **writer.options}
        new: list[str] = []
        try:
            calls = writer.client.stream_items(messages, item_model=Tagging, **options)
            async with self._turns, aclosing(calls) as taggings:
                async for tagging in taggings:
                    tags = vocabulary.normal(tagging.tags)
                    if 1 <= tagging.name <= len(names) and tags:
                        await self._take(job, names[tagging.name - 1], tags, tell)
                        new += [tag for tag in tags if tag not in vocabulary]
        except _USELESS as error:
            logger.warning("some names were not tagged", code=error.code)
            job.failures.append(error)
        await self._kept.grow(job.owner, job.kind, job.language, new)

    async def _take(self, job: _Job, name: str, tags: Sequence[str], tell: Tell) -> None:
        """Keeps a name's tags and tells of them, unless it has some already: the first time counts."""
        if (key := job.keys[name]) not in job.tags:
            await self._kept.keep(job.owner, job.kind, name, job.language, tags)
            job.tags[key] = tuple(tags)
            for one in job.spelled(key):
                tell(Item(one))


def _done(job: _Job) -> Done:
    tagged = [job.shown(name) for name, key in job.keys.items() if key in job.tags]
    failed = [name for name, key in job.keys.items() if key not in job.tags]
    problems = list(dict.fromkeys(str(error) for error in job.failures)) if failed else []
    about = {"kind": job.kind, "language": job.language}
    return Done({**about, "items": tagged, "failed": failed, "problems": problems})
