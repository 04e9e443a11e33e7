"""The prompt that has names tagged, and the shape of the answer."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field

from freshet.behaviour.prompt import DATA, Messages, chat, fenced, line, wanted
from freshet.behaviour.requests import TagKind

_WHAT: dict[TagKind, str] = {
    "apps": "names of apps, web sites and programs",
    "media": "titles of films, videos, songs, books, articles and other media",
}


def _rules(kind: TagKind) -> str:
    return f"""You tag {_WHAT[kind]}, as somebody would who sorts them.
- name: the number of the name in <names>; each of them once, in their order.
- tags: 1 to 5 short terms that say what it is and what it is about, the most telling first, in the wanted
  language. Take them from the wanted vocabulary where one fits; only where none does, a new one of the same
  kind, of one to three words.
- A name that you don't know gets what its words tell, and otherwise the most general tag that is true of it.
- {DATA}"""


def _texts(value: Any) -> Any:
    """One tag is a list of it, too."""
    if isinstance(value, str):
        return [value]
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else value


class Tagging(BaseModel):
    """A name's tags, as a model gives them."""

    name: int = Field(description="the number of the name")
    tags: Annotated[list[str], BeforeValidator(_texts)] = Field(description="1 to 5, most telling first")


def tagging_messages(
    kind: TagKind, names: Sequence[str], *, vocabulary: Sequence[str], language: str
) -> Messages:
    """Chat messages for the tags of names, number 1 first."""
    listed = [f"{number}. {line(name, 300)}" for number, name in enumerate(names, 1)]
    task = wanted("Tag the names.", kind=kind, vocabulary=list(vocabulary), language=language)
    return chat(_rules(kind), fenced("names", listed), task)
