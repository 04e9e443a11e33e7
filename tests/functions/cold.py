"""The first calls of a sandbox, watched: `python -m tests.functions.cold FUNCTION OUT < events.json`.

A process of its own, since an import blocks only once; OUT gets what held up the function's loop.
"""

import json
import sys
from pathlib import Path

from tests.blocking import guarded
from tests.functions.sandbox import Sandbox


def main() -> None:
    function, out = sys.argv[1], Path(sys.argv[2])
    sandbox = Sandbox()
    sandbox.prepare(function)
    with guarded() as guard:
        for event in json.load(sys.stdin):
            (sandbox.ask if "httpMethod" in event else sandbox.invoke)(function, event)
    sandbox.close()
    out.write_text(json.dumps({"calls": guard.calls, "imports": guard.imports, "slow": guard.slow}))


if __name__ == "__main__":
    main()
