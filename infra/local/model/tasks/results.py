"""What tools have said: passages that they found answer as `answer` does, anything else is quoted.

The stand-in adds nothing to what it quotes, and says so.
"""

import json

from infra.local.model.prompt import Prompt, Source, ToolResult
from infra.local.model.tasks import answer
from infra.local.model.text import language

_QUOTED = 500  # characters of one result
_RESULTS = 8
_SAYS = {"en": "The tool {name} says: “{text}”", "zh": "工具 {name} 的结果：“{text}”"}
_NOTHING = {"en": "The tool {name} says nothing.", "zh": "工具 {name} 没有返回内容。"}
_MORE = {"en": "… and {count} more results.", "zh": "……还有 {count} 个结果。"}
_IS = {
    "en": "I am Freshet's local stand-in, not a language model: I only quote what the tools say.",
    "zh": "我是 Freshet 的本地替身，不是大语言模型：我只转述工具的结果。",
}


def reply(prompt: Prompt) -> str | None:
    """What the results since the user's last message come to, or None if there are none."""
    if not prompt.results:
        return None
    told = [result for result in prompt.results if not result.sources]
    parts = [_answered(prompt), *_told(told, language(prompt.question))]
    return "\n".join(part for part in parts if part)


def _answered(prompt: Prompt) -> str:
    """The answer from what searches have found, for each thing searched for; empty if none found anything."""
    searches: dict[str, list[Source]] = {}
    for result in prompt.results:
        if result.sources:
            searches.setdefault(_searched(result, prompt.question), []).extend(result.sources)
    answers = [answer.quoted(asked, found) for asked, found in searches.items()]
    found = "\n".join(dict.fromkeys(filter(None, answers)))
    return found or (answer.nothing(prompt.question) if searches else "")


def _searched(result: ToolResult, question: str) -> str:
    """The part of the question that a search was for; the question, if the query is put in other words."""
    try:
        arguments = json.loads(result.arguments)
    except ValueError:
        return question
    values = arguments.values() if isinstance(arguments, dict) else ()
    return next(
        (value for value in values if isinstance(value, str) and value and value in question), question
    )


def _told(results: list[ToolResult], spoken: str) -> list[str]:
    if not results:
        return []
    lines = [_line(result, spoken) for result in results[:_RESULTS]]
    if (count := len(results) - _RESULTS) > 0:
        lines.append(_MORE[spoken].format(count=count))
    return [*lines, _IS[spoken]]


def _line(result: ToolResult, spoken: str) -> str:
    text = " ".join(result.text.split())
    if len(text) > _QUOTED:
        text = text[:_QUOTED].rstrip() + "…"
    return (_SAYS if text else _NOTHING)[spoken].format(name=result.name, text=text)
