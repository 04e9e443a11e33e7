"""Retrieval from a knowledge base that is kept at Bailian: its nodes become passages.

What belongs here: whose files are searched, and what a node says of its place. What does not: the call
(`freshet.stores.bailian`). Uploads don't go there: such a base is filled through Bailian, and its
`document_id`s are Bailian's file ids.
"""

import re
from collections.abc import Sequence
from typing import Any

from freshet.errors import Unavailable
from freshet.rag.passage import Passage, Query
from freshet.stores.bailian import MOST, KnowledgeBase, Node

_TAG = re.compile(r"[A-Za-z0-9_-]{1,32}")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class BailianRetriever:
    """A `Retriever`: Bailian searches, by meaning and by words, and reranks.

    Files belong to the owner whose id (see `tag_of`) is one of their tags at Bailian; with `shared` every
    caller searches all of them. A kind, too, is a tag. Bailian filters by tags only in bases for document
    search.
    """

    def __init__(self, knowledge: KnowledgeBase, *, shared: bool = False) -> None:
        self._knowledge = knowledge
        self._shared = shared

    async def search(self, owner: str, query: Query) -> list[Passage]:
        """See `Retriever`; never over Bailian's 20 passages. Raises Unavailable.

        Bailian can't filter by document: with `document_ids`, what they have among its best 20 is returned.
        """
        documents = query.document_ids
        if documents is not None and not documents:
            return []
        tags = [*([] if self._shared else [tag_of(owner)]), *([query.kind] if query.kind else [])]
        wanted = query.limit if documents is None else MOST
        nodes = await self._knowledge.retrieve(query.text, tags=tags, limit=wanted)
        passages = [_passage(node) for node in nodes if _tagged(node, tags)]
        found = [one for one in passages if one and (documents is None or one.document_id in documents)]
        return found[: query.limit]


def tag_of(owner: str) -> str:
    """An owner's id as a tag: 32 letters, digits, `_` and `-` at most; of a UUID the hexadecimal digits.

    Raises Unavailable for an id that can't be one: to search without it would show others' files.
    """
    tag = owner.replace("-", "") if _UUID.fullmatch(owner) else owner
    if not _TAG.fullmatch(tag):
        raise Unavailable(
            "The knowledge base can't tell which files are this caller's.", part="index", retry_after=None
        )
    return tag


def _tagged(node: Node, tags: Sequence[str]) -> bool:
    """Whether the node does not contradict the filter that it was found with; most don't tell their tags."""
    told = node.metadata.get("tags")
    if isinstance(told, str):
        told = re.findall(r"[\w-]+", told)  # a JSON list within a string, or names with commas
    return not isinstance(told, list) or set(tags) <= set(told)


def _passage(node: Node) -> Passage | None:
    """The node as a passage; None if it does not say where it is from.

    Bailian does not tell where in the document the text stands: the span is that of the node's own text.
    """
    told = node.metadata
    document_id, chunk_id = told.get("doc_id"), told.get("_id") or told.get("nid")
    if not document_id or not chunk_id:
        return None
    title = told.get("hier_title") or told.get("title")
    return Passage(
        document_id=str(document_id),
        chunk_id=str(chunk_id),
        filename=str(told.get("doc_name") or document_id),
        text=node.text,
        page=_page(told.get("page_number")),
        heading=(str(title),) if title else (),
        start=0,
        end=len(node.text),
        score=node.score,
    )


def _page(numbers: Any) -> int | None:
    """The first of the pages that the node is on, counted from 1; Bailian counts from 0."""
    told = numbers if isinstance(numbers, list) else [numbers]
    pages = [number for number in told if isinstance(number, int)]
    return min(pages) + 1 if pages else None
