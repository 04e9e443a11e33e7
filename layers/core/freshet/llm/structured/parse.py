"""A model's text as a pydantic model: what can be read without guessing is read, the rest is refused.

Endpoints without a schema wrap JSON in prose and code fences, leave trailing commas and put line breaks into
strings. Nothing is made up beyond that: text that a more generous parser completes was cut.
"""

import re
from collections.abc import Iterator
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from freshet.errors import ModelMalformed

M = TypeVar("M", bound=BaseModel)

_OPENER = re.compile(r"[{\[]")
_STRING = r'"[^"\\]*(?:\\.[^"\\]*)*"?'  # or the rest of the text, so that reading stays linear
_BRACKET = re.compile(rf"{_STRING}|[{{}}\[\]]", re.DOTALL)
_MENDABLE = re.compile(rf"({_STRING})|,(?=\s*[}}\]])", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1f]")
_TOLD = 3  # of the things that do not fit
_MAX_REASON = 200  # characters


def parse(text: str, model: type[M]) -> M:
    """The `model` in an answer: the answer itself, or the largest JSON in it that fits.

    Raises ModelMalformed, which says what does not fit and where, and holds no more of the text.
    """
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        problems = [reasons(error)]
    for found in sorted(_values(text), key=len, reverse=True):
        try:
            return decoded(found, model)
        except ValidationError as error:
            problems.append(reasons(error))
    told = problems[:2][-1]  # what is wrong with the largest JSON; with the text, if there is none
    raise ModelMalformed(f"The model's answer does not fit {model.__name__}: {told}")


def decoded(text: str, model: type[M]) -> M:
    """The `model` that a JSON text is, slips in the notation forgiven. Raises ValidationError."""
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        if error.errors(include_url=False, include_input=False)[0]["type"] != "json_invalid":
            raise
    return model.model_validate_json(mended(text))


def mended(text: str) -> str:
    """JSON without slips in the notation: line breaks in strings, commas that nothing follows."""
    return _MENDABLE.sub(_mended, text)


def reasons(error: ValidationError) -> str:
    """What does not fit, each as `path: reason`, the first few."""
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    told = [
        ": ".join(filter(None, [".".join(map(str, problem["loc"])), problem["msg"][:_MAX_REASON]]))
        for problem in problems[:_TOLD]
    ]
    more = [f"and {len(problems) - _TOLD} more"] if len(problems) > _TOLD else []
    return "; ".join([*told, *more])


def _values(text: str) -> Iterator[str]:
    """The outermost bracketed parts of a text. One that stays open was cut, and so is all that it holds."""
    at = 0
    while opener := _OPENER.search(text, at):
        end = _closing(text, opener.start())
        if end is None:
            return
        yield text[opener.start() : end]
        at = end


def _closing(text: str, at: int) -> int | None:
    depth = 0
    for bracket in _BRACKET.finditer(text, at):
        if bracket[0] in "[{":
            depth += 1
        elif bracket[0] in "]}":
            depth -= 1
            if not depth:
                return bracket.end()
    return None


def _mended(match: re.Match[str]) -> str:
    """A string with its line breaks escaped, or nothing in place of a comma that nothing follows."""
    return _CONTROL.sub(lambda char: f"\\u{ord(char[0]):04x}", match[1]) if match[1] else ""
