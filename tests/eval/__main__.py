"""`make eval`: how well the product finds, on real material, against a plain BM25 on the same.

`python -m tests.eval [set …]` for search, `python -m tests.eval documents [format …]` for reading. The
material is not part of the project: see `DATA`.
"""

import asyncio
import sys
from pathlib import Path

from tests.eval import documents
from tests.eval.retrieval import evaluate

DATA = Path(__file__).parents[3] / "shared/data"


def main(names: list[str]) -> int:
    """Prints a line for each retrieval set or format; 1 if the material is not there."""
    if not DATA.is_dir():
        sys.stderr.write(f"There is no material at {DATA}.\n")
        return 1
    asyncio.run(documents.evaluate(DATA, names[1:]) if names[:1] == ["documents"] else evaluate(DATA, names))
    return 0


sys.exit(main(sys.argv[1:]))
