"""The tools that every owner has: their ids, and what a model is told of them."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from freshet.chat import search_documents
from freshet.chat.calculator import calculator
from freshet.chat.current_time import current_time
from freshet.llm.tools import Tool, tool

SEARCH_DOCUMENTS, CALCULATOR, CURRENT_TIME = 1, 2, 3


@cache
def functions() -> dict[int, Tool]:
    """Those that are the same in every chat."""
    return {CALCULATOR: tool(calculator), CURRENT_TIME: tool(current_time)}


def described() -> dict[int, Mapping[str, Any]]:
    """Name, description and parameters of all."""
    known = {id_: one.definition()["function"] for id_, one in functions().items()}
    return {SEARCH_DOCUMENTS: search_documents.FUNCTION, **known}
