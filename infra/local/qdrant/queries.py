"""Queries, scrolling, counting: Qdrant's JSON as the engine's requests."""

from typing import Any

import qdrant_edge as edge

from infra.local.qdrant.filters import read_filter, read_id
from infra.local.qdrant.points import read_vector
from infra.local.qdrant.refusal import listed, members, required, truth, whole, wrong

LIMIT = 10  # Qdrant's default
RRF_K = 2  # likewise
_STAGE = ("prefetch", "query", "using", "filter", "params", "score_threshold", "limit")


def read_query(body: Any, where: str = "body") -> edge.QueryRequest:
    """A universal query. Raises Refused."""
    given = members(body, where, *_STAGE, "offset", "with_payload", "with_vector")
    return edge.QueryRequest(
        **_stage(given, where),
        offset=whole(given.get("offset", 0), f"{where}.offset"),
        with_payload=read_payload_choice(given.get("with_payload", False), f"{where}.with_payload"),
        with_vector=read_vector_choice(given.get("with_vector", False), f"{where}.with_vector"),
    )


def read_scroll(body: Any) -> edge.ScrollRequest:
    """A page of points in the order of their ids."""
    given = members(body, "body", "offset", "limit", "filter", "with_payload", "with_vector")
    return edge.ScrollRequest(
        offset=read_id(given["offset"], "body.offset") if "offset" in given else None,
        limit=whole(given.get("limit", LIMIT), "body.limit", least=1),
        filter=read_filter(given["filter"]) if "filter" in given else None,
        with_payload=read_payload_choice(given.get("with_payload", True), "body.with_payload"),
        with_vector=read_vector_choice(given.get("with_vector", False), "body.with_vector"),
    )


def read_count(body: Any) -> edge.CountRequest:
    """A count of points."""
    given = members(body, "body", "filter", "exact")
    return edge.CountRequest(
        exact=truth(given.get("exact", True), "body.exact"),
        filter=read_filter(given["filter"]) if "filter" in given else None,
    )


def read_payload_choice(value: Any, where: str) -> Any:
    """What of the payload to answer: all, nothing, some fields, all but some."""
    if isinstance(value, bool):
        return value
    if isinstance(value, list):
        return edge.PayloadSelector.Include(value)
    given = members(value, where, "include", "exclude")
    if len(given) != 1:
        raise wrong(f"{where} needs either include or exclude")
    if "include" in given:
        return edge.PayloadSelector.Include(listed(given["include"], f"{where}.include"))
    return edge.PayloadSelector.Exclude(listed(given["exclude"], f"{where}.exclude"))


def read_vector_choice(value: Any, where: str) -> bool | list[str]:
    """Which vectors to answer: all, none, or those named."""
    return value if isinstance(value, bool) else listed(value, where)


def _stage(given: dict[str, Any], where: str) -> dict[str, Any]:
    prefetch = given.get("prefetch", [])
    stages = [
        edge.Prefetch(**_stage(members(each, f"{where}.prefetch", *_STAGE), f"{where}.prefetch"))
        for each in (prefetch if isinstance(prefetch, list) else [prefetch])
    ]
    threshold = given.get("score_threshold")
    if threshold is not None and not isinstance(threshold, int | float):
        raise wrong(f"{where}.score_threshold must be a number")
    return {
        "limit": whole(given.get("limit", LIMIT), f"{where}.limit", least=1),
        "query": _scoring(given.get("query"), given.get("using"), f"{where}.query", len(stages)),
        "prefetches": stages,
        "filter": read_filter(given["filter"], f"{where}.filter") if "filter" in given else None,
        "params": _params(given["params"], f"{where}.params") if "params" in given else None,
        "score_threshold": threshold,
    }


def _scoring(query: Any, using: Any, where: str, stages: int) -> Any:
    if query is None:
        return None
    if isinstance(query, list) or (isinstance(query, dict) and "indices" in query):
        return edge.Query.Nearest(read_vector(query, where), using)
    given = members(query, where, "nearest", "rrf", "fusion")
    if len(given) != 1:
        raise wrong(f"{where} needs one of nearest, rrf, fusion")
    if "nearest" in given:
        return edge.Query.Nearest(read_vector(given["nearest"], f"{where}.nearest"), using)
    if not stages:
        raise wrong(f"{where}: a fusion needs a prefetch")
    if "rrf" in given:
        return _rrf(given["rrf"], f"{where}.rrf", stages)
    return _fusion(given["fusion"], f"{where}.fusion")


def _rrf(body: Any, where: str, stages: int) -> Any:
    given = members(body, where, "k", "weights")
    weights = given.get("weights")
    if weights is not None and len(listed(weights, f"{where}.weights")) != stages:
        raise wrong(f"{where}.weights must be as many as prefetches")
    return edge.Fusion.Rrf(whole(given.get("k", RRF_K), f"{where}.k", least=1), weights)


def _fusion(name: Any, where: str) -> Any:
    match name:
        case "rrf":
            return edge.Fusion.Rrf(RRF_K)
        case "dbsf":
            return edge.Fusion.Dbsf()
        case _:
            raise wrong(f"{where} must be rrf or dbsf")


def _params(body: Any, where: str) -> edge.SearchParams:
    given = members(body, where, "hnsw_ef", "exact", "indexed_only", "idf")
    return edge.SearchParams(
        hnsw_ef=whole(given["hnsw_ef"], f"{where}.hnsw_ef") if "hnsw_ef" in given else None,
        exact=truth(given.get("exact", False), f"{where}.exact"),
        indexed_only=truth(given.get("indexed_only", False), f"{where}.indexed_only"),
        idf=_idf(given["idf"], f"{where}.idf") if "idf" in given else None,
    )


def _idf(body: Any, where: str) -> edge.IdfParams:
    if body == "global":
        return edge.IdfParams()
    corpus = required(members(body, where, "corpus"), "corpus", where)
    return edge.IdfParams(read_filter(corpus, f"{where}.corpus"))
