"""The tools of the Responses API, as the chat API has them, and the search of the caller's documents.

What belongs here: `tools` and `tool_choice`. What does not: running anything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from freshet.chat.door import FileSearch
from freshet.chat.openai_api.errors import wrong
from freshet.chat.search_documents import FUNCTION

SEARCH: str = FUNCTION["name"]  # the tool that `file_search` is here
ALL_DOCUMENTS = "documents"  # the vector store that holds all of the caller's
MOST_RESULTS = 50  # OpenAI's limit
MOST_DOCUMENTS = 100  # of one search, as in a query
MAX_ID = 64  # characters

Definition = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Toolset:
    """The tools of a request: `shown` repeats them for the Response object."""

    definitions: tuple[dict[str, Any], ...]
    file_search: FileSearch | None
    shown: tuple[dict[str, Any], ...]

    @property
    def functions(self) -> tuple[str, ...]:
        """What the caller runs."""
        return tuple(one["function"]["name"] for one in self.definitions)

    def choice(self, choice: str | Definition) -> str | dict[str, Any]:
        """`tool_choice` for the chat API. Raises Invalid for what is not among the tools."""
        if isinstance(choice, str):
            if choice not in ("auto", "none", "required"):
                raise wrong("tool_choice", f"Invalid value: '{choice}'. It is one of auto, none, required.")
            if choice == "required" and not self.shown:
                raise wrong("tool_choice", "Tool choice 'required' must be specified with 'tools' parameter.")
            return choice
        kind, name = choice.get("type"), choice.get("name")
        if kind == "file_search":
            name, known = SEARCH, self.file_search is not None
        elif kind == "function":
            known = name in self.functions
        else:
            raise wrong("tool_choice.type", f"A tool choice of type '{kind}' is not supported.")
        if not known:
            wanted = choice.get("name", kind)
            raise wrong("tool_choice", f"Tool choice '{wanted}' not found in 'tools' parameter.")
        return {"type": "function", "function": {"name": name}}


def toolset(tools: Sequence[Definition]) -> Toolset:
    """The tools as sent. Raises Invalid for those that are not to be had here."""
    definitions: list[dict[str, Any]] = []
    searches: list[FileSearch] = []
    shown: list[dict[str, Any]] = []
    for number, tool in enumerate(tools):
        where, kind = f"tools[{number}]", tool.get("type")
        if kind == "function":
            shown.append(_function(tool, where))
            definitions.append({"type": "function", "function": _chat_function(shown[-1])})
        elif kind == "file_search" and not searches:
            searches.append(_file_search(tool, where))
            shown.append(_shown_search(tool))
        elif kind == "file_search":
            raise wrong(where, "One file_search is enough: name all documents in its vector_store_ids.")
        else:
            message = f"Tools of type '{kind}' are not supported; there are 'function' and 'file_search'."
            raise wrong(f"{where}.type", message)
    return Toolset(tuple(definitions), searches[0] if searches else None, tuple(shown))


def _function(tool: Definition, where: str) -> dict[str, Any]:
    name, parameters = tool.get("name"), tool.get("parameters")
    if not isinstance(name, str) or not name:
        raise wrong(f"{where}.name", f"Missing required parameter: '{where}.name'.")
    if not isinstance(parameters, Mapping | None):
        raise wrong(f"{where}.parameters", f"'{where}.parameters' is a JSON schema.")
    return {member: tool.get(member) for member in ("type", "name", "description", "parameters", "strict")}


def _chat_function(function: Definition) -> dict[str, Any]:
    return {name: value for name, value in function.items() if name != "type" and value is not None}


def _file_search(tool: Definition, where: str) -> FileSearch:
    ids, limit = _ids(tool.get("vector_store_ids"), f"{where}.vector_store_ids"), tool.get("max_num_results")
    if limit is not None and (type(limit) is not int or not 1 <= limit <= MOST_RESULTS):
        raise wrong(f"{where}.max_num_results", f"`max_num_results` is from 1 to {MOST_RESULTS}.")
    ranking = tool.get("ranking_options") or {}
    if not isinstance(ranking, Mapping) or any(
        ranking.get(name) for name in ("score_threshold", "hybrid_search")
    ):
        raise wrong(f"{where}.ranking_options", "Options of ranking are not supported.")
    if tool.get("filters"):
        raise wrong(f"{where}.filters", "Filters are not supported: name the documents in vector_store_ids.")
    document_ids = None if ALL_DOCUMENTS in ids else ids
    return FileSearch(document_ids, limit) if limit else FileSearch(document_ids)


def _ids(sent: Any, field: str) -> list[str]:
    """Each once."""
    if not isinstance(sent, list) or not sent or not all(isinstance(one, str) for one in sent):
        raise wrong(
            field, f"`vector_store_ids` is ['{ALL_DOCUMENTS}'] for all of your documents, or their ids."
        )
    if len(sent) > MOST_DOCUMENTS:
        raise wrong(field, f"`vector_store_ids` has at most {MOST_DOCUMENTS} ids.")
    if not all(1 <= len(one) <= MAX_ID for one in sent):
        raise wrong(field, f"An id of a document has 1 to {MAX_ID} characters.")
    return list(dict.fromkeys(sent))


def _shown_search(tool: Definition) -> dict[str, Any]:
    return {name: tool[name] for name in ("type", "vector_store_ids", "max_num_results") if name in tool}
