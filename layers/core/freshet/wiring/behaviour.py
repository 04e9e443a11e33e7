"""Behaviours, events and graphs. Two functions have them: all is imported by its factory."""

from functools import cache
from typing import TYPE_CHECKING

from freshet.settings import settings
from freshet.stores.objects import Objects
from freshet.stores.table import Table
from freshet.wiring.chat import writer
from freshet.wiring.generation import at_once
from freshet.wiring.services import dynamodb, extract_queue, run_jobs, s3

if TYPE_CHECKING:
    from freshet.behaviour.asking.events import EventAsker
    from freshet.behaviour.asking.graph import GraphAsker
    from freshet.behaviour.causal.generate import CausalGenerator
    from freshet.behaviour.causal.kept import CausalGraphs
    from freshet.behaviour.extraction.extract import Extractor
    from freshet.behaviour.extraction.kept import Events
    from freshet.behaviour.graph.material import Materials
    from freshet.behaviour.graph.views import Views
    from freshet.behaviour.jobs.extraction import ExtractionJob
    from freshet.behaviour.jobs.uploads import Uploads
    from freshet.behaviour.log.importing import Importer
    from freshet.behaviour.log.log import Log
    from freshet.behaviour.sequences.listing import Sequences
    from freshet.behaviour.summary import Summariser
    from freshet.behaviour.tags.tagging import Tagger


@cache
def behaviour_table() -> Table:
    return Table(dynamodb(), settings().behaviour_table)


@cache
def behaviour_log() -> "Log":
    from freshet.behaviour.log.log import Log

    return Log(behaviour_table(), Objects(s3(), settings().bucket, "behaviours"))


@cache
def behaviour_events() -> "Events":
    from freshet.behaviour.extraction.kept import Events

    return Events(behaviour_table())


@cache
def sequences() -> "Sequences":
    from freshet.behaviour.sequences.listing import Sequences

    return Sequences(behaviour_log(), behaviour_events())


@cache
def extractor() -> "Extractor":
    from freshet.behaviour.extraction.extract import Extractor

    return Extractor(behaviour_log(), behaviour_events(), writer, at_once=at_once())


@cache
def importer() -> "Importer":
    from freshet.behaviour.log.importing import Importer

    return Importer(behaviour_table(), _uploaded(), behaviour_log())


@cache
def uploads() -> "Uploads":
    from freshet.behaviour.jobs.uploads import Uploads

    return Uploads(run_jobs(), importer(), _uploaded(), extract_queue())


@cache
def extraction_job() -> "ExtractionJob":
    from freshet.behaviour.jobs.extraction import ExtractionJob

    return ExtractionJob(behaviour_table(), extract_queue(), run_jobs(), behaviour_log(), extractor())


@cache
def tagger() -> "Tagger":
    from freshet.behaviour.tags.tagging import Tagger

    return Tagger(behaviour_table(), writer, at_once=at_once())


@cache
def traces() -> "Materials":
    from freshet.behaviour.graph.material import Materials

    return Materials(behaviour_log(), behaviour_events(), tagger().known)


@cache
def views() -> "Views":
    from freshet.behaviour.graph.views import Views

    return Views(behaviour_table(), traces(), writer)


@cache
def causal_graphs() -> "CausalGraphs":
    from freshet.behaviour.causal.kept import CausalGraphs

    return CausalGraphs(behaviour_table())


@cache
def causal_generator() -> "CausalGenerator":
    from freshet.behaviour.causal.generate import CausalGenerator

    return CausalGenerator(traces(), causal_graphs(), writer)


@cache
def event_asker() -> "EventAsker":
    from freshet.behaviour.asking.events import EventAsker

    return EventAsker(behaviour_log(), behaviour_events(), writer)


@cache
def graph_asker() -> "GraphAsker":
    from freshet.behaviour.asking.graph import GraphAsker

    return GraphAsker(causal_graphs(), writer)


@cache
def log_summariser() -> "Summariser":
    from freshet.behaviour.summary import Summariser

    return Summariser(behaviour_log(), writer)


def _uploaded() -> Objects:
    return Objects(s3(), settings().bucket, "logs")
