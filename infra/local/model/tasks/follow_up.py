"""A follow-up question as one that stands alone: `<conversation>` and `<follow_up>` in the prompt.

It can't rephrase; it puts the question that is referred to in front.
"""

import re

from infra.local.model.prompt import Prompt
from infra.local.model.text import language, normalise, terms

_USER_TURN = re.compile(
    r"""^\s*(?:[-*]\s*)?(?:<turn[^>]*role=["']user["'][^>]*>|<user>|\**(?:user|human|question|q|用户|问)\**\s*[:：])
    \s*(.+?)\s*(?:</\w+>)?\s*$""",
    re.VERBOSE | re.MULTILINE | re.IGNORECASE,
)
_LEANS = re.compile(
    r"""^(?:and|but|or|so|also|then|what\ about|how\ about|why\ not|why\??$)
    |^(?:那|那么|还有|另外|此外|而且|再|换成|如果是)
    |\b(?:it|its|they|them|their|he|him|his|she|her|this|that|these|those|one|ones|there|same|former|latter)\b
    |[它他她]|这个|那个|这些|那些|这里|那里|前者|后者|其|呢[？?]?$""",
    re.VERBOSE | re.IGNORECASE,
)
_ENOUGH_TERMS = 2


def reply(prompt: Prompt) -> str | None:
    """The stand-alone question, or None if nothing is to be rewritten."""
    follow_up = prompt.fenced("follow_up")
    if not follow_up:
        return None
    if not leans(follow_up):
        return follow_up
    earlier = _USER_TURN.findall(prompt.fenced("conversation"))
    topic = next((turn for turn in reversed(earlier) if not leans(turn)), earlier[0] if earlier else "")
    joint = "" if language(follow_up) == "zh" else " "
    return f"{topic}{joint}{follow_up}".strip()


def leans(question: str) -> bool:
    """Whether a question needs the one before it."""
    return bool(_LEANS.search(normalise(question))) or len(set(terms(question))) < _ENOUGH_TERMS
