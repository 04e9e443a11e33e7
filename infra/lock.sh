#!/bin/sh
# Resolves pyproject.toml into the three locked files, all with hashes. Needs uv (`pip install uv`).
set -eu
compile() { uv pip compile --quiet --generate-hashes --no-header --no-annotate "$@"; }
compile --universal --python-version 3.11 pyproject.toml --extra parsers --group local --group test --group check \
    --group build -o requirements.txt
compile --python-version 3.13 --python-platform aarch64-manylinux_2_28 -c requirements.txt pyproject.toml \
    -o layers/dependencies/requirements.txt
compile --python-version 3.13 --python-platform aarch64-manylinux_2_28 -c requirements.txt pyproject.toml \
    --only-extra parsers -o layers/parsers/requirements.txt
compile --universal --python-version 3.11 infra/sam/requirements.in -o infra/sam/requirements.txt
