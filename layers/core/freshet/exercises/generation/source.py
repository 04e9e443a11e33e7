"""Sources: what a request wants asked about, and which part of it a question is about.

What does not belong here: how material is read (`material`) and divided among questions (`plan`).
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from freshet.errors import Conflict, NotFound
from freshet.exercises.analysis.kept import Analyses
from freshet.exercises.analysis.result import KeyPoint
from freshet.exercises.material.reading import Reader
from freshet.exercises.material.sections import Material, Section
from freshet.exercises.question import Question
from freshet.exercises.requests import Generate
from freshet.languages import language_of
from freshet.rag.parts import evenly
from freshet.rag.terms import telling

_MOST_ABOUT = 12  # things to look up in the documents
_SAMPLE = 500  # characters of a section, which tell its language


@dataclass(frozen=True, slots=True)
class Source:
    """What is asked about. Key points and concepts are known where it was analysed.

    `language` is a BCP 47 tag, empty where it is not known; `kept`: the exercise has the material already.
    """

    material: Material
    title: str
    points: Sequence[KeyPoint] = ()
    concepts: Sequence[str] = ()
    language: str = ""
    kept: bool = False


async def source_of(owner: str, asked: Generate, reader: Reader, analyses: Analyses) -> Source:
    """What the request names. Raises NotFound, Conflict, Unavailable; ModelError of a search."""
    source = await _named(owner, asked, reader, analyses)
    language = asked.language or _language(source.material, source.language)  # not of what is added
    if asked.use_documents:
        about = source.concepts or [section.text for section in source.material.sections]
        material = await reader.enriched(owner, source.material, evenly(about, _MOST_ABOUT))
        source = replace(source, material=material)
    return replace(source, title=asked.title or source.title, language=language)


async def source_kept(owner: str, asked: Generate, material: Material, analyses: Analyses) -> Source:
    """The source of an exercise that goes on: its own material, whatever became of where that came from."""
    points: Sequence[KeyPoint] = ()
    if asked.analysis_id:
        with suppress(NotFound):
            analysis, _ = await analyses.get(owner, asked.analysis_id)
            points = analysis.key_points
    return Source(material, material.title, points, kept=True)


def section_about(material: Material, question: Question) -> Section:
    """The section that holds the question's quote; else the one that has most of its words in it.

    Looks through all of it: work for a thread.
    """
    quote = question.source.quote if question.source else ""
    if holding := next((one for one in material.sections if one.place(quote)), None):
        return holding
    words = telling(f"{question.question} {question.explanation} {quote}")
    return max(material.sections, key=lambda one: len(words & telling(one.text)))


async def _named(owner: str, asked: Generate, reader: Reader, analyses: Analyses) -> Source:
    if asked.analysis_id:
        analysis, material = await analyses.get(owner, asked.analysis_id)
        if not material.sections:
            raise Conflict("Only the model could read this file: there is no text to make questions from.")
        concepts = [concept.name for concept in analysis.concepts]
        return Source(material, analysis.title, analysis.key_points, concepts, analysis.language)
    if asked.document_ids:
        material = await reader.of_documents(owner, asked.document_ids)
        return Source(material, material.title)
    material = await asyncio.to_thread(reader.of_text, asked.title or "", asked.text or "")
    return Source(material, material.title)


def _language(material: Material, said: str) -> str:
    return language_of("\n".join(section.text[:_SAMPLE] for section in material.sections), [said])
