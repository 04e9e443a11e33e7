"""Analyses made: of a text, of a document, of a file that becomes one. What is noted is shown part by part.

With a model whose endpoint reads files the original goes there in one piece, and its places are looked up in
our own text. What does not belong here: the calls (`noting`), how material is read (`reading`).
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Any

from freshet.concurrency import together
from freshet.documents.library import Library
from freshet.documents.record import Document
from freshet.errors import FreshetError, restored
from freshet.exercises.analysis.concepts import counted
from freshet.exercises.analysis.kept import Analyses
from freshet.exercises.analysis.notes import Noted, noted
from freshet.exercises.analysis.noting import NoteTaker, Progress
from freshet.exercises.analysis.result import Analysis
from freshet.exercises.analysis.suggest import suggested
from freshet.exercises.material.reading import MOST_SECTIONS, Reader
from freshet.exercises.material.sections import Material, Section
from freshet.exercises.requests import Analyse, AnalyseFile, AnalyseUpload
from freshet.languages import language_of
from freshet.llm.writer import Choose, Writer
from freshet.observe import logger
from freshet.rag.parts import evenly
from freshet.runs.events import Done, RunEvent, Started
from freshet.runs.telling import told

__all__ = ["Analyser", "Analysis"]

MOST_FILE_BYTES = 20_000_000  # that go to a model's endpoint: they are in memory; of larger ones our own text
_PARSED_S = 200.0  # a parse is waited for; an answer in one piece has to be out after 240
_INDEXED_S = 30.0  # where the model has read the file already, and only places are missing
_SAMPLES, _SAMPLE = 20, 2_000  # sections and characters of each that a language is told from


@dataclass(frozen=True, slots=True)
class _Job:
    """Whose analysis is made, by which model, and in which language if not in the material's."""

    owner: str
    analysis_id: str
    writer: Writer
    language: str | None

    def about(self, **more: Any) -> Started:
        """What a run says of itself first."""
        return Started({"model": self.writer.client.model, "analysis_id": self.analysis_id, **more})


class Analyser:
    """Analyses texts and an owner's documents. Belongs to one event loop, as its calls' turns do."""

    def __init__(
        self, reader: Reader, analyses: Analyses, library: Library, choose: Choose, *, at_once: int
    ) -> None:
        """`at_once` calls of all analyses together take notes: fewer than the model client has workers."""
        self._reader = reader
        self._analyses = analyses
        self._library = library
        self._choose = choose
        self._notes = NoteTaker(at_once)

    async def analyse(self, owner: str, analysis_id: str, asked: Analyse) -> AsyncGenerator[RunEvent, None]:
        """Started, the notes on each part as they are taken, Done (an Analysis).

        Raises NotFound (the model), Unavailable, ModelError.
        """
        reading = asyncio.to_thread(self._reader.of_text, asked.title or "", asked.text)
        writer, material = await together(self._choose(owner, asked.model_id), reading)
        job = _Job(owner, analysis_id, writer, asked.language)
        yield job.about(parts=len(_parts(material)))
        async with aclosing(self._made(job, material)) as events:
            async for event in events:
                yield event

    async def analyse_document(
        self, owner: str, analysis_id: str, asked: AnalyseFile
    ) -> AsyncGenerator[RunEvent, None]:
        """As `analyse`, of a document; if it is being parsed, that is waited for after Started.

        Raises NotFound also for the document, Conflict if it has no text yet, DocumentError if it never will.
        """
        writer, document = await together(
            self._choose(owner, asked.model_id), self._library.get(owner, asked.document_id)
        )
        job = _Job(owner, analysis_id, writer, asked.language)
        async with aclosing(self._of_document(job, document)) as events:
            async for event in events:
                yield event

    async def analyse_upload(
        self, owner: str, analysis_id: str, filename: str, data: bytes, asked: AnalyseUpload
    ) -> AsyncGenerator[RunEvent, None]:
        """As `analyse_document`, of a file that becomes a document, with the id of the analysis.

        So a run that is tried again does not upload it again. Raises Empty and TooLarge, too.
        """
        writer = await self._choose(owner, asked.model_id)
        document = await self._library.upload(owner, filename, data, document_id=analysis_id)
        job = _Job(owner, analysis_id, writer, asked.language)
        async with aclosing(self._of_document(job, document, data)) as events:
            async for event in events:
                yield event

    def _of_document(
        self, job: _Job, document: Document, data: bytes = b""
    ) -> AsyncGenerator[RunEvent, None]:
        """`data` is the file, where it has just been uploaded."""
        if job.writer.files and (document.size or MOST_FILE_BYTES + 1) <= MOST_FILE_BYTES:
            return self._by_file(job, document, data)
        return self._by_text(job, document, uploaded=bool(data))

    async def _by_text(
        self, job: _Job, document: Document, *, uploaded: bool
    ) -> AsyncGenerator[RunEvent, None]:
        awaited = document.status == "parsing" or (uploaded and document.status == "uploading")
        if awaited:
            yield job.about(document_id=document.id)
        material = await self._material(job.owner, document.id, wait_s=_PARSED_S if awaited else 0)
        if not awaited:
            yield job.about(document_id=document.id, parts=len(_parts(material)))
        async with aclosing(self._made(job, material)) as events:
            async for event in events:
                yield event

    async def _by_file(self, job: _Job, document: Document, data: bytes) -> AsyncGenerator[RunEvent, None]:
        data = data or await self._library.file(job.owner, document.id)
        yield job.about(document_id=document.id, parts=1)
        notes = await self._notes.read_file(job.writer, document.filename, data, language=job.language)
        try:
            material = await self._material(job.owner, document.id, wait_s=_INDEXED_S)
        except FreshetError as error:
            logger.warning("a file was analysed without its text", code=error.code)
            material = Material(title=document.title, sections=[])
        progress = Progress(1)
        yield progress.noted(1, await asyncio.to_thread(noted, notes, material))
        yield await self._done(job, material, progress, covered=1, document_ids=[document.id])

    async def _material(self, owner: str, document_id: str, *, wait_s: float) -> Material:
        document = await self._library.get(owner, document_id, wait_s=wait_s)
        if document.status == "failed" and document.error and not document.chunks:
            raise restored({"code": document.error.code, "detail": document.error.message})
        return await self._reader.of_documents(owner, [document_id])

    async def _made(self, job: _Job, material: Material) -> AsyncGenerator[RunEvent, None]:
        parts = _parts(material)
        progress = Progress(len(parts))
        reading = partial(
            self._notes.read, job.writer, material.title, parts, progress, language=job.language
        )
        async with aclosing(told(reading)) as events:
            async for event in events:
                yield event
        covered = material.covered * len(progress.notes) / len(_said(material))
        yield await self._done(job, material, progress, covered, material.document_ids)

    async def _done(
        self, job: _Job, material: Material, progress: Progress, covered: float, document_ids: list[str]
    ) -> Done:
        """The result, once it is kept."""
        parts = progress.in_order()
        whole = await self._notes.whole(job.writer, parts)
        analysis = await asyncio.to_thread(
            _analysis,
            material,
            whole,
            [part.language for part in parts],
            analysis_id=job.analysis_id,
            document_ids=document_ids,
            covered=int(covered * 100) / 100,
            failed_parts=len(progress.failures),
        )
        await self._analyses.keep(job.owner, analysis, material)
        return Done(analysis.model_dump(mode="json"))


def _analysis(material: Material, whole: Noted, languages: Sequence[str], **known: Any) -> Analysis:
    concepts = counted(whole.concepts, material)
    sample = " ".join(section.text[:_SAMPLE] for section in evenly(material.sections, _SAMPLES))
    return Analysis(
        title=material.title,
        language=language_of(sample, languages),
        level=whole.level,
        difficulty=whole.difficulty,
        key_points=list(whole.points),
        concepts=concepts,
        suggested=suggested(whole.points, concepts),
        **known,
    )


def _said(material: Material) -> list[Section]:
    """The sections that say something."""
    return [section for section in material.sections if section.text.strip()]


def _parts(material: Material) -> Sequence[Section]:
    """The sections that are read: of many, spread evenly."""
    return evenly(_said(material), MOST_SECTIONS)
