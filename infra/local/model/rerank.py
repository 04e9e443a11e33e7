"""`/v1/rerank`: texts scored against a query, in Cohere's shape (https://docs.cohere.com/reference/rerank).

Lexical only, and no cross-encoder: the score is the part of the query's words that a text has, each counted
once, with a little less for a longer text. It knows no more than BM25 does, so it improves nothing: it is
here to show that the hook works.
"""

from typing import Any

from infra.local.model.protocol import BadRequestError
from infra.local.model.text import all_terms, normalise, terms

RERANK_MODEL = "freshet-stand-in-rerank"
_MAX_TEXTS = 1000  # as Cohere recommends
_LONG = 10_000  # words that halve a score: the shorter of two texts with the same words comes first


def rerank_request(body: Any) -> dict[str, Any]:
    """The answer to a rerank request, best text first. Raises BadRequestError."""
    query, texts, top_n = _checked(body)
    found = [{"index": index, "relevance_score": relevance(query, text)} for index, text in enumerate(texts)]
    found.sort(key=lambda row: row["relevance_score"], reverse=True)
    return {"id": "rerank-stand-in", "model": body["model"], "results": found[:top_n]}


def relevance(query: str, text: str) -> float:
    """Between 0 (no word shared) and 1 (all of them)."""
    wanted = set(terms(query) or all_terms(query) or [normalise(query)])
    held = set(all_terms(text))
    return len(wanted & held) / len(wanted) / (1 + len(held) / _LONG)


def _checked(body: Any) -> tuple[str, list[str], int]:
    if not isinstance(body, dict) or not isinstance(body.get("model"), str) or not body["model"]:
        raise BadRequestError("You must provide a model parameter", "model")
    query, texts, top_n = body.get("query"), body.get("documents"), body.get("top_n")
    if not isinstance(query, str) or not query:
        raise BadRequestError("query must be a string that is not empty", "query")
    if not isinstance(texts, list) or not 1 <= len(texts) <= _MAX_TEXTS:
        raise BadRequestError(f"documents must be an array of 1 to {_MAX_TEXTS} strings", "documents")
    if not all(isinstance(text, str) and text for text in texts):
        raise BadRequestError("documents must hold strings that are not empty", "documents")
    if top_n is not None and (not isinstance(top_n, int) or top_n < 1):
        raise BadRequestError("top_n must be a whole number from 1", "top_n")
    if unknown := body.keys() - {"model", "query", "documents", "top_n", "max_tokens_per_doc"}:
        name = min(unknown)
        raise BadRequestError(f"unknown field: parameter '{name}' is not a valid field", name)
    return query, texts, top_n or len(texts)
