"""Documents and answers from them: what finds, reads, summarises and answers."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from freshet.settings import settings
from freshet.wiring.generation import at_once, embed, model
from freshet.wiring.services import document_objects, documents_table, parse_queue, secret, vectors

if TYPE_CHECKING:
    from freshet.documents.indexing import Situate
    from freshet.documents.ingest import Ingest
    from freshet.documents.library import Library
    from freshet.llm.rerank import Reranker
    from freshet.rag.answer import Answerer
    from freshet.rag.passage import Retriever
    from freshet.rag.summarise import Summariser
    from freshet.stores.bailian import KnowledgeBase


@cache
def knowledge() -> "KnowledgeBase":
    from freshet.stores.bailian import KnowledgeBase

    chosen = settings()
    return KnowledgeBase(
        chosen.bailian_endpoint,
        chosen.bailian_workspace_id,
        chosen.bailian_index_id,
        key=secret(chosen.bailian_key_parameter),
    )


@cache
def reranker() -> "Reranker":
    from freshet.llm.rerank import Reranker

    chosen = settings()
    return Reranker(chosen.rerank_url, chosen.rerank_model, key=secret(chosen.rerank_key_parameter))


@cache
def retriever() -> "Retriever":
    """What searches, by the settings: Bailian or our own index, reranked if there is a reranker, merged."""
    from freshet.rag.neighbours import MergingRetriever

    found = _finder()
    if settings().rerank_url:
        from freshet.rag.rerank import RerankingRetriever

        found = RerankingRetriever(found, reranker().rerank)
    return MergingRetriever(found)


def _finder() -> "Retriever":
    if not settings().bailian_index_id:
        from freshet.rag.retrieve import HybridRetriever

        return HybridRetriever(vectors(), embed)
    from freshet.rag.bailian import BailianRetriever

    return BailianRetriever(knowledge(), shared=settings().bailian_shared)


async def require_documents(owner: str, document_ids: Sequence[str]) -> None:
    """Raises NotFound naming the first id that is not a document of the owner's.

    Of Bailian's files the library knows nothing: there an unknown id finds nothing.
    """
    if not settings().bailian_index_id:
        await library().require(owner, list(document_ids))


@cache
def answerer() -> "Answerer":
    from freshet.rag.answer import Answerer

    return Answerer(retriever(), model(), max_tokens=settings().answer_max_tokens)


@cache
def library() -> "Library":
    from freshet.documents.library import Library

    return Library(
        documents_table(), document_objects(), parse_queue(), vectors(), settings().max_document_bytes
    )


@cache
def summariser() -> "Summariser":
    from freshet.rag.summarise import Summariser

    chosen = settings()
    return Summariser(
        library(),
        model(),
        max_tokens=chosen.answer_max_tokens,
        at_once=at_once(),
    )


@cache
def ingest() -> "Ingest":
    from freshet.documents.indexing import Indexer
    from freshet.documents.ingest import Ingest
    from freshet.rag.sparse import encode_document

    chosen = settings()
    return Ingest(
        table=documents_table(),
        objects=document_objects(),
        queue=parse_queue(),
        indexer=Indexer(vectors(), embed, encode_document, situate=_situate()),
        memory_mb=chosen.parse_memory_mb,
        timeout_s=chosen.parse_timeout_s,
        summarise=summariser().keep if chosen.summaries else None,
    )


def _situate() -> "Situate | None":
    if not settings().contextual_chunks:
        return None
    from freshet.rag.contextual import Contextualiser

    return Contextualiser(model(), at_once=at_once()).situate
