"""Which of a graph's names a question means: those of the same sort, in whichever language."""

import re
from typing import Any

from infra.local.model.prompt import Prompt
from infra.local.model.tasks.behaviour.activities import named_in
from infra.local.model.text import normalise, terms

_NAME = re.compile(r"^(\d+)\. (.+)$", re.MULTILINE)
_WHOLE = re.compile(r"\b(?:strongest|whole|overall|in all|main|most)\b|整个|全部|所有|最强|最主要|总体|主要")
_MOST = 5


def names(prompt: Prompt) -> dict[int, str]:
    """The numbered names of the prompt."""
    return {int(number): name for number, name in _NAME.findall(prompt.fenced("names"))}


def linked(prompt: Prompt) -> dict[str, Any]:
    """`{"entities": [numbers], "whole": …}`"""
    question = prompt.question
    types, asked = set(named_in(question)), set(terms(question))
    meant = [
        number
        for number, name in names(prompt).items()
        if types & {name.casefold(), *named_in(name)} or len(asked & set(terms(name))) * 2 > len(terms(name))
    ]
    return {"entities": meant[:_MOST], "whole": not meant and bool(_WHOLE.search(normalise(question)))}
