"""Tags of apps and titles: the words of a vocabulary that mean what their names tell of."""

from typing import Any

from infra.local.model.prompt import Prompt
from infra.local.model.tasks.behaviour.activities import activity_of, name_of, named_in, tongue
from infra.local.model.tasks.behaviour.linking import names

_MOST = 3


def tagged(prompt: Prompt) -> dict[str, Any]:
    """`{"items": [{name, tags}]}`, one for each name."""
    wanted = prompt.wanted
    listed = wanted.get("vocabulary")
    vocabulary = [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []
    language = tongue(str(wanted.get("language") or "en"))
    items = [
        {"name": number, "tags": _tags(name, vocabulary, language)} for number, name in names(prompt).items()
    ]
    return {"items": items}


def _tags(name: str, vocabulary: list[str], language: str) -> list[str]:
    """Of the vocabulary the first word of each sort that the name tells of; else the sort's own name."""
    main = activity_of(name)
    found: list[str] = []
    for sort in dict.fromkeys([main, *named_in(name)]):
        fit = (tag for tag in vocabulary if sort and sort in named_in(tag))
        found += [tag for tag in [next(fit, None)] if tag and tag not in found]
    return found[:_MOST] or [name_of(main or "other", language)]
