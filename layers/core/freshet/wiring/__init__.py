"""The composition root: which parts a function is made of. Each is built once, on first use.

What only one function needs is imported by its factory: the others' cold starts don't pay for it.
Tests point the settings at loopback servers and call `aclose()` after; nothing is replaced by hand.
"""

from freshet.wiring import behaviour, chat, documents, generation, services, study
from freshet.wiring.behaviour import (
    behaviour_events,
    behaviour_log,
    behaviour_table,
    causal_generator,
    causal_graphs,
    event_asker,
    extraction_job,
    extractor,
    graph_asker,
    importer,
    log_summariser,
    sequences,
    tagger,
    traces,
    uploads,
    views,
)
from freshet.wiring.chat import (
    allowed_networks,
    clients,
    conversations,
    door,
    models,
    playground,
    response_runs,
    toolbox,
    tools,
    writer,
)
from freshet.wiring.documents import (
    answerer,
    ingest,
    knowledge,
    library,
    require_documents,
    reranker,
    retriever,
    summariser,
)
from freshet.wiring.generation import account, admit, budget, embed, ledger, model, stack_endpoint
from freshet.wiring.services import (
    chat_table,
    document_objects,
    documents_table,
    dynamodb,
    extract_queue,
    functions,
    identity,
    keys,
    owner_secrets,
    parse_queue,
    run_jobs,
    runs,
    s3,
    secret,
    secrets,
    sqs,
    ssm,
    usage_table,
    vectors,
)
from freshet.wiring.study import (
    analyser,
    analyses,
    attempts,
    due,
    exercises,
    generator,
    mastery,
    profiles,
    submitter,
)

__all__ = [
    "account",
    "aclose",
    "admit",
    "allowed_networks",
    "analyser",
    "analyses",
    "answerer",
    "attempts",
    "behaviour_events",
    "behaviour_log",
    "behaviour_table",
    "budget",
    "causal_generator",
    "causal_graphs",
    "chat_table",
    "clients",
    "conversations",
    "document_objects",
    "documents_table",
    "door",
    "due",
    "dynamodb",
    "embed",
    "event_asker",
    "exercises",
    "extract_queue",
    "extraction_job",
    "extractor",
    "functions",
    "generator",
    "graph_asker",
    "identity",
    "importer",
    "ingest",
    "keys",
    "knowledge",
    "ledger",
    "library",
    "log_summariser",
    "mastery",
    "model",
    "models",
    "owner_secrets",
    "parse_queue",
    "playground",
    "profiles",
    "require_documents",
    "reranker",
    "response_runs",
    "retriever",
    "run_jobs",
    "runs",
    "s3",
    "secret",
    "secrets",
    "sequences",
    "sqs",
    "ssm",
    "stack_endpoint",
    "submitter",
    "summariser",
    "tagger",
    "toolbox",
    "tools",
    "traces",
    "uploads",
    "usage_table",
    "vectors",
    "views",
    "writer",
]


async def aclose() -> None:
    """Closes what holds connections and forgets every part; the next use builds them anew."""
    for part in (dynamodb, s3, sqs, ssm, functions, vectors, model, knowledge, reranker, clients, toolbox):
        if part.cache_info().currsize:
            await part().aclose()
    for module in (behaviour, chat, documents, generation, services, study):
        for built in vars(module).values():
            if hasattr(built, "cache_clear"):
                built.cache_clear()
