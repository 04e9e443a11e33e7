"""Answers that fit a pydantic model: the schema that asks for them, reading, previews, one round of repair.

What belongs here: what is the same for every provider. What does not: how a provider is told of a schema
(`providers`), and how a generation is made (`freshet.llm.client`).
"""

from freshet.llm.structured.items import items, previewed_items
from freshet.llm.structured.parse import parse
from freshet.llm.structured.preview import Preview
from freshet.llm.structured.repair import Generate
from freshet.llm.structured.schema import Schema
from freshet.llm.structured.whole import previewed, structured

__all__ = [
    "Generate",
    "Preview",
    "Schema",
    "items",
    "parse",
    "previewed",
    "previewed_items",
    "structured",
]
