"""Anything else: says what this is, and what to set for a real model."""

from infra.local.model.prompt import Prompt
from infra.local.model.text import language

_TOPIC = 40  # characters of the prompt that are repeated
_SAYS = {
    "en": (
        "I am Freshet's local stand-in, not a language model: I quote from documents, but I can't "
        "write about “{topic}”. For a real model set OPENAI_API_KEY and "
        "OPENAI_BASE_URL in .env and start again."
    ),
    "zh": (
        "我是 Freshet 的本地替身，不是大语言模型：我只会摘录文档中的句子，无法就“{topic}”作答。"
        "要使用真正的模型，请在 .env 中设置 OPENAI_API_KEY 和 OPENAI_BASE_URL，然后重新启动。"
    ),
}


def reply(prompt: Prompt) -> str:
    """One or two sentences in the user's language."""
    asked = " ".join(prompt.last_user.split()) or "…"
    topic = asked if len(asked) <= _TOPIC else asked[:_TOPIC].rstrip() + "…"
    return _SAYS[language(asked)].format(topic=topic.rstrip("。.？?！!"))
