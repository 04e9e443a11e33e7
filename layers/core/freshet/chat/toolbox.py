"""The tools of one chat: chosen by id from those that an owner has, ready for a model to call."""

from collections.abc import Callable, Sequence

from freshet.addresses import Network
from freshet.chat import builtin
from freshet.chat.http_tool import HttpTools, Secret
from freshet.chat.outside import Outside
from freshet.chat.search_documents import DocumentSearch
from freshet.chat.tools import Tools, is_consequential
from freshet.concurrency import together
from freshet.errors import Invalid, NotFound
from freshet.llm import Tool
from freshet.rag.passage import Retriever

MAX_CHOSEN = 32  # more than a model chooses well from


class Toolbox:
    """Makes tools of what is kept of them."""

    def __init__(
        self,
        tools: Tools,
        secret: Secret,
        retriever: Callable[[], Retriever],
        allowed: Sequence[Network] = (),
    ) -> None:
        self._tools = tools
        self._retriever = retriever
        self._http = HttpTools(secret, allowed)

    async def pick(
        self, owner: str, ids: Sequence[int], outside: Outside
    ) -> tuple[list[Tool], DocumentSearch | None]:
        """The tools with these ids, each once, and the search if it is one of them.

        They tell `outside` of what they read, and run as far as that allows it. Raises NotFound naming every
        id that the owner has no tool with; Invalid if there are too many.
        """
        wanted = list(dict.fromkeys(ids))
        if len(wanted) > MAX_CHOSEN:
            raise Invalid(f"A chat takes up to {MAX_CHOSEN} tools, not {len(wanted)}.")
        search = DocumentSearch(self._retriever(), owner) if builtin.SEARCH_DOCUMENTS in wanted else None
        found = await together(*(self._picked(owner, id_, search, outside) for id_ in wanted))
        if missing := [id_ for id_, tool in zip(wanted, found, strict=True) if tool is None]:
            raise NotFound(f"There is no tool {', '.join(map(str, missing))}.")
        return found, search

    async def aclose(self) -> None:
        """Closes the connections of HTTP tools."""
        await self._http.aclose()

    async def _picked(
        self, owner: str, id_: int, search: DocumentSearch | None, outside: Outside
    ) -> Tool | None:
        if search and id_ == builtin.SEARCH_DOCUMENTS:
            return outside.reading(search.tool())
        if id_ in builtin.functions():
            return builtin.functions()[id_]
        try:
            stored = await self._tools.get(owner, id_)
        except NotFound:
            return None
        tool = outside.reading(self._http.tool(owner, stored))
        return outside.guarding(tool) if is_consequential(stored) else tool
