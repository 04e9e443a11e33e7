"""Broken and hostile files: each ends in text or in an error of ours. `make fuzz` reads ten thousand."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

import pytest

from freshet import wiring
from freshet.documents.claim import Work
from freshet.ids import new_id
from tests.fuzz.documents.campaign import Found
from tests.fuzz.documents.hostile import HOSTILE
from tests.fuzz.documents.mutants import Mutant, Mutants
from tests.fuzz.documents.reading import read
from tests.fuzz.documents.seeds import own

SEED, COUNT = 7, 60
CODES = {"unsupported_format", "damaged", "encrypted", "empty", "no_text", "over_limit"}
# The hostile files that take a second or more are read by `make fuzz`.
QUICK = [
    "one byte",
    "only NULs",
    "UTF-16 cut in half",
    "half a surrogate pair",
    "json 1,000,000 deep in objects",
    "json of odd numbers",
    "html 100,000 deep",
    "html table of huge spans",
    "markdown of nested quotes",
    "docx of entities",
    "docx of an outside entity",
    "docx of nested tables",
    "zip files within zip files",
    "zip of traversals",
    "xlsx beyond",
    "pdf of a billion pages",
    "pdf of pages in a loop",
    "mail of parts 5,000 deep",
]


def mutants() -> Iterable[Mutant]:
    drawn = Mutants(own(), SEED)
    numbers = [list(HOSTILE).index(name) for name in QUICK]
    return map(drawn.of, [*numbers, *range(len(HOSTILE), len(HOSTILE) + COUNT)])


def test_every_one_ends_in_text_or_in_an_error_of_ours(tmp_path: Path) -> None:
    found = Found()
    for mutant in mutants():
        path = tmp_path / "upload"
        path.write_bytes(mutant.data)
        found.add(mutant, read(str(path), mutant.filename))
    assert found.unexplained == []
    assert found.unforeseen == {}
    outcomes = sum(found.states.values(), start=type(found.unforeseen)())
    assert outcomes.keys() <= {"ready", *CODES}
    assert min(outcomes["ready"], outcomes["damaged"]) > COUNT // 10  # neither harmless nor only rubble


@pytest.mark.usefixtures("product")
async def test_none_is_ready_without_chunks() -> None:
    owner = f"owner-{new_id()}"
    drawn = [one for one in mutants() if 0 < len(one.data) < 100_000][::13]
    documents = [await wiring.library().upload(owner, one.filename, one.data) for one in drawn]
    await asyncio.gather(
        *(wiring.ingest().process(Work(owner, one.id, "s3:1:1", 1), budget_s=60) for one in documents)
    )
    for before in documents:
        document = await wiring.library().get(owner, before.id)
        if document.status == "ready":
            assert document.chunks > 0
        else:
            assert (document.status, document.chunks) == ("failed", 0)
            assert document.error is not None
            assert document.error.code in CODES
