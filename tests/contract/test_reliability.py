"""docs/reliability.md is the matrix that the code defines, from a complete run, and no cell of it failed."""

import re

import pytest

from tests.faults.capabilities import CAPABILITIES
from tests.faults.kinds import KINDS, Kind
from tests.faults.matrix import REASONS, Expected, Spared, expected
from tests.faults.report import FAILED, FAMILIES, TARGET


def matrix(family: str) -> list[list[str]]:
    """The rows of a family's table, its head first."""
    text = TARGET.read_text(encoding="utf-8")
    inside = text[text.index(f"<!-- {family} -->") : text.index(f"<!-- /{family} -->")]
    rows = [line.strip("| ").split(" | ") for line in inside.splitlines() if line.startswith("|")]
    return [rows[0], *rows[2:]]


def of(family: str) -> list[Kind]:
    return [kind for kind in KINDS if kind.family == family]


@pytest.mark.parametrize("family", FAMILIES)
def test_the_document_has_the_rows_and_columns_that_the_code_defines(family: str) -> None:
    head, *rows = matrix(family)
    assert head == ["capability", *(kind.name for kind in of(family))]
    assert [row[0] for row in rows] == [one.name for one in CAPABILITIES]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_cell_is_one_of_the_outcomes_that_the_rules_state(family: str) -> None:
    _, *rows = matrix(family)
    for capability, row in zip(CAPABILITIES, rows, strict=True):
        for kind, cell in zip(of(family), row[1:], strict=True):
            must = expected(capability, kind)
            if isinstance(must, Spared):
                assert re.fullmatch(r"– \([a-z]\)", cell), (capability.name, kind.title, cell)
            else:
                assert cell.rpartition(", ")[0] in must.outcomes, (capability.name, kind.title, cell)


def test_no_cell_failed() -> None:
    assert FAILED not in TARGET.read_text(encoding="utf-8")


def test_every_function_that_answers_or_works_is_met() -> None:
    met = {one.function for one in CAPABILITIES} | {one.worker for one in CAPABILITIES}
    assert met >= {"query", "chat", "behaviour", "exercises", "documents", "parse", "extract", "runs"}


def test_a_pair_that_does_not_meet_says_why() -> None:
    for capability in CAPABILITIES:
        for kind in KINDS:
            must = expected(capability, kind)
            assert isinstance(must, Expected) or must.reason in REASONS
