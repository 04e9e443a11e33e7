"""What tools have said, quoted: the stand-in adds nothing to it and says so."""

from infra.local.model.prompt import Prompt, ToolResult
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
    """The results since the user's last message, or None if there are none."""
    if not prompt.results:
        return None
    spoken = language(prompt.question)
    lines = [_line(result, spoken) for result in prompt.results[:_RESULTS]]
    if (count := len(prompt.results) - _RESULTS) > 0:
        lines.append(_MORE[spoken].format(count=count))
    return "\n".join([*lines, _IS[spoken]])


def _line(result: ToolResult, spoken: str) -> str:
    text = " ".join(result.text.split())
    if len(text) > _QUOTED:
        text = text[:_QUOTED].rstrip() + "…"
    return (_SAYS if text else _NOTHING)[spoken].format(name=result.name, text=text)
