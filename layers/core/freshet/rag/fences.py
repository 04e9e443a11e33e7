"""Fences: other people's text inside a prompt, kept from closing the tag that it stands in.

What does not belong here: the prompts (`prompt`), which say what the fences mean.
"""

import re

# Blanks, invisible characters and full-width brackets included: a model reads over them.
_FENCES = re.compile(
    r"[<＜﹤](?=[\s/／\u00ad\u200b-\u200f\u2060\ufeff]*"
    r"(?:source|question|conversation|follow_up|document|passage))",
    re.IGNORECASE,
)


def defused(text: str) -> str:
    """The text with whatever looks like one of our fences made harmless."""
    return _FENCES.sub("‹", text.replace("\u00ad", ""))  # a PDF's cut words hold soft hyphens
