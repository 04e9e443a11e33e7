"""The composition root: which parts a function is made of. Each is built once, on first use.

What only one function needs is imported by its factory: the others' cold starts don't pay for it.
Tests point the settings at loopback servers and call `aclose()` after; nothing is replaced by hand.
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from freshet.documents.library import Library
from freshet.identity import Identity
from freshet.keys import Keys
from freshet.llm import Generation, LLMClient
from freshet.llm.rerank import Reranker
from freshet.observe import measure
from freshet.rag.answer import Answerer
from freshet.rag.neighbours import MergingRetriever
from freshet.rag.passage import Retriever
from freshet.rag.rerank import RerankingRetriever
from freshet.rag.retrieve import HybridRetriever
from freshet.rag.summarise import Summariser
from freshet.runs.journal import Journal
from freshet.runs.meter import Consumed, consume
from freshet.runs.records import Records
from freshet.runs.service import Runs
from freshet.settings import settings
from freshet.stores.aws import Service
from freshet.stores.functions import Functions
from freshet.stores.objects import Objects
from freshet.stores.queue import Queue
from freshet.stores.secrets import Secrets
from freshet.stores.table import Table
from freshet.stores.vectors import Vectors

if TYPE_CHECKING:
    from freshet.documents.indexing import Situate
    from freshet.documents.ingest import Ingest
    from freshet.stores.bailian import KnowledgeBase


@cache
def dynamodb() -> Service:
    return Service("dynamodb", "table")


@cache
def s3() -> Service:
    return Service("s3", "bucket")


@cache
def sqs() -> Service:
    return Service("sqs", "queue")


@cache
def ssm() -> Service:
    return Service("ssm", "secrets")


@cache
def functions() -> Service:
    return Service("lambda", "functions")


@cache
def documents_table() -> Table:
    return Table(dynamodb(), settings().documents_table)


@cache
def document_objects() -> Objects:
    return Objects(s3(), settings().bucket, "documents")


@cache
def parse_queue() -> Queue:
    return Queue(sqs(), settings().parse_queue_url)


@cache
def runs() -> Runs:
    table, objects = Table(dynamodb(), settings().runs_table), Objects(s3(), settings().bucket, "runs")
    return Runs(Records(table, objects), Journal(table, objects), Functions(functions()))


@cache
def keys() -> Keys:
    return Keys(dynamodb(), settings().keys_table)


@cache
def identity() -> Identity:
    chosen = settings()
    return Identity(
        keys(), issuer=chosen.token_issuer, audience=chosen.token_audience, jwks_url=chosen.token_jwks_url
    )


@cache
def secrets() -> Secrets:
    return Secrets(ssm())


def secret(name: str) -> Callable[[], Awaitable[str | None]]:
    """A lookup of the SSM parameter `name`; of nothing if the name is empty."""

    async def look_up() -> str | None:
        return await secrets().get(name) if name else None

    return look_up


@cache
def vectors() -> Vectors:
    chosen = settings()
    return Vectors(
        chosen.qdrant_url,
        chosen.qdrant_collection,
        chosen.embedding_dimensions,
        key=secret(chosen.qdrant_key_parameter),
        dense_weight=chosen.dense_weight,
    )


@cache
def model() -> LLMClient:
    chosen = settings()
    return LLMClient(
        provider=chosen.model_provider,
        base_url=chosen.model_base_url,
        model=chosen.model_name,
        key=secret(chosen.model_key_parameter),
        fallbacks=[name.strip() for name in chosen.model_fallbacks.split(",") if name.strip()],
        transport="httpx2",  # a sandbox has a stream at a time: the other does not earn back its import
        on_generation=account,
    )


def account(generation: Generation) -> None:
    """Every generation streams: an alarm is on those that did not. A retry is told by what it cures.

    What it used is counted for the run that asked for it.
    """
    measure("Generations", 1, streamed=str(generation.streamed).lower())
    for failure in generation.retried:
        measure("Retries", 1, code=failure.rpartition(" ")[2])
    for used in generation.usages:
        consume(
            Consumed(used.prompt_tokens, used.completion_tokens, used.estimated, used.attempts, used.cost)
        )


async def embed(texts: Sequence[str]) -> list[list[float]]:
    """Dense vectors of the texts."""
    chosen = settings()
    return await model().embed(texts, model=chosen.embedding_model, dimensions=chosen.embedding_dimensions)


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
def reranker() -> Reranker:
    chosen = settings()
    return Reranker(chosen.rerank_url, chosen.rerank_model, key=secret(chosen.rerank_key_parameter))


@cache
def retriever() -> Retriever:
    """What searches, by the settings: Bailian or our own index, reranked if there is a reranker, merged."""
    found = _finder()
    if settings().rerank_url:
        found = RerankingRetriever(found, reranker().rerank)
    return MergingRetriever(found)


def _finder() -> Retriever:
    if not settings().bailian_index_id:
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
def answerer() -> Answerer:
    return Answerer(retriever(), model(), max_tokens=settings().answer_max_tokens)


@cache
def library() -> Library:
    return Library(
        documents_table(), document_objects(), parse_queue(), vectors(), settings().max_document_bytes
    )


@cache
def summariser() -> Summariser:
    chosen = settings()
    return Summariser(
        library(),
        model(),
        max_tokens=chosen.answer_max_tokens,
        at_once=_at_once(),
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

    return Contextualiser(model(), at_once=_at_once()).situate


def _at_once() -> int:
    """Calls that one piece of work makes at a time: a worker stays free for others."""
    return max(1, settings().llm_async_workers - 1)


async def aclose() -> None:
    """Closes what holds connections and forgets every part; the next use builds them anew."""
    for part in (dynamodb, s3, sqs, ssm, functions, vectors, model, knowledge, reranker):
        if part.cache_info().currsize:
            await part().aclose()
    for name in list(globals().values()):
        if hasattr(name, "cache_clear"):
            name.cache_clear()
