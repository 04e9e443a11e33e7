#!/bin/sh
# Prints a Python that runs Freshet: 3.13 first, then 3.12, 3.11; `python.sh 3.13` takes no other.
# pyenv's shims may stand on PATH and still not run, so every candidate is tried.
for version in ${1:-3.13 3.12 3.11}; do
    for candidate in "$(command -v "python$version")" "$HOME/.pyenv/versions/$version".*/bin/python3 \
        "$(command -v python3)"; do
        [ -n "$candidate" ] && [ -x "$candidate" ] || continue
        found=$("$candidate" -c 'import sys, ensurepip; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
        [ "$found" = "$version" ] && echo "$candidate" && exit 0
    done
done
echo "Freshet needs Python ${1:-3.11 or newer (3.13 is best)} with venv; none was found on PATH or among pyenv's versions." >&2
exit 1
