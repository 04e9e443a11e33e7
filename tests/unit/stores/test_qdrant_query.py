"""What is asked in our own JSON is what qdrant_client's models would send."""

from typing import Any

import pytest
from qdrant_client import models

from freshet.stores.qdrant_query import fused, where


def sent(asked: Any) -> Any:
    return asked.model_dump(mode="json", exclude_none=True, exclude_unset=True)


@pytest.mark.parametrize(
    "fields",
    [
        {"owner": "安", "live": 1},
        {"owner": "ann", "document_id": ["d", "é"], "kind": None},
        {"owner": "ann", "ids": ["d52c1aea-67db-5bd8-b09a-d4a5a010b865"]},
        {"owner": "ann", "document_id": "d", "below": 3},
        {"owner": "ann", "document_id": "d", "above": 0, "generation": 2},
    ],
)
def test_a_filter_is_qdrants(fields: dict[str, Any]) -> None:
    assert sent(models.Filter.model_validate(where(**fields))) == where(**fields)


@pytest.mark.parametrize(
    ("dense", "sparse"), [([0.5, 1.0], {3: 1.5, 9: 0.25}), ([1.0], {}), (None, {1: 2.0})]
)
def test_the_fused_query_is_qdrants(dense: list[float] | None, sparse: dict[int, float]) -> None:
    asked = fused("ann", dense, sparse, weight=0.25, found=where(owner="ann", live=1), candidates=50)
    assert sent(models.QueryRequest.model_validate(asked)) == asked
    assert [leg["using"] for leg in asked["prefetch"]] == ["dense"] * bool(dense) + ["sparse"] * bool(sparse)
