"""Whole results: what each answer lacks to be one, in words; empty if it is."""

from collections.abc import Callable

from tests.faults.answers import Answer
from tests.faults.material import Material
from tests.habits import rows as habits


def has(*members: str) -> Callable[[Answer, Material], str]:
    def lacks(answer: Answer, material: Material) -> str:
        result = answer.result
        return ", ".join(name for name in members if not result.get(name))

    return lacks


def vectors(answer: Answer, material: Material) -> str:
    return "" if len(answer.result["data"]) == 2 else "a vector for each text"


def tool_used(answer: Answer, material: Material) -> str:
    return "" if "408" in answer.result.get("output", "") else "what the tool computed"


def the_run(answer: Answer, material: Material) -> str:
    return "" if answer.result.get("output") == material["output"] else "the output that was kept"


def graded(answer: Answer, material: Material) -> str:
    return "" if len(answer.items) == len(material["questions"]) else "a result for each question"


def asked_for(answer: Answer, material: Material) -> str:
    return "" if answer.items and answer.result.get("exercise_id") else "questions"


def found(answer: Answer, material: Material) -> str:
    return "" if answer.items and answer.result.get("event_count") == len(answer.items) else "its events"


def edges(answer: Answer, material: Material) -> str:
    return "" if answer.items else "edges"


def ready(answer: Answer, material: Material) -> str:
    return "" if answer.result.get("chunks") else "chunks"


def kept_rows(answer: Answer, material: Material) -> str:
    result = answer.result
    return "" if result.get("kept", 0) + result.get("duplicates", 0) == len(habits()) else "some rows"


def job_done(answer: Answer, material: Material) -> str:
    result = answer.result
    return "" if (result.get("users_done"), result.get("failed")) == (1, 0) else "a user's events"
