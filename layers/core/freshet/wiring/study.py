"""Exercises and what is learned from them. Two functions have them: all is imported by its factory."""

from functools import cache
from typing import TYPE_CHECKING

from freshet.settings import settings
from freshet.stores.objects import Objects
from freshet.stores.table import Table
from freshet.wiring.chat import writer
from freshet.wiring.documents import library, retriever
from freshet.wiring.generation import at_once
from freshet.wiring.services import dynamodb, s3

if TYPE_CHECKING:
    from freshet.exercises.analysis.analyse import Analyser
    from freshet.exercises.analysis.kept import Analyses
    from freshet.exercises.attempts import Attempts
    from freshet.exercises.collection import Collection
    from freshet.exercises.due import Due
    from freshet.exercises.generation.generate import Generator
    from freshet.exercises.grading.submit import Submitter
    from freshet.exercises.material.reading import Reader
    from freshet.exercises.material.sections import Materials
    from freshet.profile.mastery import Mastery
    from freshet.profile.profile import Profiles


@cache
def exercises_table() -> Table:
    return Table(dynamodb(), settings().exercises_table)


@cache
def profiles_table() -> Table:
    return Table(dynamodb(), settings().profiles_table)


@cache
def materials() -> "Materials":
    from freshet.exercises.material.sections import Materials

    return Materials(Objects(s3(), settings().bucket, "exercises"))


@cache
def reader() -> "Reader":
    from freshet.exercises.material.reading import Reader

    return Reader(library(), retriever())


@cache
def analyses() -> "Analyses":
    from freshet.exercises.analysis.kept import Analyses
    from freshet.exercises.material.sections import Materials

    return Analyses(exercises_table(), Materials(Objects(s3(), settings().bucket, "analyses")))


@cache
def analyser() -> "Analyser":
    from freshet.exercises.analysis.analyse import Analyser

    return Analyser(reader(), analyses(), library(), writer, at_once=at_once())


@cache
def exercises() -> "Collection":
    from freshet.exercises.collection import Collection

    return Collection(exercises_table(), materials())


@cache
def generator() -> "Generator":
    from freshet.exercises.generation.generate import Generator

    return Generator(exercises(), materials(), analyses(), reader(), writer, at_once=at_once())


@cache
def attempts() -> "Attempts":
    from freshet.exercises.attempts import Attempts

    return Attempts(exercises_table())


@cache
def submitter() -> "Submitter":
    from freshet.exercises.grading.submit import Submitter

    return Submitter(exercises(), attempts(), writer, mastery().note, at_once=at_once())


@cache
def profiles() -> "Profiles":
    from freshet.profile.profile import Profiles

    return Profiles(profiles_table())


@cache
def mastery() -> "Mastery":
    from freshet.profile.mastery import Mastery

    return Mastery(profiles_table())


@cache
def due() -> "Due":
    from freshet.exercises.due import Due

    return Due(exercises(), mastery())
