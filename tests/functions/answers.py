"""Answers of a model's endpoint that calls tools, beside those of `tests.unit.llm.upstream`."""

import json
from typing import Any

from tests.unit.llm.upstream import DONE, USAGE, Answer, chunk, sends

Call = tuple[str, dict[str, Any]]  # name and arguments


def calls(*made: Call, text: str = "", reasoning: str = "") -> Answer:
    """An answer with these calls, their arguments in two pieces; before them perhaps reasoning and text."""
    pieces = [chunk(reasoning_content=reasoning)] if reasoning else []
    pieces += [chunk(text)] if text else []
    for index, (name, arguments) in enumerate(made):
        written = json.dumps(arguments, ensure_ascii=False)
        pieces.append(_call(index, written[:3], id=f"call_{index}", name=name))
        pieces.append(_call(index, written[3:]))
    return sends(*pieces, chunk(finish="tool_calls") + USAGE + DONE, pause=0)


def _call(index: int, arguments: str, **first: str) -> bytes:
    function = {"arguments": arguments} | ({"name": first.pop("name")} if first else {})
    kind = {"type": "function"} if first else {}
    return chunk(tool_calls=[{"index": index, **first, **kind, "function": function}])
