"""`python -m infra.local`: the local cloud. `python -m infra.local invoke NAME EVENT.json`: one function."""

import sys

from infra.local.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
