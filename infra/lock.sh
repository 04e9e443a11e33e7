#!/bin/sh
# Resolves pyproject.toml into the locked files, all with hashes. Needs uv (`pip install uv`).
set -eu
lambda="--python-version 3.13 --python-platform x86_64-manylinux_2_28 -c requirements.txt"
compile() { uv pip compile --quiet --generate-hashes --no-header --no-annotate "$@"; }

compile --universal --python-version 3.11 pyproject.toml --extra parsers --extra bailian --extra aiohttp --group local --group test \
    --group check --group build -o requirements.txt
# shellcheck disable=SC2086  # a list of options
compile $lambda pyproject.toml -o layers/dependencies/requirements.txt
# What the dependencies layer has already is not shipped twice.
repeated=$(sed -n 's/^\([a-z0-9._-]*\)==.*/--no-emit-package \1/p' layers/dependencies/requirements.txt)
for extra in parsers bailian; do
    # shellcheck disable=SC2086
    compile $lambda pyproject.toml --extra $extra $repeated -o layers/$extra/requirements.txt
done
compile --universal --python-version 3.11 infra/sam/requirements.in -o infra/sam/requirements.txt
# What the product is measured against, a set each: their pins conflict.
for peer in tests/bench/peers/*/requirements.in; do
    compile --universal --python-version 3.11 "$peer" -o "${peer%.in}.txt"
done
