"""The first calls of sandboxes, watched: `python -m tests.functions.cold FOLDER < events.json`.

Each function has a process of its own, since an import blocks only once: a fork of this one, which has
imported nothing but what loads and watches functions. FOLDER gets a file of each function's name with what
held up its loop.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from tests.blocking import guarded
from tests.functions.sandbox import Sandbox

AT_ONCE = 2


def main() -> int:
    """How many of the functions could not be watched."""
    folder, asked = Path(sys.argv[1]), json.load(sys.stdin)
    ended: list[tuple[int, int]] = []
    for number, (function, events) in enumerate(asked.items()):
        if number >= AT_ONCE:
            ended.append(os.wait())
        if not os.fork():
            watch(function, events, folder / function)
            return 0
    ended += [os.wait() for _ in range(len(asked) - len(ended))]
    return sum(status != 0 for _, status in ended)


def watch(function: str, events: list[dict[str, Any]], out: Path) -> None:
    """Calls it in this process, and writes what held up its loop."""
    sandbox = Sandbox()
    sandbox.prepare(function)
    with guarded() as guard:
        for event in events:
            (sandbox.ask if "httpMethod" in event else sandbox.invoke)(function, event)
    sandbox.close()
    out.write_text(json.dumps({"calls": guard.calls, "imports": guard.imports, "slow": guard.slow}))


if __name__ == "__main__":
    sys.exit(main())
